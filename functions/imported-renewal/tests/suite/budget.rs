//! Nothing is paid for twice within an hour, and nothing in vain that could have been known.

use jiff::SignedDuration;
use simulated_aws::{Fault, Key, Misissue};

use crate::world::{Tagged, World, batch, due, later};

fn pending(world: &World, arn: &str) -> serde_json::Value {
    world.aws.set_tags(arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    world.tags_added(arn, &[("acm-autopilot:status", "pending-renewal")])
}

#[tokio::test]
async fn a_certificate_is_not_renewed_twice_within_an_hour() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    for _ in 0..20 {
        let event = pending(&world, &arn);
        let answer = world.give(&world.handler(), event).await.unwrap();
        assert_eq!((&answer["outcome"], &answer["reason"]), (&"ignored".into(), &"just-renewed".into()));
        assert_eq!(answer["possibleAfter"], "2026-11-20T09:00:00Z");
        world.aws.advance(jiff::Span::new().minutes(2));
    }
    assert_eq!((world.count("IssueCertificate"), world.count("ImportCertificate")), (1, 1));
    later(&world.aws, 1);
    world.renew(&arn).await;
}

#[tokio::test]
async fn a_first_import_replaces_nothing() {
    let world = World::new();
    let now = world.aws.now();
    let spec = due().not_before(now).not_after(now + SignedDuration::from_hours(24 * 300));
    let arn =
        world.insert(spec.tag("acm-autopilot:status", "pending-renewal").tag("acm-autopilot:validity-days", "397"));
    world.renew(&arn).await;
}

#[tokio::test]
async fn a_failure_that_was_paid_for_is_not_repeated_within_an_hour() {
    let world = World::new();
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    let arn = world.insert(due());
    world.fail(&arn, "name-lost").await;
    for days in 30..40 {
        let days = days.to_string();
        world.aws.set_tags(&arn, &[("acm-autopilot:validity-days", Some(&days))]);
        let event = world.tags_added(&arn, &[("acm-autopilot:validity-days", &days)]);
        let answer = world.give(&world.handler(), event).await.unwrap();
        assert_eq!(
            (&answer["reason"], &answer["possibleAfter"]),
            (&"just-failed".into(), &"2026-11-20T09:00:00Z".into())
        );
        let event = pending(&world, &arn);
        let answer = world.give(&world.handler(), event).await.unwrap();
        assert_eq!(answer["reason"], "just-failed");
        world.aws.set_tags(&arn, &[("acm-autopilot:status", Some("renewal-failed"))]);
    }
    assert_eq!(world.count("IssueCertificate"), 1);
    assert_eq!(world.notices("renewal-failed").len(), 1);

    // What was asked for in that hour is not lost: the queue delivers it again.
    world.aws.misissue(None);
    let event = world.tags_added(&arn, &[("acm-autopilot:validity-days", "39")]);
    let answer = world.give(&world.handler(), batch(&event)).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    later(&world.aws, 1);
    let answer = world.give(&world.handler(), batch(&event)).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 0);
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
}

#[tokio::test]
async fn a_failure_that_cost_nothing_is_tried_again_at_once_when_a_person_resolved_it() {
    let world = World::new();
    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due());
    world.fail(&arn, "ca-disabled").await;
    world.aws.set_ca_status(&world.ca, "ACTIVE");
    let event = pending(&world, &arn);
    assert_eq!(world.give(&world.handler(), event).await.unwrap()["outcome"], "renewed");
}

#[tokio::test]
async fn an_import_quota_stops_issuance_until_a_person_asks() {
    let world = World::new();
    let arn = world.insert(due());
    let full = Fault::Error { code: "LimitExceededException".into(), message: "5000 imports".into(), status: 400 };
    world.aws.fail_always("ImportCertificate", full);
    world.fail(&arn, "import-quota-reached").await;
    // Thresholds are crossed, and nothing is bought.
    for _ in 0..18 {
        later(&world.aws, 24);
        assert_eq!(world.request(&arn).await.unwrap()["reason"], "waiting-for-a-person");
    }
    assert_eq!(world.count("IssueCertificate"), 1);
    world.aws.clear_faults();
    let event = pending(&world, &arn);
    assert_eq!(world.give(&world.handler(), event).await.unwrap()["outcome"], "renewed");
}

#[tokio::test]
async fn equal_failures_are_announced_once_an_hour() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:private-ca", "the-moon"));
    for _ in 0..11 {
        let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", "the-moon")]);
        assert_eq!(world.give(&world.handler(), event).await.unwrap()["reason"], "ca-not-found");
        world.aws.advance(jiff::Span::new().minutes(5));
    }
    assert_eq!(world.notices("renewal-failed").len(), 1);
    world.aws.advance(jiff::Span::new().minutes(10));
    let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", "the-moon")]);
    world.give(&world.handler(), event).await.unwrap();
    assert_eq!(world.notices("renewal-failed").len(), 2, "not silenced for good");
    // Another failure is news at once.
    world.aws.set_tags(&arn, &[("acm-autopilot:renew-from", Some("the-moon"))]);
    let event = world.tags_added(&arn, &[("acm-autopilot:renew-from", "the-moon")]);
    world.give(&world.handler(), event).await.unwrap();
    assert_eq!(world.notices("renewal-failed").len(), 3);
}

#[tokio::test]
async fn the_cas_chain_is_read_before_it_is_paid() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("GetCertificateAuthorityCertificate", Fault::AccessDenied);
    let answer = world.fail(&arn, "permission-missing").await;
    assert!(answer["detail"].as_str().unwrap().contains("GetCertificateAuthorityCertificate"), "{answer}");
    assert_eq!(world.count("IssueCertificate"), 0);
    let other = world.aws.create_private_ca(Key::P256);
    world.grant(&other);
}
