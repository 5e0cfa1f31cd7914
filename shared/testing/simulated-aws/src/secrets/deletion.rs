//! DeleteSecret, RestoreSecret.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{find, find_active, invalid};
use crate::acm::epoch;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, DeleteSecret, RecoveryWindowInDays: 7 to 30, by default 30.
const SHORTEST_WINDOW: i64 = 7;
const LONGEST_WINDOW: i64 = 30;

/// Secrets whose recovery window is over are deleted. On AWS this happens "at the end of the waiting period as a background
/// task with low priority".
pub(super) fn settle(state: &mut State) {
    let now = state.now;
    state.secrets.secrets.retain(|_, secret| secret.deleted_at.is_none_or(|at| at > now));
}

pub(super) fn delete(state: &mut State, input: &Value) -> Answer {
    let window = recovery_window(input)?;
    let at = state.now + SignedDuration::from_hours(24 * window.unwrap_or_default());
    if window.is_none() {
        return delete_now(state, input, at);
    }
    let secret = find_active(state, input)?;
    secret.deleted_at = Some(at);
    Ok(deleted(&secret.arn, &secret.name, at))
}

/// Days; `None` for a deletion without recovery. "You can't use both this parameter and ForceDeleteWithoutRecovery in the
/// same call". The texts are unverified.
fn recovery_window(input: &Value) -> Result<Option<i64>, ApiError> {
    let given = input["RecoveryWindowInDays"].as_i64();
    if given.is_some_and(|days| !(SHORTEST_WINDOW..=LONGEST_WINDOW).contains(&days)) {
        return Err(invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    match (given, input["ForceDeleteWithoutRecovery"] == true) {
        (Some(_), true) => {
            Err(invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."))
        }
        (None, true) => Ok(None),
        (given, false) => Ok(Some(given.unwrap_or(LONGEST_WINDOW))),
    }
}

/// API reference, ForceDeleteWithoutRecovery: "If you forcibly delete an already deleted or nonexistent secret, the
/// operation does not return ResourceNotFoundException". Which ARN it has then is unverified.
fn delete_now(state: &mut State, input: &Value, at: Timestamp) -> Answer {
    let id = input["SecretId"].as_str().unwrap_or_default();
    match find(state, input) {
        Ok(secret) => {
            let (arn, name) = (secret.arn.clone(), secret.name.clone());
            state.secrets.secrets.remove(&name);
            Ok(deleted(&arn, &name, at))
        }
        Err(error) if error.code != "ResourceNotFoundException" => Err(error),
        Err(_) if id.starts_with("arn:") => Ok(deleted(id, id.rsplit(':').next().unwrap_or_default(), at)),
        Err(_) => Ok(deleted(&state.arn("secretsmanager", &format!("secret:{id}")), id, at)),
    }
}

fn deleted(arn: &str, name: &str, at: Timestamp) -> Value {
    json!({ "ARN": arn, "Name": name, "DeletionDate": epoch(at) })
}

/// A secret that is not scheduled for deletion stays as it is (unverified).
pub(super) fn restore(state: &mut State, input: &Value) -> Answer {
    let secret = find(state, input)?;
    secret.deleted_at = None;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}
