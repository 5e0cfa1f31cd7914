//! Managed renewal of public certificates, and CAA.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::types::{CertificateDetail, DomainStatus, FailureReason, RenewalStatus, ValidationMethod};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{Aws, CertificateSpec};

const LOAD_BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn spec() -> CertificateSpec {
    CertificateSpec::amazon_issued("example.com").dns("*.example.com").dns("www.example.net").thin().days_left(40)
}

async fn describe(acm: &Client, arn: &str) -> CertificateDetail {
    acm.describe_certificate().certificate_arn(arn).send().await.unwrap().certificate.unwrap()
}

/// The names' records, each in the zone of its name. Gives the zones' ids.
fn publish(aws: &Aws, names: &[(&str, &str)]) -> Vec<String> {
    let publish = |(zone, name): &(&str, &str)| {
        let zone = aws.create_hosted_zone(zone);
        let record = aws.validation_record(name);
        aws.set_record(&zone, &record.name, &record.kind, &record.values[0]);
        zone
    };
    names.iter().map(publish).collect()
}

const RECORDS: [(&str, &str); 2] = [("example.com", "example.com"), ("example.net", "www.example.net")];

#[tokio::test]
async fn records_belong_to_account_and_name() {
    let (aws, acm) = start();
    let records = async |arn: &str| {
        let detail = describe(&acm, arn).await;
        let options = detail.domain_validation_options().iter();
        options.map(|option| option.resource_record().unwrap().name().to_owned()).collect::<Vec<_>>()
    };
    let first = records(&aws.insert_certificate(spec())).await;
    assert_eq!(first, records(&aws.insert_certificate(spec())).await);
    assert_eq!(first[0], first[1], "apex and wildcard share one");
    assert_eq!(first[2], aws.validation_record("www.example.net").name);
    let other = Aws::in_account(aws.now(), "210987654321", "us-east-1");
    assert_ne!(aws.validation_record("example.com"), other.validation_record("example.com"));
}

#[tokio::test]
async fn only_validation_by_dns_has_records() {
    let (aws, acm) = start();
    for (spec, email, http) in [(spec().validated_by_email(), true, false), (spec().validated_by_http(), false, true)] {
        let arn = aws.insert_certificate(spec.in_use_by(LOAD_BALANCER));
        let detail = describe(&acm, &arn).await;
        let option = &detail.domain_validation_options()[0];
        assert!(option.resource_record().is_none());
        assert_eq!((!option.validation_emails().is_empty(), option.http_redirect().is_some()), (email, http));
        publish(&aws, &RECORDS);
        assert!(aws.start_managed_renewal(&arn));
        assert_eq!(aws.certificate(&arn).unwrap().renewal_status.as_deref(), Some("PENDING_VALIDATION"));
    }
}

#[tokio::test]
async fn a_renewal_that_finds_its_records_is_done_at_once() {
    let (aws, acm) = start();
    publish(&aws, &RECORDS);
    let arn = aws.insert_certificate(spec().in_use_by(LOAD_BALANCER));
    let before = aws.certificate(&arn).unwrap();
    assert!(aws.start_managed_renewal(&arn));
    let after = aws.certificate(&arn).unwrap();
    assert_eq!(after.not_after, aws.now() + SignedDuration::from_hours(24 * 198));
    assert_ne!(after.serial, before.serial);
    assert_eq!((after.names, after.status), (before.names, "ISSUED".to_owned()));
    let summary = describe(&acm, &arn).await.renewal_summary.unwrap();
    assert_eq!(summary.renewal_status(), &RenewalStatus::Success);
}

#[tokio::test]
async fn a_renewal_waits_for_the_record_that_is_missing() {
    let (aws, acm) = start();
    let zones = publish(&aws, &RECORDS);
    let missing = aws.validation_record("www.example.net");
    // A record with another value is as good as none.
    aws.set_record(&zones[1], &missing.name, "CNAME", "other.acm-validations.aws.");
    let arn = aws.insert_certificate(spec().in_use_by(LOAD_BALANCER));
    assert!(aws.start_managed_renewal(&arn));
    let summary = describe(&acm, &arn).await.renewal_summary.unwrap();
    assert_eq!(summary.renewal_status(), &RenewalStatus::PendingValidation);
    assert_eq!(summary.renewal_status_reason(), None);
    let statuses: Vec<_> =
        summary.domain_validation_options().iter().map(|option| option.validation_status().unwrap().clone()).collect();
    assert_eq!(statuses, [DomainStatus::Success, DomainStatus::Success, DomainStatus::PendingValidation]);
    let record = summary.domain_validation_options()[2].resource_record().unwrap();
    assert_eq!(record.name(), missing.name);
    assert_eq!(aws.certificate(&arn).unwrap().renewal_status.as_deref(), Some("PENDING_VALIDATION"));

    let since = summary.updated_at().to_owned();
    aws.advance(1.day());
    assert_eq!(describe(&acm, &arn).await.renewal_summary.unwrap().updated_at(), &since, "nothing is new");
    aws.set_record(&zones[1], &missing.name, "CNAME", &missing.values[0]);
    let mended = describe(&acm, &arn).await;
    assert_eq!(mended.renewal_summary().unwrap().renewal_status(), &RenewalStatus::Success);
    assert!(aws.certificate(&arn).unwrap().not_after > aws.now() + SignedDuration::from_hours(24 * 197));
}

