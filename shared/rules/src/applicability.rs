//! Certificates that most rules do not apply to, and what their reasons have in common.

use certificates::{KeyPairOrigin, has_expired, utc_date};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::Verdict;
use crate::facts::{Certificate, Missing};

/// The verdict on a certificate that is not issued, is revoked, or has expired. `issuance-status`,
/// `certificate-expiry` and `unused-certificate` say what to do with it.
pub(super) fn not_valid(certificate: &Certificate, now: Timestamp) -> Result<Option<Verdict>, Missing> {
    if let Some(verdict) = not_issued(certificate)? {
        return Ok(Some(verdict));
    }
    Ok(expired(certificate, now)?.map(|date| Verdict::not_applicable(format!("It expired on {date}."))))
}

/// The verdict on a certificate that nobody can use: its request failed, or it is revoked.
pub(super) fn unusable(certificate: &Certificate) -> Result<Option<Verdict>, Missing> {
    Ok(match certificate.status()?.as_str() {
        status @ ("FAILED" | "VALIDATION_TIMED_OUT") => {
            Some(Verdict::not_applicable(format!("It was never issued (status {status}). Delete the request.")))
        }
        "REVOKED" => Some(Verdict::not_applicable("It is revoked.")),
        _ => None,
    })
}

/// The verdict on a certificate that is [unusable] or has expired. The rule applies to one that is still to be issued.
pub(super) fn unusable_or_expired(certificate: &Certificate, now: Timestamp) -> Result<Option<Verdict>, Missing> {
    if certificate.status()? == "PENDING_VALIDATION" {
        return Ok(None);
    }
    not_valid(certificate, now)
}

/// The verdict on a certificate that is not issued yet, or [unusable].
pub(super) fn not_issued(certificate: &Certificate) -> Result<Option<Verdict>, Missing> {
    if certificate.status()? == "PENDING_VALIDATION" {
        return Ok(Some(Verdict::not_applicable("It is not issued yet (status PENDING_VALIDATION).")));
    }
    unusable(certificate)
}

/// The date on which it expired, if it did.
pub(super) fn expired(certificate: &Certificate, now: Timestamp) -> Result<Option<Date>, Missing> {
    Ok(certificate.not_after()?.filter(|expiry| has_expired(*expiry, now)).map(utc_date))
}

/// An expiry date, for people. The last timestamp there is means no expiry
/// ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
pub(super) fn expiry_date(at: Timestamp) -> String {
    if at == Timestamp::MAX { "9999-12-31 (no expiry)".into() } else { utc_date(at).to_string() }
}

/// The ACME client that has the key of a certificate and renews it, with account and endpoint where they are known;
/// `None` for a certificate of another origin.
pub(super) fn acme_client(certificate: &Certificate) -> Result<Option<String>, Missing> {
    if *certificate.key_pair_origin()? != Some(KeyPairOrigin::Acme) {
        return Ok(None);
    }
    let id = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let named = [
        certificate.acme_account()?.as_ref().map(|account| format!("account {}", short(account))),
        certificate.acme_endpoint()?.as_ref().map(|arn| format!("endpoint {}", short(&id(arn)))),
    ];
    let named: Vec<String> = named.into_iter().flatten().collect();
    let named = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    Ok(Some(format!("its ACME client{named}")))
}

/// Whether a certificate is for clients only, which use it outside AWS.
pub(super) fn is_for_clients_only(certificate: &Certificate) -> Result<bool, Missing> {
    Ok(certificate.usage()?.as_deref() == Some("CLIENT_AUTH_ONLY"))
}

/// As much of a text from a certificate as a reason repeats.
pub(super) fn short(text: &str) -> String {
    short_to(60, text)
}

/// At most this many characters of a text.
pub(super) fn short_to(longest: usize, text: &str) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}
