//! AWS Secrets Manager: CreateSecret, GetSecretValue, PutSecretValue, DescribeSecret.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::connector::not_modelled;

/// User guide, "Quotas": a secret value is at most 65,536 bytes.
const LARGEST_VALUE: usize = 65_536;
/// User guide, "Secret versions": the labels that Secrets Manager moves automatically.
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// The secrets, by name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    secrets: BTreeMap<String, Secret>,
}

#[derive(Debug)]
struct Secret {
    arn: String,
    name: String,
    description: Option<String>,
    tags: Value,
    created_at: Timestamp,
    changed_at: Timestamp,
    accessed_at: Option<Timestamp>,
    versions: BTreeMap<String, Version>,
}

struct Version {
    /// SecretString or SecretBinary, as the protocol carries it.
    member: &'static str,
    value: String,
    stages: BTreeSet<String>,
    created_at: Timestamp,
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Version").field("stages", &self.stages).finish_non_exhaustive()
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateSecret" => create(state, input),
        "GetSecretValue" => get(state, input),
        "PutSecretValue" => put(state, input),
        "DescribeSecret" => describe(state, input),
        other => Err(not_modelled("secretsmanager", other)),
    }
}

fn create(state: &mut State, input: &Value) -> Answer {
    let name = input["Name"].as_str().unwrap_or_default().to_owned();
    check_name(&name)?;
    let value = value(input)?;
    let token = value.as_ref().map(|_| version_token(input)).transpose()?;
    if let Some(answer) = created_already(state, &name, token.as_deref(), value.as_ref()) {
        return Ok(answer);
    }
    if state.secrets.secrets.contains_key(&name) {
        return Err(ApiError::new(
            "ResourceExistsException",
            format!("The operation failed because the secret {name} already exists."),
        ));
    }
    // API reference, CreateSecret, Name: "Secrets Manager automatically adds a hyphen and six random
    // characters after the secret name at the end of the ARN".
    let suffix = format!("{:06}", state.next_number());
    let arn = state.arn("secretsmanager", &format!("secret:{name}-{suffix}"));
    let now = state.now;
    let mut secret = Secret {
        arn: arn.clone(),
        name: name.clone(),
        description: input["Description"].as_str().map(str::to_owned),
        tags: input["Tags"].clone(),
        created_at: now,
        changed_at: now,
        accessed_at: None,
        versions: BTreeMap::new(),
    };
    let version_id = token.clone();
    if let (Some((member, value)), Some(id)) = (value, token) {
        let stages = BTreeSet::from([CURRENT.to_owned()]);
        secret.versions.insert(id, Version { member, value, stages, created_at: now });
    }
    state.secrets.secrets.insert(name.clone(), secret);
    Ok(without_nulls(json!({ "ARN": arn, "Name": name, "VersionId": version_id })))
}

/// API reference, CreateSecret, ClientRequestToken: "If a version with this value already exists and the version
/// SecretString and SecretBinary values are the same as those in the request, then the request is ignored."
fn created_already(
    state: &State,
    name: &str,
    token: Option<&str>,
    value: Option<&(&'static str, String)>,
) -> Option<Value> {
    let (secret, token, (member, value)) = (state.secrets.secrets.get(name)?, token?, value?);
    let version = secret.versions.get(token)?;
    let is_same = version.member == *member && version.value == *value;
    is_same.then(|| json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token }))
}

/// API reference, GetSecretValue: the version with AWSCURRENT unless VersionId or VersionStage says otherwise.
fn get(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let secret = find(state, input)?;
    let id = input["VersionId"].as_str();
    let stage = input["VersionStage"].as_str();
    let (id, version) = match id {
        Some(id) => version_of_id(secret, id, stage)?,
        None => version_of_stage(secret, stage.unwrap_or(CURRENT))?,
    };
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": id,
        "VersionStages": version.stages,
        "CreatedDate": epoch(version.created_at),
    });
    answer[version.member] = json!(version.value);
    secret.accessed_at = Some(now);
    Ok(answer)
}

/// The text about the stage is recorded from AWS, as that of [`version_of_stage`]: LocalStack's
/// `tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json`, test_get_secret_value_errors, 2024-04-11.
fn version_of_id<'a>(secret: &'a Secret, id: &str, stage: Option<&str>) -> Result<(&'a String, &'a Version), ApiError> {
    let found = secret.versions.get_key_value(id).ok_or_else(|| {
        not_found(&format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
    })?;
    if stage.is_some_and(|stage| !found.1.stages.contains(stage)) {
        return Err(ApiError::new(
            "InvalidRequestException",
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ));
    }
    Ok(found)
}

fn version_of_stage<'a>(secret: &'a Secret, stage: &str) -> Result<(&'a String, &'a Version), ApiError> {
    secret.versions.iter().find(|(_, version)| version.stages.contains(stage)).ok_or_else(|| {
        not_found(&format!("Secrets Manager can't find the specified secret value for staging label: {stage}"))
    })
}

