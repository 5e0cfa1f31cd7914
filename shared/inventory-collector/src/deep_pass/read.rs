//! The two calls about one certificate.

use std::sync::{Mutex, PoisonError};

use aws_client::{CallError, CallErrorKind};
use aws_sdk_acm::operation::get_certificate::GetCertificateOutput;
use certificates::CertificateDetail;
use inventory::{Chain, Reading, Unreadable};
use jiff::Timestamp;

use super::due::Due;
use crate::clients::Clients;
use crate::unreadable::unreadable;

const GET: &str = "acm:GetCertificate";
/// After this many refusals in a row the others would be refused too.
const HOPELESS: usize = 3;

/// Reads certificates until there is no time left.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    clients: &'a Clients,
    latest: Timestamp,
    pub(super) describe: Refusals,
    get: Refusals,
}

/// What DescribeCertificate answered.
#[derive(Debug)]
pub(super) enum Description {
    Read(Box<CertificateDetail>),
    /// It was deleted since it was listed.
    Gone,
    OutOfTime,
    Failed(CallError),
}

/// What was read of a certificate.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) description: Description,
    /// `None` where it was not asked for.
    pub(super) chain: Option<Reading<Chain>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(clients: &'a Clients, latest: Timestamp) -> Self {
        Self { clients, latest, describe: Refusals::default(), get: Refusals::default() }
    }

    /// The place of the certificate, and what was read.
    pub(super) async fn read(&self, due: Due) -> (usize, Answer) {
        let description = self.description(&due.arn).await;
        let chain = match description {
            Description::Read(_) if due.wants_chain => self.chain(&due.arn).await,
            _ => None,
        };
        (due.place, Answer { description, chain })
    }

    async fn description(&self, arn: &str) -> Description {
        let Ok(arn) = arn.parse() else { return Description::OutOfTime };
        if !self.clients.pace.describe.acquire_before(self.latest).await {
            return Description::OutOfTime;
        }
        let answer = acm::describe(&self.clients.acm, &arn).await;
        self.describe.note(answer.as_ref().err());
        match answer {
            Ok(Some(detail)) => Description::Read(Box::new(detail)),
            Ok(None) => Description::Gone,
            Err(error) => Description::Failed(error),
        }
    }

    async fn chain(&self, arn: &str) -> Option<Reading<Chain>> {
        if let Some(denied) = self.get.denied() {
            return Some(Reading::Unreadable(unreadable(&denied)));
        }
        if !self.clients.pace.get.acquire_before(self.latest).await {
            return None;
        }
        let answer = self.clients.acm.get_certificate().certificate_arn(arn).send().await;
        let answer = answer.map_err(|error| CallError::new(GET, &error));
        self.get.note(answer.as_ref().err());
        Some(match answer {
            Ok(answer) => chain(&answer, self.clients.clock.now()),
            Err(error) => Reading::Unreadable(unreadable(&error)),
        })
    }
}

fn chain(answer: &GetCertificateOutput, as_of: Timestamp) -> Reading<Chain> {
    let read = x509::Chain::from_pem(answer.certificate().unwrap_or_default(), answer.certificate_chain());
    match read {
        Ok(chain) => Reading::Known { value: facts(&chain), as_of },
        Err(error) => Reading::Unreadable(Unreadable {
            code: "MalformedCertificate".to_owned(),
            action: GET.to_owned(),
            explanation: format!("ACM returned a certificate that this program cannot read: {error}"),
        }),
    }
}

fn facts(chain: &x509::Chain) -> Chain {
    Chain {
        fingerprint: chain.leaf.fingerprint(),
        issuers: chain.above.iter().map(|one| one.subject.to_string()).collect(),
        first_expiry: chain.above.iter().map(|one| one.not_after).min(),
    }
}

/// Refusals in a row, over all that are read at the same time.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<(usize, Option<CallError>)>);

impl Refusals {
    fn note(&self, error: Option<&CallError>) {
        let denied = error.filter(|error| error.kind == CallErrorKind::Denied);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = match denied {
            Some(error) => (seen.0 + 1, Some(error.clone())),
            None => (0, None),
        };
    }

    /// Whether asking again is in vain.
    pub(super) fn is_hopeless(&self) -> bool {
        self.denied().is_some()
    }

    /// The last refusal, if asking again is in vain.
    pub(super) fn denied(&self) -> Option<CallError> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1.clone().filter(|_| seen.0 >= HOPELESS)
    }
}
