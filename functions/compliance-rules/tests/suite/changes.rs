//! A resource changed.

use compliance_rules::Error;
use lambda::RetryableError;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Fault, Key, PrivateCaSpec};

use super::world::{LOAD_BALANCER, NOW, World};

fn rule(name: &str) -> Value {
    json!({ "rule": name })
}

#[tokio::test]
async fn an_item_is_evaluated_without_a_call_to_acm() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").days_left(20).in_use_by(LOAD_BALANCER));
    let item = world.aws.certificate_item(&arn).unwrap();
    let answer = world.changed(rule("certificate-expiry"), &item).await.unwrap();
    assert_eq!((answer.non_compliant, answer.findings.len()), (1, 1));
    let result = &world.aws.evaluations()[0];
    assert_eq!((result.resource_id.as_str(), result.compliance.as_str()), (arn.as_str(), "NON_COMPLIANT"));
    assert_eq!((result.resource_type.as_str(), result.ordering), ("AWS::ACM::Certificate", NOW.parse().unwrap()));
    assert!(result.annotation.as_deref().unwrap().starts_with("It expires in 20 days, on 2026-12-11"));
    assert_eq!(world.aws.call_counts().keys().collect::<Vec<_>>(), ["PutEvaluations"]);
}

#[tokio::test]
async fn what_an_item_does_not_hold_is_looked_up() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").days_left(20).tag("Owner", "team-a"));
    let mut item = world.aws.certificate_item(&arn).unwrap();
    item["configuration"] = json!({ "domainName": "example.com" });
    item["tags"] = json!({});
    assert_eq!(world.changed(rule("certificate-expiry"), &item).await.unwrap().non_compliant, 1);
    assert_eq!(world.changed(rule("required-tags"), &item).await.unwrap().compliant, 1);
    let counts = world.aws.call_counts();
    assert_eq!((counts["DescribeCertificate"], counts["ListTagsForCertificate"]), (2, 1));
}

#[tokio::test]
async fn an_oversized_item_is_fetched() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").days_left(20));
    let item = world.aws.certificate_item(&arn).unwrap();
    let mut summary = item.clone();
    for member in ["configuration", "tags", "supplementaryConfiguration"] {
        summary.as_object_mut().unwrap().remove(member);
    }
    let invoking = json!({
        "configurationItemSummary": summary, "messageType": "OversizedConfigurationItemChangeNotification",
    });
    let event = || world.event(&rule("certificate-expiry"), &invoking);
    let error = world.handle(&event()).await.unwrap_err();
    assert!(matches!(&error, Error::Fetch { .. }), "{error}");
    assert!(world.results().is_empty());

    world.aws.insert_configuration_item(json!({
        "resourceType": "AWS::ACM::Certificate", "resourceId": arn, "arn": arn, "accountId": "123456789012",
        "configurationItemStatus": "OK", "configurationItemCaptureTime": world.aws.now().as_second(),
        "configuration": item["configuration"].to_string(), "tags": {},
    }));
    assert_eq!(world.handle(&event()).await.unwrap().non_compliant, 1);
    assert_eq!(world.aws.call_counts().get("DescribeCertificate"), None);
}

#[tokio::test]
async fn what_is_gone_or_of_another_type_is_not_applicable() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").days_left(20));
    let item = world.aws.certificate_item(&arn).unwrap();
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"] {
        let mut gone = item.clone();
        gone["configurationItemStatus"] = status.into();
        gone["configuration"] = Value::Null;
        assert_eq!(world.changed(rule("certificate-expiry"), &gone).await.unwrap().not_applicable, 1, "{status}");
    }
    let answer = world.changed(rule("ca-status"), &item).await.unwrap();
    assert!(answer.findings[0].reason.contains("AWS::ACMPCA::CertificateAuthority"), "{answer:?}");
    let invoking = json!({ "configurationItem": item, "messageType": "ConfigurationItemChangeNotification" });
    let mut left = world.event(&rule("certificate-expiry"), &invoking);
    left["eventLeftScope"] = true.into();
    assert_eq!(world.handle(&left).await.unwrap().not_applicable, 1);
    let mut unknown = item.clone();
    unknown["configuration"] = json!({});
    world.aws.remove_certificate(&arn);
    world.aws.advance(jiff::Span::new().minutes(3));
    assert_eq!(world.changed(rule("certificate-expiry"), &unknown).await.unwrap().not_applicable, 1);
    assert_eq!(world.results().len(), 6);
}

#[tokio::test]
async fn a_ca_is_evaluated_by_item_and_description() {
    let world = World::new();
    let arn = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    world.aws.set_ca_status(&arn, "FAILED");
    let item = world.aws.private_ca_item(&arn).unwrap();
    assert_eq!(world.changed(rule("ca-status"), &item).await.unwrap().non_compliant, 1);
    assert_eq!(world.aws.call_counts()["DescribeCertificateAuthority"], 1, "items have no status");
    assert_eq!(world.scheduled(rule("ca-status")).await.unwrap().non_compliant, 1);
    let results = world.results();
    assert_eq!(results[0], results[1]);
}

#[tokio::test]
async fn could_not_check_is_an_error_and_no_verdict() {
    for (fault, retryable) in [(Fault::Throttled, true), (Fault::AccessDenied, false)] {
        let world = World::new();
        let arn = world.insert(CertificateSpec::imported("example.com"));
        let mut item = world.aws.certificate_item(&arn).unwrap();
        item["configuration"] = json!({});
        world.aws.fail_always("DescribeCertificate", fault);
        let error = world.changed(rule("certificate-expiry"), &item).await.unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert!(error.to_string().contains(&arn), "{error}");
        assert!(world.results().is_empty());
    }
}

#[tokio::test]
async fn wrong_parameters_are_an_error_that_config_shows() {
    let world = World::new();
    let arn = world.insert(CertificateSpec::imported("example.com").days_left(20));
    let item = world.aws.certificate_item(&arn).unwrap();
    let error = world.changed(json!({ "rule": "certificate-expiry", "dayz": "30" }), &item).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("`dayz`"), "{error}");
    let shown = world.aws.evaluations().remove(0);
    assert_eq!((shown.resource_type.as_str(), shown.resource_id.as_str()), ("AWS::::Account", "123456789012"));
    assert!(
        shown.annotation.unwrap().contains("`dayz` is not a parameter of the rule certificate-expiry; it has days")
    );

    world.aws.advance(jiff::Span::new().hours(1));
    assert_eq!(world.scheduled(rule("certificate-expiry")).await.unwrap().cleared, 1);
}
