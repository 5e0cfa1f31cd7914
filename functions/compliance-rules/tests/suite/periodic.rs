//! It is time to evaluate everything.

use certificates::Target;
use compliance_rules::{Error, Outcome};
use jiff::SignedDuration;
use lambda::{Invocation, Metrics, RetryableError};
use serde_json::json;
use simulated_aws::{CertificateSpec, Fault, Key};

use super::world::World;

#[tokio::test]
async fn a_listing_and_batches_of_a_hundred_are_all_the_calls() {
    let world = World::new();
    for number in 0..2_150 {
        world.insert(CertificateSpec::imported(&format!("n{number}.example.com")).days_left(20 + number % 40));
    }
    for name in ["certificate-expiry", "key-algorithm"] {
        let answer = world.scheduled(json!({ "rule": name })).await.unwrap();
        assert_eq!(answer.compliant + answer.non_compliant, 2_150);
    }
    let counts = world.aws.call_counts();
    assert_eq!((counts["ListCertificates"], counts["PutEvaluations"]), (8, 44));
    assert_eq!(counts.get("DescribeCertificate"), None);
    let mut resources: Vec<_> = world.aws.evaluations().into_iter().map(|one| one.resource_id).collect();
    resources.sort();
    resources.dedup();
    assert_eq!(resources.len(), 2_150);
}

/// What ACM's public certificates look like decides here: `Issuer` is `Amazon`, below every root.
#[tokio::test]
async fn public_certificates_come_from_a_trusted_issuer() {
    let world = World::new();
    for key in [Key::Rsa2048, Key::P256] {
        world.insert(CertificateSpec::amazon_issued("example.com").key(key));
        world.insert(CertificateSpec::amazon_issued("example.com").key(key).root_hierarchy("N2_AMAZON_MANAGED"));
    }
    // The rule reads the chain of an imported one.
    world.aws.insert_certificate(CertificateSpec::imported("example.com"));
    let answer = world.scheduled(json!({ "rule": "trusted-issuer" })).await.unwrap();
    assert_eq!((answer.compliant, answer.non_compliant), (4, 1));
}

#[tokio::test]
async fn evaluations_that_come_back_are_sent_again() {
    let world = World::new();
    for _ in 0..3 {
        world.insert(CertificateSpec::imported("example.com"));
    }
    world.aws.fail_evaluations(4);
    world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap();
    assert_eq!((world.results().len(), world.aws.call_counts()["PutEvaluations"]), (3, 3));
    world.aws.fail_evaluations(1_000);
    let error = world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap_err();
    assert!(matches!(error, Error::NotTaken { failed: 3, .. }) && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn results_of_certificates_that_are_gone_are_cleared() {
    let world = World::new();
    let gone = world.insert(CertificateSpec::imported("gone.example.com").days_left(5));
    world.insert(CertificateSpec::imported("example.com").days_left(5));
    assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, 0);
    world.aws.remove_certificate(&gone);
    world.aws.advance(jiff::Span::new().hours(24));
    assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, 1);
    let last = world.results().into_iter().rfind(|(resource, ..)| *resource == gone).unwrap();
    assert_eq!(last.1, "NOT_APPLICABLE");
    world.aws.advance(jiff::Span::new().hours(24));
    assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, 0);
}

