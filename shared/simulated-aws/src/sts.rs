//! AWS STS: GetCallerIdentity, AssumeRole.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// API reference, AssumeRole, DurationSeconds: from 15 minutes to 12 hours, by default one hour.
const SHORTEST: i64 = 900;
const LONGEST: i64 = 43_200;
const USUAL: i64 = 3_600;

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(json!({
            "Arn": format!("arn:{}:iam::{}:user/simulated", state.partition(), state.account),
            "UserId": "AIDASIMULATED",
            "Account": state.account,
        })),
        "AssumeRole" => assume_role(state, input),
        other => Err(not_modelled("sts", other)),
    }
}

/// Every role can be assumed: whom its trust policy names is not modelled.
fn assume_role(state: &mut State, input: &Value) -> Answer {
    let role = input["RoleArn"].as_str().unwrap_or_default();
    let session = input["RoleSessionName"].as_str().unwrap_or_default();
    let (account, name) = role_parts(role)?;
    check_session_name(session)?;
    let seconds = duration(input)?;
    let number = state.next_number();
    let expiration = state.now + SignedDuration::from_secs(seconds);
    Ok(json!({
        "Credentials": {
            "AccessKeyId": format!("ASIA{number:016}"),
            "SecretAccessKey": "simulated",
            "SessionToken": format!("simulated-{number}"),
            "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("AROA{number:016}:{session}"),
            "Arn": format!("arn:{}:sts::{account}:assumed-role/{name}/{session}", state.partition()),
        },
    }))
}

/// API reference, AssumeRole, RoleArn: 20 to 2048 characters. The account and the name without path.
fn role_parts(arn: &str) -> Result<(&str, &str), ApiError> {
    let wrong = || ApiError::new("ValidationError", format!("{arn} is invalid"));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, role] if (20..=2048).contains(&arn.len()) => {
            let name = role.strip_prefix("role/").and_then(|path| path.rsplit('/').next()).ok_or_else(wrong)?;
            Ok((account, name))
        }
        _ => Err(wrong()),
    }
}

/// API reference, AssumeRole, RoleSessionName: 2 to 64 characters of `[\w+=,.@-]*`.
fn check_session_name(name: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (2..=64).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(ApiError::new("ValidationError", "RoleSessionName must satisfy regular expression pattern: [\\w+=,.@-]{2,64}"))
}

fn duration(input: &Value) -> Result<i64, ApiError> {
    let Some(text) = input["DurationSeconds"].as_str() else { return Ok(USUAL) };
    text.parse().ok().filter(|seconds| (SHORTEST..=LONGEST).contains(seconds)).ok_or_else(|| {
        ApiError::new("ValidationError", format!("DurationSeconds must be between {SHORTEST} and {LONGEST}"))
    })
}
