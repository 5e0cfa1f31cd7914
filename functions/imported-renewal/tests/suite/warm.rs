//! What a process remembers, whatever the tags say.

use simulated_aws::{Fault, Key, Misissue};

use crate::world::{Tagged, World, due};

pub(crate) const OURS: [&str; 5] = ["status", "status-since", "status-reason", "attempts", "renewal-of"];

/// Sets tags of ours, as anybody may who can tag; `None` removes one.
pub(crate) fn forge(world: &World, arn: &str, tags: &[(&str, Option<&str>)]) {
    let keys: Vec<String> = tags.iter().map(|(key, _)| format!("acm-autopilot:{key}")).collect();
    let tags: Vec<(&str, Option<&str>)> =
        keys.iter().zip(tags).map(|(key, (_, value))| (key.as_str(), *value)).collect();
    world.aws.set_tags(arn, &tags);
}

pub(crate) fn minutes(world: &World, minutes: i64) {
    world.aws.advance(jiff::Span::new().minutes(minutes));
}

/// Every way in which tags can deny that an attempt was just charged.
fn denials() -> Vec<Vec<(&'static str, Option<&'static str>)>> {
    vec![
        OURS.map(|key| (key, None)).to_vec(),
        vec![("status", Some("pending-renewal")), ("status-reason", None)],
        vec![("status", Some("pending-renewal")), ("status-since", Some("2026-11-01T00:00:00Z"))],
        vec![("status", Some("renewal-failed")), ("status-since", Some("2026-11-01T00:00:00Z"))],
        vec![
            ("status", Some("renewal-in-progress")),
            ("status-since", Some("2026-11-20T07:00:00Z")),
            ("attempts", None),
        ],
        vec![("status", Some("renewal-complete")), ("renewal-of", Some("ab"))],
        vec![("status", Some("renewal-failed")), ("renewal-of", Some("ab"))],
        vec![("status-reason", Some("ca-disabled")), ("status", Some("pending-renewal"))],
    ]
}

#[tokio::test]
async fn no_tag_makes_it_pay_twice_within_an_hour() {
    for denial in denials() {
        let world = World::new();
        world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
        let arn = world.insert(due());
        let handler = world.handler();
        assert_eq!(world.give(&handler, world.requested(&arn)).await.unwrap()["reason"], "name-lost");
        for _ in 0..5 {
            minutes(&world, 10);
            forge(&world, &arn, &denial);
            for event in [world.requested(&arn), world.tags_added(&arn, &[("acm-autopilot:validity-days", "90")])] {
                world.give(&handler, event).await.unwrap();
            }
            assert_eq!(world.count("IssueCertificate"), 1, "{denial:?}");
        }
        world.aws.misissue(None);
        minutes(&world, 11);
        forge(&world, &arn, &[("status", Some("pending-renewal")), ("renewal-of", None), ("status-reason", None)]);
        assert_eq!(world.give(&handler, world.requested(&arn)).await.unwrap()["outcome"], "renewed", "{denial:?}");
    }
}

#[tokio::test]
async fn a_request_that_tags_deny_is_answered_with_the_time_when_another_is_possible() {
    let world = World::new();
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    let arn = world.insert(due());
    let handler = world.handler();
    world.give(&handler, world.requested(&arn)).await.unwrap();
    forge(&world, &arn, &OURS.map(|key| (key, None)));
    let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(answer["reason"], "just-failed");
    assert!(answer["possibleAfter"].as_str().unwrap().starts_with("2026-11-20T09:00:0"), "{answer}");
}

#[tokio::test]
async fn an_attempt_that_cost_nothing_is_not_remembered() {
    let refused = |code: &str| Fault::Error { code: code.into(), message: "no".into(), status: 400 };
    for (operation, fault) in
        [("IssueCertificate", refused("MalformedCSRException")), ("DescribeCertificateAuthority", Fault::Throttled)]
    {
        let world = World::new();
        let arn = world.insert(due());
        let handler = world.handler();
        world.aws.fail_always(operation, fault);
        assert_eq!(world.give(&handler, world.requested(&arn)).await.unwrap()["outcome"], "renewal-failed");
        world.aws.clear_faults();
        forge(&world, &arn, &[("status", Some("pending-renewal")), ("status-reason", None)]);
        assert_eq!(world.give(&handler, world.requested(&arn)).await.unwrap()["outcome"], "renewed", "{operation}");
    }
}

