//! The life of a certificate authority: given its certificate, disabled, deleted.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::creation::{revocation, tags};
use super::{authority, present, shown};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::keys::{default_hash, pem_block};
use crate::reading::{is_issued_by, pem_certificates, read};
use crate::{der, x509};

/// API reference, ListCertificateAuthorities, MaxResults: 1 to 1000.
const LARGEST_PAGE: u64 = 1000;
/// API reference, DeleteCertificateAuthority, PermanentDeletionTimeInDays: 7 to 30, by default 30.
const DELETION_DAYS: std::ops::RangeInclusive<i64> = 7..=30;
pub(super) const PENDING: &str = "PENDING_CERTIFICATE";

/// API reference, GetCertificateAuthorityCsr (RFC 2986).
pub(super) fn csr(state: &State, input: &Value) -> Answer {
    let ca = present(state, input)?;
    let info = der::sequence(&[der::unsigned(&[0]), ca.name.clone(), ca.key.public_key_info(), der::explicit(0, &[])]);
    let hash = default_hash(ca.key.kind());
    let signature = ca.key.sign(hash, &info).ok_or_else(|| {
        ApiError::new("NotModelled", "simulated-aws cannot sign with this digest and curve").status(501)
    })?;
    let request = der::sequence(&[info, x509::signature_algorithm(ca.key.kind(), hash), der::bits(&signature)]);
    Ok(json!({ "Csr": pem_block("CERTIFICATE REQUEST", &request) }))
}

/// API reference, ImportCertificateAuthorityCertificate: the certificate is for the CA's key, and a
/// subordinate CA brings the chain above it.
pub(super) fn import(state: &mut State, input: &Value) -> Answer {
    let ca = authority(state, input)?;
    if !matches!(ca.status(state.now), "PENDING_CERTIFICATE" | "ACTIVE" | "DISABLED" | "EXPIRED") {
        return Err(invalid_state("The certificate authority cannot take a certificate now"));
    }
    let malformed = |why: String| ApiError::new("MalformedCertificateException", why);
    let text = |member: &str| input[member].as_str().and_then(decode_blob);
    let pem = text("Certificate").ok_or_else(|| ApiError::constraint("certificate", "not be null"))?;
    let found = pem_certificates(&pem).map_err(malformed)?;
    let [certificate] = &found[..] else { return Err(malformed("not one certificate".to_owned())) };
    let facts = read(certificate).map_err(malformed)?;
    if !facts.is_ca || facts.public_key != ca.key.public_key() {
        return Err(ApiError::new("CertificateMismatchException", "The certificate is not for this CA"));
    }
    let chain = text("CertificateChain");
    match (ca.subordinate, &chain) {
        (true, None) => return Err(ApiError::new("InvalidArgsException", "A subordinate CA needs a chain")),
        (false, Some(_)) => return Err(ApiError::new("InvalidArgsException", "A root CA has no chain")),
        _ => {}
    }
    if let Some(chain) = &chain {
        let above = pem_certificates(chain).map_err(malformed)?;
        if !above.first().is_some_and(|parent| is_issued_by(certificate, parent)) {
            return Err(malformed("the chain does not certify the certificate".to_owned()));
        }
    }
    let (arn, now) = (ca.arn.clone(), state.now);
    let chain = chain.map(|chain| String::from_utf8_lossy(&chain).into_owned());
    if let Some(ca) = state.pca.authorities.get_mut(&arn) {
        ca.has_certificate = true;
        ca.facts = facts;
        ca.pem = String::from_utf8_lossy(&pem).into_owned();
        ca.chain = chain;
        "ACTIVE".clone_into(&mut ca.status);
        ca.changed_at = now;
    }
    Ok(json!({}))
}

/// API reference, UpdateCertificateAuthority: "Your private CA must be in the ACTIVE or DISABLED state".
pub(super) fn update(state: &mut State, input: &Value) -> Answer {
    let ca = authority(state, input)?;
    let arn = ca.arn.clone();
    if !input["RevocationConfiguration"].is_null() {
        if !matches!(ca.status(state.now), "ACTIVE" | "DISABLED") {
            return Err(invalid_state("The certificate authority is neither active nor disabled"));
        }
        let revocation = revocation(&input["RevocationConfiguration"]);
        if let Some(ca) = state.pca.authorities.get_mut(&arn) {
            ca.revocation = revocation;
        }
    }
    let ca = authority(state, input)?;
    let status = match input["Status"].as_str() {
        None => return Ok(json!({})),
        Some(status @ ("ACTIVE" | "DISABLED")) => status.to_owned(),
        Some(_) => return Err(ApiError::new("InvalidArgsException", "The status is ACTIVE or DISABLED")),
    };
    if !matches!(ca.status(state.now), "ACTIVE" | "DISABLED") {
        return Err(invalid_state("The certificate authority is neither active nor disabled"));
    }
    set_status(state, input, &status)
}

