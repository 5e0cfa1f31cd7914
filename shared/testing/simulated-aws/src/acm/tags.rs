//! Tags on certificates: AddTagsToCertificate, RemoveTagsFromCertificate, ListTagsForCertificate.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::{certificate_arn, find, find_mut};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// User guide, "Tag restrictions": at most 50 tags per certificate.
const MOST_TAGS: usize = 50;
/// User guide, "Tag restrictions": keys of at most 127 and values of at most 255 characters.
const LONGEST_KEY: usize = 127;
const LONGEST_VALUE: usize = 255;

/// A key and, in requests that remove, perhaps no value.
type Tag = (String, Option<String>);

/// API reference, ListTagsForCertificate: the response.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    tags: Vec<ListedTag<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedTag<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// A certificate's tags as a list of the API's form; empty when there is no such certificate.
pub(crate) fn tag_list(state: &State, arn: &str) -> Value {
    let tags = state.acm.certificates.get(arn).into_iter().flat_map(|entry| &entry.tags);
    tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Answers text, as ListCertificates does: more than half of all calls are this one.
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let tags = find(state, &arn)?.tags.iter();
    let tags = tags.map(|(key, value)| ListedTag { key, value: value.as_deref() }).collect();
    Ok(Value::String(serde_json::to_string(&Listed { tags }).expect("it is made of texts")))
}

pub(super) fn add(state: &mut State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let tags = parse(input)?;
    let (now, delay) = (state.now, state.tagging_delay);
    let entry = find_mut(state, &arn)?;
    check_count(entry.tags.keys().chain(tags.iter().map(|(key, _)| key)))?;
    entry.keep_tags(now, delay);
    // "If the tag exists already, its value is overwritten".
    entry.tags.extend(tags);
    Ok(json!({}))
}

/// API reference, RemoveTagsFromCertificate: "If you do not specify the value portion of the tag, the tag
/// will be removed regardless of value. If you specify a value, the tag is removed only if it is
/// associated with the specified value."
pub(super) fn remove(state: &mut State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let tags = parse(input)?;
    let (now, delay) = (state.now, state.tagging_delay);
    let entry = find_mut(state, &arn)?;
    entry.keep_tags(now, delay);
    for (key, value) in tags {
        let present = entry.tags.get(&key);
        if value.is_none() || present == Some(&value) {
            entry.previously_tagged |= entry.tags.remove(&key).is_some();
        }
    }
    Ok(json!({}))
}

/// The `Tags` member, every tag checked.
pub(super) fn parse(input: &Value) -> Result<Vec<Tag>, ApiError> {
    let list = input["Tags"].as_array().map_or(&[][..], Vec::as_slice);
    // API reference, Tags: 1 to 50 items.
    if list.is_empty() || list.len() > MOST_TAGS {
        return Err(ApiError::constraint("tags", "have length between 1 and 50"));
    }
    let mut seen = BTreeSet::new();
    let mut tags = Vec::new();
    for tag in list {
        let key = tag["Key"].as_str().unwrap_or_default().to_owned();
        let value = tag["Value"].as_str().map(str::to_owned);
        check_key(&key)?;
        check_value(value.as_deref().unwrap_or_default())?;
        // That a key may not come twice in one request is unverified.
        if !seen.insert(key.clone()) {
            return Err(ApiError::new("InvalidParameterException", format!("Duplicate tag key: {key}")));
        }
        tags.push((key, value));
    }
    Ok(tags)
}

/// "TooManyTagsException: The request contains too many tags".
pub(super) fn check_count<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), ApiError> {
    let different: BTreeSet<_> = keys.collect();
    if different.len() > MOST_TAGS {
        return Err(ApiError::new("TooManyTagsException", "More than 50 tags on one certificate"));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), ApiError> {
    if key.is_empty() || key.chars().count() > LONGEST_KEY {
        return Err(ApiError::constraint("tags.member.key", "have length between 1 and 127"));
    }
    check_characters("tags.member.key", key)?;
    // User guide, "Tag restrictions": the prefix aws: is reserved, in any case of letters.
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(ApiError::new("InvalidTagException", "aws: prefixed tag key names are not allowed"));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<(), ApiError> {
    if value.chars().count() > LONGEST_VALUE {
        return Err(ApiError::constraint("tags.member.value", "have length at most 255"));
    }
    check_characters("tags.member.value", value)
}

/// API reference, Tag: pattern `[\p{L}\p{Z}\p{N}_.:\/=+\-@]*`.
fn check_characters(member: &str, text: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c);
    if text.chars().all(allowed) {
        return Ok(());
    }
    Err(ApiError::constraint(member, r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:\/=+\-@]*"))
}

/// The ARN and the tags of each certificate that has or had tags, in the order of ARNs, as far as the Resource Groups
/// Tagging API has noticed.
pub(crate) fn tagged(state: &State) -> impl Iterator<Item = (&str, Vec<(&str, &str)>)> {
    state.acm.certificates.values().filter_map(|entry| {
        let tags = entry.indexed_tags(state.now, state.tagging_delay)?.iter();
        let tags = tags.map(|(key, value)| (key.as_str(), value.as_deref().unwrap_or_default()));
        Some((entry.arn.as_str(), tags.collect()))
    })
}
