//! What goes wrong between the calls.

use aws_config::retry::RetryConfig;
use certificates::Target;
use dns_validation::{Config, Error, Handler, Outcome};
use jiff::SignedDuration;
use lambda::{Invocation, Metrics, RetryableError};
use serde_json::Value;
use simulated_aws::Fault;

use super::world::{ALL_GRANTED, NOTIFIED, REQUESTED, World, sample};

const ROLES: &str = r#"[{"zone": "example.net", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

/// What may happen to a call, and passes.
pub(crate) const FAULTS: [Fault; 6] =
    [Fault::Crash, Fault::CrashAfter, Fault::Throttled, Fault::ServerError, Fault::ConnectionReset, Fault::AnswerLost];

/// Each call of the function is one HTTP request.
pub(crate) fn without_retries(world: &World) -> Handler {
    handler_without_retries(world, &[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES)])
}

pub(crate) fn handler_without_retries(world: &World, variables: &[(&str, &str)]) -> Handler {
    let topic = "arn:aws:sns:us-east-1:123456789012:notices";
    let variables = [ALL_GRANTED, ("NOTICE_TOPIC_ARN", topic)].into_iter().chain(variables.iter().copied());
    let sdk = world.aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    Handler::new(Config::read(&variables.collect()).unwrap(), &sdk)
}

pub(crate) async fn deliver(world: &World, handler: &Handler, arn: &str) -> bool {
    handle(world, handler, &sample(REQUESTED, arn)).await
}

pub(crate) async fn handle(world: &World, handler: &Handler, event: &Value) -> bool {
    let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    let invocation = Invocation { home, deadline: world.aws.now() + SignedDuration::from_mins(5) };
    handler.handle(event, &invocation, &mut Metrics::new("test")).await.is_ok()
}

/// A certificate over two accounts, and a name that nobody holds.
async fn prepared() -> (World, [String; 2], String) {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES)]);
    let zones =
        [world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone_in("111122223333", "example.net")];
    let arn = world.request(&["example.com", "example.net", "example.org"]).await;
    (world, zones, arn)
}

/// Every call may be the last one of a process, or fail in any other way.
#[tokio::test]
async fn after_a_fault_at_any_call_the_next_checks_finish_the_work() {
    let calls = {
        let (world, _, arn) = prepared().await;
        assert!(deliver(&world, &without_retries(&world), &arn).await);
        world.aws.calls().len()
    };
    assert!(calls >= 10, "{calls}");
    for fault in FAULTS {
        for call in 1..=u64::try_from(calls).unwrap() {
            let (world, zones, arn) = prepared().await;
            world.aws.fail_call(call, fault.clone());
            deliver(&world, &without_retries(&world), &arn).await;
            world.aws.restart();
            let context = format!("{fault:?} at call {call}");

            // Lambda delivers the event again, and then comes the sweep, each to a new process.
            deliver(&world, &without_retries(&world), &arn).await;
            let world = world.reconfigured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES)]);
            world.sweep().await;
            for zone in &zones {
                assert_eq!(world.cnames(zone).len(), 1, "{context}");
            }
            assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("no-zone/"), "{context}");
            let notified = world.causes();
            assert!(
                (1..=2).contains(&notified.len()) && notified.iter().all(|cause| cause == "no-zone"),
                "{context}: {notified:?}"
            );
            // Everything is done: one more check changes nothing.
            world.aws.forget_record();
            world.sweep().await;
            assert_eq!(world.effects(), Vec::<String>::new(), "{context}");
        }
    }
}

#[tokio::test]
async fn throttled_calls_are_tried_again() {
    let (world, zones, arn) = prepared().await;
    for operation in [
        "DescribeCertificate",
        "ListTagsForCertificate",
        "ListHostedZones",
        "AssumeRole",
        "ListResourceRecordSets",
        "ChangeResourceRecordSets",
        "PutEvents",
        "Publish",
        "AddTagsToCertificate",
    ] {
        world.aws.fail(operation, 1, Fault::Throttled);
    }
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreatedAndNotified);
    assert!(zones.iter().all(|zone| world.cnames(zone).len() == 1));
}

#[tokio::test]
async fn what_stays_throttled_is_a_retryable_error_and_no_cause() {
    for operation in
        ["DescribeCertificate", "ListHostedZones", "AssumeRole", "ListResourceRecordSets", "ChangeResourceRecordSets"]
    {
        let (world, _, arn) = prepared().await;
        world.aws.fail_always(operation, Fault::Throttled);
        let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
        assert!(error.is_retryable() && format!("{error:?}").contains(operation), "{operation}: {error}");
        assert_eq!(world.causes(), Vec::<String>::new(), "{operation}");
        assert_eq!(world.tag(&arn, NOTIFIED), None);
        world.aws.clear_faults();
        assert_eq!(world.on(REQUESTED, &arn).await.reason, "records-missing");
    }
}

#[tokio::test]
async fn a_permission_that_the_function_itself_lacks_is_named() {
    let (world, _, arn) = prepared().await;
    world.aws.fail_always("ListHostedZones", Fault::AccessDenied);
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(matches!(&error, Error::Zones(cause) if cause.operation == "route53:ListHostedZones"), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_broken_bus_does_not_stop_the_notice_nor_the_other_way_round() {
    let (world, _, arn) = prepared().await;
    world.aws.fail_always("PutEvents", Fault::AccessDenied);
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(error.to_string().contains("events:PutEvents"), "{error}");
    assert_eq!(world.causes(), ["no-zone"]);

    let (world, zones, arn) = prepared().await;
    world.aws.fail_always("Publish", Fault::AccessDenied);
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("sns:Publish"), "{error}");
    assert_eq!((world.aws.events().len(), world.cnames(&zones[0]).len()), (1, 1));
    assert_eq!(world.tag(&arn, NOTIFIED), None, "what nobody was notified is not remembered");
}

#[tokio::test]
async fn a_refused_batch_is_a_cause() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    let fault = Fault::Error {
        code: "InvalidChangeBatch".into(),
        message: "[The record set is protected]".into(),
        status: 400,
    };
    world.aws.fail_always("ChangeResourceRecordSets", fault);
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "change-refused");
    assert!(world.aws.published()[0].for_protocol("email").contains("[The record set is protected]"));
    // It is tried again, and not notified again.
    world.aws.clear_faults();
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!((world.tag(&arn, NOTIFIED), world.causes().len()), (None, 1));
}

#[tokio::test]
async fn a_certificate_that_is_deleted_meanwhile_leaves_no_error() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    let deleted = arn.clone();
    world.aws.before("AddTagsToCertificate", 1, move |aws| aws.remove_certificate(&deleted));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Notified);
}
