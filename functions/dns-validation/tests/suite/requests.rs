//! From a request to an issued certificate.

use dns_validation::{Answer, Error, Outcome};
use jiff::Span;
use lambda::RetryableError;
use simulated_aws::CertificateSpec;

use super::world::{REQUESTED, World, sample};

#[tokio::test]
async fn a_request_gets_its_records_and_is_issued() {
    let world = World::new();
    let (com, net) = (world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.net"));
    let arn = world.request(&["example.com", "*.example.com", "www.example.net"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason, report.records.len()), (Outcome::RecordsCreated, "records-missing", 2));
    assert_eq!(world.cnames(&com), [world.aws.validation_record("example.com")]);
    assert_eq!(world.cnames(&net), [world.aws.validation_record("www.example.net")]);
    assert_eq!(world.effects(), ["ChangeResourceRecordSets", "ChangeResourceRecordSets", "PutEvents"]);
    assert_eq!(world.status(&arn), "ISSUED");

    let event = &world.aws.events()[0];
    assert_eq!(event.detail_type, "Certificate Validation Records Provisioned");
    assert_eq!(event.detail["records"][0]["zoneId"], com);
    assert_eq!(event.detail["records"][1]["zoneName"], "example.net.");

    // Deciding again finds nothing to do.
    world.aws.forget_record();
    let again = world.on(REQUESTED, &arn).await;
    assert_eq!((again.outcome, again.reason, again.in_place), (Outcome::NothingToDo, "records-in-place", 2));
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn the_time_to_live_is_configurable_and_no_difference() {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("RECORD_TTL", "3600")]);
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    let calls = world.aws.calls();
    let change = calls.iter().find(|call| call.operation == "ChangeResourceRecordSets").unwrap();
    assert_eq!(change.input["ChangeBatch"]["Changes"][0]["ResourceRecordSet"]["TTL"], "3600");

    let world = world.cold();
    world.aws.forget_record();
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn records_that_acm_has_not_named_yet_are_a_reason_to_come_again() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request_at_once(&["example.com", "www.example.com"]).await;
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(matches!(&error, Error::NotNamed { domains, .. } if domains.len() == 2), "{error}");
    assert!(error.is_retryable() && error.to_string().contains("www.example.com"), "{error}");

    // The first name's record comes a second before the other's, and is put into place at once.
    world.aws.advance(Span::new().seconds(5));
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(matches!(&error, Error::NotNamed { domains, .. } if domains == &["www.example.com"]), "{error}");
    assert_eq!(world.cnames(&zone).len(), 1);
    assert_eq!(world.causes(), Vec::<String>::new());

    world.aws.advance(Span::new().seconds(1));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!(world.status(&arn), "ISSUED");
}

#[tokio::test]
async fn what_needs_no_record_is_ignored_with_a_reason() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    for (certificate, reason) in [
        (CertificateSpec::imported("example.com"), "imported"),
        (CertificateSpec::amazon_issued("example.com").validated_by_email(), "email-validation"),
        (CertificateSpec::amazon_issued("example.com").days_left(-1), "expired"),
        (CertificateSpec::amazon_issued("example.com").status("REVOKED"), "revoked"),
        (CertificateSpec::amazon_issued("example.com").status("FAILED"), "failed"),
    ] {
        let arn = world.insert(certificate);
        let report = world.on(REQUESTED, &arn).await;
        assert_eq!((report.outcome, report.reason), (Outcome::Ignored, reason));
    }
    assert_eq!(world.effects(), Vec::<String>::new());

    let gone = "arn:aws:acm:us-east-1:123456789012:certificate/00000000";
    assert_eq!(world.on(REQUESTED, gone).await.reason, "certificate-gone");
    let failed = world.handle(&sample("cloudtrail-request-certificate-failed", gone)).await.unwrap();
    assert!(matches!(failed, Answer::Certificates { reason: Some("failed-call"), .. }), "{failed:?}");
}

#[tokio::test]
async fn internationalized_names_and_child_zones() {
    let world = World::new();
    let parent = world.aws.create_hosted_zone("xn--bcher-kva.example");
    let child = world.aws.create_hosted_zone("dev.xn--bcher-kva.example");
    world.aws.create_private_hosted_zone("dev.xn--bcher-kva.example");
    let arn = world.request(&["*.xn--bcher-kva.example", "a.dev.xn--bcher-kva.example"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!((world.cnames(&parent).len(), world.cnames(&child).len()), (1, 1));
    assert_eq!(world.status(&arn), "ISSUED");
}

#[tokio::test]
async fn a_zone_that_was_created_meanwhile_is_found_at_once() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    let zone = world.aws.create_hosted_zone("example.net");
    let arn = world.request(&["example.net"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!(world.cnames(&zone).len(), 1);
    assert_eq!(world.causes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_zone_that_was_replaced_meanwhile_is_found_at_once() {
    let world = World::new();
    let old = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;

    let route53 = aws_sdk_route53::Client::new(&world.aws.sdk_config());
    let record = world.aws.validation_record("example.com");
    world.aws.remove_record(&old, &record.name, "CNAME");
    route53.delete_hosted_zone().id(&old).send().await.unwrap();
    let new = world.aws.create_hosted_zone("example.com");
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!(world.cnames(&new).len(), 1);
}

#[tokio::test]
async fn two_checks_at_once_make_one_change_and_no_harm() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com", "*.example.com", "www.example.com"]).await;
    world.aws.interleave();
    let (one, other) = tokio::join!(world.on(REQUESTED, &arn), world.on(REQUESTED, &arn));
    assert_eq!(world.cnames(&zone).len(), 2);
    assert_eq!(world.causes(), Vec::<String>::new());
    assert!(one.outcome == Outcome::RecordsCreated || other.outcome == Outcome::RecordsCreated);
    let before = world.aws.records(&zone);
    world.aws.forget_record();
    world.on(REQUESTED, &arn).await;
    assert_eq!((world.aws.records(&zone), world.effects()), (before, Vec::new()));
}

#[tokio::test]
async fn dry_run_answers_the_plan_and_applies_nothing() {
    let world = World::configured(&[("DRY_RUN", "true"), ("DNS_LOOKUPS", "false")]);
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com", "example.org"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.records.len(), report.blocked.len()), (Outcome::Planned, 1, 1));
    assert!(report.notice.unwrap().subject.contains("no-zone"));
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices, swept.planned.len()), (1, 1, 1));
    assert_eq!((world.effects(), world.cnames(&zone)), (Vec::new(), Vec::new()));
}
