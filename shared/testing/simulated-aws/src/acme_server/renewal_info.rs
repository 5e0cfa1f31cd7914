//! ARI: when a certificate should be replaced (RFC 9773).

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::certificates::Issued;
use super::problem::Problem;
use super::{AcmeRenewalInfo, Answer, Body, Exchange, Reply};

/// RFC 9773, 4.3.3: the server says how often to ask. Let's Encrypt: every 6 hours.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(6);

impl Exchange<'_> {
    /// The certificate with this ARI identifier.
    pub(super) fn certificate_with(&self, id: &str) -> Result<&Issued, Problem> {
        let parts = id.split_once('.').map(|(key, serial)| [key, serial]);
        let whole = |part: &str| Base64UrlUnpadded::decode_vec(part).is_ok_and(|bytes| !bytes.is_empty());
        if !parts.is_some_and(|parts| parts.into_iter().all(whole)) {
            return Err(Problem::malformed("path parameter does not contain a valid ARI CertID"));
        }
        let found = self.server.certificates.iter().find(|certificate| certificate.id == id);
        found.ok_or_else(|| Problem::not_found("Certificate not found"))
    }

    /// Unauthenticated, with GET.
    pub(super) fn renewal_info(&self, id: &str) -> Answer {
        let mode = self.server.settings.renewal_info;
        if matches!(mode, AcmeRenewalInfo::Missing | AcmeRenewalInfo::NotEnabled) {
            return Err(Problem::not_found("ARI Feature not enabled"));
        }
        let certificate = self.certificate_with(id)?;
        let ask_again = self.server.settings.retry_after.header(self.now, self.now + ASK_AGAIN);
        if mode == AcmeRenewalInfo::NotJson {
            return Ok(Reply { status: 200, headers: Vec::new(), body: Body::Chain("soon".to_owned()) });
        }
        let (start, end) = window(certificate, mode);
        let text = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut value = json!({ "suggestedWindow": { "start": text(start), "end": text(end) } });
        if certificate.replace_now.is_some() {
            value["explanationURL"] = json!("https://community.letsencrypt.org/t/revocation");
        }
        let mut reply = Reply::json(value);
        reply.headers.extend(ask_again.map(|after| ("retry-after", after)));
        Ok(reply)
    }
}

/// Boulder: around two thirds of the lifetime, or half of one below ten days, two hundredths of it wide; for a
/// certificate that must be replaced, half an hour that is over already.
fn window(certificate: &Issued, mode: AcmeRenewalInfo) -> (Timestamp, Timestamp) {
    let validity = certificate.not_after.duration_since(certificate.not_before) + SignedDuration::from_secs(1);
    let rest = if validity < SignedDuration::from_hours(240) { validity / 2 } else { validity / 3 };
    let (ideal, margin) = (certificate.not_after - rest, validity / 100);
    match (mode, certificate.replace_now) {
        (AcmeRenewalInfo::Reversed, _) => (ideal + margin, ideal - margin),
        (AcmeRenewalInfo::TooLate, _) => (certificate.not_after + validity, certificate.not_after + validity * 2),
        (_, Some(since)) => (since - SignedDuration::from_hours(1), since - SignedDuration::from_mins(30)),
        _ => (ideal - margin, ideal + margin),
    }
}