/// Another certificate under the same ARN was not paid for.
#[tokio::test]
async fn a_certificate_that_a_person_imported_since_is_not_held_back() {
    let world = World::new();
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    let arn = world.insert(due());
    let handler = world.handler();
    world.give(&handler, world.requested(&arn)).await.unwrap();
    world.aws.misissue(None);
    world.aws.set_certificate(&arn, due().issued_by(&world.ca));
    forge(&world, &arn, &OURS.map(|key| (key, None)));
    assert_ne!(world.give(&handler, world.requested(&arn)).await.unwrap()["reason"], "just-failed");
}

#[tokio::test]
async fn alternating_failures_are_announced_three_times_an_hour_at_most() {
    let world = World::new();
    let arn = world.insert(due());
    let handler = world.handler();
    for n in 0..25 {
        let source = ["acme", "the-moon"][n % 2];
        world.aws.set_tags(&arn, &[("acm-autopilot:renew-from", Some(source))]);
        let event = world.tags_added(&arn, &[("acm-autopilot:renew-from", source)]);
        world.give(&handler, event).await.unwrap();
        minutes(&world, 2);
    }
    assert_eq!(world.notices("renewal-failed").len(), 2, "each of the two once");
    for n in 0..20 {
        let ca = format!(
            "arn:aws:acm-pca:{}:123456789012:certificate-authority/00000000-0000-4000-8000-0000000000{n:02}",
            world.aws.region()
        );
        world.aws.set_tags(
            &arn,
            &[("acm-autopilot:renew-from", Some("private-ca")), ("acm-autopilot:private-ca", Some(&ca))],
        );
        let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", &ca)]);
        world.give(&handler, event).await.unwrap();
    }
    assert_eq!(world.notices("renewal-failed").len(), 3, "three an hour");
}

#[tokio::test]
async fn the_same_failure_with_another_detail_is_announced() {
    let world = World::new();
    let [one, other] = [(); 2].map(|()| world.aws.create_private_ca(Key::P256));
    world.grant(&one);
    world.grant(&other);
    world.aws.set_ca_status(&one, "DISABLED");
    world.aws.set_ca_status(&other, "DISABLED");
    let arn = world.insert(due());
    let handler = world.handler();
    for (ca, notices) in [(&one, 1), (&other, 2), (&one, 2), (&other, 2)] {
        world.aws.set_tags(&arn, &[("acm-autopilot:private-ca", Some(ca))]);
        let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", ca)]);
        assert_eq!(world.give(&handler, event).await.unwrap()["reason"], "ca-disabled");
        assert_eq!(world.notices("renewal-failed").len(), notices);
    }
}

#[tokio::test]
async fn a_renewal_whose_tags_cannot_be_removed_is_announced_once() {
    for fault in [Fault::AccessDenied, Fault::Throttled] {
        let world = World::new();
        let arn = world.insert(due());
        let handler = world.handler();
        world.aws.fail_always("RemoveTagsFromCertificate", fault.clone());
        for _ in 0..3 {
            let _ = world.give(&handler, world.requested(&arn)).await;
            minutes(&world, 30);
        }
        let count = |to: &str| world.statuses().iter().filter(|status| *status == to).count();
        assert_eq!((world.notices("renewal-complete").len(), count("renewal-complete")), (1, 1), "{fault:?}");
        assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    }
}

/// Refused for good, so that another process must not announce it either, and nobody asks again.
#[tokio::test]
async fn a_renewal_whose_tags_must_not_be_removed_leaves_nothing_to_be_recorded() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("RemoveTagsFromCertificate", Fault::AccessDenied);
    assert_eq!(world.request(&arn).await.unwrap()["outcome"], "renewed");
    let certificate = world.certificate(&arn);
    assert_eq!(certificate.tag("renewal-of"), Some(&*certificate.serial));
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "not-due");
    assert_eq!(world.notices("renewal-complete").len(), 1);
}
