//! Answers that are lost, calls that fail, and certificates that change or vanish during a renewal.

use lambda::RetryableError;
use simulated_aws::{CertificateSpec, Fault, Key};

use crate::world::{Tagged, World, batch, due, later};

#[tokio::test]
async fn an_import_whose_answer_is_lost_ends_as_complete() {
    // With the SDK's retries, and without any.
    for times in [1, 3] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_next("ImportCertificate", times, Fault::AnswerLost);
        world.renew(&arn).await;
        assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
        assert_eq!(world.notices("renewal-complete").len(), 1);
        assert_eq!(world.notices("renewal-failed").len(), 0);
    }
}

#[tokio::test]
async fn an_import_that_took_place_before_later_tries_were_refused_ends_as_complete() {
    for fault in [Fault::Throttled, Fault::AccessDenied, Fault::ServerError] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail("ImportCertificate", 1, Fault::AnswerLost);
        world.aws.fail("ImportCertificate", 2, fault.clone());
        world.aws.fail("ImportCertificate", 3, fault.clone());
        world.renew(&arn).await;
        assert_eq!(world.notices("renewal-failed").len(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn an_import_that_never_takes_place_is_a_failure() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("ImportCertificate", Fault::ServerError);
    world.fail(&arn, "service-error").await;
}

#[tokio::test]
async fn an_import_that_cannot_be_verified_is_found_later() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.before("ImportCertificate", 1, |aws| aws.fail_always("DescribeCertificate", Fault::ServerError));
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["reason"], "verification-failed");
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-failed"));
    let told = world.last_notice("renewal-failed")["whatHappened"].as_str().unwrap().to_owned();
    assert!(told.contains("the old or the new one"), "{told}");

    world.aws.clear_faults();
    later(&world.aws, 1);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "recorded-complete");
    assert_eq!(world.count("ImportCertificate"), 1);
    let certificate = world.certificate(&arn);
    assert_eq!((certificate.tag("status"), certificate.tag("renewal-of")), (Some("renewal-complete"), None));
    let event = world.last_status_event();
    assert_eq!(event["serialAfter"], certificate.serial.as_str());
    assert_ne!(event["serialBefore"], event["serialAfter"]);
    assert_eq!(world.notices("renewal-complete").len(), 1);
    world.check_messages();
}

#[tokio::test]
async fn an_import_that_acm_shows_late_is_waited_for() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.before("ImportCertificate", 1, |aws| aws.fail_next("DescribeCertificate", 7, Fault::Throttled));
    world.renew(&arn).await;
}

#[tokio::test]
async fn a_failure_that_cannot_be_announced_is_not_recorded_but_tried_and_announced_again() {
    for operation in ["Publish", "PutEvents"] {
        let world = World::new();
        world.aws.set_ca_status(&world.ca, "DISABLED");
        let arn = world.insert(due());
        // PutEvents also announces the claim, which matters less.
        world.aws.fail_always(operation, Fault::AccessDenied);
        let error = world.request(&arn).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-in-progress"));
        world.aws.clear_faults();
        later(&world.aws, 1);
        world.fail(&arn, "ca-disabled").await;
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_announced_is_announced_later() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("Publish", Fault::ServerError);
    world.request(&arn).await.unwrap_err();
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    world.aws.clear_faults();
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "recorded-complete");
    assert_eq!(world.notices("renewal-complete").len(), 1);
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "not-due");
}

#[tokio::test]
async fn a_certificate_that_is_deleted_meanwhile_is_no_fault() {
    for (operation, n) in [
        ("DescribeCertificate", 1),
        ("ListTagsForCertificate", 1),
        ("GetCertificate", 1),
        ("AddTagsToCertificate", 1),
        ("IssueCertificate", 1),
        ("ImportCertificate", 1),
        ("DescribeCertificate", 2),
        ("AddTagsToCertificate", 2),
        ("RemoveTagsFromCertificate", 1),
    ] {
        let world = World::new();
        let arn = world.insert(due());
        let target = arn.clone();
        world.aws.before(operation, n, move |aws| aws.remove_certificate(&target));
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "certificate-gone", "{operation} {n}");
        assert_eq!(world.notices("renewal-failed").len(), 0, "{operation} {n}");
    }
}

#[tokio::test]
async fn a_certificate_that_a_person_replaces_meanwhile_is_recorded_as_replaced() {
    let world = World::new();
    let failed = due().tag("acm-autopilot:status", "renewal-failed").tag("acm-autopilot:renewal-of", "0a:1b");
    let arn = world.insert(failed.tag("acm-autopilot:status-since", "2026-11-20T07:00:00Z"));
    world.aws.set_certificate(&arn, due().days_left(300));
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "recorded-complete");
    assert_eq!(world.count("ImportCertificate"), 0);
    let event = world.last_status_event();
    assert_eq!((event["serialBefore"].as_str(), event["notAfterBefore"].as_str()), (Some("0a:1b"), None));
    let told = world.last_notice("renewal-complete")["whatHappened"].as_str().unwrap().to_owned();
    assert!(told.contains("Serial 0a:1b became") && !told.contains("the same names"), "{told}");
    world.check_messages();
}

/// Whoever imports by hand while the source takes its time finds that certificate in place afterwards.
#[tokio::test]
async fn a_certificate_that_a_person_imports_during_the_issuance_is_left_in_place() {
    // GetCertificate is an operation of ACM too, which comes first.
    for (operation, n) in [("IssueCertificate", 1), ("GetCertificate", 2)] {
        let world = World::new();
        let arn = world.insert(due());
        let target = arn.clone();
        world.aws.before(operation, n, move |aws| aws.set_certificate(&target, due().days_left(800)));
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "another-renewal", "{answer}");
        assert_eq!(world.count("ImportCertificate"), 0);
        let after = world.certificate(&arn);
        assert!(after.not_after > world.aws.now() + jiff::SignedDuration::from_hours(24 * 799));
        assert_eq!((after.tag("status"), after.tag("renewal-of")), (Some("renewal-complete"), None));
    }
}

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
async fn a_dead_attempt_is_taken_up_and_one_that_always_dies_is_slowed_down() {
    let world = World::new();
    let arn = world.insert(due());
    let die = async || {
        world.aws.fail("ImportCertificate", 1, Fault::Crash);
        world.request(&arn).await.unwrap_err();
        world.aws.restart();
        world.aws.clear_faults();
    };
    die().await;
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "renewal-in-progress");
    world.aws.advance(jiff::Span::new().minutes(15));
    die().await;
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
