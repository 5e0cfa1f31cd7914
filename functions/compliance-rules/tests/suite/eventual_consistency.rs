//! Resources that are listed and not found, found and not listed, deleted for now, or somebody else's.

use aws_sdk_config::types::{ComplianceType, Evaluation};
use aws_smithy_types::DateTime;
use compliance_rules::Error;
use jiff::{SignedDuration, Span};
use lambda::RetryableError;
use lookups::LookupError;
use rules::all;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Fault, Key, PrivateCaSpec};

use super::world::{CONFIG_RULE, World};

fn not_found() -> Fault {
    Fault::Error { code: "ResourceNotFoundException".into(), message: "not there".into(), status: 400 }
}

/// What AWS Config holds of a resource.
fn last(world: &World, arn: &str) -> String {
    let mut results = world.results().into_iter().filter(|(resource, ..)| resource == arn);
    results.next_back().map(|(_, compliance, _)| compliance).unwrap()
}

#[tokio::test]
async fn what_is_listed_and_cannot_be_read_keeps_its_result() {
    for fault in [Fault::Throttled, Fault::AccessDenied, Fault::ServerError] {
        let world = World::new();
        let arn = world.insert(CertificateSpec::imported("example.com"));
        assert_eq!(world.scheduled(json!({ "rule": "required-tags" })).await.unwrap().non_compliant, 1);
        world.aws.advance(Span::new().hours(24));
        world.aws.fail_always("ListTagsForCertificate", fault);
        world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
        assert_eq!((world.results().len(), last(&world, &arn).as_str()), (1, "NON_COMPLIANT"));
    }
}

#[tokio::test]
async fn only_what_is_known_to_be_gone_is_cleared() {
    let world = World::new();
    let gone = world.insert(CertificateSpec::imported("gone.example.com").days_left(5));
    // ListCertificates takes the origins that it is to list, and this one is not known here.
    let hidden = world.insert(CertificateSpec::imported("example.com").days_left(5).key_pair_origin("TOMORROW"));
    for arn in [&gone, &hidden] {
        let item = world.aws.certificate_item(arn).unwrap();
        assert_eq!(world.changed(json!({ "rule": "certificate-expiry" }), &item).await.unwrap().non_compliant, 1);
    }
    world.aws.remove_certificate(&gone);
    world.aws.advance(Span::new().hours(24));
    assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, 1);
    assert_eq!(last(&world, &gone), "NOT_APPLICABLE");
    assert_eq!(last(&world, &hidden), "NON_COMPLIANT");
}

/// An earlier evaluation of resources that are gone since.
async fn hold_results(world: &World, resource_type: &str, resources: &[String]) {
    hold_results_since(world, resource_type, resources, 86_400).await;
}

async fn hold_results_since(world: &World, resource_type: &str, resources: &[String], seconds: i64) {
    let config = aws_sdk_config::Client::new(&world.aws.sdk_config());
    let mut put = config.put_evaluations().result_token(world.aws.new_result_token(CONFIG_RULE));
    for resource in resources {
        let result = Evaluation::builder()
            .compliance_resource_type(resource_type)
            .compliance_resource_id(resource)
            .compliance_type(ComplianceType::NonCompliant)
            .ordering_timestamp(DateTime::from_secs(world.aws.now().as_second() - seconds));
        put = put.evaluations(result.build().unwrap());
    }
    put.send().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_not_cleared_and_the_others_are() {
    let certificates = ["a", "b"].map(|id| format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}"));
    let cas = ["a", "b"].map(|id| format!("arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/{id}"));
    for (rule, resource_type, resources, describe) in [
        ("certificate-expiry", "AWS::ACM::Certificate", &certificates, "DescribeCertificate"),
        ("ca-expiry", "AWS::ACMPCA::CertificateAuthority", &cas, "DescribeCertificateAuthority"),
    ] {
        for (fault, retryable) in [(Fault::ServerError, true), (Fault::AccessDenied, false)] {
            let world = World::new();
            hold_results(&world, resource_type, resources).await;
            world.aws.fail(describe, 1, fault);
            let error = world.scheduled_with(&world.without_retries(), json!({ "rule": rule })).await.unwrap_err();
            assert_eq!(error.is_retryable(), retryable, "{error}");
            assert!(error.to_string().contains(&resources[0]), "{error}");
            assert_eq!(resources.each_ref().map(|one| last(&world, one)), ["NON_COMPLIANT", "NOT_APPLICABLE"]);
            assert_eq!(world.scheduled(json!({ "rule": rule })).await.unwrap().cleared, 1);
        }
    }
}

#[tokio::test]
async fn results_of_what_is_no_resource_here_are_cleared_without_a_question() {
    let world = World::new();
    let resources = [
        "arn:aws:acm:eu-west-1:123456789012:certificate/elsewhere".to_owned(),
        "arn:aws:acm:us-east-1:999988887777:certificate/somebodys".to_owned(),
        "no ARN at all".to_owned(),
    ];
    hold_results(&world, "AWS::ACM::Certificate", &resources).await;
    assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, 3);
    assert_eq!(resources.each_ref().map(|one| last(&world, one)), ["NOT_APPLICABLE"; 3]);
    assert_eq!(world.aws.call_counts().get("DescribeCertificate"), None);
}