/// API reference, PutSecretValue: the same ClientRequestToken and value is the same version, another value
/// with a used token is refused. AWSCURRENT moves to the new version, AWSPREVIOUS to the one before.
fn put(state: &mut State, input: &Value) -> Answer {
    find(state, input)?;
    let (member, value) =
        value(input)?.ok_or_else(|| invalid("You must provide either SecretString or SecretBinary."))?;
    let id = version_token(input)?;
    let now = state.now;
    let mut stages: BTreeSet<String> =
        input["VersionStages"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if stages.is_empty() {
        stages.insert(CURRENT.to_owned());
    }
    let secret = find(state, input)?;
    // The first version is the current one, whatever stages it is given (moto's
    // `tests/test_secretsmanager/test_secretsmanager.py`).
    if secret.versions.is_empty() {
        stages.insert(CURRENT.to_owned());
    }
    if let Some(present) = secret.versions.get(&id) {
        if present.value != value || present.member != member {
            return Err(ApiError::new(
                "ResourceExistsException",
                "You can't use ClientRequestToken again because that token is already in use for a version of secret",
            ));
        }
    } else {
        for version in secret.versions.values_mut() {
            if stages.contains(CURRENT) {
                version.stages.remove(PREVIOUS);
                if version.stages.remove(CURRENT) {
                    version.stages.insert(PREVIOUS.to_owned());
                }
            }
            version.stages.retain(|stage| !stages.contains(stage));
        }
        secret.versions.insert(id.clone(), Version { member, value, stages: stages.clone(), created_at: now });
        // User guide, "Secret versions": versions without a label are deprecated and deleted.
        secret.versions.retain(|_, version| !version.stages.is_empty());
        secret.changed_at = now;
    }
    Ok(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": id, "VersionStages": stages }))
}

fn describe(state: &mut State, input: &Value) -> Answer {
    let secret = find(state, input)?;
    let stages: BTreeMap<_, _> = secret.versions.iter().map(|(id, version)| (id, &version.stages)).collect();
    Ok(without_nulls(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description,
        "CreatedDate": epoch(secret.created_at),
        "LastChangedDate": epoch(secret.changed_at),
        // API reference, DescribeSecret, LastAccessedDate: "ignores the time portion of the date".
        "LastAccessedDate": secret.accessed_at.map(|at| at.as_second() / 86_400 * 86_400),
        "Tags": secret.tags,
        "VersionIdsToStages": (!stages.is_empty()).then_some(stages),
    })))
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

/// API reference, PutSecretValue: "You must include SecretString or SecretBinary, but not both".
fn value(input: &Value) -> Result<Option<(&'static str, String)>, ApiError> {
    let (member, value, length) = match (input["SecretString"].as_str(), input["SecretBinary"].as_str()) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(invalid("You can't specify both a binary and a string value.")),
        (Some(text), None) => ("SecretString", text, text.len()),
        (None, Some(blob)) => ("SecretBinary", blob, decode_blob(blob).map_or(0, |bytes| bytes.len())),
    };
    if !(1..=LARGEST_VALUE).contains(&length) {
        return Err(ApiError::constraint("secretString", "have length between 1 and 65536"));
    }
    Ok(Some((member, value.to_owned())))
}

/// API reference, ClientRequestToken: it "becomes the VersionId of the new version". SDKs and the CLI fill it in. The text
/// is recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json`, 2023-05-12.
fn version_token(input: &Value) -> Result<String, ApiError> {
    input["ClientRequestToken"].as_str().map(str::to_owned).ok_or_else(|| {
        let why = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";
        ApiError::new("InvalidRequestException", why)
    })
}

/// API reference, SecretId: the name or the ARN, also without its last six characters.
fn find<'a>(state: &'a mut State, input: &Value) -> Result<&'a mut Secret, ApiError> {
    let id = input["SecretId"].as_str().unwrap_or_default();
    // Recorded from AWS, of every operation: LocalStack's `tests/aws/services/secretsmanager/
    // test_secretsmanager.snapshot.json`, test_invalid_secret_name, 2022-09-28.
    if !id.starts_with("arn:") {
        check_name(id)?;
    }
    let is_it = |secret: &Secret| {
        secret.name == id || secret.arn == id || secret.arn.rsplit_once('-').is_some_and(|(partial, _)| partial == id)
    };
    state
        .secrets
        .secrets
        .values_mut()
        .find(|secret| is_it(secret))
        .ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

fn not_found(why: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", why)
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidParameterException", why)
}
