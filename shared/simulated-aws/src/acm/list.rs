//! ListCertificates.

use serde_json::{Value, json};

use super::{Entry, epoch, without_nulls};
use crate::Key;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, ListCertificates, MaxItems: valid range 1 to 1000.
const LARGEST_PAGE: u64 = 1000;
/// The page when MaxItems is missing is unverified; a small one finds code that does not page.
const DEFAULT_PAGE: u64 = 100;

pub(super) fn list(state: &mut State, input: &Value) -> Answer {
    let page = page_size(input)?;
    check_sorting(input)?;
    check_enums(input)?;
    let start_after = start_after(state, input)?;
    let now = state.now;

    let mut matching = state
        .acm
        .certificates
        .values()
        .filter(|entry| start_after.as_deref().is_none_or(|last| entry.arn.as_str() > last))
        .filter(|entry| {
            has_wanted_key_type(entry, input)
                && has_wanted_origin(entry, input)
                && has_wanted_status(entry.status(now), input)
                && has_wanted_usages(entry, input)
                && has_wanted_options(entry, input)
        });
    let mut summaries = Vec::new();
    let mut last = None;
    for entry in matching.by_ref().take(usize::try_from(page).unwrap_or(usize::MAX)) {
        summaries.push(summary(entry, now));
        last = Some(entry.arn.clone());
    }
    let more = matching.next().is_some();
    let next = last.filter(|_| more).map(|last| token(&last, input));
    Ok(without_nulls(json!({ "CertificateSummaryList": summaries, "NextToken": next })))
}

fn page_size(input: &Value) -> Result<u64, ApiError> {
    match &input["MaxItems"] {
        Value::Null => Ok(DEFAULT_PAGE),
        value => match value.as_u64() {
            Some(items @ 1..=LARGEST_PAGE) => Ok(items),
            _ => Err(ApiError::constraint("maxItems", "be between 1 and 1000")),
        },
    }
}

/// API reference, SortBy: "If you specify SortBy, you must also specify SortOrder", and the reverse.
/// Descending order is not modelled.
fn check_sorting(input: &Value) -> Result<(), ApiError> {
    match (input["SortBy"].as_str(), input["SortOrder"].as_str()) {
        (None, None) | (Some("CREATED_AT"), Some("ASCENDING")) => Ok(()),
        (Some("CREATED_AT"), Some("DESCENDING")) => {
            Err(ApiError::new("NotModelled", "simulated-aws does not sort in descending order"))
        }
        (Some(_), Some(_)) => Err(ApiError::constraint("sortBy", "satisfy enum value set: [CREATED_AT]")),
        _ => Err(ApiError::validation("SortBy and SortOrder must be specified together")),
    }
}

/// Requests are checked against the closed sets of the service model.
fn check_enums(input: &Value) -> Result<(), ApiError> {
    let key_types = &input["Includes"]["keyTypes"];
    if !strings(key_types).all(|name| Key::from_acm_name(name).is_some()) {
        return Err(ApiError::constraint("includes.keyTypes", "satisfy enum value set"));
    }
    let origins = ["AWS_MANAGED", "CUSTOMER_PROVIDED", "ACME"];
    if !strings(&input["CertificateKeyPairOrigins"]).all(|origin| origins.contains(&origin)) {
        return Err(ApiError::constraint("certificateKeyPairOrigins", "satisfy enum value set"));
    }
    let statuses = ["PENDING_VALIDATION", "ISSUED", "INACTIVE", "EXPIRED", "VALIDATION_TIMED_OUT", "REVOKED", "FAILED"];
    if !strings(&input["CertificateStatuses"]).all(|status| statuses.contains(&status)) {
        return Err(ApiError::constraint("certificateStatuses", "satisfy enum value set"));
    }
    Ok(())
}

/// API reference, ListCertificates: "Default filtering returns only RSA_1024 and RSA_2048 certificates".
fn has_wanted_key_type(entry: &Entry, input: &Value) -> bool {
    let mut wanted = strings(&input["Includes"]["keyTypes"]).peekable();
    match wanted.peek() {
        None => matches!(entry.key, Key::Rsa1024 | Key::Rsa2048),
        Some(_) => wanted.any(|name| name == entry.key.acm_name()),
    }
}