/// Another evaluation made it meanwhile, or a moment ago, when nothing finds the resource yet.
#[tokio::test]
async fn a_result_that_is_new_is_kept_without_a_question() {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/a".to_owned();
    for (age, cleared) in [(-600, 0), (0, 0), (119, 0), (120, 1)] {
        let world = World::new();
        hold_results_since(&world, "AWS::ACM::Certificate", std::slice::from_ref(&arn), age).await;
        assert_eq!(world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap().cleared, cleared, "{age}");
        let asked = world.aws.call_counts().get("DescribeCertificate").copied().unwrap_or_default();
        assert_eq!(asked, cleared, "{age}");
    }
}

#[tokio::test]
async fn what_is_gone_is_cleared_though_the_evaluation_has_too_little_time() {
    let world = World::new();
    for _ in 0..2_500 {
        world.insert(CertificateSpec::imported("example.com"));
    }
    let gone = "arn:aws:acm:us-east-1:123456789012:certificate/gone".to_owned();
    hold_results(&world, "AWS::ACM::Certificate", std::slice::from_ref(&gone)).await;
    let error = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
    assert!(matches!(error, Error::OutOfTime { of: 2_500, .. }), "{error}");
    assert_eq!(last(&world, &gone), "NOT_APPLICABLE");
}

#[tokio::test]
async fn clearing_leaves_time_for_the_evaluation() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com"));
    let gone: Vec<_> = (0..2_500).map(|id| format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}")).collect();
    for some in gone.chunks(100) {
        hold_results(&world, "AWS::ACM::Certificate", some).await;
    }
    let error = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
    assert!(matches!(error, Error::OutOfTime { of: 2_500, .. }) && error.is_retryable(), "{error}");
    assert_eq!(last(&world, &arn), "NON_COMPLIANT");
}

#[tokio::test]
async fn without_time_no_results_are_read() {
    let world = World::new();
    hold_results(&world, "AWS::ACM::Certificate", &["arn:aws:acm:us-east-1:123456789012:certificate/a".into()]).await;
    world.insert(CertificateSpec::imported("example.com"));
    let invoking =
        json!({ "notificationCreationTime": "2026-11-21T06:00:00Z", "messageType": "ScheduledNotification" });
    let event = world.event(&json!({ "rule": "certificate-expiry" }), &invoking);
    let error = world.handle_within(&event, SignedDuration::from_secs(30)).await.unwrap_err();
    assert!(matches!(error, Error::OutOfTime { left: 1, of: 1 }), "{error}");
    assert_eq!(world.aws.call_counts().get("GetComplianceDetailsByConfigRule"), None);
}

#[tokio::test]
async fn a_missing_permission_is_not_asked_for_again_and_again() {
    let world = World::new();
    let mut resources: Vec<_> =
        (0..20).map(|id| format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}")).collect();
    // Nothing has to be asked to clear this one.
    resources.push("no ARN at all".into());
    hold_results(&world, "AWS::ACM::Certificate", &resources).await;
    world.aws.fail_always("DescribeCertificate", Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "certificate-expiry" })).await.unwrap_err();
    assert!(matches!(error, Error::Lookup(LookupError::Read { .. })) && !error.is_retryable(), "{error}");
    assert_eq!(
        resources[19..].iter().map(|one| last(&world, one)).collect::<Vec<_>>(),
        ["NON_COMPLIANT", "NOT_APPLICABLE"]
    );
    assert_eq!(world.aws.call_counts()["DescribeCertificate"], 5);
}

