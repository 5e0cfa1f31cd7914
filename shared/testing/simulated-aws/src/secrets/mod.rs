//! AWS Secrets Manager.

mod create;
mod deletion;
mod filters;
mod list;
mod read;
mod secret;
mod setup;
mod tags;
mod versions;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use secret::Secret;

/// The secrets, by name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    secrets: BTreeMap<String, Secret>,
}

/// Answers one operation. ListSecrets "might not reflect changes from the last five minutes" on AWS; here it does.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    deletion::settle(state);
    match operation {
        "CreateSecret" => create::create(state, input),
        "GetSecretValue" => read::get(state, input),
        "BatchGetSecretValue" => list::batch(state, input),
        "DescribeSecret" => read::describe(state, input),
        "ListSecretVersionIds" => read::versions(state, input),
        "ListSecrets" => list::list(state, input),
        "PutSecretValue" => versions::put(state, input),
        "UpdateSecret" => versions::update(state, input),
        "UpdateSecretVersionStage" => versions::update_stage(state, input),
        "DeleteSecret" => deletion::delete(state, input),
        "RestoreSecret" => deletion::restore(state, input),
        "TagResource" => tags::tag(state, input),
        "UntagResource" => tags::untag(state, input),
        other => Err(not_modelled("secretsmanager", other)),
    }
}

/// API reference, CreateSecret, Name: 1 to 512 of ASCII letters, numbers and `/_+=.@-`.
fn check_name(name: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if (1..=512).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(ApiError::validation(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    ))
}

/// API reference, SecretId: the name or the ARN, also without its last six characters.
fn find<'a>(state: &'a mut State, input: &Value) -> Result<&'a mut Secret, ApiError> {
    let id = input["SecretId"].as_str().unwrap_or_default();
    // Recorded from AWS, of every operation: LocalStack's `tests/aws/services/secretsmanager/
    // test_secretsmanager.snapshot.json`, test_invalid_secret_name, 2022-09-28.
    if !id.starts_with("arn:") {
        check_name(id)?;
    }
    let secrets = &mut state.secrets.secrets;
    secrets
        .values_mut()
        .find(|secret| secret.is_named(id))
        .ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

/// A secret that is not scheduled for deletion. The text is recorded from AWS: LocalStack's `tests/aws/services/
/// secretsmanager/test_secretsmanager.snapshot.json`, test_tag_untag_resource_on_deleted_secret.
fn find_active<'a>(state: &'a mut State, input: &Value) -> Result<&'a mut Secret, ApiError> {
    let secret = find(state, input)?;
    if secret.deleted_at.is_some() {
        let why = "You can't perform this operation on the secret because it was marked for deletion.";
        return Err(invalid_request(why));
    }
    Ok(secret)
}

fn not_found(why: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", why)
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidParameterException", why)
}

fn invalid_request(why: &str) -> ApiError {
    ApiError::new("InvalidRequestException", why)
}
