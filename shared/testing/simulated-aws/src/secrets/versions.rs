//! PutSecretValue, UpdateSecret, UpdateSecretVersionStage.

use serde_json::{Value, json};

use super::create::{kms_key_id, version_token};
use super::secret::{CURRENT, Content};
use super::{find_active, invalid};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, PutSecretValue: the same ClientRequestToken and value is the same version, another value with a used
/// token is refused.
pub(super) fn put(state: &mut State, input: &Value) -> Answer {
    find_active(state, input)?;
    let content =
        Content::read(input)?.ok_or_else(|| invalid("You must provide either SecretString or SecretBinary."))?;
    let id = version_token(input)?;
    let now = state.now;
    let secret = find_active(state, input)?;
    let mut stages: Vec<&str> =
        input["VersionStages"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    // The first version is the current one, whatever labels it is given (moto's
    // `tests/test_secretsmanager/test_secretsmanager.py`).
    if stages.is_empty() || secret.versions.is_empty() {
        stages.push(CURRENT);
    }
    secret.add(&id, content, &stages, now)?;
    let stages = secret.version(&id)?.stages.clone();
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": id, "VersionStages": stages }))
}

/// API reference, UpdateSecret: what is not given stays; a new value is the current version.
pub(super) fn update(state: &mut State, input: &Value) -> Answer {
    find_active(state, input)?;
    let content = Content::read(input)?;
    // Without one the operation is refused, with or without a value (recorded from AWS, as that of `version_token`).
    let token = version_token(input)?;
    let now = state.now;
    let secret = find_active(state, input)?;
    let version_id = content.is_some().then_some(&token);
    if let Some(content) = content {
        secret.add(&token, content, &[CURRENT], now)?;
    }
    if let Some(description) = input["Description"].as_str() {
        secret.description = Some(description.to_owned());
    }
    if !input["KmsKeyId"].is_null() {
        secret.kms_key_id = kms_key_id(input);
    }
    secret.changed_at = now;
    Ok(without_nulls(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": version_id })))
}

/// API reference, UpdateSecretVersionStage.
pub(super) fn update_stage(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let secret = find_active(state, input)?;
    let text = |member: &str| input[member].as_str();
    let stage = text("VersionStage").unwrap_or_default();
    let (from, to) = (text("RemoveFromVersionId"), text("MoveToVersionId"));
    for id in [from, to].into_iter().flatten() {
        secret.version(id)?;
    }
    let attached = secret.version_with(stage).map(|version| version.id.clone());
    check_move(stage, attached.as_deref(), from, to)?;
    match to {
        Some(to) => secret.attach(stage, to),
        None => {
            secret.detach(stage);
        }
    }
    secret.changed_at = now;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}

/// API reference, RemoveFromVersionId: "If the label is attached and you either do not specify this parameter, or the
/// version ID does not match, then the operation fails". The text is in moto's `tests/test_secretsmanager/
/// test_secretsmanager.py`, test_update_secret_version_stage_dont_specify_current_stage, which is verified on AWS; that of
/// another version is unverified, as is that AWSCURRENT cannot be taken away altogether.
fn check_move(stage: &str, attached: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<(), ApiError> {
    if stage == CURRENT && to.is_none() {
        let why =
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.";
        return Err(invalid(why));
    }
    let Some(attached) = attached.filter(|attached| from != Some(attached) && to != Some(attached)) else {
        return Ok(());
    };
    let wrong = if from.is_none() { "can't be empty" } else { "names another version" };
    let why = format!(
        "The parameter RemoveFromVersionId {wrong}. Staging label {stage} is currently attached to version {attached}, so \
         you must explicitly reference that version in RemoveFromVersionId."
    );
    Err(invalid(&why))
}
