//! GetResources.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{check_arns, invalid, strings};
use crate::acm;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// API reference, ResourcesPerPage: 1 to 100. That it is 100 when it is missing is unverified.
const LARGEST_PAGE: u64 = 100;
/// API reference, TagsPerPage: 100 to 500.
const FEWEST_TAGS: u64 = 100;
const MOST_TAGS: u64 = 500;
/// API reference, ResourceTypeFilters: "The array can include up to 100 items".
const MOST_TYPES: usize = 100;
/// API reference, PaginationTokenExpiredException: "A PaginationToken is valid for a maximum of 15 minutes".
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// A certificate's ARN and its tags, as the index of this API has them.
type Tagged<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// API reference, GetResources: "Returns all the tagged or previously tagged resources that are located in the specified
/// AWS Region for the account". PaginationToken is empty on the last page, where its documentation says null
/// (boto/boto3#2513).
pub(super) fn resources(state: &State, input: &Value) -> Answer {
    check_combination(input)?;
    check_types(input)?;
    check_arns(state, &strings(&input["ResourceARNList"]))?;
    let page = Page::of(input)?;
    let after = start_after(state, input)?;
    let mut matching = acm::tagged(state)
        .filter(|(arn, _)| after.as_deref().is_none_or(|last| *arn > last))
        .filter(|one| is_wanted(one, input))
        .peekable();
    let mut found: Vec<Tagged<'_>> = Vec::new();
    while let Some(next) = matching.next_if(|next| page.has_room_for(&found, next)) {
        found.push(next);
    }
    let last = found.last().filter(|_| matching.peek().is_some());
    let token = last.map(|(last, _)| token(state.now, last, input)).unwrap_or_default();
    let mappings: Vec<Value> = found.into_iter().map(mapping).collect();
    Ok(json!({ "ResourceTagMappingList": mappings, "PaginationToken": token }))
}

/// API reference, ResourceARNList: not together with a filter or "any of the pagination parameters"; and
/// ExcludeCompliantResources: "only if the IncludeComplianceDetails parameter is also set to true".
fn check_combination(input: &Value) -> Result<(), ApiError> {
    let given = |member: &&&str| !input[**member].is_null();
    let others = ["ResourceTypeFilters", "TagFilters", "ResourcesPerPage", "TagsPerPage", "PaginationToken"];
    if let Some(other) = others.iter().find(given).filter(|_| !input["ResourceARNList"].is_null()) {
        return Err(invalid(&format!("ResourceARNList cannot be used with {other}")));
    }
    match (&input["IncludeComplianceDetails"], &input["ExcludeCompliantResources"]) {
        (Value::Bool(true), _) => {
            Err(ApiError::new("NotModelled", "simulated-aws does not model compliance with tag policies").status(501))
        }
        (_, Value::Bool(true)) => Err(invalid("ExcludeCompliantResources needs IncludeComplianceDetails")),
        _ => Ok(()),
    }
}

/// API reference, ResourceTypeFilters: `service[:resourceType]`. A type that does not exist finds nothing (unverified).
fn check_types(input: &Value) -> Result<(), ApiError> {
    let types = strings(&input["ResourceTypeFilters"]);
    if types.len() > MOST_TYPES {
        return Err(invalid("ResourceTypeFilters can have at most 100 items"));
    }
    match types.iter().find(|one| one.split(':').any(str::is_empty)) {
        Some(one) => Err(invalid(&format!("{one} is not a resource type"))),
        None => Ok(()),
    }
}

/// How much fits on a page.
struct Page {
    resources: u64,
    tags: u64,
}

impl Page {
    fn of(input: &Value) -> Result<Self, ApiError> {
        Ok(Self {
            resources: between(input, "ResourcesPerPage", 1, LARGEST_PAGE)?.unwrap_or(LARGEST_PAGE),
            tags: between(input, "TagsPerPage", FEWEST_TAGS, MOST_TAGS)?.unwrap_or(u64::MAX),
        })
    }

    /// API reference, TagsPerPage: "A resource with no tags is counted as having one tag. GetResources does not split a
    /// resource and its associated tags across pages".
    fn has_room_for(&self, found: &[Tagged<'_>], next: &Tagged<'_>) -> bool {
        let tags: usize = found.iter().chain([next]).map(|(_, tags)| tags.len().max(1)).sum();
        (found.len() as u64) < self.resources && (tags as u64) <= self.tags
    }
}

fn between(input: &Value, member: &str, least: u64, most: u64) -> Result<Option<u64>, ApiError> {
    let number = &input[member];
    match number.as_u64().filter(|number| (least..=most).contains(number)) {
        None if !number.is_null() => Err(invalid(&format!("{member} must be between {least} and {most}"))),
        number => Ok(number),
    }
}

/// API reference, ResourceARNList: "If a resource specified by this parameter doesn't exist, it doesn't generate an
/// error; it simply isn't included in the response".
fn is_wanted((arn, tags): &Tagged<'_>, input: &Value) -> bool {
    let arns = strings(&input["ResourceARNList"]);
    let types = strings(&input["ResourceTypeFilters"]);
    (arns.is_empty() || arns.contains(arn))
        && (types.is_empty() || types.iter().any(|one| ["acm", "acm:certificate"].contains(one)))
        && has_wanted_tags(tags, &input["TagFilters"])
}

/// API reference, TagFilters: every filter; any of a filter's values, or "any or no value" when none is given.
fn has_wanted_tags(tags: &[(&str, &str)], filters: &Value) -> bool {
    filters.as_array().into_iter().flatten().all(|filter| {
        let values = strings(&filter["Values"]);
        tags.iter()
            .any(|(key, value)| filter["Key"].as_str() == Some(key) && (values.is_empty() || values.contains(value)))
    })
}

/// API reference, TagFilters: "Resources that were previously tagged, but do not currently have tags, are shown with an
/// empty tag set".
fn mapping((arn, tags): Tagged<'_>) -> Value {
    let tags: Vec<_> = tags.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "ResourceARN": arn, "Tags": tags })
}

/// That a token is good only for the filters that it was given for is unverified.
fn token(at: Timestamp, last: &str, input: &Value) -> String {
    let filters = [&input["ResourceTypeFilters"], &input["TagFilters"]];
    aws_smithy_types::base64::encode(format!("{} {last} {filters:?}", at.as_millisecond()))
}

/// API reference, PaginationToken: "Leave this parameter empty in your initial request".
fn start_after(state: &State, input: &Value) -> Result<Option<String>, ApiError> {
    let given = input["PaginationToken"].as_str().unwrap_or_default();
    if given.is_empty() {
        return Ok(None);
    }
    let (at, last) = read_token(given)
        .filter(|(at, last)| token(*at, last, input) == given)
        .ok_or_else(|| invalid("The PaginationToken is not valid"))?;
    if state.now.duration_since(at) > TOKEN_LIFETIME {
        return Err(ApiError::new("PaginationTokenExpiredException", "The PaginationToken has expired"));
    }
    Ok(Some(last))
}

fn read_token(token: &str) -> Option<(Timestamp, String)> {
    let text = String::from_utf8(decode_blob(token)?).ok()?;
    let mut parts = text.splitn(3, ' ');
    let at = Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?;
    Some((at, parts.next()?.to_owned()))
}
