//! Asks ACME servers when certificates should be replaced (ARI, RFC 9773).
//!
//! A renewal never depends on the answer: whatever fails here is logged, and then the certificate's lifetime decides.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use acme::settings::AcmeSettings;
use acme::{CertificateId, Connection, Window};
use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use certificates::{CertificateArn, CertificateDetail};
use jiff::{SignedDuration, Timestamp};

use crate::acme_servers::AcmeServers;
use crate::{CertificateState, SuggestedWindow};

/// A certificate is asked about once in this time, unless the server wants to be asked later.
const ASK_EVERY: SignedDuration = SignedDuration::from_hours(6);
/// Runs of a schedule are not exactly as far apart.
const SCHEDULE_JITTER: SignedDuration = SignedDuration::from_mins(5);
/// The answers that are remembered.
const MOST: usize = 10_000;

/// What this process knows of renewal windows.
#[derive(Debug)]
pub(crate) struct RenewalWindows {
    acm: aws_sdk_acm::Client,
    clock: Clock,
    settings: AcmeSettings,
    servers: AcmeServers,
    known: Mutex<HashMap<String, Known>>,
}

/// What a server said about the certificate that was in place then.
#[derive(Debug, Clone)]
struct Known {
    in_place: InPlace,
    id: CertificateId,
    window: Option<SuggestedWindow>,
    ask_again_at: Timestamp,
}

/// What is imported under the same ARN has another expiry, or another time of its import.
type InPlace = [Option<Timestamp>; 2];

impl RenewalWindows {
    pub(crate) fn new(sdk: &SdkConfig, settings: AcmeSettings, connection: Connection) -> Self {
        let (acm, clock) = (aws_sdk_acm::Client::new(sdk), Clock::of(sdk));
        Self { acm, servers: AcmeServers::new(connection, clock.clone()), clock, settings, known: Mutex::default() }
    }

    /// The window of a certificate that is renewed from a configured directory; none where nothing usable is known.
    pub(crate) async fn find(&self, state: &CertificateState) -> Option<SuggestedWindow> {
        let certificate = &state.certificate;
        let directory = self.settings.directory(state.acme_directory()?)?;
        let expires = certificate.not_after?;
        let known = self.known(certificate);
        if let Some(known) = known.as_ref().filter(|known| self.clock.now() < known.ask_again_at) {
            return known.window.clone();
        }
        let id = match known {
            Some(known) => known.id,
            None => self.read_id(&certificate.arn).await?,
        };
        let answer = self.servers.ask(directory, async |server| server.renewal_window(&id, expires).await).await?;
        let ask_again_at = answer.ask_again_at.max(self.clock.now() + ASK_EVERY) - SCHEDULE_JITTER;
        let window = answer.window.map_err(|why| log(&certificate.arn, &why)).ok();
        let window = window.map(|window| suggested(window, &id));
        self.remember(certificate, Known { in_place: in_place(certificate), id, window: window.clone(), ask_again_at });
        window
    }

    /// The certificate as ARI names it.
    async fn read_id(&self, arn: &CertificateArn) -> Option<CertificateId> {
        let answer = self.acm.get_certificate().certificate_arn(arn.as_str()).send().await;
        let answer =
            answer.map_err(|error| log(arn, &CallError::new("acm:GetCertificate", &error).to_string())).ok()?;
        let pem = x509_parser::pem::parse_x509_pem(answer.certificate()?.as_bytes());
        let id = pem.ok().and_then(|(_, pem)| CertificateId::from_certificate(&pem.contents));
        if id.is_none() {
            log(arn, "the certificate does not have what ARI names it by");
        }
        id
    }

    fn known(&self, certificate: &CertificateDetail) -> Option<Known> {
        let known = self.lock().get(certificate.arn.as_str()).cloned();
        known.filter(|known| known.in_place == in_place(certificate))
    }

    fn remember(&self, certificate: &CertificateDetail, now: Known) {
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(certificate.arn.to_string(), now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn suggested(window: Window, id: &CertificateId) -> SuggestedWindow {
    let Window { start, end, explanation } = window;
    SuggestedWindow { start, end, explanation, certificate_id: id.to_string() }
}

fn in_place(certificate: &CertificateDetail) -> InPlace {
    [certificate.not_after, certificate.imported_at]
}

fn log(arn: &CertificateArn, why: &str) {
    tracing::info!(certificate_arn = %arn, reason = "no-renewal-window", "{why}");
}
