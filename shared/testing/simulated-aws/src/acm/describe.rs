//! DescribeCertificate and GetCertificate.

use serde_json::{Value, json};

use super::update::Update;
use super::{Entry, certificate_arn, epoch, find, object, shown_algorithm};
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
        ("DomainValidationOptions", validation(entry)),
        ("Serial", json!(facts.map(|facts| &facts.serial))),
        ("Subject", json!(subject(entry))),
        ("Issuer", json!(issuer(entry))),
        ("CreatedAt", epoch(entry.created_at)),
        ("IssuedAt", json!(entry.issued_at.map(epoch))),
        ("ImportedAt", json!(entry.imported_at.map(epoch))),
        ("Status", json!(entry.status(now))),
        ("RevokedAt", json!(entry.revoked_at.map(epoch))),
        ("NotBefore", json!(facts.map(|facts| epoch(facts.not_before)))),
        ("NotAfter", json!(facts.map(|facts| epoch(facts.not_after)))),
        ("KeyAlgorithm", json!(shown_algorithm(entry.key))),
        ("SignatureAlgorithm", json!(signature_algorithm(entry))),
        ("InUseBy", json!(entry.in_use_by)),
        ("FailureReason", json!(entry.failure_reason)),
        ("Type", json!(entry.kind)),
        ("RenewalSummary", json!(entry.renewal)),
        ("UpdateSummary", json!(entry.update.as_ref().map(Update::summary))),
        ("KeyUsages", facts.map_or(json!([]), key_usages)),
        ("ExtendedKeyUsages", facts.map_or(json!([]), extended_key_usages)),
        ("CertificateAuthorityArn", json!(entry.ca_arn)),
        ("RenewalEligibility", json!(entry.renewal_eligibility())),
        ("Options", options(entry)),
        ("CertificateKeyPairOrigin", json!(entry.key_pair_origin)),
        ("AcmeAccountId", json!(entry.acme.as_ref().map(|(account, _)| account))),
        ("AcmeEndpointArn", json!(entry.acme.as_ref().map(|(_, endpoint)| endpoint))),
        ("ManagedBy", json!(entry.managed_by)),
        ("CertificateUsage", json!(entry.usage())),
        ("RootHierarchyType", json!(entry.root_hierarchy)),
    ])
}

/// Of imported certificates the names, and nothing else in them (recorded from AWS: LocalStack's
/// `tests/aws/services/acm/test_acm.snapshot.json`, test_import_certificate, 2024-02-22).
fn validation(entry: &Entry) -> Value {
    if entry.kind != "IMPORTED" {
        return json!((!entry.validation.is_empty()).then_some(&entry.validation));
    }
    let domain = entry.domain_name.iter().filter(|_| entry.names.is_empty());
    let options: Vec<_> = entry.names.iter().chain(domain).map(|name| json!({ "DomainName": name })).collect();
    json!((!options.is_empty()).then_some(options))
}

/// Recorded from AWS before the certificate is issued, and when it failed: LocalStack's snapshot file,
/// test_certificate_for_subdomain_wildcard, 2023-04-18, and test_create_certificate_for_multiple_alternative_domains,
/// 2024-01-09. Of private certificates it is unverified.
fn subject(entry: &Entry) -> Option<String> {
    let requested = || entry.domain_name.as_ref().map(|domain| format!("CN={domain}"));
    entry.facts.as_ref().map(|facts| facts.subject.clone()).or_else(requested)
}

/// Of public certificates `Amazon`, before they are issued as well (same records); of imported ones the issuer's
/// organization. That private ones show as much as imported ones is unverified.
fn issuer(entry: &Entry) -> Option<&str> {
    match entry.kind.as_str() {
        "AMAZON_ISSUED" => Some("Amazon"),
        _ => entry.facts.as_ref().map(|facts| facts.issuer_name.as_str()),
    }
}

/// Before a public certificate is issued, `SHA256WITHRSA` of an RSA key (same records); of an elliptic curve it is
/// unverified.
fn signature_algorithm(entry: &Entry) -> Option<&str> {
    let requested =
        (entry.kind == "AMAZON_ISSUED").then_some(if entry.key.is_rsa() { "SHA256WITHRSA" } else { "SHA256WITHECDSA" });
    entry.facts.as_ref().map(|facts| facts.signature_algorithm.as_str()).or(requested)
}

fn key_usages(facts: &Facts) -> Value {
    facts.key_usages.iter().map(|name| object([("Name", json!(name))])).collect()
}

fn extended_key_usages(facts: &Facts) -> Value {
    facts.extended_key_usages.iter().map(|(name, oid)| object([("Name", json!(name)), ("OID", json!(oid))])).collect()
}

/// API reference, CertificateOptions; of imported certificates both are DISABLED (same record). RequestCertificate,
/// RootHierarchyType: "Amazon N2 certificates are not recorded in a certificate transparency log"; that DISABLED says so
/// is unverified.
fn options(entry: &Entry) -> Value {
    let is_logged = entry.kind == "AMAZON_ISSUED" && entry.root_hierarchy.is_none();
    let logged = if is_logged { "ENABLED" } else { "DISABLED" };
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