#[tokio::test]
async fn one_that_cannot_be_checked_does_not_stop_the_others() {
    let world = World::new();
    for _ in 0..3 {
        world.insert(CertificateSpec::imported("example.com").tag("Owner", "team-a"));
    }
    world.aws.fail("ListTagsForCertificate", 1, Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
    assert!(matches!(error, Error::Several { failed: 1, of: 3, left: 0, .. }), "{error}");
    assert_eq!(world.results().len(), 2);
    assert!(world.results().iter().all(|(_, compliance, _)| compliance == "COMPLIANT"));
}

#[tokio::test]
async fn what_does_not_fit_into_the_time_is_reported() {
    let world = World::new();
    for _ in 0..2_500 {
        world.insert(CertificateSpec::imported("example.com"));
    }
    world.aws.enforce_quotas();
    let error = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
    let Error::OutOfTime { left, of: 2_500 } = error else { panic!("{error}") };
    assert!((1..500).contains(&left), "{left}");
    assert_eq!(world.results().len(), 2_500 - left);
}

#[tokio::test]
async fn without_time_nothing_is_started() {
    let world = World::new();
    for number in 0..3 {
        world.insert(CertificateSpec::imported(&format!("n{number}.example.com")));
    }
    let invoking =
        json!({ "notificationCreationTime": "2026-11-21T06:00:00Z", "messageType": "ScheduledNotification" });
    let event = world.event(&json!({ "rule": "duplicate-certificates" }), &invoking);
    let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    let invocation = Invocation { home, deadline: world.aws.now() + SignedDuration::from_secs(30) };
    let mut metrics = Metrics::new("compliance-rules");
    let error = world.without_retries().handle(&event, &invocation, &mut metrics).await.unwrap_err();
    assert!(matches!(error, Error::OutOfTime { left: 3, of: 3 }), "{error}");
}

#[tokio::test]
async fn a_batch_that_fails_does_not_stop_the_others() {
    let world = World::new();
    for _ in 0..1_000 {
        world.insert(CertificateSpec::imported("example.com"));
    }
    world.aws.fail("PutEvaluations", 1, Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap_err();
    assert!(matches!(error, Error::Put(_)), "{error}");
    assert_eq!((world.results().len(), world.aws.call_counts()["PutEvaluations"]), (900, 10));
}

#[tokio::test]
async fn dry_run_and_test_mode_leave_nothing() {
    let world = World::configured(&[("DRY_RUN", "true")]);
    world.insert(CertificateSpec::imported("example.com").days_left(5));
    let answer = world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap();
    assert_eq!((answer.outcome, answer.non_compliant, answer.findings.len()), (Outcome::Planned, 1, 1));
    assert_eq!(world.aws.call_counts().get("PutEvaluations"), None);

    let world = World::new();
    world.insert(CertificateSpec::imported("example.com").days_left(5));
    let invoking =
        json!({ "notificationCreationTime": "2026-11-21T06:00:00Z", "messageType": "ScheduledNotification" });
    let mut event = world.event(&json!({ "rule": "certificate-expiry" }), &invoking);
    event["resultToken"] = "TESTMODE".into();
    assert_eq!(world.handle(&event).await.unwrap().non_compliant, 1);
    assert_eq!(world.aws.call_counts()["PutEvaluations"], 1);
    assert!(world.results().is_empty());
}

#[tokio::test]
async fn what_is_listed_already_takes_no_time() {
    let world = World::new();
    for number in 0..300 {
        world.insert(CertificateSpec::imported("example.com").dns(&format!("n{}.example.com", number / 2)));
    }
    let start = world.aws.now();
    let answer = world.scheduled(json!({ "rule": "duplicate-certificates" })).await.unwrap();
    assert_eq!((answer.compliant, answer.non_compliant, world.aws.now()), (150, 150, start));
    assert_eq!(world.aws.call_counts()["ListCertificates"], 2, "one of them of the Amazon N2 certificates");
}

#[tokio::test]
async fn a_rule_about_the_account_has_one_result() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com"));
    let parameters = json!({ "rule": "quota-headroom", "imported": "1" });
    assert_eq!(world.scheduled(parameters.clone()).await.unwrap().non_compliant, 1);
    let result = world.aws.evaluations().pop().unwrap();
    assert_eq!((result.resource_type.as_str(), result.resource_id.as_str()), ("AWS::::Account", "123456789012"));
    assert!(result.annotation.unwrap().contains("1 of 1 imported certificates"));
    let item = world.aws.certificate_item(&arn).unwrap();
    assert_eq!(world.changed(parameters, &item).await.unwrap().not_applicable, 1);
    world.aws.remove_certificate(&arn);
    assert_eq!(world.scheduled(json!({ "rule": "quota-headroom" })).await.unwrap().compliant, 1);
}