/// The evaluation fails for good, and what is cleared would succeed another time.
#[tokio::test]
async fn whether_clearing_may_succeed_later_is_reported_with_the_evaluations_error() {
    let world = World::new();
    world.insert(CertificateSpec::imported("example.com"));
    world.aws.fail_always("ListTagsForCertificate", Fault::AccessDenied);
    for (fault, retryable) in [(Fault::AccessDenied, false), (Fault::ServerError, true)] {
        world.aws.fail("GetComplianceDetailsByConfigRule", 1, fault);
        let error =
            world.scheduled_with(&world.without_retries(), json!({ "rule": "required-tags" })).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(error.to_string().contains("ListTagsForCertificate"), "{error}");
    }
}

/// ACM and AWS Private CA find a new resource a moment after they made it.
#[tokio::test]
async fn what_is_too_new_to_be_found_is_asked_for_again() {
    for (rule, describe) in
        [("certificate-expiry", "DescribeCertificate"), ("ca-status", "DescribeCertificateAuthority")]
    {
        let world = World::new();
        let parameters = || json!({ "rule": rule });
        let mut item = if rule == "ca-status" {
            world.aws.private_ca_item(&world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256))).unwrap()
        } else {
            world.aws.certificate_item(&world.insert(CertificateSpec::imported("example.com"))).unwrap()
        };
        item["configuration"] = json!({});
        item["configurationItemStatus"] = "ResourceDiscovered".into();
        world.aws.fail_always(describe, not_found());
        let error = world.changed(parameters(), &item).await.unwrap_err();
        assert!(error.is_retryable() && error.to_string().contains("arn:aws:acm"), "{error}");
        assert!(world.results().is_empty());
        // An item of what is gone is believed, whatever its age.
        let mut gone = item.clone();
        gone["configurationItemStatus"] = "ResourceDeleted".into();
        gone["configuration"] = Value::Null;
        assert_eq!(world.changed(parameters(), &gone).await.unwrap().not_applicable, 1);
        // Lambda tries again after a minute, and two minutes after that.
        world.aws.advance(Span::new().minutes(3));
        assert_eq!(world.changed(parameters(), &item).await.unwrap().not_applicable, 1);
    }
}

#[tokio::test]
async fn an_old_resource_that_was_changed_and_deleted_is_gone() {
    let world = World::new();
    let certificate = world.insert(CertificateSpec::imported("example.com"));
    world.aws.advance(Span::new().hours(24));
    // With the time of its creation, and without.
    let item = world.aws.certificate_item(&certificate).unwrap();
    let mut unknown = item.clone();
    unknown["configuration"] = json!({});
    let mut discovered = item.clone();
    discovered["configurationItemStatus"] = "ResourceDiscovered".into();
    world.aws.remove_certificate(&certificate);
    for mut item in [item, unknown, discovered] {
        item["tags"] = json!({});
        let answer = world.changed(json!({ "rule": "required-tags" }), &item).await.unwrap();
        assert_eq!(answer.not_applicable, 1, "{item}");
    }
}

/// It is evaluated late in a long evaluation, when it is no longer new.
#[tokio::test]
async fn what_was_new_when_the_evaluation_began_and_is_deleted_is_gone() {
    let world = World::new();
    let new = || CertificateSpec::imported("example.com").not_before(world.aws.now());
    let certificates: Vec<_> = (0..1_500).map(|_| world.insert(new())).collect();
    let lost = Fault::Error { code: "ResourceNotFoundException".into(), message: "gone".into(), status: 400 };
    // Some 163 seconds after the start.
    world.aws.fail("ListTagsForCertificate", 1_490, lost);
    let answer = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap();
    assert_eq!((answer.not_applicable, certificates.len()), (1, 1_500));
}

/// The list has it, and nothing else finds it.
#[tokio::test]
async fn what_is_listed_and_too_new_to_be_found_is_no_resource_that_is_gone() {
    let world = World::new();
    world.aws.request_certificate(&["example.com"], &[]);
    world.aws.fail_always("ListTagsForCertificate", not_found());
    let error = world.scheduled(json!({ "rule": "required-tags" })).await.unwrap_err();
    assert!(error.is_retryable() && world.results().is_empty(), "{error}");
    world.aws.advance(Span::new().minutes(3));
    assert_eq!(world.scheduled(json!({ "rule": "required-tags" })).await.unwrap().not_applicable, 1);
}

#[tokio::test]
async fn what_is_too_new_to_be_listed_is_asked_for_again() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").key_pair_origin("TOMORROW"));
    let mut item = world.aws.certificate_item(&arn).unwrap();
    item["configuration"]["createdAt"] = world.aws.now().to_string().into();
    let rule = || json!({ "rule": "duplicate-certificates" });
    let error = world.changed(rule(), &item).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains(&arn), "{error}");
    world.aws.advance(Span::new().minutes(3));
    assert_eq!(world.changed(rule(), &item).await.unwrap().not_applicable, 1);
}

