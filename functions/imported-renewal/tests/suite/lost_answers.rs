//! Imports and announcements whose answers are lost, or that fail.

use lambda::RetryableError;
use simulated_aws::Fault;

use crate::world::{Tagged, World, due, later};

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
    let text = world.last_notice("renewal-failed")["whatHappened"].as_str().unwrap().to_owned();
    assert!(text.contains("the old or the new one"), "{text}");

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
