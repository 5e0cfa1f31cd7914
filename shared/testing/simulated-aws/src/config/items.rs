//! The configuration items of certificates and private CAs.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::acm::without_nulls;
use crate::aws::State;

pub(crate) fn certificate_item(state: &mut State, arn: &str) -> Option<Value> {
    let input = json!({ "CertificateArn": arn });
    let described = crate::acm::call(state, "DescribeCertificate", &input).ok()?;
    let mut configuration = spelled_by_config(&described["Certificate"]);
    if let Some(members) = configuration.as_object_mut() {
        // Not in the schema of AWS Config's items.
        members.remove("certificateKeyPairOrigin");
    }
    if let Some(options) = configuration["options"].as_object_mut() {
        options.remove("export");
    }
    Some(item(state, "AWS::ACM::Certificate", arn, &configuration, &crate::acm::tag_list(state, arn)))
}

pub(crate) fn private_ca_item(state: &mut State, arn: &str) -> Option<Value> {
    let input = json!({ "CertificateAuthorityArn": arn });
    let described = crate::pca::call(state, "DescribeCertificateAuthority", &input).ok()?;
    // A deleted CA does not list its tags.
    let tags = crate::pca::call(state, "ListTags", &input).unwrap_or_default();
    let authority = &described["CertificateAuthority"];
    let mut configuration = authority["CertificateAuthorityConfiguration"].clone();
    for member in ["Arn", "Type", "KeyStorageSecurityStandard", "RevocationConfiguration"] {
        configuration[member] = authority[member].clone();
    }
    Some(item(state, "AWS::ACMPCA::CertificateAuthority", arn, &without_nulls(configuration), &tags["Tags"]))
}

/// Members start with a small letter, times are ISO 8601 (`extendedKeyUsages[].oID` is AWS's own spelling).
fn spelled_by_config(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                let time = value
                    .as_f64()
                    .filter(|_| name.ends_with("At") || matches!(name.as_str(), "NotBefore" | "NotAfter" | "UpdatedAt"))
                    .map(|seconds| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs_f64(seconds));
                let value = time.map_or_else(|| spelled_by_config(value), |at| json!(at.to_string()));
                (first.into_iter().chain(letters).collect(), value)
            })
            .collect::<serde_json::Map<String, Value>>()
            .into(),
        Value::Array(entries) => entries.iter().map(spelled_by_config).collect(),
        other => other.clone(),
    }
}

fn item(state: &State, resource_type: &str, arn: &str, configuration: &Value, tags: &Value) -> Value {
    let pairs = tags.as_array().into_iter().flatten();
    let tags: serde_json::Map<String, Value> = pairs
        .map(|tag| {
            (tag["Key"].as_str().unwrap_or_default().to_owned(), json!(tag["Value"].as_str().unwrap_or_default()))
        })
        .collect();
    json!({
        "relatedEvents": [],
        "relationships": [],
        "configuration": configuration,
        "supplementaryConfiguration": {},
        "tags": tags,
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": state.now.to_string(),
        "configurationStateId": state.now.as_millisecond(),
        "awsAccountId": state.account,
        "configurationItemStatus": "OK",
        "resourceType": resource_type,
        "resourceId": arn,
        "resourceName": null,
        "ARN": arn,
        "awsRegion": state.region,
        "availabilityZone": null,
        "configurationStateMd5Hash": "",
        "resourceCreationTime": state.now.to_string(),
    })
}
