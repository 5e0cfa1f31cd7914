//! Certificates of which most rules have nothing to say, whatever they are made of.

use certificates::{has_expired, utc_date};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Verdict;
use crate::facts::{Certificate, Missing};

/// Why a certificate is not looked at: it is not issued, is revoked, or has expired. `issuance-status`,
/// `certificate-expiry` and `unused-certificate` tell what to do with it.
pub(super) fn not_judged(certificate: &Certificate, now: Timestamp) -> Result<Option<Verdict>, Missing> {
    if let Some(verdict) = is_not_issued(certificate)? {
        return Ok(Some(verdict));
    }
    Ok(expired(certificate, now)?.map(|date| Verdict::not_applicable(format!("It expired on {date}."))))
}

/// The verdict of a certificate that nobody can use any more: its request came to nothing, or it is revoked.
pub(super) fn is_over(certificate: &Certificate) -> Result<Option<Verdict>, Missing> {
    Ok(match certificate.status()?.as_str() {
        status @ ("FAILED" | "VALIDATION_TIMED_OUT") => {
            Some(Verdict::not_applicable(format!("It is {status}: it was never issued. Delete the request.")))
        }
        "REVOKED" => Some(Verdict::not_applicable("It is revoked.")),
        _ => None,
    })
}

/// The verdict of a certificate that is [over](is_over) or has expired. One that is still to be issued is judged.
pub(super) fn is_past(certificate: &Certificate, now: Timestamp) -> Result<Option<Verdict>, Missing> {
    if certificate.status()? == "PENDING_VALIDATION" {
        return Ok(None);
    }
    not_judged(certificate, now)
}

/// The verdict of a certificate that is not there yet, or [over](is_over).
pub(super) fn is_not_issued(certificate: &Certificate) -> Result<Option<Verdict>, Missing> {
    if certificate.status()? == "PENDING_VALIDATION" {
        return Ok(Some(Verdict::not_applicable("It is PENDING_VALIDATION: it is not issued yet.")));
    }
    is_over(certificate)
}

/// The date on which it expired, if it did.
pub(super) fn expired(certificate: &Certificate, now: Timestamp) -> Result<Option<Date>, Missing> {
    Ok(certificate.not_after()?.filter(|end| has_expired(*end, now)).map(utc_date))
}

/// What a reason repeats of a text from a certificate.
pub(super) fn short(text: &str) -> String {
    short_to(60, text)
}

/// So many characters of a text.
pub(super) fn short_to(longest: usize, text: &str) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}
