//! Faults, retries, hooks, and the record.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_acm::types::Tag;
use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_types::retry::RetryConfig;
use jiff::SignedDuration;
use simulated_aws::{Aws, CallResult, CertificateSpec, Fault};

fn start() -> (Aws, Client, String) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
    let client = Client::new(&aws.sdk_config());
    (aws, client, arn)
}

fn without_retries(aws: &Aws) -> Client {
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    Client::new(&config)
}

#[tokio::test]
async fn the_sdk_tries_again_on_virtual_time() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::ConnectionReset] {
        let (aws, acm, arn) = start();
        aws.fail_next("DescribeCertificate", 2, fault.clone());
        let before = aws.now();
        let wall = std::time::Instant::now();
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        assert_eq!(aws.calls().len(), 3, "{fault:?}");
        assert!(aws.now() > before, "{fault:?}");
        assert!(wall.elapsed().as_secs() < 5);
    }
}

#[tokio::test]
async fn a_service_that_stays_down_is_given_up() {
    let (aws, acm, arn) = start();
    aws.fail_always("DescribeCertificate", Fault::Throttled);
    let error = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(aws.calls().len(), 3);
    aws.clear_faults();
    acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect() {
    let (aws, _, arn) = start();
    let acm = without_retries(&aws);
    aws.fail_call(1, Fault::AnswerLost);
    let tag = Tag::builder().key("a").value("1").build().unwrap();
    let error = acm.add_tags_to_certificate().certificate_arn(&arn).tags(tag).send().await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)));
    assert_eq!(aws.certificate(&arn).unwrap().tags["a"], "1");
    assert_eq!(aws.calls()[0].result, CallResult::NoAnswer { effect: true });
}

#[tokio::test]
async fn after_a_crash_nothing_is_served_until_the_restart() {
    for (fault, effect) in [(Fault::Crash, false), (Fault::CrashAfter, true)] {
        let (aws, acm, arn) = start();
        aws.fail_call(2, fault);
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        let tag = Tag::builder().key("a").value("1").build().unwrap();
        let add = acm.add_tags_to_certificate().certificate_arn(&arn).tags(tag);
        add.send().await.unwrap_err();
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap_err();
        assert!(aws.crashed());
        assert_eq!(aws.calls().len(), 3, "a dead process does not try again");
        assert_eq!(aws.certificate(&arn).unwrap().tags.contains_key("a"), effect);
        aws.restart();
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    }
}

#[tokio::test]
async fn named_errors_come_as_the_service_would_send_them() {
    let (aws, acm, arn) = start();
    aws.fail("DescribeCertificate", 1, Fault::AccessDenied);
    let error = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    aws.fail_call(1, Fault::Error { code: "TagPolicyException".into(), message: "enough".into(), status: 400 });
    let error = acm.list_certificates().send().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("TagPolicyException"), Some("enough")));

    let sns = aws_sdk_sns::Client::new(&aws.sdk_config());
    let topic = aws.create_topic("t");
    aws.fail_next("Publish", 1, Fault::Throttled);
    sns.publish().topic_arn(&topic).message("m").send().await.unwrap();
    assert_eq!(aws.published().len(), 1);
    aws.fail_next("Publish", 1, Fault::AccessDenied);
    let error = sns.publish().topic_arn(&topic).message("m").send().await.unwrap_err();
    assert!(error.into_service_error().is_authorization_error_exception());
}

#[tokio::test]
async fn tags_are_refused_until_the_fault_is_cleared() {
    for (fault, code) in [(Fault::AccessDenied, "AccessDeniedException"), (Fault::tag_policy(), "TagPolicyException")] {
        let (aws, acm, arn) = start();
        aws.fail_always("AddTagsToCertificate", fault);
        let tag = Tag::builder().key("a").value("1").build().unwrap();
        let add = || acm.add_tags_to_certificate().certificate_arn(&arn).tags(tag.clone()).send();
        for _ in 0..5 {
            assert_eq!(add().await.unwrap_err().code(), Some(code));
        }
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        assert!(aws.tags(&arn).unwrap().is_empty());
        aws.clear_faults();
        add().await.unwrap();
    }
}

#[tokio::test]
async fn sns_says_that_kms_throttles_it() {
    let (aws, ..) = start();
    let sns = aws_sdk_sns::Client::new(&aws.sdk_config());
    let topic = aws.create_topic("t");
    aws.fail_next("Publish", 1, Fault::kms_throttled());
    let error = sns.publish().topic_arn(&topic).message("m").send().await.unwrap_err();
    assert_eq!(error.code(), Some("KMSThrottling"));
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!((aws.calls().len(), aws.published().len()), (1, 0), "the SDK does not try again");
}

#[tokio::test]
async fn something_happens_just_before_a_call() {
    let (aws, acm, arn) = start();
    let target = arn.clone();
    aws.before("DescribeCertificate", 2, move |aws| aws.remove_certificate(&target));
    acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let error = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn calls_may_take_time() {
    let (aws, acm, _) = start();
    aws.set_call_duration(SignedDuration::from_millis(250));
    let before = aws.now();
    for _ in 0..4 {
        acm.list_certificates().send().await.unwrap();
    }
    assert_eq!(aws.now().duration_since(before), SignedDuration::from_secs(1));
}

#[tokio::test]
async fn two_runs_leave_the_same_record() {
    let run = async || {
        let (aws, acm, arn) = start();
        aws.fail_next("DescribeCertificate", 2, Fault::Throttled);
        acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        acm.list_certificates().send().await.unwrap();
        format!("{:?}", aws.calls())
    };
    assert_eq!(run().await, run().await);
}

#[tokio::test]
async fn calls_over_the_rate_are_throttled() {
    let (aws, _, arn) = start();
    let acm = without_retries(&aws);
    aws.enforce_quotas();
    for n in 0..11 {
        let described = acm.describe_certificate().certificate_arn(&arn).send().await;
        assert_eq!(described.is_ok(), n < 10, "{n}");
    }
    aws.sleep_impl().sleep(std::time::Duration::from_millis(100)).await;
    acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
}

#[tokio::test]
async fn two_invocations_take_turns_when_asked_to() {
    for interleaved in [false, true] {
        let (aws, acm, arn) = start();
        if interleaved {
            aws.interleave();
        }
        let one = async {
            for _ in 0..3 {
                acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
            }
        };
        let other = async {
            for _ in 0..3 {
                acm.list_certificates().send().await.unwrap();
            }
        };
        tokio::join!(biased; one, other);
        let order: String = aws.calls().iter().map(|call| &call.operation[..1]).collect();
        assert_eq!(order, if interleaved { "DLDLDL" } else { "DDDLLL" });
    }
}

/// The SDK's budget of 500 for all clients of a process would be gone after 36 retries that fail.
#[tokio::test]
async fn the_budget_for_retries_does_not_run_out() {
    let (aws, acm, arn) = start();
    for fault in [Fault::ServerError, Fault::ConnectionReset, Fault::Throttled] {
        aws.fail_always("DescribeCertificate", fault.clone());
        aws.forget_record();
        let wall = std::time::Instant::now();
        for n in 1..=100 {
            acm.describe_certificate().certificate_arn(&arn).send().await.unwrap_err();
            assert_eq!(aws.calls().len(), 3 * n, "{fault:?}");
        }
        println!("{fault:?}: {:?} per failing call", wall.elapsed() / 300);
        aws.clear_faults();
    }
}
