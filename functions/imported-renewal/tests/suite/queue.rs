//! Messages that come too early: they are delivered again, and do not become dead letters.

use serde_json::Value;
use simulated_aws::Misissue;

use crate::world::{Tagged, World, batch, due};

/// The queue's `maxReceiveCount`.
const DELIVERIES: u32 = 4;

/// One delivery of a message that was delivered first at some time.
fn delivery(world: &World, event: &Value, number: u32) -> Value {
    let first = world.aws.now() - jiff::Span::new().minutes(30 * i64::from(number - 1));
    let mut batch = batch(event);
    batch["Records"][0]["attributes"] = serde_json::json!({
        "ApproximateReceiveCount": number.to_string(),
        "ApproximateFirstReceiveTimestamp": first.as_millisecond().to_string(),
    });
    batch
}

async fn is_returned(world: &World, event: &Value, number: u32) -> bool {
    let answer = world.give(&world.handler(), delivery(world, event, number)).await.unwrap();
    !answer["batchItemFailures"].as_array().unwrap().is_empty()
}

fn claim(world: &World, arn: &str) {
    let now = certificates::tags::format_time(world.aws.now());
    let tags =
        [("acm-autopilot:status", Some("renewal-in-progress")), ("acm-autopilot:status-since", Some(now.as_str()))];
    world.aws.set_tags(arn, &tags);
}

/// Someone writes `renewal-in-progress` again and again: an attempt ends within 15 minutes.
#[tokio::test]
async fn a_claim_that_is_refreshed_for_ever_stops_neither_a_request_nor_a_change() {
    for setting in
        [Some(("acm-autopilot:validity-days", "90")), Some(("acm-autopilot:status", "pending-renewal")), None]
    {
        let world = World::new();
        let arn = world.insert(due());
        let event = setting.map_or_else(|| world.requested(&arn), |setting| world.tags_added(&arn, &[setting]));
        for number in 1..=3 {
            claim(&world, &arn);
            assert_eq!(is_returned(&world, &event, number).await, number < 3, "{setting:?} {number}");
            world.aws.advance(jiff::Span::new().minutes(30));
        }
        assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"), "{setting:?}");
    }
}

/// A request that comes twice, or a sweep's beside an operator's.
#[tokio::test]
async fn a_request_that_another_renewal_answers_ends_quietly() {
    let world = World::new();
    let arn = world.insert(due());
    let event = world.requested(&arn);
    claim(&world, &arn);
    assert!(is_returned(&world, &event, 1).await);
    world.aws.set_tags(&arn, &[("acm-autopilot:status", None)]);
    world.renew(&arn).await;
    world.aws.advance(jiff::Span::new().minutes(30));
    assert!(!is_returned(&world, &event, 2).await);
    assert_eq!(world.count("ImportCertificate"), 1);
}

/// A finding of AWS Config asks for nothing that a renewal in progress does not do.
#[tokio::test]
async fn a_finding_of_aws_config_does_not_wait_for_a_renewal() {
    let world = World::new();
    let arn = world.insert(due());
    claim(&world, &arn);
    let mut event = crate::world::sample("config-compliance-change");
    event["detail"]["resourceId"] = arn.clone().into();
    assert!(!is_returned(&world, &event, 1).await);
}

#[tokio::test]
async fn a_message_that_always_comes_too_early_is_not_a_dead_letter() {
    let world = World::new();
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    let arn = world.insert(due());
    world.fail(&arn, "name-lost").await;
    world.aws.set_tags(&arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    let event = world.tags_added(&arn, &[("acm-autopilot:status", "pending-renewal")]);
    for number in 1..=DELIVERIES {
        assert_eq!(is_returned(&world, &event, number).await, number < DELIVERIES, "{number}");
    }
    let claimed = world.insert(due());
    claim(&world, &claimed);
    let mut last = delivery(&world, &world.requested(&claimed), DELIVERIES);
    last["Records"][0]["attributes"]["ApproximateFirstReceiveTimestamp"] = Value::Null;
    let answer = world.give(&world.handler(), last).await.unwrap();
    assert!(answer["batchItemFailures"].as_array().unwrap().is_empty());
}

/// An attempt is charged, and cannot be recorded: its message comes again once more after the hour.
#[tokio::test]
async fn a_message_outlives_the_hour_after_its_own_attempt() {
    let world = World::new();
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    let arn = world.insert(due());
    let handler = world.handler();
    let event = world.requested(&arn);
    world.aws.set_call_duration(jiff::SignedDuration::from_secs(1));
    world.aws.before("IssueCertificate", 1, |aws| aws.fail_always("Publish", simulated_aws::Fault::AccessDenied));
    for number in 1..=DELIVERIES {
        let start = world.aws.now();
        let answer = world.give(&handler, delivery(&world, &event, number)).await.unwrap();
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().is_empty(), number == DELIVERIES, "{number}");
        world.aws.clear_faults();
        world.aws.set_time(start + jiff::SignedDuration::from_mins(30));
    }
    assert_eq!(world.count("IssueCertificate"), 2);
    assert_eq!(world.certificate(&arn).tag("status-reason"), Some("name-lost"));
}
