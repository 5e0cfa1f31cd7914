//! CloudTrail: DescribeTrails, GetTrailStatus, GetEventSelectors, LookupEvents.

mod events;

use serde_json::{Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

pub use events::TrailEvent;

/// All trails of all accounts, and what was recorded.
#[derive(Debug, Default)]
pub(crate) struct Store {
    trails: Vec<Trail>,
    /// The event history of all accounts, in the order of time.
    events: Vec<events::Recorded>,
}

/// A trail. A new one is logging, for all Regions, all management events.
#[derive(Debug, Clone, PartialEq)]
pub struct Trail {
    name: String,
    /// Of the account that this is set for.
    account: String,
    home_region: String,
    is_multi_region: bool,
    is_of_organization: bool,
    is_logging: bool,
    selectors: Value,
}

impl Trail {
    /// A trail of this name.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            account: String::new(),
            home_region: String::new(),
            is_multi_region: true,
            is_of_organization: false,
            is_logging: true,
            selectors: Value::Null,
        }
    }

    /// For its own Region only.
    #[must_use]
    pub fn of_one_region(self) -> Self {
        Self { is_multi_region: false, ..self }
    }

    /// For all accounts of the organization whose management account this is set for.
    #[must_use]
    pub fn of_organization(self) -> Self {
        Self { is_of_organization: true, ..self }
    }

    /// Somebody stopped logging.
    #[must_use]
    pub fn stopped(self) -> Self {
        Self { is_logging: false, ..self }
    }

    /// With event selectors: `{"EventSelectors": [...]}` or `{"AdvancedEventSelectors": [...]}`.
    #[must_use]
    pub fn selecting(self, selectors: Value) -> Self {
        Self { selectors, ..self }
    }

    fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:cloudtrail:{}:{}:trail/{}", self.home_region, self.account, self.name)
    }
}

impl Aws {
    /// Sets a trail of this handle's account and Region, in place of one of the same name.
    pub fn set_trail(&self, trail: Trail) {
        let mut state = self.state();
        let (account, home_region) = (state.account.clone(), state.region.clone());
        state.cloudtrail.trails.retain(|other| (&other.account, &other.name) != (&account, &trail.name));
        state.cloudtrail.trails.push(Trail { account, home_region, ..trail });
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeTrails" => Ok(describe(state, input)),
        "GetTrailStatus" => find(state, &input["Name"]).map(|trail| json!({ "IsLogging": trail.is_logging })),
        "LookupEvents" => events::look_up(state, input),
        "GetEventSelectors" => selectors(state, input),
        other => Err(not_modelled("cloudtrail", other)),
    }
}

/// API reference, DescribeTrails: "trails associated with the current Region"; of other Regions' trails those for all Regions,
/// and of the management account's those for the organization, both as shadow trails unless `includeShadowTrails` is false.
fn describe(state: &State, input: &Value) -> Value {
    let names: Vec<&str> = input["trailNameList"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let shadows = input["includeShadowTrails"] != false;
    let named = |trail: &Trail| names.is_empty() || is_called(state, trail, &names);
    let visible = |trail: &&Trail| named(trail) && (is_at_home(state, trail) || (shadows && is_shadow(state, trail)));
    let found = state.cloudtrail.trails.iter().filter(visible).map(|trail| shown(state, trail));
    json!({ "trailList": found.collect::<Vec<_>>() })
}

fn is_called(state: &State, trail: &Trail, names: &[&str]) -> bool {
    names.contains(&trail.name.as_str()) || names.contains(&trail.arn(state.partition()).as_str())
}

fn is_own(state: &State, trail: &Trail) -> bool {
    trail.account == state.caller_account()
}

fn is_at_home(state: &State, trail: &Trail) -> bool {
    is_own(state, trail) && trail.home_region == state.region
}

fn is_shadow(state: &State, trail: &Trail) -> bool {
    let together = || state.organizations.are_together(&trail.account, state.caller_account());
    let reaches_account = is_own(state, trail) || (trail.is_of_organization && together());
    reaches_account && (trail.is_multi_region || trail.home_region == state.region)
}

fn shown(state: &State, trail: &Trail) -> Value {
    json!({
        "Name": trail.name,
        "S3BucketName": "trails",
        "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": trail.is_multi_region,
        "HomeRegion": trail.home_region,
        "TrailARN": trail.arn(state.partition()),
        "LogFileValidationEnabled": true,
        "HasCustomEventSelectors": !trail.selectors.is_null(),
        "HasInsightSelectors": false,
        "IsOrganizationTrail": trail.is_of_organization,
    })
}

/// API reference, GetTrailStatus: a shadow trail is named by its ARN.
fn find<'a>(state: &'a State, name: &Value) -> Result<&'a Trail, ApiError> {
    let name = name.as_str().unwrap_or_default();
    let is_it = |trail: &&Trail| match is_at_home(state, trail) {
        true => is_called(state, trail, &[name]),
        false => is_shadow(state, trail) && trail.arn(state.partition()) == name,
    };
    state.cloudtrail.trails.iter().find(is_it).ok_or_else(|| {
        let text = format!("Unknown trail: {name} for the user: {}", state.caller_account());
        ApiError::new("TrailNotFoundException", text)
    })
}

/// User guide, "Logging management events": without selectors, all of them. What a member account is shown of those of its
/// organization's trail is unverified.
fn selectors(state: &State, input: &Value) -> Answer {
    let trail = find(state, &input["TrailName"])?;
    let default = || {
        json!({ "EventSelectors": [{
            "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": [],
        }] })
    };
    let mut answer = if trail.selectors.is_null() { default() } else { trail.selectors.clone() };
    answer["TrailARN"] = trail.arn(state.partition()).into();
    Ok(answer)
}
