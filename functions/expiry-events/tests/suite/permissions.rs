//! The template allows what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use simulated_aws::permissions::granted;
use simulated_aws::{Call, CertificateSpec, Trail};

use crate::from_acme::FromAcme;
use crate::settings_parameter;
use crate::world::World;

const ROLE: &str = "ExpiryEventsRole";
/// What Lambda itself does in the function's name, or SNS with an encrypted topic.
const PLATFORM: [&str; 4] = ["logs:", "sqs:", "xray:", "kms:"];
/// The statement that exists only where `AcmeSettings` names a parameter of SSM, which is read before there is a handler.
const SETTINGS: &str = "ReadAcmeSettings";

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml")
}

/// A start and a sweep over a certificate that is due, and over one whose renewal failed and is tried again; and one over a
/// certificate whose CA is asked. The calls that the function made.
async fn busy_sweep() -> Vec<Call> {
    let from = FromAcme::new();
    let world = &from.world;
    from.import("www.example.com", "letsencrypt").await;
    let before = world.aws.calls().len();
    let due = || CertificateSpec::imported("example.com").days_left(3).tag("acm-autopilot:renew-from", "private-ca");
    world.insert(due());
    world.insert(
        due()
            .tag("acm-autopilot:status", "renewal-failed")
            .tag("acm-autopilot:status-since", "2026-11-01T00:00:00Z")
            .tag("acm-autopilot:status-reason", "throttled"),
    );
    world.sweep().await;
    world.acme_sweep().await;
    let parameter = settings_parameter::config("/acme");
    world.aws.set_parameter("/acme", "{}");
    parameter.with_parameters(&world.aws.sdk_config()).await.unwrap();
    // No permission of AWS is needed to ask a CA.
    world.aws.calls().into_iter().skip(before).filter(|call| call.service != "acme").collect()
}

/// Sweeps that find no trail, and then one.
async fn trail_sweeps() -> Vec<Call> {
    let world = World::configured(&[("SWEEP_SCHEDULE", "rate(1 day)")]);
    world.sweep().await;
    let selectors = json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": true }] });
    world.aws.set_trail(Trail::new("calls").selecting(selectors));
    world.sweep().await;
    world.aws.calls()
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let calls = busy_sweep().await.into_iter().chain(trail_sweeps().await);
    let called: BTreeSet<String> = calls.map(|call| call.action()).collect();
    let granted: BTreeSet<String> = granted(&template(), ROLE)
        .into_iter()
        .flat_map(|statement| statement.actions)
        .filter(|action| !PLATFORM.iter().any(|platform| action.starts_with(platform)))
        .collect();
    assert_eq!(granted, called);
}

#[tokio::test]
async fn the_conditions_allow_exactly_the_tags_that_are_written() {
    let calls = busy_sweep().await;
    for operation in ["AddTagsToCertificate", "RemoveTagsFromCertificate"] {
        let written: BTreeSet<String> = calls
            .iter()
            .filter(|call| call.operation == operation)
            .flat_map(|call| call.input["Tags"].as_array().unwrap())
            .map(|tag| tag["Key"].as_str().unwrap().to_owned())
            .collect();
        let mut allowed: BTreeSet<String> = granted(&template(), ROLE)
            .into_iter()
            .filter(|statement| statement.actions.contains(&format!("acm:{operation}")))
            .flat_map(|statement| statement.condition_values)
            .collect();
        // The operator of the condition that demands the key's presence.
        allowed.remove("false");
        assert_eq!(allowed, written, "{operation}");
    }
}

#[test]
fn of_ssm_the_parameter_with_the_settings_is_read() {
    let reading = granted(&template(), ROLE).into_iter().find(|statement| statement.sid == SETTINGS).unwrap();
    let parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${AcmeSettings}".to_owned();
    assert_eq!(reading.actions, BTreeSet::from(["ssm:GetParameter".to_owned()]));
    assert_eq!(reading.resources, BTreeSet::from([parameter]));
}

/// IAM: a call may carry several events; each has to be one of ours.
#[tokio::test]
async fn the_conditions_allow_exactly_the_events_that_are_sent() {
    let calls = busy_sweep().await;
    let entries = calls.iter().flat_map(|call| call.input["Entries"].as_array().into_iter().flatten());
    let mut sent: BTreeSet<String> = entries
        .flat_map(|entry| ["Source", "DetailType"].map(|member| entry[member].as_str().unwrap().to_owned()))
        .collect();
    // The operator of the condition that demands the keys' presence.
    sent.insert("false".to_owned());
    let statements = granted(&template(), ROLE);
    let sending = statements.iter().find(|statement| statement.sid == "SendEvents").unwrap();
    assert_eq!(sending.condition_values, sent);
}

/// Of a certificate, the function needs only what ARI names it by.
#[test]
fn only_certificates_that_are_renewed_from_acme_can_be_read() {
    let statements = granted(&template(), ROLE);
    let reading: Vec<_> = statements.iter().filter(|one| one.actions.contains("acm:GetCertificate")).collect();
    let tag = format!("aws:ResourceTag/{}", certificates::tags::RENEW_FROM);
    let values: Vec<_> = reading.iter().flat_map(|one| &one.condition_values).collect();
    assert_eq!(values, ["acme"]);
    assert!(reading.iter().all(|one| one.conditions.iter().any(|condition| condition.key == tag)), "{reading:?}");
}
