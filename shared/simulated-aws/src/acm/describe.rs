//! DescribeCertificate and GetCertificate.

use serde_json::{Value, json};

use super::update::Update;
use super::{Entry, certificate_arn, epoch, find, object};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::reading::Facts;

pub(super) fn describe(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let entry = find(state, &arn)?;
    Ok(object([("Certificate", detail(entry, state.now))]))
}

/// API reference, CertificateDetail.
fn detail(entry: &Entry, now: jiff::Timestamp) -> Value {
    let facts = entry.facts.as_ref();
    object([
        ("CertificateArn", json!(entry.arn)),
        ("DomainName", json!(entry.domain_name)),
        ("SubjectAlternativeNames", json!(entry.names)),
        ("DomainValidationOptions", json!((!entry.validation.is_empty()).then_some(&entry.validation))),
        ("Serial", json!(facts.map(|facts| &facts.serial))),
        ("Subject", json!(facts.map(|facts| &facts.subject))),
        ("Issuer", json!(facts.map(|facts| &facts.issuer))),
        ("CreatedAt", epoch(entry.created_at)),
        ("IssuedAt", json!(entry.issued_at.map(epoch))),
        ("ImportedAt", json!(entry.imported_at.map(epoch))),
        ("Status", json!(entry.status(now))),
        ("RevokedAt", json!(entry.revoked_at.map(epoch))),
        ("NotBefore", json!(facts.map(|facts| epoch(facts.not_before)))),
        ("NotAfter", json!(facts.map(|facts| epoch(facts.not_after)))),
        // DescribeCertificate spells RSA-2048 where ListCertificates spells RSA_2048.
        ("KeyAlgorithm", json!(entry.key.acm_name().replace("RSA_", "RSA-"))),
        ("SignatureAlgorithm", json!(facts.map(|facts| &facts.signature_algorithm))),
        ("InUseBy", json!(entry.in_use_by)),
        ("FailureReason", json!(entry.failure_reason)),
        ("Type", json!(entry.kind)),
        ("RenewalSummary", json!(entry.renewal)),
        ("UpdateSummary", json!(entry.update.as_ref().map(Update::summary))),
        ("KeyUsages", facts.map_or(Value::Null, key_usages)),
        ("ExtendedKeyUsages", facts.map_or(Value::Null, extended_key_usages)),
        ("CertificateAuthorityArn", json!(entry.ca_arn)),
        ("RenewalEligibility", json!(entry.renewal_eligibility())),
        ("Options", if entry.kind == "IMPORTED" { Value::Null } else { options(entry) }),
        ("CertificateKeyPairOrigin", json!(entry.key_pair_origin)),
    ])
}

fn key_usages(facts: &Facts) -> Value {
    facts.key_usages.iter().map(|name| object([("Name", json!(name))])).collect()
}

fn extended_key_usages(facts: &Facts) -> Value {
    facts.extended_key_usages.iter().map(|(name, oid)| object([("Name", json!(name)), ("OID", json!(oid))])).collect()
}

fn options(entry: &Entry) -> Value {
    let logged = if entry.kind == "AMAZON_ISSUED" { "ENABLED" } else { "DISABLED" };
    let export = if entry.exportable { "ENABLED" } else { "DISABLED" };
    object([("CertificateTransparencyLoggingPreference", json!(logged)), ("Export", json!(export))])
}

/// API reference, GetCertificate: RequestInProgressException while the certificate is not issued.
/// The error of a failed request is unverified.
pub(super) fn get(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let entry = find(state, &arn)?;
    match (&entry.pem, &entry.facts) {
        (Some(pem), _) => Ok(object([("Certificate", json!(pem)), ("CertificateChain", json!(entry.chain))])),
        (None, Some(_)) => Err(ApiError::new("NotModelled", format!("{arn} is a thin certificate, without PEM"))),
        (None, None) if entry.status == "PENDING_VALIDATION" => {
            Err(ApiError::new("RequestInProgressException", format!("Certificate request for {arn} is in progress.")))
        }
        (None, None) => Err(ApiError::new(
            "ResourceNotFoundException",
            format!("Certificate {arn} was not issued: {}", entry.status),
        )),
    }
}
