//! ListSecrets, BatchGetSecretValue.

use serde_json::{Value, json};

use super::filters::Filters;
use super::secret::Secret;
use super::{find_active, invalid, read};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API references, MaxResults: at most 100, and 20 of BatchGetSecretValue. That these are the sizes of a page when it is
/// missing is unverified.
const LARGEST_PAGE: u64 = 100;
const LARGEST_BATCH: u64 = 20;

/// API reference, ListSecrets: "not including secrets that are marked for deletion" unless IncludePlannedDeletion says so.
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let planned = input["IncludePlannedDeletion"] == true;
    let found = matching(state, input)?.into_iter().filter(|secret| planned || secret.deleted_at.is_none());
    let (page, next) = page(found.collect(), input, LARGEST_PAGE)?;
    let listed: Vec<_> = page.into_iter().map(|secret| secret.metadata("SecretVersionsToStages")).collect();
    Ok(without_nulls(json!({ "SecretList": listed, "NextToken": next })))
}

/// API reference, BatchGetSecretValue: "You must include Filters or SecretIdList, but not both", and MaxResults with
/// Filters only. The texts are in moto's `tests/test_secretsmanager/test_secretsmanager.py`. Each secret is answered or
/// has an error of its own.
pub(super) fn batch(state: &mut State, input: &Value) -> Answer {
    let ids: Vec<String> = strings(&input["SecretIdList"]).map(str::to_owned).collect();
    let by_filters = !input["Filters"].is_null();
    if ids.is_empty() != by_filters {
        return Err(invalid("Either 'SecretIdList' or 'Filters' must be provided, but not both."));
    }
    if !input["MaxResults"].is_null() && !by_filters {
        let why = "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.";
        return Err(invalid(why));
    }
    let (ids, next) = if by_filters { filtered(state, input)? } else { (ids, None) };
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        match value_of(state, &id) {
            Ok(value) => values.push(value),
            Err(error) => {
                errors.push(json!({ "SecretId": id, "ErrorCode": error.code, "Message": error.message }));
            }
        }
    }
    Ok(without_nulls(json!({ "SecretValues": values, "Errors": errors, "NextToken": next })))
}

fn filtered(state: &State, input: &Value) -> Result<(Vec<String>, Option<String>), ApiError> {
    let found = matching(state, input)?.into_iter().filter(|secret| secret.deleted_at.is_none());
    let (page, next) = page(found.collect(), input, LARGEST_BATCH)?;
    Ok((page.into_iter().map(|secret| secret.arn.clone()).collect(), next))
}

fn value_of(state: &mut State, id: &str) -> Answer {
    let now = state.now;
    read::get_current(find_active(state, &json!({ "SecretId": id }))?, now)
}

/// API reference, ListSecrets, SortBy: "If not specified, secrets are listed by CreatedDate". That the oldest one is the
/// first is in moto's `tests/test_secretsmanager/test_list_secrets.py`, which is verified on AWS.
fn matching<'a>(state: &'a State, input: &Value) -> Result<Vec<&'a Secret>, ApiError> {
    let filters = Filters::read(&input["Filters"])?;
    let secrets = state.secrets.secrets.values();
    let mut found: Vec<&Secret> = secrets.filter(|secret| filters.match_secret(secret)).collect();
    match input["SortBy"].as_str() {
        Some("name") => found.sort_by_key(|secret| &secret.name),
        Some("last-changed-date") => found.sort_by_key(|secret| (secret.changed_at, secret.number)),
        Some("last-accessed-date") => found.sort_by_key(|secret| (secret.accessed_at, secret.number)),
        _ => found.sort_by_key(|secret| secret.number),
    }
    if input["SortOrder"] == "desc" {
        found.reverse();
    }
    Ok(found)
}

/// A page, and the token of the next one.
fn page<'a>(
    found: Vec<&'a Secret>,
    input: &Value,
    largest: u64,
) -> Result<(Vec<&'a Secret>, Option<String>), ApiError> {
    let start = match input["NextToken"].as_str() {
        None => 0,
        Some(given) => {
            let place = found.iter().position(|secret| token(&secret.name, input) == given);
            place.ok_or_else(|| ApiError::new("InvalidNextTokenException", "Invalid NextToken value."))? + 1
        }
    };
    let size = usize::try_from(input["MaxResults"].as_u64().unwrap_or(largest)).unwrap_or(usize::MAX);
    let rest = &found[start..];
    let shown = &rest[..rest.len().min(size)];
    let last = shown.last().filter(|_| rest.len() > shown.len());
    Ok((shown.to_vec(), last.map(|last| token(&last.name, input))))
}

/// That a token is good only for the filters and the order that it was given for is unverified.
fn token(last: &str, input: &Value) -> String {
    let of = [&input["Filters"], &input["SortBy"], &input["SortOrder"]];
    aws_smithy_types::base64::encode(format!("{last} {of:?}"))
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
