//! DescribeCertificate and GetCertificate.

use serde_json::{Value, json};

use super::{Entry, certificate_arn, epoch, find, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

pub(super) fn describe(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let entry = find(state, &arn)?;
    Ok(json!({ "Certificate": detail(entry, state.now) }))
}

/// API reference, CertificateDetail.
fn detail(entry: &Entry, now: jiff::Timestamp) -> Value {
    let facts = entry.facts.as_ref();
    let imported = entry.kind == "IMPORTED";
    without_nulls(json!({
        "CertificateArn": entry.arn,
        "DomainName": entry.domain_name,
        "SubjectAlternativeNames": entry.names,
        "DomainValidationOptions": (!entry.validation.is_empty()).then(|| entry.validation.clone()),
        "Serial": facts.map(|facts| facts.serial.clone()),
        "Subject": facts.map(|facts| facts.subject.clone()),
        "Issuer": facts.map(|facts| facts.issuer.clone()),
        "CreatedAt": epoch(entry.created_at),
        "IssuedAt": entry.issued_at.map(epoch),
        "ImportedAt": entry.imported_at.map(epoch),
        "Status": entry.status(now),
        "RevokedAt": entry.revoked_at.map(epoch),
        "NotBefore": facts.map(|facts| epoch(facts.not_before)),
        "NotAfter": facts.map(|facts| epoch(facts.not_after)),
        // DescribeCertificate spells RSA-2048 where ListCertificates spells RSA_2048.
        "KeyAlgorithm": entry.key.acm_name().replace("RSA_", "RSA-"),
        "SignatureAlgorithm": facts.map(|facts| facts.signature_algorithm.clone()),
        "InUseBy": entry.in_use_by,
        "FailureReason": entry.failure_reason,
        "Type": entry.kind,
        "RenewalSummary": entry.renewal,
        "KeyUsages": facts.map(|facts| {
            facts.key_usages.iter().map(|name| json!({ "Name": name })).collect::<Vec<_>>()
        }),
        "ExtendedKeyUsages": facts.map(|facts| {
            facts
                .extended_key_usages
                .iter()
                .map(|(name, oid)| json!({ "Name": name, "OID": oid }))
                .collect::<Vec<_>>()
        }),
        "CertificateAuthorityArn": entry.ca_arn,
        "RenewalEligibility": entry.renewal_eligibility(),
        "Options": (!imported).then(|| json!({
            "CertificateTransparencyLoggingPreference":
                if entry.kind == "AMAZON_ISSUED" { "ENABLED" } else { "DISABLED" },
            "Export": if entry.exportable { "ENABLED" } else { "DISABLED" },
        })),
        "CertificateKeyPairOrigin": entry.key_pair_origin,
    }))
}

/// API reference, GetCertificate: RequestInProgressException while the certificate is not issued.
/// The error of a failed request is unverified.
pub(super) fn get(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let entry = find(state, &arn)?;
    match (&entry.pem, &entry.facts) {
        (Some(pem), _) => Ok(without_nulls(json!({
            "Certificate": pem,
            "CertificateChain": entry.chain,
        }))),
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
