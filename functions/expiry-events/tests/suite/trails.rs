//! Whether API calls of the account and Region reach EventBridge.

use expiry_events::policy::trail::TrailState;
use jiff::ToSpan;
use serde_json::{Value, json};
use simulated_aws::{Fault, Trail};

use crate::world::World;

fn world(variables: &[(&str, &str)]) -> World {
    let daily = [("SWEEP_SCHEDULE", "rate(1 day)")];
    World::configured(&daily.iter().chain(variables).copied().collect::<Vec<_>>())
}

async fn trail(world: &World) -> Option<TrailState> {
    let trail = world.sweep().await.trail;
    world.aws.advance(1.day());
    trail
}

fn kinds(world: &World) -> Vec<String> {
    world.aws.published().iter().map(|notice| notice.attribute("kind").unwrap().to_owned()).collect()
}

fn selecting(selectors: Value) -> Trail {
    Trail::new("calls").selecting(selectors)
}

#[tokio::test]
async fn trails_that_bring_calls_to_eventbridge() {
    let basic = |kind: &str, management: bool| json!({ "EventSelectors": [{ "ReadWriteType": kind, "IncludeManagementEvents": management }] });
    let advanced = |read_only: &str| {
        let fields = json!([
            { "Field": "eventCategory", "Equals": ["Management"] },
            { "Field": "readOnly", "Equals": [read_only] },
        ]);
        json!({ "AdvancedEventSelectors": [{ "FieldSelectors": fields }] })
    };
    for (trail_set, expected) in [
        (None, TrailState::Missing),
        (Some(Trail::new("calls")), TrailState::Logging),
        (Some(Trail::new("calls").of_one_region()), TrailState::Logging),
        (Some(Trail::new("calls").stopped()), TrailState::Stopped),
        (Some(selecting(basic("WriteOnly", true))), TrailState::Logging),
        (Some(selecting(basic("ReadOnly", true))), TrailState::WithoutWriteEvents),
        (Some(selecting(basic("All", false))), TrailState::WithoutWriteEvents),
        (Some(selecting(advanced("false"))), TrailState::Logging),
        (Some(selecting(advanced("true"))), TrailState::WithoutWriteEvents),
    ] {
        let world = world(&[]);
        trail_set.clone().into_iter().for_each(|trail| world.aws.set_trail(trail));
        assert_eq!(trail(&world).await, Some(expected), "{trail_set:?}");
        assert_eq!(kinds(&world).len(), usize::from(expected != TrailState::Logging), "{trail_set:?}");
    }
}

#[tokio::test]
async fn a_trail_of_another_region_counts_if_it_is_for_all() {
    let world = world(&[]);
    let elsewhere = world.aws.scoped("123456789012", "eu-west-1");
    elsewhere.set_trail(Trail::new("calls").of_one_region());
    assert_eq!(trail(&world).await, Some(TrailState::Missing));
    elsewhere.set_trail(Trail::new("calls"));
    assert_eq!(trail(&world).await, Some(TrailState::Logging));
}

/// CloudTrail may not show a member account whether the organization's trail is logging.
#[tokio::test]
async fn what_is_not_shown_of_a_trail_is_no_reason_for_a_notice() {
    let world = world(&[]);
    world.aws.set_trail(selecting(json!({ "EventSelectors": [] })).stopped());
    for operation in ["GetTrailStatus", "GetEventSelectors"] {
        world.aws.fail_always(operation, Fault::AccessDenied);
    }
    assert_eq!(trail(&world).await, Some(TrailState::Logging));
    assert!(kinds(&world).is_empty());
}

#[tokio::test]
async fn a_missing_trail_is_reported_once_and_again_only_when_it_changes() {
    let world = world(&[]);
    trail(&world).await;
    let notice = world.aws.published().pop().unwrap();
    let text: Value = serde_json::from_str(notice.for_protocol("sqs")).unwrap();
    let schema = include_str!("../../../../events/schemas/target-notice.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&text), "{text:#}");
    let sample: Value =
        serde_json::from_str(include_str!("../../../../events/sent/target-notice-without-trail.json")).unwrap();
    assert_eq!(text, sample, "the sample is what is sent");
    insta::assert_snapshot!(notice.for_protocol("email"));

    assert_eq!(trail(&world).await, Some(TrailState::Missing));
    assert_eq!(kinds(&world), ["target-without-trail"]);
    world.aws.set_trail(Trail::new("calls").stopped());
    trail(&world).await;
    assert_eq!(kinds(&world), ["target-without-trail"; 2], "another cause");
    world.aws.set_trail(Trail::new("calls"));
    trail(&world).await;
    trail(&world).await;
    assert_eq!(kinds(&world)[2..], ["target-with-trail"]);
}

#[tokio::test]
async fn a_check_that_fails_does_not_fail_the_sweep() {
    let world = world(&[]);
    world.aws.fail_always("DescribeTrails", Fault::AccessDenied);
    assert_eq!(trail(&world).await, Some(TrailState::NotRead));
    world.aws.clear_faults();
    world.aws.fail_always("GetParametersByPath", Fault::AccessDenied);
    assert_eq!(trail(&world).await, Some(TrailState::Missing));
    assert!(kinds(&world).is_empty());
    world.aws.clear_faults();
    trail(&world).await;
    assert_eq!(kinds(&world), ["target-without-trail"]);
}

#[tokio::test]
async fn trails_are_asked_for_once_a_day() {
    let world = World::configured(&[("SWEEP_SCHEDULE", "rate(1 hour)")]);
    let mut checks = 0;
    for _ in 0..24 {
        checks += usize::from(world.sweep().await.trail.is_some());
        world.aws.advance(1.hour());
    }
    // A sweep may be late, so two may believe that it is their turn.
    assert!((1..=2).contains(&checks), "{checks}");
    let unknown = World::new();
    assert_eq!(unknown.sweep().await.trail, None, "nobody knows how often it is swept");
    assert_eq!(world.acme_sweep().await.trail, None);
}

#[tokio::test]
async fn a_dry_run_only_answers_it() {
    let world = world(&[("DRY_RUN", "true")]);
    assert_eq!(trail(&world).await, Some(TrailState::Missing));
    assert!(kinds(&world).is_empty());
    assert!(!world.aws.calls().iter().any(|call| call.service == "ssm"));
}
