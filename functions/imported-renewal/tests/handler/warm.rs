//! What a process remembers, whatever the tags say.

use simulated_aws::{Fault, Key};

use crate::world::{Tagged, World, due};

fn minutes(world: &World, minutes: i64) {
    world.aws.advance(jiff::Span::new().minutes(minutes));
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
