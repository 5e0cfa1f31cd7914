//! Renewals that succeed: when they are made, and what is recorded.

use jiff::SignedDuration;
use serde_json::json;

use crate::world::{LOAD_BALANCER, Tagged, World, at, due};

#[tokio::test]
async fn the_tags_the_events_and_the_notice_say_what_happened() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:status", "pending-renewal"));
    let before = world.certificate(&arn);
    let answer = world.renew(&arn).await;
    let after = world.certificate(&arn);
    assert_eq!(
        answer,
        json!({
            "outcome": "renewed", "certificate": arn, "attempt": 1,
            "serialBefore": before.serial, "serialAfter": after.serial,
            "notAfterBefore": before.not_after, "notAfterAfter": after.not_after,
        })
    );
    assert_eq!(after.tag("status"), Some("renewal-complete"));
    assert_eq!(after.tag("status-since"), Some("2026-11-20T08:00:00Z"));
    for gone in ["status-reason", "attempts", "renewal-of"] {
        assert_eq!(after.tag(gone), None, "{gone}");
    }
    let events: Vec<_> = world.aws.events().into_iter().map(|event| event.detail).collect();
    let event = |from: &str, to: &str| {
        json!({
            "schemaVersion": 1, "certificateArn": arn, "from": from, "to": to, "reason": null, "attempt": 1,
            "renewFrom": "private-ca", "serialBefore": before.serial, "notAfterBefore": before.not_after,
            "serialAfter": null, "notAfterAfter": null,
        })
    };
    let mut complete = event("renewal-in-progress", "renewal-complete");
    complete["serialAfter"] = after.serial.as_str().into();
    complete["notAfterAfter"] = after.not_after.to_string().into();
    assert_eq!(events, [event("pending-renewal", "renewal-in-progress"), complete]);

    let notice = &world.aws.published()[0];
    assert_eq!(notice.subject.as_deref(), Some("[info] pay.example.com renewed, now valid until 2027-11-20"));
    assert_eq!(notice.attribute("owner"), Some("team-payments"));
    assert_eq!(notice.attribute("in_use"), Some("true"));
    let text = notice.for_protocol("email");
    for part in [&before.serial, &after.serial, LOAD_BALANCER, "What to do\n  Nothing."] {
        assert!(text.contains(part), "{part} in {text}");
    }
    world.check_messages();
}

#[tokio::test]
async fn deciding_again_after_a_renewal_does_nothing() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    let (calls, tags) = (world.aws.calls().len(), world.certificate(&arn).tags);
    for event in [world.requested(&arn), world.tags_added(&arn, &[("acm-autopilot:validity-days", "9")])] {
        let answer = world.give(&world.handler(), event).await.unwrap();
        assert_eq!(answer, json!({ "outcome": "ignored", "certificate": arn, "reason": "not-due" }));
    }
    assert_eq!(world.certificate(&arn).tags, tags);
    assert_eq!(world.aws.calls().len(), calls + 4, "two reads each");
}

#[tokio::test]
async fn an_operators_pending_renewal_is_renewed_whenever_it_expires() {
    let world = World::new();
    let arn = world.insert(due().days_left(300).tag("acm-autopilot:status", "pending-renewal"));
    let event = world.tags_added(&arn, &[("acm-autopilot:status", "pending-renewal")]);
    let answer = world.give(&world.handler(), event).await.unwrap();
    assert_eq!(answer["outcome"], "renewed");
}

#[tokio::test]
async fn an_expired_certificate_is_renewed_too() {
    let world = World::new();
    let arn = world.insert(due().days_left(-10));
    world.renew(&arn).await;
    assert_eq!(world.certificate(&arn).status, "ISSUED");
}

#[tokio::test]
async fn a_renewed_certificate_may_be_pending_at_its_ca_for_a_while() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_issuance_delay(SignedDuration::from_secs(40));
    world.renew(&arn).await;
    assert!(world.aws.now() >= at("2026-11-20T08:00:40Z"));
}
