//! Tags that cannot be used, calls that fail, attempts that crash.

use lambda::RetryableError;
use simulated_aws::{CertificateSpec, Fault, Key};

use crate::world::{Tagged, World, batch, due, later};

#[tokio::test]
async fn garbage_in_our_tags_does_not_stop_a_renewal() {
    for (key, value) in [
        ("status", "renewing"),
        ("status-since", "yesterday"),
        ("status-reason", "gremlins"),
        ("attempts", "-1"),
        ("renewal-of", "gremlins"),
        ("renewal-of", ""),
        ("validity-days", "0"),
        ("notices", "maybe"),
        ("notified", "@"),
    ] {
        let world = World::new();
        let arn = world.insert(due().tag(&format!("acm-autopilot:{key}"), value));
        world.renew(&arn).await;
    }
}

#[tokio::test]
async fn a_status_from_the_future_does_not_stop_a_renewal() {
    for status in ["renewal-in-progress", "renewal-failed"] {
        let world = World::new();
        let arn = world.insert(
            due().tag("acm-autopilot:status", status).tag("acm-autopilot:status-since", "2099-01-01T00:00:00Z"),
        );
        world.renew(&arn).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    for (operation, fault, retryable) in [
        ("DescribeCertificate", Fault::Throttled, true),
        ("ListTagsForCertificate", Fault::ServerError, true),
        ("GetCertificate", Fault::Throttled, true),
        ("ListTagsForCertificate", Fault::AccessDenied, false),
    ] {
        let world = World::new();
        let arn = world.insert(due());
        let tags = world.certificate(&arn).tags;
        world.aws.fail_always(operation, fault);
        let error = world.request(&arn).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(error.to_string().contains(&arn), "{error}");
        assert_eq!(world.certificate(&arn).tags, tags);
        // In a batch the message returns to the queue, whatever the error.
        let answer = world.give(&world.handler(), batch(&world.requested(&arn))).await.unwrap();
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_attempt_that_crashed_is_repeated_and_one_that_always_crashes_is_slowed_down() {
    let world = World::new();
    let arn = world.insert(due());
    let crash = async || {
        world.aws.fail("ImportCertificate", 1, Fault::Crash);
        world.request(&arn).await.unwrap_err();
        world.aws.restart();
        world.aws.clear_faults();
    };
    crash().await;
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "renewal-in-progress");
    world.aws.advance(jiff::Span::new().minutes(15));
    crash().await;
    assert_eq!(world.certificate(&arn).tag("attempts"), Some("2"));
    later(&world.aws, 1);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!((answer["outcome"].as_str(), answer["reason"].as_str()), (Some("renewal-failed"), Some("interrupted")));
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-failed"));
    assert_eq!(world.aws.published().len(), 1, "a person is notified");
    later(&world.aws, 3);
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "waiting-for-retry");
    later(&world.aws, 1);
    assert_eq!(world.renew(&arn).await["attempt"], 3);
}

#[tokio::test]
async fn a_certificate_of_acms_own_or_one_without_the_tag_is_left_alone() {
    let world = World::new();
    let own = world.insert(
        CertificateSpec::amazon_issued("a.example.com").days_left(5).tag("acm-autopilot:renew-from", "private-ca"),
    );
    let unmanaged = world.insert(CertificateSpec::imported("b.example.com").key(Key::P256).days_left(5));
    for (arn, reason) in [(own, "not-imported"), (unmanaged, "not-managed")] {
        let before = world.certificate(&arn);
        let answer = world.request(&arn).await.unwrap();
        assert_eq!((answer["outcome"].as_str(), answer["reason"].as_str()), (Some("ignored"), Some(reason)));
        assert_eq!((world.certificate(&arn).tags, world.certificate(&arn).pem), (before.tags, before.pem));
    }
    assert_eq!(world.aws.events().len() + world.aws.published().len(), 0);
}
