//! Certificates of which most rules have nothing to say, whatever they are made of.

use certificates::{KeyPairOrigin, has_expired, utc_date};
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

/// An end of validity, as people should read it: the last moment there is means that none is meant
/// ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
pub(super) fn end(at: Timestamp) -> String {
    if at == Timestamp::MAX { "9999-12-31 (no expiry)".into() } else { utc_date(at).to_string() }
}

/// The ACME client that has the key of a certificate and renews it, by account and endpoint where they are known; `None`
/// for a certificate of another origin.
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

/// Whether a certificate is meant for clients alone, which use it outside of AWS.
pub(super) fn is_for_clients_only(certificate: &Certificate) -> Result<bool, Missing> {
    Ok(certificate.usage()?.as_deref() == Some("CLIENT_AUTH_ONLY"))
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