/// AWS Config reports a deletion at once; AWS Private CA keeps the CA for 7 to 30 days.
#[tokio::test]
async fn a_deleted_ca_that_can_be_restored_is_reported_at_its_deletion() {
    let world = World::new();
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let mut item = world.aws.private_ca_item(&ca).unwrap();
    world.aws.set_ca_status(&ca, "DELETED");
    item["configurationItemStatus"] = "ResourceDeleted".into();
    for configuration in [Value::Null, item["configuration"].clone()] {
        item["configuration"] = configuration;
        let answer = world.changed(json!({ "rule": "ca-pending-deletion" }), &item).await.unwrap();
        assert_eq!(answer.non_compliant, 1, "{answer:?}");
        assert_eq!(world.scheduled(json!({ "rule": "ca-pending-deletion" })).await.unwrap().non_compliant, 1);
        let results = world.results();
        assert_eq!(results[0], results[1], "by its item as by the list");
    }
    // The other rules have nothing to say of it, and ask for nothing.
    world.aws.forget_record();
    for rule in all().filter(|rule| rule.resource_type() == "AWS::ACMPCA::CertificateAuthority") {
        if rule.name != "ca-pending-deletion" {
            let answer = world.changed(json!({ "rule": rule.name }), &item).await.unwrap();
            assert_eq!(answer.not_applicable, 1, "{answer:?}");
            assert!(answer.findings[0].reason.starts_with("It is deleted"), "{answer:?}");
        }
    }
    assert!(world.aws.calls().iter().all(|call| call.operation == "PutEvaluations"));
    // A summary of it is as good: nothing else of it is left to be fetched.
    let summary = json!({
        "configurationItemSummary": item, "messageType": "OversizedConfigurationItemChangeNotification",
    });
    let event = world.event(&json!({ "rule": "ca-pending-deletion" }), &summary);
    assert_eq!(world.handle(&event).await.unwrap().non_compliant, 1);
    item["configurationItemStatus"] = "ResourceNotRecorded".into();
    assert_eq!(world.changed(json!({ "rule": "ca-pending-deletion" }), &item).await.unwrap().not_applicable, 1);
}

/// AWS Private CA may show it later than AWS Config reports it; and it may be restored.
#[tokio::test]
async fn a_deletion_that_is_not_described_yet_is_asked_for_again() {
    let world = World::new();
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let mut item = world.aws.private_ca_item(&ca).unwrap();
    item["configurationItemStatus"] = "ResourceDeleted".into();
    let rule = || json!({ "rule": "ca-pending-deletion" });
    let error = world.changed(rule(), &item).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains(&ca), "{error}");
    assert!(world.results().is_empty());
    world.aws.advance(Span::new().minutes(3));
    assert_eq!(world.changed(rule(), &item).await.unwrap().compliant, 1);
}

#[tokio::test]
async fn a_deletion_without_a_usable_arn_is_not_applicable() {
    let world = World::new();
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let mut item = world.aws.private_ca_item(&ca).unwrap();
    item["configurationItemStatus"] = "ResourceDeleted".into();
    for arn in ["no ARN at all".to_owned(), ca.replace("us-east-1", "eu-west-1")] {
        item["ARN"] = arn.into();
        let answer = world.changed(json!({ "rule": "ca-pending-deletion" }), &item).await.unwrap();
        assert_eq!(answer.not_applicable, 1, "{item}");
    }
}

#[tokio::test]
async fn an_item_of_another_account_or_region_is_refused() {
    let world = World::new();
    let certificate = world.insert(CertificateSpec::imported("example.com"));
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    for (rule, item) in [
        ("key-algorithm", world.aws.certificate_item(&certificate).unwrap()),
        ("ca-key-algorithm", world.aws.private_ca_item(&ca).unwrap()),
    ] {
        for (here, there) in [("us-east-1", "eu-west-1"), ("123456789012", "999988887777")] {
            let item = serde_json::from_str(&item.to_string().replace(here, there)).unwrap();
            let error = world.changed(json!({ "rule": rule }), &item).await.unwrap_err();
            assert!(matches!(&error, Error::BadEvent { field, .. } if field == "configurationItem.ARN"), "{error}");
            assert!(error.to_string().contains("another account or Region"), "{error}");
        }
    }
    assert!(world.aws.calls().is_empty());
}
