//! The Resource Groups Tagging API, over ACM's certificates: with it Cloud Custodian reads and writes tags.

use serde_json::{Map, Value, json};

use crate::acm;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// API reference, GetResources, ResourcesPerPage: 1 to 100; ResourceARNList: at most 100.
const LARGEST_PAGE: u64 = 100;
/// API reference, TagResources: at most 20 ARNs.
const MOST_TAGGED: usize = 20;

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetResources" => resources(state, input),
        "TagResources" => tag(state, input),
        "UntagResources" => untag(state, input),
        other => Err(not_modelled("tag", other)),
    }
}

/// API reference, GetResources: "Returns all the tagged or previously tagged resources"; the page token is
/// empty on the last page.
fn resources(state: &State, input: &Value) -> Answer {
    let wanted = strings(&input["ResourceARNList"]);
    let types = strings(&input["ResourceTypeFilters"]);
    if !wanted.is_empty() && (!types.is_empty() || !input["TagFilters"].is_null()) {
        return Err(invalid("ResourceARNList cannot be used with filters"));
    }
    // API reference, GetResources, ResourceARNList: "you must not specify ... ResourcesPerPage" either.
    if !wanted.is_empty() && !input["ResourcesPerPage"].is_null() {
        return Err(invalid("ResourceARNList cannot be used with ResourcesPerPage"));
    }
    let page = match &input["ResourcesPerPage"] {
        Value::Null => LARGEST_PAGE,
        value => value
            .as_u64()
            .filter(|items| (1..=LARGEST_PAGE).contains(items))
            .ok_or_else(|| invalid("ResourcesPerPage must be between 1 and 100"))?,
    };
    let after = input["PaginationToken"].as_str().unwrap_or_default();
    let of_type = types.is_empty() || types.contains(&"acm") || types.contains(&"acm:certificate");
    let mut matching = acm::tagged(state)
        .filter(|(arn, tags)| {
            of_type
                && *arn > after
                && (if wanted.is_empty() { !tags.is_empty() } else { wanted.contains(arn) })
                && has_wanted_tags(tags, &input["TagFilters"])
        })
        .peekable();
    let mut mappings = Vec::new();
    let mut last = "";
    while mappings.len() < usize::try_from(page).unwrap_or(usize::MAX) {
        let Some((arn, tags)) = matching.next() else { break };
        let tags: Vec<_> = tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        mappings.push(json!({ "ResourceARN": arn, "Tags": tags }));
        last = arn;
    }
    let token = if matching.peek().is_some() { last } else { "" };
    Ok(json!({ "ResourceTagMappingList": mappings, "PaginationToken": token }))
}

/// API reference, TagFilter: every key; any of its values, or whatever value when none is given.
fn has_wanted_tags(tags: &[(&str, &str)], filters: &Value) -> bool {
    filters.as_array().into_iter().flatten().all(|filter| {
        let values = strings(&filter["Values"]);
        tags.iter()
            .any(|(key, value)| filter["Key"].as_str() == Some(key) && (values.is_empty() || values.contains(value)))
    })
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
    if arns.is_empty() || arns.len() > MOST_TAGGED {
        return Err(invalid("ResourceARNList must have 1 to 20 items"));
    }
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

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidParameterException", why)
}
