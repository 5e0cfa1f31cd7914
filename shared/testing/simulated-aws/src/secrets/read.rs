//! GetSecretValue, DescribeSecret, ListSecretVersionIds.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::secret::{CURRENT, Secret, Version, date};
use super::{find, find_active, invalid_request, not_found};
use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, GetSecretValue: the version with AWSCURRENT unless VersionId or VersionStage says otherwise.
pub(super) fn get(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let secret = find_active(state, input)?;
    let version = wanted_version(secret, input["VersionId"].as_str(), input["VersionStage"].as_str())?;
    let shown = read(version, now);
    Ok(accessed(secret, shown, now))
}

/// The version with AWSCURRENT, as [`get`] answers it.
pub(super) fn get_current(secret: &mut Secret, now: Timestamp) -> Answer {
    let shown = read(version_of_stage(secret, CURRENT)?, now);
    Ok(accessed(secret, shown, now))
}

fn read(version: &mut Version, now: Timestamp) -> Value {
    version.accessed_at = Some(now);
    let (member, text) = (version.content.member, &version.content.text);
    json!({
        "VersionId": version.id,
        "VersionStages": (!version.stages.is_empty()).then_some(&version.stages),
        "CreatedDate": epoch(version.created_at),
        member: text,
    })
}

fn accessed(secret: &mut Secret, mut shown: Value, now: Timestamp) -> Value {
    secret.accessed_at = Some(now);
    shown["ARN"] = json!(secret.arn);
    shown["Name"] = json!(secret.name);
    without_nulls(shown)
}

/// The text is recorded from AWS, as that of [`version_of_stage`]: LocalStack's
/// `tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json`, test_get_secret_value_errors, 2024-04-11.
fn wanted_version<'a>(
    secret: &'a mut Secret,
    id: Option<&str>,
    stage: Option<&str>,
) -> Result<&'a mut Version, ApiError> {
    let Some(id) = id else { return version_of_stage(secret, stage.unwrap_or(CURRENT)) };
    let version = secret.version(id)?;
    if stage.is_some_and(|stage| !version.stages.contains(stage)) {
        let why = "You provided a VersionStage that is not associated to the provided VersionId.";
        return Err(invalid_request(why));
    }
    Ok(version)
}

fn version_of_stage<'a>(secret: &'a mut Secret, stage: &str) -> Result<&'a mut Version, ApiError> {
    secret.version_with(stage).ok_or_else(|| {
        not_found(&format!("Secrets Manager can't find the specified secret value for staging label: {stage}"))
    })
}

pub(super) fn describe(state: &mut State, input: &Value) -> Answer {
    Ok(find(state, input)?.metadata("VersionIdsToStages"))
}

/// API reference, ListSecretVersionIds: "By default, versions without staging labels aren't included". Pages are not
/// modelled. The order and the members are recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/
/// test_secretsmanager.snapshot.json`, test_deprecated_secret_version_stage, 2024-03-29.
pub(super) fn versions(state: &mut State, input: &Value) -> Answer {
    let deprecated = input["IncludeDeprecated"] == true;
    let secret = find(state, input)?;
    let key = secret.kms_key_id.as_deref().unwrap_or("DefaultEncryptionKey");
    let listed = secret.versions.iter().filter(|version| deprecated || !version.stages.is_empty());
    let listed: Vec<_> = listed.map(|version| listed_version(version, key)).collect();
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "Versions": listed }))
}

fn listed_version(version: &Version, key: &str) -> Value {
    without_nulls(json!({
        "VersionId": version.id,
        "VersionStages": (!version.stages.is_empty()).then_some(&version.stages),
        "CreatedDate": epoch(version.created_at),
        "LastAccessedDate": version.accessed_at.map(date),
        "KmsKeyIds": [key],
    }))
}
