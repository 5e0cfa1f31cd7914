//! AWS STS: GetCallerIdentity, AssumeRole, and in which account a call takes place.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::places::Place;
use crate::wire::Request;

/// API reference, AssumeRole, DurationSeconds: from 15 minutes to 12 hours, by default one hour.
const SHORTEST: i64 = 900;
const LONGEST: i64 = 43_200;
const USUAL: i64 = 3_600;
/// IAM user guide, "Role chaining": a role's credentials get another role's for one hour at most.
const LONGEST_CHAINED: i64 = 3_600;

/// Whom a role's trust policy lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRule {
    /// Nobody: AssumeRole is answered with AccessDenied.
    Refused,
    /// Who gives this external id (IAM user guide, "The confused deputy problem"); others get AccessDenied.
    ExternalId(String),
}

/// The roles that were set, the credentials that were given, and who calls now.
#[derive(Debug, Default)]
pub(crate) struct Store {
    rules: BTreeMap<String, RoleRule>,
    /// By access key.
    sessions: BTreeMap<String, Session>,
    caller: Option<Session>,
}

/// What AssumeRole gave.
#[derive(Debug, Clone)]
struct Session {
    account: String,
    arn: String,
    ends: Timestamp,
}

impl Aws {
    /// Who may assume a role. Roles that were not set can be assumed by anybody.
    pub fn set_role(&self, role_arn: &str, rule: RoleRule) {
        self.state().sts.rules.insert(role_arn.to_owned(), rule);
    }
}

impl State {
    /// The account that the present call takes place in.
    pub(crate) fn caller_account(&self) -> &str {
        &self.account
    }

    /// Who makes the present call.
    pub(crate) fn caller_arn(&self) -> String {
        match &self.sts.caller {
            Some(session) => session.arn.clone(),
            None => format!("arn:{}:iam::{}:user/simulated", self.partition(), self.account),
        }
    }
}

fn session<'a>(state: &'a State, request: &Request) -> Option<&'a Session> {
    state.sts.sessions.get(request.access_key.as_deref()?)
}

/// Where a request's call takes place. Its account is the role's for credentials that AssumeRole gave, the number
/// itself for an access key of twelve digits (as emulators have it, which check no signatures), and for others that of
/// the handle that it came through. Its Region is the one that it is signed for, since no endpoint names another.
pub(crate) fn place_of(state: &State, request: &Request) -> Place {
    let number = request.access_key.as_deref().filter(|key| key.len() == 12 && key.bytes().all(|b| b.is_ascii_digit()));
    let own = number.unwrap_or(&state.account);
    let account = session(state, request).map_or(own, |session| &session.account);
    let signed = request.region.as_deref().filter(|_| !request.service.global);
    Place::new(account, signed.unwrap_or(&state.region))
}

/// Before each call: its credentials are still good.
pub(crate) fn admit(state: &mut State, request: &Request) -> Result<(), ApiError> {
    let caller = session(state, request).cloned();
    if caller.as_ref().is_some_and(|session| session.ends <= state.now) {
        return Err(expired(request));
    }
    state.sts.caller = caller;
    Ok(())
}

/// "Common Errors" of the API references: ExpiredToken in XML, ExpiredTokenException in JSON, HTTP status 403
/// (unverified for JSON services, which answer most errors with 400).
fn expired(request: &Request) -> ApiError {
    let code = if request.service.protocol.is_xml() { "ExpiredToken" } else { "ExpiredTokenException" };
    ApiError::new(code, "The security token included in the request is expired").status(403)
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(json!({
            "Arn": state.caller_arn(),
            "UserId": "AIDASIMULATED",
            "Account": state.caller_account(),
        })),
        "AssumeRole" => assume_role(state, input),
        other => Err(not_modelled("sts", other)),
    }
}

fn assume_role(state: &mut State, input: &Value) -> Answer {
    let role = input["RoleArn"].as_str().unwrap_or_default();
    let name = input["RoleSessionName"].as_str().unwrap_or_default();
    let (account, role_name) = role_parts(role)?;
    check_session_name(name)?;
    let external_id = input["ExternalId"].as_str();
    check_external_id(external_id)?;
    let seconds = duration(state, input)?;
    check_trust(state, role, external_id)?;
    let number = state.next_number();
    let ends = state.now + SignedDuration::from_secs(seconds);
    let access_key = format!("ASIA{number:016}");
    let arn = format!("arn:{}:sts::{account}:assumed-role/{role_name}/{name}", state.partition());
    let session = Session { account: account.to_owned(), arn: arn.clone(), ends };
    state.sts.sessions.insert(access_key.clone(), session);
    Ok(json!({
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": "simulated",
            "SessionToken": format!("simulated-{number}"),
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        "AssumedRoleUser": { "AssumedRoleId": format!("AROA{number:016}:{name}"), "Arn": arn },
    }))
}

/// AccessDenied, with the text that Netflix/security_monkey#77 shows. It is all that a caller learns: nothing
/// distinguishes a missing role from a missing external id.
fn check_trust(state: &State, role: &str, external_id: Option<&str>) -> Result<(), ApiError> {
    let trusted = match state.sts.rules.get(role) {
        None => true,
        Some(RoleRule::Refused) => false,
        Some(RoleRule::ExternalId(wanted)) => external_id == Some(wanted),
    };
    if trusted {
        return Ok(());
    }
    let caller = state.caller_arn();
    let why = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}");
    Err(ApiError::new("AccessDenied", why).status(403))
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

/// API reference, AssumeRole, ExternalId: 2 to 1224 characters of `[\w+=,.@:\/-]*`.
fn check_external_id(id: Option<&str>) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if id.is_none_or(|id| (2..=1224).contains(&id.len()) && id.chars().all(allowed)) {
        return Ok(());
    }
    Err(ApiError::new("ValidationError", "ExternalId must satisfy regular expression pattern: [\\w+=,.@:/-]{2,1224}"))
}

/// A role's own MaxSessionDuration is not modelled.
fn duration(state: &State, input: &Value) -> Result<i64, ApiError> {
    let Some(text) = input["DurationSeconds"].as_str() else { return Ok(USUAL) };
    let seconds = text.parse().ok().filter(|seconds| (SHORTEST..=LONGEST).contains(seconds)).ok_or_else(|| {
        ApiError::new("ValidationError", format!("DurationSeconds must be between {SHORTEST} and {LONGEST}"))
    })?;
    if state.sts.caller.is_some() && seconds > LONGEST_CHAINED {
        let why = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(ApiError::new("ValidationError", why));
    }
    Ok(seconds)
}
