//! Renewals that fail: the old certificate stays, and tag, event and notice say why.

use jiff::SignedDuration;
use simulated_aws::{Fault, Key};

use crate::world::{Tagged, World, due, later};

#[tokio::test]
async fn sources_that_are_not_known_or_not_there_yet() {
    for (source, reason) in
        [("the-moon", "unknown-source"), ("PRIVATE-CA", "unknown-source"), ("acme", "acme-not-configured")]
    {
        let world = World::new();
        let arn = world.insert(due().tag("acm-autopilot:renew-from", source));
        world.fail(&arn, reason).await;
    }
}

#[tokio::test]
async fn permissions_that_are_missing() {
    for operation in ["GetCertificate", "DescribeCertificateAuthority", "IssueCertificate", "ImportCertificate"] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always(operation, Fault::AccessDenied);
        let answer = world.fail(&arn, "permission-missing").await;
        assert!(answer["detail"].as_str().unwrap().contains(operation), "{answer}");
    }
}

#[tokio::test]
async fn what_acm_refuses() {
    let error = |code: &str| Fault::Error { code: code.into(), message: "no".into(), status: 400 };
    for (code, reason) in
        [("LimitExceededException", "import-quota-reached"), ("ValidationException", "import-refused")]
    {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always("ImportCertificate", error(code));
        world.fail(&arn, reason).await;
    }
}

#[tokio::test]
async fn calls_that_take_too_long_leave_time_to_record_it() {
    let world = World::new();
    let arn = world.insert(due());
    // Describe, list, get, tag and announce take 200 of the 300 seconds.
    world.aws.set_call_duration(SignedDuration::from_secs(45));
    let handler = world.handler();
    let deadline = world.invocation().deadline;
    let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(answer["reason"], "out-of-time", "{answer}");
    assert!(answer["detail"].as_str().unwrap().contains(&world.ca), "what it waited for: {answer}");
    assert_eq!((world.count("DescribeCertificateAuthority"), world.count("ImportCertificate")), (0, 0));
    assert!(deadline < world.aws.now() + SignedDuration::from_secs(200));
    assert_eq!(world.certificate(&arn).tag("status-reason"), Some("out-of-time"));
}

#[tokio::test]
async fn throttled_calls_are_tried_again_and_reported_when_they_stay_so() {
    for operation in ["DescribeCertificateAuthority", "IssueCertificate", "ImportCertificate"] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_next(operation, 2, Fault::Throttled);
        world.renew(&arn).await;

        let arn = world.insert(due());
        world.aws.fail_always(operation, Fault::Throttled);
        world.fail(&arn, "throttled").await;

        // Its pause is an hour.
        world.aws.clear_faults();
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "waiting-for-retry");
        later(&world.aws, 1);
        let answer = world.renew(&arn).await;
        assert_eq!(answer["attempt"], 2);
    }
}

#[tokio::test]
async fn a_certificate_without_room_for_tags_is_announced_and_left_alone() {
    for (room, recorded) in [(0, None), (2, Some("renewal-failed")), (4, Some("renewal-failed"))] {
        let world = World::new();
        let mut spec = due();
        for n in 0..50 - 4 - room {
            spec = spec.tag(&format!("key-{n}"), "x");
        }
        let arn = world.insert(spec);
        let before = world.certificate(&arn);
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "no-room-for-tags");
        let after = world.certificate(&arn);
        assert_eq!((after.tag("status"), after.operators_tags()), (recorded, before.operators_tags()));
        assert_eq!(world.notices("renewal-failed").len(), 1);
        assert_eq!(world.count("IssueCertificate"), 0);
        world.check_messages();
    }
}

#[tokio::test]
async fn a_resolved_failure_is_renewed_when_a_tag_changes() {
    let world = World::new();
    let disabled = world.aws.create_private_ca(Key::P384);
    world.grant(&disabled);
    world.aws.set_ca_status(&disabled, "DISABLED");
    let arn = world.insert(due().tag("acm-autopilot:private-ca", &disabled));
    world.fail(&arn, "ca-disabled").await;
    later(&world.aws, 30);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["reason"], "waiting-for-a-person");

    world.aws.set_tags(&arn, &[("acm-autopilot:private-ca", Some(&world.ca))]);
    let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", &world.ca)]);
    let answer = world.give(&world.handler(), event).await.unwrap();
    assert_eq!((answer["outcome"].as_str(), answer["attempt"].as_u64()), (Some("renewed"), Some(2)));
    let notice = world.last_notice("renewal-complete");
    assert!(notice["whatHappened"].as_str().unwrap().contains("It took 2 attempts."));
    assert_eq!(world.certificate(&arn).tag("status-reason"), None);
    world.check_messages();
}

#[tokio::test]
async fn an_unresolved_failure_is_tried_again_when_a_threshold_is_crossed() {
    let world = World::new();
    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due());
    world.fail(&arn, "ca-disabled").await;
    assert_eq!(world.last_notice("renewal-failed")["severity"], "warning");
    later(&world.aws, 24 * 4);
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "waiting-for-a-person");
    later(&world.aws, 24);
    let answer = world.fail(&arn, "ca-disabled").await;
    assert_eq!(answer["attempt"], 2);
    later(&world.aws, 24 * 8);
    world.fail(&arn, "ca-disabled").await;
    assert_eq!(world.last_notice("renewal-failed")["severity"], "critical");
}
