//! SearchCertificates.

use serde_json::{Map, Value, json};

use super::{Entry, epoch, object};
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// API reference, SearchCertificates, MaxResults: "Default is 100".
const DEFAULT_PAGE: u64 = 100;

/// Without a filter. Filters and an order other than that of the ARNs are not modelled.
///
/// Whether Amazon N2 certificates are among the results is unverified: the API reference has no default that hides them, as
/// that of ListCertificates does, and no member that asks for them. Here they are hidden, which finds code that relies on them.
pub(super) fn search(state: &State, input: &Value) -> Answer {
    check_modelled(input)?;
    let page = usize::try_from(input["MaxResults"].as_u64().unwrap_or(DEFAULT_PAGE)).unwrap_or(usize::MAX);
    let after = start_after(input)?;
    let mut matching = state
        .acm
        .certificates
        .values()
        .filter(|entry| entry.root_hierarchy.is_none())
        .filter(|entry| after.as_deref().is_none_or(|last| entry.arn.as_str() > last));
    let found: Vec<&Entry> = matching.by_ref().take(page).collect();
    let last = found.last().filter(|_| matching.next().is_some()).map(|entry| token(&entry.arn));
    let results: Vec<Value> = found.iter().map(|entry| result(entry, state)).collect();
    Ok(object([("Results", json!(results)), ("NextToken", json!(last))]))
}

fn check_modelled(input: &Value) -> Result<(), ApiError> {
    let unmodelled = ["FilterStatement", "SortBy", "SortOrder"].iter().find(|member| !input[**member].is_null());
    unmodelled.map_or(Ok(()), |member| {
        Err(ApiError::new("NotModelled", format!("simulated-aws does not model {member} of SearchCertificates"))
            .status(501))
    })
}

fn token(last: &str) -> String {
    aws_smithy_types::base64::encode(format!("search {last}"))
}

/// The answer to a token that is not valid is unverified.
fn start_after(input: &Value) -> Result<Option<String>, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(None) };
    let text = decode_blob(given).and_then(|bytes| String::from_utf8(bytes).ok());
    let last = text.as_deref().and_then(|text| text.strip_prefix("search ")).map(str::to_owned);
    last.map(Some).ok_or_else(|| ApiError::validation("The NextToken is not valid"))
}

/// API reference, CertificateSearchResult: ARN, X.509 attributes and ACM's metadata; no tags, no users, no private CA.
fn result(entry: &Entry, state: &State) -> Value {
    object([
        ("CertificateArn", json!(entry.arn)),
        ("X509Attributes", attributes(entry)),
        ("CertificateMetadata", json!({ "AcmCertificateMetadata": metadata(entry, state) })),
    ])
}

/// API reference, X509Attributes. How SerialNumber is spelled is unverified: here as DescribeCertificate does.
fn attributes(entry: &Entry) -> Value {
    let Some(facts) = &entry.facts else { return Value::Null };
    let extended: Vec<_> = facts.extended_key_usages.iter().map(|(name, _)| name).collect();
    let names: Vec<_> = entry.names.iter().map(|name| json!({ "DnsName": name })).collect();
    object([
        ("Issuer", distinguished_name(&facts.issuer)),
        ("Subject", distinguished_name(&facts.subject)),
        ("SubjectAlternativeNames", json!(names)),
        ("ExtendedKeyUsages", json!(extended)),
        ("KeyAlgorithm", json!(entry.key.acm_name())),
        ("KeyUsages", json!(facts.key_usages)),
        ("SerialNumber", json!(facts.serial)),
        ("NotAfter", epoch(facts.not_after)),
        ("NotBefore", epoch(facts.not_before)),
    ])
}

/// API reference, AcmCertificateMetadata.
fn metadata(entry: &Entry, state: &State) -> Value {
    object([
        ("CreatedAt", epoch(entry.created_at)),
        ("Exported", json!((entry.kind != "IMPORTED").then_some(false))),
        ("ImportedAt", json!(entry.imported_at.map(epoch))),
        ("InUse", json!(!entry.in_use_by.is_empty())),
        ("IssuedAt", json!(entry.issued_at.map(epoch))),
        ("RenewalEligibility", json!(entry.renewal_eligibility())),
        ("RevokedAt", json!(entry.revoked_at.map(epoch))),
        ("Status", json!(entry.status(state.now))),
        ("RenewalStatus", json!(entry.renewal.as_ref().map(|renewal| &renewal["RenewalStatus"]))),
        ("Type", json!(entry.kind)),
        ("ExportOption", json!(if entry.exportable { "ENABLED" } else { "DISABLED" })),
        ("ManagedBy", json!(entry.managed_by)),
        ("ValidationMethod", json!(entry.validation.first().map(|domain| &domain["ValidationMethod"]))),
        ("CertificateKeyPairOrigin", json!(entry.key_pair_origin)),
        ("AcmeEndpointArn", json!(entry.acme.as_ref().map(|(_, endpoint)| endpoint))),
        ("AcmeAccountId", json!(entry.acme.as_ref().map(|(account, _)| account))),
    ])
}

/// API reference, DistinguishedName. Of an attribute that is there twice the first is shown, but for domain components.
fn distinguished_name(text: &str) -> Value {
    let mut name = Map::new();
    for (key, value) in text.split(',').filter_map(|part| part.trim().split_once('=')) {
        let Some(member) = member(key) else { continue };
        if member == "DomainComponents" {
            let list = name.entry(member).or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(json!(value)));
        } else {
            name.entry(member).or_insert_with(|| json!(value));
        }
    }
    Value::Object(name)
}

fn member(key: &str) -> Option<&'static str> {
    Some(match key {
        "CN" => "CommonName",
        "DC" => "DomainComponents",
        "C" => "Country",
        "L" => "Locality",
        "O" => "Organization",
        "OU" => "OrganizationalUnit",
        "ST" => "State",
        "serialNumber" => "SerialNumber",
        _ => return None,
    })
}
