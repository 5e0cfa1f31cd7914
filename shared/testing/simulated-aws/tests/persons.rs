//! Time that passes for one certificate, and mail that is answered.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::types::{CertificateDetail, CertificateOptions, ValidationMethod};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{Aws, CertificateSpec};

const LOAD_BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

async fn describe(acm: &Client, arn: &str) -> CertificateDetail {
    acm.describe_certificate().certificate_arn(arn).send().await.unwrap().certificate.unwrap()
}

async fn request(acm: &Client, method: ValidationMethod) -> String {
    let request = acm.request_certificate().domain_name("example.com").validation_method(method);
    request.send().await.unwrap().certificate_arn.unwrap()
}

async fn renewal_status(acm: &Client, arn: &str) -> String {
    let summary = describe(acm, arn).await.renewal_summary.unwrap();
    summary.renewal_status().as_str().to_owned()
}

#[tokio::test]
async fn one_request_is_older_than_another() {
    let (aws, acm) = start();
    let (old, new) = (request(&acm, ValidationMethod::Dns).await, request(&acm, ValidationMethod::Dns).await);
    assert!(aws.age_request(&old, SignedDuration::from_hours(71)));
    assert_eq!(aws.certificate(&old).unwrap().status, "PENDING_VALIDATION");
    assert!(aws.age_request(&old, SignedDuration::from_hours(1)));
    assert_eq!(aws.certificate(&old).unwrap().status, "VALIDATION_TIMED_OUT");
    assert_eq!(aws.certificate(&new).unwrap().status, "PENDING_VALIDATION");
    assert_eq!(describe(&acm, &old).await.created_at().unwrap().secs(), aws.now().as_second() - 72 * 3600);
    assert!(!aws.age_request("arn:aws:acm:us-east-1:123456789012:certificate/none", SignedDuration::ZERO));
}

#[tokio::test]
async fn a_change_of_the_validation_method_is_older() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(CertificateSpec::amazon_issued("example.com").thin().validated_by_email());
    let dns = CertificateOptions::builder().validation_method(ValidationMethod::Dns).build();
    acm.update_certificate_options().certificate_arn(&arn).options(dns).send().await.unwrap();
    aws.age_request(&arn, SignedDuration::from_hours(72));
    let update = describe(&acm, &arn).await.update_summary.unwrap();
    assert_eq!(update.status().unwrap().as_str(), "FAILED");
}

#[tokio::test]
async fn mail_that_is_answered_proves_the_names_of_a_request() {
    let (aws, acm) = start();
    let (by_mail, by_dns) = (request(&acm, ValidationMethod::Email).await, request(&acm, ValidationMethod::Dns).await);
    assert_eq!(aws.certificate(&by_mail).unwrap().status, "PENDING_VALIDATION");
    for (arn, status) in [(&by_mail, "ISSUED"), (&by_dns, "PENDING_VALIDATION")] {
        assert!(aws.answer_validation_mail(arn));
        assert_eq!(aws.certificate(arn).unwrap().status, status);
    }
    let options = describe(&acm, &by_mail).await.domain_validation_options.unwrap();
    assert_eq!(options[0].validation_emails().len(), 5, "the mail was sent");
}

/// User guide, "Renewal for domains validated by email": each renewal asks again.
#[tokio::test]
async fn mail_that_is_answered_proves_the_names_of_one_renewal() {
    let (aws, acm) = start();
    let spec = CertificateSpec::amazon_issued("example.com").thin().validated_by_email().in_use_by(LOAD_BALANCER);
    let arn = aws.insert_certificate(spec.days_left(20));
    let serial = aws.certificate(&arn).unwrap().serial;
    for _ in 0..2 {
        assert!(aws.start_managed_renewal(&arn));
        assert_eq!(renewal_status(&acm, &arn).await, "PENDING_VALIDATION");
        aws.answer_validation_mail(&arn);
        assert_eq!(renewal_status(&acm, &arn).await, "SUCCESS");
    }
    assert_ne!(aws.certificate(&arn).unwrap().serial, serial);
}

#[tokio::test]
async fn what_acm_issued_may_end_soon_or_have_ended() {
    let (aws, acm) = start();
    let arn = request(&acm, ValidationMethod::Email).await;
    assert!(!aws.set_days_left(&arn, 20), "it is not issued yet");
    aws.answer_validation_mail(&arn);
    for (days, status) in [(20, "ISSUED"), (-1, "EXPIRED")] {
        assert!(aws.set_days_left(&arn, days));
        let now = aws.certificate(&arn).unwrap();
        assert_eq!((now.status.as_str(), now.not_after), (status, aws.now() + 24.hours() * days));
    }
}
