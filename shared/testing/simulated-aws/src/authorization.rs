//! Whether a caller may make a call: Regions that are off, service control policies, what a role allows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Aws;
use crate::aws::State;
use crate::calls::ApiError;
use crate::organizations;
use crate::permissions::{action, like};
use crate::places::Place;
use crate::services::{Protocol, Service};
use crate::wire::Request;

/// Reference guide of Account Management, "Enable or disable AWS Regions in your account": Regions that were there before
/// 2019-03-20 are enabled in every account, and cannot be disabled.
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What tests limited.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Patterns of the actions that a role allows, by its ARN.
    allowed: BTreeMap<String, Vec<String>>,
    disabled: BTreeSet<Place>,
}

impl Aws {
    /// From now on a role allows these actions only, such as `acm:ListCertificates` or `acm:Describe*`, on all resources:
    /// other calls of its sessions are answered with AccessDenied. A role that was not limited allows everything.
    pub fn limit_role(&self, role_arn: &str, actions: &[&str]) {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        self.state().authorization.allowed.insert(role_arn.to_owned(), actions);
    }

    /// This handle's Region is off in this handle's account: no credentials of the account are good there.
    ///
    /// # Panics
    /// When the Region is one that cannot be disabled.
    pub fn disable_region(&self) {
        self.try_disable_region().unwrap_or_else(|why| panic!("{why}"));
    }

    pub(crate) fn try_disable_region(&self) -> Result<(), String> {
        let mut state = self.state();
        if ALWAYS_ENABLED.contains(&state.region.as_str()) {
            return Err(format!("{} cannot be disabled", state.region));
        }
        let place = Place::new(&state.account, &state.region);
        state.authorization.disabled.insert(place);
        Ok(())
    }

    /// This handle's Region is on again in this handle's account.
    pub fn enable_region(&self) {
        let mut state = self.state();
        let place = Place::new(&state.account, &state.region);
        state.authorization.disabled.remove(&place);
    }
}

impl Store {
    /// The Regions of an account with their states, by name: the ones that are on in every account, those that a test
    /// switched off, and this model's own. Others are as good as unknown to the model.
    pub(crate) fn regions(&self, account: &str, own: &str) -> BTreeMap<String, &'static str> {
        let disabled = self.disabled.iter().filter(|place| place.account == account).map(|place| &place.region);
        let mut regions = BTreeMap::from([(own.to_owned(), "ENABLED")]);
        regions.extend(ALWAYS_ENABLED.map(|region| (region.to_owned(), "ENABLED_BY_DEFAULT")));
        regions.extend(disabled.map(|region| (region.clone(), "DISABLED")));
        regions
    }
}

/// A Region that is off knows no credentials of the account. The codes, texts and statuses are in ekristen/aws-nuke#774, from
/// ap-east-1: JSON services answer with the first, those that answer in XML with the second (STS: aws/aws-sdk-ruby#2850).
pub(crate) fn check_region(state: &State, request: &Request) -> Result<(), ApiError> {
    let region = request.region.as_deref().unwrap_or(&state.region);
    if !state.authorization.disabled.contains(&Place::new(state.caller_account(), region)) {
        return Ok(());
    }
    let why = "The security token included in the request is invalid";
    Err(if request.service.protocol.is_xml() {
        ApiError::new("InvalidClientTokenId", why).status(403)
    } else {
        ApiError::new("UnrecognizedClientException", why)
    })
}

/// IAM user guide, "Policy evaluation logic": an explicit deny first, then what the identity's policies allow. That this
/// comes before the check of parameters is unverified.
pub(crate) fn check(state: &State, request: &Request) -> Result<(), ApiError> {
    let action = action(request.service.name, &request.operation);
    // API reference, GetCallerIdentity: "No permissions are required", not even where a policy denies it.
    if action == "sts:GetCallerIdentity" {
        return Ok(());
    }
    if let Some(policy) = organizations::denying_policy(state, &action) {
        let why = format!("with an explicit deny in a service control policy: {policy}");
        return Err(denied(state, request, &action, &why));
    }
    if allows(state, &action) {
        return Ok(());
    }
    Err(denied(state, request, &action, &format!("because no identity-based policy allows the {action} action")))
}

/// Whether the caller may do this, where an answer depends on it or one service does it for them in another: as for the calls
/// themselves.
pub(crate) fn is_allowed(state: &State, action: &str) -> bool {
    organizations::denying_policy(state, action).is_none() && allows(state, action)
}

/// Whether the caller's own role allows an action.
fn allows(state: &State, action: &str) -> bool {
    let allowed = state.caller_role().and_then(|role| state.authorization.allowed.get(role));
    allowed.is_none_or(|patterns| patterns.iter().any(|pattern| like(pattern, action)))
}

/// IAM user guide, "Troubleshoot access denied error messages". As of 2026 the policy that denies is named. Calls about one
/// resource name it, others do not (DFE-Digital/teaching-vacancies#6568, aws-ia/terraform-aws-eks-blueprints-addons#198).
fn denied(state: &State, request: &Request, action: &str, why: &str) -> ApiError {
    let caller = state.caller_arn();
    let resource = resource(&request.input).map(|arn| format!(" on resource: {arn}")).unwrap_or_default();
    access_denied(request.service, format!("User: {caller} is not authorized to perform: {action}{resource} {why}"))
}

/// The first of a request's members that is an ARN.
fn resource(input: &Value) -> Option<&str> {
    input.as_object()?.values().filter_map(Value::as_str).find(|text| text.starts_with("arn:"))
}

/// The refusal of a call, with the code of its service.
pub(crate) fn access_denied(service: &Service, text: String) -> ApiError {
    let code = match service.name {
        "sns" => "AuthorizationError",
        _ if service.protocol.is_xml() => "AccessDenied",
        _ => "AccessDeniedException",
    };
    ApiError::new(code, text).status(if matches!(service.protocol, Protocol::Json { .. }) { 400 } else { 403 })
}
