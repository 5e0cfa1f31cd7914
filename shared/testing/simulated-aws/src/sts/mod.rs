//! AWS STS: GetCallerIdentity, AssumeRole, and in which account a call takes place.

mod trust;

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Aws;
use crate::authorization;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::places::Place;
use crate::wire::Request;

pub use trust::{RoleRule, RoleTrust};

/// API reference, AssumeRole, DurationSeconds: from 15 minutes to 12 hours, by default one hour.
const SHORTEST: i64 = 900;
const LONGEST: i64 = 43_200;
const USUAL: i64 = 3_600;
/// IAM user guide, "Role chaining": a role's credentials get another role's for one hour at most.
const LONGEST_CHAINED: i64 = 3_600;

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
    /// The role's ARN, with its path.
    role: String,
    arn: String,
    ends: Timestamp,
}

impl Aws {
    /// Who may assume a role. Roles that were not set can be assumed by anybody.
    pub fn set_role(&self, role_arn: &str, rule: RoleRule) {
        self.state().sts.rules.insert(role_arn.to_owned(), rule);
    }

    /// A configuration for clients of somebody who has this role, such as a function, for an hour from now. The Region is
    /// this handle's. Whom the role trusts is not asked.
    ///
    /// # Panics
    /// When this is not the ARN of a role.
    pub fn sdk_config_as(&self, role_arn: &str, session_name: &str) -> SdkConfig {
        let given = open_session(&mut self.state(), role_arn, session_name, USUAL);
        let given = given.unwrap_or_else(|error| panic!("{}", error.message));
        let text = |member: &str| given["Credentials"][member].as_str().unwrap_or_default().to_owned();
        let token = Some(text("SessionToken"));
        let keys = Credentials::new(text("AccessKeyId"), text("SecretAccessKey"), token, None, "simulated-aws");
        let config = self.sdk_config().into_builder();
        config.credentials_provider(SharedCredentialsProvider::new(keys)).build()
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

    /// The role whose session makes the present call.
    pub(crate) fn caller_role(&self) -> Option<&str> {
        self.sts.caller.as_ref().map(|session| session.role.as_str())
    }

    /// IAM user guide, "AWS global condition context keys", aws:PrincipalArn: "the ARN of the role, not the ARN of the user
    /// that assumed the role".
    pub(crate) fn principal_arn(&self) -> String {
        self.caller_role().map_or_else(|| self.caller_arn(), str::to_owned)
    }
}

fn session<'a>(state: &'a State, request: &Request) -> Option<&'a Session> {
    state.sts.sessions.get(request.access_key.as_deref()?)
}

/// The ARN of the role whose credentials sign a request.
pub(crate) fn role_of(state: &State, request: &Request) -> Option<String> {
    session(state, request).map(|session| session.role.clone())
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

/// Before each call: its credentials are good in this Region, and still.
pub(crate) fn admit(state: &mut State, request: &Request) -> Result<(), ApiError> {
    authorization::check_region(state, request)?;
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
    role_parts(role)?;
    check_session_name(name)?;
    let external_id = input["ExternalId"].as_str();
    check_external_id(external_id)?;
    let seconds = duration(state, input)?;
    trust::check(state, role, external_id)?;
    open_session(state, role, name, seconds)
}

fn open_session(state: &mut State, role: &str, name: &str, seconds: i64) -> Answer {
    let (account, role_name) = role_parts(role)?;
    let number = state.next_number();
    let ends = state.now + SignedDuration::from_secs(seconds);
    let access_key = format!("ASIA{number:016}");
    let arn = format!("arn:{}:sts::{account}:assumed-role/{role_name}/{name}", state.partition());
    let session = Session { account: account.to_owned(), role: role.to_owned(), arn: arn.clone(), ends };
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
