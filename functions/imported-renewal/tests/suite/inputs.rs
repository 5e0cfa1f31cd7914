//! What comes in: the samples, batches, bad input, dry runs.

use lambda::RetryableError;
use serde_json::{Value, json};

use crate::world::{Tagged, World, batch, due, sample};

/// A sample with the certificate's ARN instead of the sample's.
fn about(sample: &Value, arn: &str) -> Value {
    let text = sample
        .to_string()
        .replace("arn:aws:acm:us-east-1:123456789012:certificate/0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12", arn);
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn every_sample_renews_a_due_certificate() {
    for name in ["renewal-requested", "cloudtrail-add-tags", "config-compliance-change", "sqs-batch"] {
        let world = World::new();
        let arn = world.insert(due());
        let answer = world.give(&world.handler(), about(&sample(name), &arn)).await.unwrap();
        if name == "sqs-batch" {
            assert_eq!(answer, json!({ "batchItemFailures": [] }));
        } else {
            assert_eq!(answer["outcome"], "renewed", "{name}");
        }
        assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    }
}

#[tokio::test]
async fn messages_that_can_never_be_dealt_with_are_refused_and_counted() {
    let world = World::new();
    let arn = world.insert(due());
    let message = |id: &str, body: Value| json!({ "messageId": id, "body": body });
    let elsewhere = sample("renewal-requested");
    let batch = json!({ "Records": [
        message("not-json", json!("{")),
        message("no-body", Value::Null),
        message("not-an-event", json!("[]")),
        message("too-deep", json!("[".repeat(200) + &"]".repeat(200))),
        message("too-large-a-number", json!("{\"a\": 1e400}")),
        message("half-a-character", json!("{\"a\": \"\\ud800\"}")),
        message("elsewhere", json!(elsewhere.to_string())),
        message("good", json!(world.requested(&arn).to_string())),
    ]});
    let (answer, metrics) = world.measure(batch).await;
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!((&metrics["MessagesRefused"], &metrics["MessagesReturned"]), (&json!(7), &Value::Null));
    assert_eq!((&metrics["CertificatesImported"], &metrics["RenewalsCompleted"]), (&json!(1), &json!(1)));
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
}

#[tokio::test]
async fn batches_that_are_none_are_refused() {
    let world = World::new();
    for (event, says) in [
        (json!({ "Records": 7 }), "`Records` is not a list"),
        (json!({ "Records": [{ "body": "{}" }] }), "`Records[].messageId` is missing"),
        (json!("text"), "`(whole event)` is not a JSON object"),
        (json!([]), "`(whole event)` is not a JSON object"),
        (Value::Null, "`(whole event)` is not a JSON object"),
        (json!({}), "`source` is missing"),
    ] {
        let error = world.give(&world.handler(), event).await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.is_retryable());
    }
    assert_eq!(world.aws.calls().len(), 0);
}

#[tokio::test]
async fn a_certificate_that_is_not_there_is_ignored() {
    let world = World::new();
    let arn =
        format!("arn:aws:acm:{}:123456789012:certificate/00000000-0000-4000-8000-00000000dead", world.aws.region());
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer, json!({ "outcome": "ignored", "certificate": arn, "reason": "certificate-gone" }));
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_changes_nothing() {
    for (spec, plan) in [
        (due(), json!({ "action": "renew", "from": "private-ca", "attempt": 1, "validityDays": null })),
        (
            due().tag("acm-autopilot:validity-days", "90"),
            json!({ "action": "renew", "from": "private-ca", "attempt": 1, "validityDays": 90 }),
        ),
        (
            due().tag("acm-autopilot:renew-from", "acme"),
            json!({ "action": "record-failure", "reason": "acme-not-configured", "attempt": 1 }),
        ),
        (
            due().tag("acm-autopilot:validity-days", "1000"),
            json!({ "action": "renew", "validityDays": 398, "issuerMayChange": false }),
        ),
        (
            due()
                .not_before("2026-11-19T08:00:00Z".parse().unwrap())
                .tag("acm-autopilot:renewal-of", "0a:1b")
                .tag("acm-autopilot:status", "renewal-failed")
                .tag("acm-autopilot:status-since", "2026-11-19T07:00:00Z"),
            json!({ "action": "record-complete" }),
        ),
    ] {
        let world = World::new();
        let arn = world.insert(spec);
        let before = world.certificate(&arn);
        let handler = imported_renewal::Handler::new(world.config(&[("DRY_RUN", "true")]), &world.aws.sdk_config());
        let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
        assert_eq!((answer["outcome"].as_str(), answer["dryRun"].as_bool()), (Some("planned"), Some(true)));
        for (key, value) in plan.as_object().unwrap() {
            assert_eq!(answer["actions"][0][key], *value, "{answer}");
        }
        let after = world.certificate(&arn);
        assert_eq!((after.tags, after.pem), (before.tags, before.pem));
        assert!(
            world
                .aws
                .calls()
                .iter()
                .all(|call| ["DescribeCertificate", "ListTagsForCertificate"].contains(&call.operation.as_str()))
        );
    }
    let world = World::new();
    let arn = world.insert(due().days_left(300));
    let handler = imported_renewal::Handler::new(world.config(&[("DRY_RUN", "true")]), &world.aws.sdk_config());
    let answer = world.give(&handler, batch(&world.requested(&arn))).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(
        world.give(&handler, world.requested(&arn)).await.unwrap(),
        json!({ "outcome": "ignored", "certificate": arn, "reason": "not-due", "dryRun": true })
    );
}
