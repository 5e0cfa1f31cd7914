//! CreateSecret.

use serde_json::{Value, json};

use super::secret::{CURRENT, Content, Secret};
use super::{check_name, invalid_request};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

pub(super) fn create(state: &mut State, input: &Value) -> Answer {
    let name = input["Name"].as_str().unwrap_or_default();
    check_name(name)?;
    let content = Content::read(input)?;
    let token = content.as_ref().map(|_| version_token(input)).transpose()?;
    let now = state.now;
    if let Some(present) = state.secrets.secrets.get_mut(name) {
        created_already(present, token.as_deref())?;
    }
    let new = new_secret(state, name, input);
    let secret = state.secrets.secrets.entry(name.to_owned()).or_insert(new);
    if let (Some(content), Some(token)) = (content, &token) {
        secret.add(token, content, &[CURRENT], now)?;
    }
    Ok(without_nulls(json!({ "ARN": secret.arn, "Name": name, "VersionId": token })))
}

/// API reference, CreateSecret, ClientRequestToken: "If a version with this value already exists and the version
/// SecretString and SecretBinary values are the same as those in the request, then the request is ignored" (which
/// [`Secret::add`] decides). The texts are recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/
/// test_secretsmanager.snapshot.json`, test_exp_raised_on_creation_of_secret_scheduled_for_deletion and
/// test_secret_exists_snapshots.
fn created_already(present: &mut Secret, token: Option<&str>) -> Result<(), ApiError> {
    if present.deleted_at.is_some() {
        let why = "You can't create this secret because a secret with this name is already scheduled for deletion.";
        return Err(invalid_request(why));
    }
    match token.map(|token| present.version(token)) {
        Some(Ok(_)) => Ok(()),
        _ => {
            let why = format!("The operation failed because the secret {} already exists.", present.name);
            Err(ApiError::new("ResourceExistsException", why))
        }
    }
}

/// API reference, CreateSecret, Name: "Secrets Manager automatically adds a hyphen and six random characters after the
/// secret name at the end of the ARN".
pub(super) fn new_secret(state: &mut State, name: &str, input: &Value) -> Secret {
    let number = state.next_number();
    Secret {
        number,
        arn: state.arn("secretsmanager", &format!("secret:{name}-{number:06}")),
        name: name.to_owned(),
        description: input["Description"].as_str().map(str::to_owned),
        kms_key_id: kms_key_id(input),
        tags: input["Tags"].as_array().cloned(),
        created_at: state.now,
        changed_at: state.now,
        accessed_at: None,
        deleted_at: None,
        versions: Vec::new(),
    }
}

/// API reference, KmsKeyId: "If you set this to an empty string, Secrets Manager uses the AWS managed key
/// aws/secretsmanager".
pub(super) fn kms_key_id(input: &Value) -> Option<String> {
    input["KmsKeyId"].as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// API reference, ClientRequestToken: it "becomes the VersionId of the new version". SDKs and the CLI fill it in. The text
/// is recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json`, 2023-05-12.
pub(super) fn version_token(input: &Value) -> Result<String, ApiError> {
    input["ClientRequestToken"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| invalid_request("You must provide a ClientRequestToken value. We recommend a UUID-type value."))
}