/// API reference, DeleteCertificateAuthority: "must be in the PENDING_CERTIFICATE or DISABLED state" (an
/// expired or failed one too).
pub(super) fn delete(state: &mut State, input: &Value) -> Answer {
    let ca = authority(state, input)?;
    if !matches!(ca.status(state.now), "PENDING_CERTIFICATE" | "DISABLED" | "EXPIRED") {
        return Err(invalid_state("The certificate authority must be disabled first"));
    }
    let (arn, now) = (ca.arn.clone(), state.now);
    let days = match &input["PermanentDeletionTimeInDays"] {
        Value::Null => *DELETION_DAYS.end(),
        days => days
            .as_i64()
            .filter(|days| DELETION_DAYS.contains(days))
            .ok_or_else(|| ApiError::constraint("permanentDeletionTimeInDays", "be between 7 and 30"))?,
    };
    if let Some(ca) = state.pca.authorities.get_mut(&arn) {
        ca.restorable_until = Some(now + SignedDuration::from_hours(24 * days));
    }
    set_status(state, input, "DELETED")
}

/// API reference, RestoreCertificateAuthority: "If the private CA was in the PENDING_CERTIFICATE state at deletion", it
/// returns to that state, and else to DISABLED.
pub(super) fn restore(state: &mut State, input: &Value) -> Answer {
    let (arn, status) = match authority(state, input)? {
        ca if ca.status == "DELETED" => (ca.arn.clone(), if ca.has_certificate { "DISABLED" } else { PENDING }),
        _ => return Err(invalid_state("The certificate authority is not deleted")),
    };
    if let Some(ca) = state.pca.authorities.get_mut(&arn) {
        ca.restorable_until = None;
    }
    set_status(state, input, status)
}

fn set_status(state: &mut State, input: &Value, status: &str) -> Answer {
    let (arn, now) = (authority(state, input)?.arn.clone(), state.now);
    if let Some(ca) = state.pca.authorities.get_mut(&arn) {
        status.clone_into(&mut ca.status);
        ca.changed_at = now;
    }
    Ok(json!({}))
}

/// API reference, ListCertificateAuthorities. The order is unverified.
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let most = match &input["MaxResults"] {
        Value::Null => LARGEST_PAGE,
        value => value
            .as_u64()
            .filter(|items| (1..=LARGEST_PAGE).contains(items))
            .ok_or_else(|| ApiError::constraint("maxResults", "be between 1 and 1000"))?,
    };
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut found = state.pca.authorities.values().filter(|ca| ca.arn.as_str() > after).peekable();
    let page: Vec<_> = found.by_ref().take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
    let next = page.last().map(|ca| ca.arn.clone()).filter(|_| found.peek().is_some());
    let page: Vec<_> = page.into_iter().map(|ca| shown(state, ca)).collect();
    Ok(without_nulls(json!({ "CertificateAuthorities": page, "NextToken": next })))
}

/// API reference, RevokeCertificate: the serial number in hexadecimal, colons or not.
pub(super) fn revoke(state: &mut State, input: &Value) -> Answer {
    let ca = authority(state, input)?.arn.clone();
    let serial = input["CertificateSerial"].as_str().unwrap_or_default().replace(':', "").to_ascii_lowercase();
    let reasons = [
        "UNSPECIFIED",
        "KEY_COMPROMISE",
        "CERTIFICATE_AUTHORITY_COMPROMISE",
        "AFFILIATION_CHANGED",
        "SUPERSEDED",
        "CESSATION_OF_OPERATION",
        "PRIVILEGE_WITHDRAWN",
        "A_A_COMPROMISE",
    ];
    let reason = input["RevocationReason"].as_str().filter(|reason| reasons.contains(reason));
    let reason = reason.ok_or_else(|| ApiError::constraint("revocationReason", "satisfy enum value set"))?;
    let issued = state.pca.issued.get_mut(&format!("{ca}/certificate/{serial}")).ok_or_else(|| {
        ApiError::new("ResourceNotFoundException", format!("Could not find a certificate with serial {serial}"))
    })?;
    if issued.revoked.is_some() {
        return Err(ApiError::new("RequestAlreadyProcessedException", "The certificate is revoked already."));
    }
    issued.revoked = Some(reason.to_owned());
    Ok(json!({}))
}

/// API reference, TagCertificateAuthority: a tag of the same key is replaced.
pub(super) fn tag(state: &mut State, input: &Value) -> Answer {
    let arn = present(state, input)?.arn.clone();
    if let Some(ca) = state.pca.authorities.get_mut(&arn) {
        ca.tags.extend(tags(&input["Tags"]));
    }
    Ok(json!({}))
}

pub(super) fn list_tags(state: &State, input: &Value) -> Answer {
    let tags = present(state, input)?.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
    Ok(json!({ "Tags": tags.collect::<Vec<_>>() }))
}

fn invalid_state(why: &str) -> ApiError {
    ApiError::new("InvalidStateException", why)
}
