//! The Resource Groups Tagging API, over the certificates of ACM.

mod resources;

use serde_json::{Map, Value, json};

use crate::acm;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetResources" => resources::resources(state, input),
        "TagResources" => tag(state, input),
        "UntagResources" => untag(state, input),
        other => Err(not_modelled("tag", other)),
    }
}

/// API reference, TagResources: each resource succeeds or fails on its own.
fn tag(state: &mut State, input: &Value) -> Answer {
    let tags = input["Tags"].as_object().cloned().unwrap_or_default();
    let tags: Vec<_> = tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    each(state, input, "AddTagsToCertificate", &Value::from(tags))
}

fn untag(state: &mut State, input: &Value) -> Answer {
    let tags: Vec<_> = strings(&input["TagKeys"]).into_iter().map(|key| json!({ "Key": key })).collect();
    each(state, input, "RemoveTagsFromCertificate", &Value::from(tags))
}

fn each(state: &mut State, input: &Value, operation: &str, tags: &Value) -> Answer {
    let arns = strings(&input["ResourceARNList"]);
    check_arns(state, &arns)?;
    let mut failed = Map::new();
    for arn in arns {
        let request = json!({ "CertificateArn": arn, "Tags": tags });
        if let Err(error) = acm::call(state, operation, &request) {
            let failure = json!({ "StatusCode": error.status, "ErrorCode": "InvalidParameterException", "ErrorMessage": error.message });
            failed.insert(arn.to_owned(), failure);
        }
    }
    Ok(json!({ "FailedResourcesMap": failed }))
}

/// API reference, InvalidParameterException: "A provided string parameter is malformed" (its text is in boto/boto3#2760),
/// and "The partition specified in an ARN parameter in the request doesn't match the partition where you invoked the
/// operation" (which has the same text here, unverified).
fn check_arns(state: &State, arns: &[&str]) -> Result<(), ApiError> {
    let prefix = format!("arn:{}:", state.partition());
    match arns.iter().find(|arn| !arn.starts_with(&prefix)) {
        Some(arn) => Err(invalid(&format!("{arn} not a valid AmazonResourceName (ARN)"))),
        None => Ok(()),
    }
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidParameterException", why)
}