#[tokio::test]
async fn a_renewal_that_is_never_mended_fails_with_the_certificate() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(spec().in_use_by(LOAD_BALANCER));
    assert!(aws.start_managed_renewal(&arn));
    aws.advance(41.days());
    let detail = describe(&acm, &arn).await;
    assert_eq!(detail.status().unwrap().as_str(), "EXPIRED");
    assert_eq!(detail.renewal_summary().unwrap().renewal_status(), &RenewalStatus::Failed);
    publish(&aws, &RECORDS);
    assert_eq!(describe(&acm, &arn).await.status().unwrap().as_str(), "EXPIRED");
    assert!(!aws.start_managed_renewal(&arn));
}

#[tokio::test]
async fn only_eligible_public_certificates_are_renewed() {
    let (aws, _) = start();
    publish(&aws, &RECORDS);
    for (spec, starts) in [
        (spec(), false),
        (spec().eligible(true), true),
        (spec().in_use_by(LOAD_BALANCER).days_left(-1), false),
        (CertificateSpec::imported("example.com").thin().in_use_by(LOAD_BALANCER), false),
    ] {
        let arn = aws.insert_certificate(spec.clone());
        assert_eq!(aws.start_managed_renewal(&arn), starts, "{spec:?}");
    }
}

#[tokio::test]
async fn renewals_begin_by_the_clock_when_that_is_set() {
    let (aws, _) = start();
    publish(&aws, &RECORDS);
    let arn = aws.insert_certificate(spec().in_use_by(LOAD_BALANCER));
    let end = aws.certificate(&arn).unwrap().not_after;
    aws.set_managed_renewal_days(30);
    for (days, renewed) in [(9, false), (2, true)] {
        aws.advance(days.days());
        assert_eq!(aws.certificate(&arn).unwrap().not_after > end, renewed, "{days}");
    }
}

#[tokio::test]
async fn caa_that_forbids_amazon_fails_a_request() {
    for (name, records, fails) in [
        ("example.com", &["0 issue \"letsencrypt.org\""][..], true),
        ("example.com", &["0 issue \"letsencrypt.org\"", "0 issue \"amazon.com\""], false),
        ("example.com", &["0 issue \"awstrust.com; policy=ev\""], false),
        ("example.com", &["0 issue \";\""], true),
        ("example.com", &["0 iodef \"mailto:a@example.com\""], false),
        ("example.com", &["0 issuewild \";\""], false),
        ("*.example.com", &["0 issuewild \";\""], true),
        ("*.example.com", &["0 issue \";\"", "0 issuewild \"amazontrust.com\""], false),
        ("*.example.com", &["0 issue \"amazonaws.com\""], false),
        ("example.com", &["0 issue \"amazon.com\"", "128 strange \"x\""], true),
        // RFC 8659, 3: the set of the closest ancestor counts.
        ("a.b.example.com", &["0 issue \"letsencrypt.org\""], true),
    ] {
        let (aws, acm) = start();
        let zone = aws.create_hosted_zone("example.com");
        aws.set_caa("example.com", records);
        let record = aws.validation_record(name);
        aws.set_record(&zone, &record.name, "CNAME", &record.values[0]);
        let request = acm.request_certificate().domain_name(name).validation_method(ValidationMethod::Dns);
        let arn = request.send().await.unwrap().certificate_arn.unwrap();
        aws.advance(5.seconds());
        let detail = describe(&acm, &arn).await;
        assert_eq!(detail.status().unwrap().as_str(), if fails { "FAILED" } else { "ISSUED" }, "{name} {records:?}");
        assert_eq!(detail.failure_reason(), fails.then_some(&FailureReason::CaaError));
    }
}

#[tokio::test]
async fn a_closer_caa_set_takes_the_place_of_the_parents() {
    let (aws, acm) = start();
    let zone = aws.create_hosted_zone("example.com");
    aws.set_caa("example.com", &["0 issue \"letsencrypt.org\""]);
    aws.set_caa("aws.example.com", &["0 issue \"amazon.com\""]);
    let statuses = async |name: &str| {
        let record = aws.validation_record(name);
        aws.set_record(&zone, &record.name, "CNAME", &record.values[0]);
        let request = acm.request_certificate().domain_name(name).validation_method(ValidationMethod::Dns);
        let arn = request.send().await.unwrap().certificate_arn.unwrap();
        aws.advance(5.seconds());
        aws.certificate(&arn).unwrap().status
    };
    assert_eq!(statuses("www.aws.example.com").await, "ISSUED");
    assert_eq!(statuses("www.example.com").await, "FAILED");
    // The CAA set at a CNAME's target is the name's own.
    aws.set_record(&zone, "alias.example.com", "CNAME", "aws.example.com.");
    assert_eq!(statuses("alias.example.com").await, "ISSUED");
    aws.set_caa("example.com", &[]);
    assert_eq!(statuses("web.example.com").await, "ISSUED");
}

#[tokio::test]
async fn caa_that_forbids_amazon_holds_a_renewal_up() {
    let (aws, acm) = start();
    publish(&aws, &RECORDS);
    aws.set_caa("example.net", &["0 issue \"letsencrypt.org\""]);
    let arn = aws.insert_certificate(spec().in_use_by(LOAD_BALANCER));
    assert!(aws.start_managed_renewal(&arn));
    let summary = describe(&acm, &arn).await.renewal_summary.unwrap();
    assert_eq!(summary.renewal_status(), &RenewalStatus::Failed);
    assert_eq!(summary.renewal_status_reason(), Some(&FailureReason::CaaError));
    aws.set_caa("example.net", &["0 issue \"amazon.com\""]);
    let summary = describe(&acm, &arn).await.renewal_summary.unwrap();
    assert_eq!(summary.renewal_status(), &RenewalStatus::Success);
    assert_eq!(summary.renewal_status_reason(), None);
}
