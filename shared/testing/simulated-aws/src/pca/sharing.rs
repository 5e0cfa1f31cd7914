//! What others may do with a certificate authority: permissions of AWS services, and the resource policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::present;
use crate::acm::epoch;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// Permissions and policies, by the CA's ARN.
#[derive(Debug, Default)]
pub(super) struct Store {
    permissions: BTreeMap<String, Vec<Value>>,
    policies: BTreeMap<String, String>,
}

impl Store {
    pub(super) fn set_policy(&mut self, arn: &str, policy: &str) {
        self.policies.insert(arn.to_owned(), policy.to_owned());
    }
}

/// API reference, CreatePermission: "At this time, the only valid principal is acm.amazonaws.com".
pub(super) fn permit(state: &mut State, input: &Value) -> Answer {
    let arn = present(state, input)?.arn.clone();
    if input["Principal"] != "acm.amazonaws.com" {
        return Err(ApiError::new("InvalidArgsException", "The principal is acm.amazonaws.com"));
    }
    let account = input["SourceAccount"].as_str().unwrap_or(&state.account).to_owned();
    let now = state.now;
    let permissions = state.pca.sharing.permissions.entry(arn.clone()).or_default();
    if permissions.iter().any(|one| one["SourceAccount"] == account.as_str()) {
        return Err(ApiError::new("PermissionAlreadyExistsException", "The permission exists already"));
    }
    permissions.push(json!({
        "CertificateAuthorityArn": arn,
        "CreatedAt": epoch(now),
        "Principal": "acm.amazonaws.com",
        "SourceAccount": account,
        "Actions": input["Actions"],
    }));
    Ok(json!({}))
}

/// API reference, DeletePermission. That one which is missing is no error is unverified.
pub(super) fn withdraw(state: &mut State, input: &Value) -> Answer {
    let arn = present(state, input)?.arn.clone();
    let account = input["SourceAccount"].as_str().unwrap_or(&state.account).to_owned();
    let permissions = state.pca.sharing.permissions.entry(arn).or_default();
    permissions.retain(|one| one["SourceAccount"] != account.as_str() || one["Principal"] != input["Principal"]);
    Ok(json!({}))
}

/// API reference, ListPermissions.
pub(super) fn permissions(state: &State, input: &Value) -> Answer {
    let arn = &present(state, input)?.arn;
    Ok(json!({ "Permissions": state.pca.sharing.permissions.get(arn).cloned().unwrap_or_default() }))
}

/// API reference, PutPolicy. What AWS demands of a policy is not modelled, but that it is JSON.
pub(super) fn put_policy(state: &mut State, input: &Value) -> Answer {
    let arn = present(state, &by_arn(input))?.arn.clone();
    let policy = input["Policy"].as_str().unwrap_or_default();
    if serde_json::from_str::<Value>(policy).is_err() {
        return Err(ApiError::new("InvalidPolicyException", "The policy is not JSON"));
    }
    state.pca.sharing.policies.insert(arn, policy.to_owned());
    Ok(json!({}))
}

/// API reference, GetPolicy: ResourceNotFoundException where there is no policy.
pub(super) fn policy(state: &State, input: &Value) -> Answer {
    let arn = &present(state, &by_arn(input))?.arn;
    match state.pca.sharing.policies.get(arn) {
        Some(policy) => Ok(json!({ "Policy": policy })),
        None => Err(ApiError::new("ResourceNotFoundException", format!("There is no policy for {arn}."))),
    }
}

fn by_arn(input: &Value) -> Value {
    json!({ "CertificateAuthorityArn": input["ResourceArn"] })
}