/// API reference, CertificateKeyPairOrigins: "Default filtering returns only certificates with key pair
/// origin of AWS_MANAGED and CUSTOMER_PROVIDED".
fn has_wanted_origin(entry: &Entry, input: &Value) -> bool {
    let mut wanted = strings(&input["CertificateKeyPairOrigins"]).peekable();
    match wanted.peek() {
        None => entry.key_pair_origin != "ACME",
        Some(_) => wanted.any(|origin| origin == entry.key_pair_origin),
    }
}

/// API reference, CertificateStatuses: "Filter the certificate list by status value".
fn has_wanted_status(status: &str, input: &Value) -> bool {
    let mut wanted = strings(&input["CertificateStatuses"]).peekable();
    wanted.peek().is_none() || wanted.any(|one| one == status)
}

/// API reference, Filters: keyUsage and extendedKeyUsage.
fn has_wanted_usages(entry: &Entry, input: &Value) -> bool {
    let (mut usages, mut extended) = (Vec::new(), Vec::new());
    if let Some(facts) = &entry.facts {
        usages = facts.key_usages.iter().map(String::as_str).collect();
        extended = facts.extended_key_usages.iter().map(|(name, _)| name.as_str()).collect();
    }
    strings(&input["Includes"]["keyUsage"]).all(|usage| usages.contains(&usage))
        && strings(&input["Includes"]["extendedKeyUsage"]).all(|usage| extended.contains(&usage))
}

/// API reference, Filters: exportOption and managedBy.
fn has_wanted_options(entry: &Entry, input: &Value) -> bool {
    let export = if entry.exportable { "ENABLED" } else { "DISABLED" };
    input["Includes"]["exportOption"].as_str().is_none_or(|wanted| wanted == export)
        && input["Includes"]["managedBy"].is_null()
}

/// A token is good for the request that got it, with the same filters.
fn token(last: &str, input: &Value) -> String {
    let mut filters = input.clone();
    if let Some(members) = filters.as_object_mut() {
        members.remove("NextToken");
        members.remove("MaxItems");
    }
    aws_smithy_types::base64::encode(format!("{last} {filters}"))
}

/// "NextToken: Set it to the value of NextToken from the response you just received".
fn start_after(state: &State, input: &Value) -> Result<Option<String>, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(None) };
    let last = crate::calls::decode_blob(given)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(' ').map(|(last, _)| last.to_owned()));
    match last {
        Some(last) if token(&last, input) == given && last.contains(&state.account) => Ok(Some(last)),
        _ => Err(ApiError::validation("The NextToken is not valid")),
    }
}

/// API reference, CertificateSummary.
fn summary(entry: &Entry, now: jiff::Timestamp) -> Value {
    let facts = entry.facts.as_ref();
    let imported = entry.kind == "IMPORTED";
    without_nulls(json!({
        "CertificateArn": entry.arn,
        "DomainName": entry.domain_name,
        // "Up to the first 100 subject alternative names".
        "SubjectAlternativeNameSummaries": entry.names.iter().take(100).collect::<Vec<_>>(),
        "HasAdditionalSubjectAlternativeNames": entry.names.len() > 100,
        "Status": entry.status(now),
        "Type": entry.kind,
        "KeyAlgorithm": entry.key.acm_name(),
        "KeyUsages": facts.map(|facts| facts.key_usages.clone()),
        "ExtendedKeyUsages": facts.map(|facts| {
            facts.extended_key_usages.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        }),
        "ExportOption": (!imported).then_some(if entry.exportable { "ENABLED" } else { "DISABLED" }),
        "InUse": !entry.in_use_by.is_empty(),
        // "This value exists only when the certificate type is PRIVATE".
        "Exported": (entry.kind == "PRIVATE").then_some(false),
        "RenewalEligibility": entry.renewal_eligibility(),
        "NotBefore": facts.map(|facts| epoch(facts.not_before)),
        "NotAfter": facts.map(|facts| epoch(facts.not_after)),
        "CreatedAt": epoch(entry.created_at),
        "IssuedAt": entry.issued_at.map(epoch),
        "ImportedAt": entry.imported_at.map(epoch),
        "RevokedAt": entry.revoked_at.map(epoch),
        "CertificateKeyPairOrigin": entry.key_pair_origin,
    }))
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
