//! Asks CloudTrail for the trails of an account and Region.

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, ReadWriteType};

use crate::policy::trail::{FieldSelector, Trail, TrailState, takes_writes};

/// Reads trails with the credentials of the account.
#[derive(Debug)]
pub(crate) struct Trails {
    sdk: SdkConfig,
}

impl Trails {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self { sdk: sdk.clone() }
    }

    /// No error of CloudTrail's is a reason for a sweep to fail.
    pub(crate) async fn state(&self, region: &str) -> TrailState {
        // Made for the few calls of a day: most processes need none.
        let client = Client::new(&self.sdk);
        self.read(&client, region).await.map_or_else(
            |cause| {
                tracing::warn!(reason = "trails-not-read", %cause);
                TrailState::NotRead
            },
            |trails| TrailState::of(&trails),
        )
    }

    async fn read(&self, client: &Client, region: &str) -> Result<Vec<Trail>, CallError> {
        let answer = client.describe_trails().send().await;
        let answer = answer.map_err(|error| CallError::new("cloudtrail:DescribeTrails", &error))?;
        let records_region = |trail: &&aws_sdk_cloudtrail::types::Trail| {
            trail.is_multi_region_trail() == Some(true) || trail.home_region() == Some(region)
        };
        let mut trails = Vec::new();
        for shown in answer.trail_list().iter().filter(records_region) {
            let Some(arn) = shown.trail_arn() else { continue };
            let has_selectors = shown.has_custom_event_selectors() == Some(true);
            let trail = Trail {
                is_logging: is_logging(client, arn).await,
                // Without selectors, a trail records all management events.
                records_writes: if has_selectors { records_writes(client, arn).await } else { Some(true) },
            };
            trails.push(trail);
            if TrailState::of(&[trail]) == TrailState::Logging {
                break;
            }
        }
        Ok(trails)
    }
}

async fn is_logging(client: &Client, arn: &str) -> Option<bool> {
    let answer = client.get_trail_status().name(arn).send().await;
    let answer = answer.map_err(|error| CallError::new("cloudtrail:GetTrailStatus", &error));
    known(arn, answer)?.is_logging
}

async fn records_writes(client: &Client, arn: &str) -> Option<bool> {
    let answer = client.get_event_selectors().trail_name(arn).send().await;
    let answer = answer.map_err(|error| CallError::new("cloudtrail:GetEventSelectors", &error));
    let selectors: GetEventSelectorsOutput = known(arn, answer)?;
    let basic = selectors.event_selectors().iter().any(takes_writes_of_management);
    Some(basic || selectors.advanced_event_selectors().iter().any(takes_writes_of_category))
}

fn known<T>(trail: &str, answer: Result<T, CallError>) -> Option<T> {
    answer.inspect_err(|cause| tracing::info!(trail, reason = "trail-not-read", %cause)).ok()
}

/// [EventSelector](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html): both are on by default.
fn takes_writes_of_management(selector: &EventSelector) -> bool {
    selector.include_management_events() != Some(false) && selector.read_write_type() != Some(&ReadWriteType::ReadOnly)
}

fn takes_writes_of_category(selector: &AdvancedEventSelector) -> bool {
    let fields = selector.field_selectors().iter();
    let fields: Vec<_> = fields.map(|one| FieldSelector { field: one.field(), equals: one.equals() }).collect();
    takes_writes(&fields)
}
