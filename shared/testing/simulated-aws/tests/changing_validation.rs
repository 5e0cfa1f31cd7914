//! UpdateCertificateOptions and ListCertificateDomainValidations: from e-mail to DNS validation.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::{
    CertificateDetail, CertificateExport, CertificateOptions, DomainStatus, DomainValidationSummary, ResourceRecord,
    UpdateStatus, UpdateType, ValidationChallenge, ValidationConfiguration, ValidationMethod,
};
use jiff::ToSpan;
use simulated_aws::{Aws, CertificateSpec};

const LOAD_BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn by_email() -> CertificateSpec {
    CertificateSpec::amazon_issued("example.com")
        .dns("*.example.com")
        .dns("www.example.net")
        .thin()
        .validated_by_email()
}

/// The error code, if there is one.
async fn update(acm: &Client, arn: &str, options: CertificateOptions) -> Option<String> {
    let answer = acm.update_certificate_options().certificate_arn(arn).options(options).send().await;
    answer.err().map(|error| error.code().unwrap().to_owned())
}

fn method(method: ValidationMethod) -> CertificateOptions {
    CertificateOptions::builder().validation_method(method).build()
}

async fn to_dns(acm: &Client, arn: &str) -> Option<String> {
    update(acm, arn, method(ValidationMethod::Dns)).await
}

async fn summaries(acm: &Client, arn: &str) -> Vec<DomainValidationSummary> {
    let answer = acm.list_certificate_domain_validations().certificate_arn(arn).send().await.unwrap();
    assert_eq!(answer.next_token(), None);
    answer.domain_validation_summary_list().to_vec()
}

async fn describe(acm: &Client, arn: &str) -> CertificateDetail {
    acm.describe_certificate().certificate_arn(arn).send().await.unwrap().certificate.unwrap()
}

fn record(configuration: &ValidationConfiguration) -> Option<&ResourceRecord> {
    match configuration.validation_challenge()? {
        ValidationChallenge::DnsValidationChallenge(challenge) => challenge.resource_record(),
        other => panic!("{other:?}"),
    }
}

fn publish(aws: &Aws, zone: &str, name: &str) {
    let record = aws.validation_record(name);
    aws.set_record(zone, &record.name, &record.kind, &record.values[0]);
}

#[tokio::test]
async fn email_stays_the_active_method_until_every_record_is_in_the_dns() {
    let (aws, acm) = start();
    let (com, net) = (aws.create_hosted_zone("example.com"), aws.create_hosted_zone("example.net"));
    let arn = aws.insert_certificate(by_email());
    let before = aws.certificate(&arn).unwrap();
    assert!(describe(&acm, &arn).await.update_summary().is_none());
    assert!(summaries(&acm, &arn).await.iter().all(|domain| domain.requested_validation_configuration().is_none()));

    assert_eq!(to_dns(&acm, &arn).await, None);
    aws.advance(7.seconds());
    publish(&aws, &com, "example.com");
    for domain in summaries(&acm, &arn).await {
        let active = domain.active_validation_configuration().unwrap();
        assert_eq!(active.validation_method(), Some(&ValidationMethod::Email));
        let Some(ValidationChallenge::EmailValidationChallenge(mail)) = active.validation_challenge() else { panic!() };
        assert!(!mail.validation_emails().is_empty() && mail.validation_domain().is_some());
        let requested = domain.requested_validation_configuration().unwrap();
        assert_eq!(requested.validation_method(), Some(&ValidationMethod::Dns));
        assert_eq!(record(requested).unwrap().name(), aws.validation_record(domain.domain_name()).name);
        let there = domain.domain_name() != "www.example.net";
        let expected = if there { DomainStatus::Success } else { DomainStatus::PendingValidation };
        assert_eq!(requested.validation_status(), Some(&expected), "{}", domain.domain_name());
    }
    let detail = describe(&acm, &arn).await;
    let update = detail.update_summary().unwrap();
    assert_eq!(update.status(), Some(&UpdateStatus::PendingDomainValidation));
    assert_eq!(update.r#type(), Some(&UpdateType::DomainValidationMethod));
    let methods = update.domain_validation_method_update_summary().unwrap();
    assert_eq!((methods.from(), methods.to()), (Some(&ValidationMethod::Email), Some(&ValidationMethod::Dns)));
    for option in detail.domain_validation_options() {
        assert_eq!((option.validation_method(), option.resource_record()), (Some(&ValidationMethod::Email), None));
    }

    aws.advance(1.hour());
    publish(&aws, &net, "www.example.net");
    let detail = describe(&acm, &arn).await;
    let update = detail.update_summary().unwrap();
    assert_eq!(update.status(), Some(&UpdateStatus::Success));
    assert!(update.updated_at().unwrap().secs() > update.requested_at().unwrap().secs());
    for option in detail.domain_validation_options() {
        assert_eq!(option.validation_method(), Some(&ValidationMethod::Dns));
        assert_eq!(
            (option.validation_status(), option.resource_record().is_some()),
            (Some(&DomainStatus::Success), true)
        );
    }
    for domain in summaries(&acm, &arn).await {
        assert!(domain.requested_validation_configuration().is_none());
        assert!(record(domain.active_validation_configuration().unwrap()).is_some());
    }
    let after = aws.certificate(&arn).unwrap();
    assert_eq!((after.serial, after.not_after), (before.serial, before.not_after));
}

#[tokio::test]
async fn the_records_appear_seconds_later_one_after_the_other() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(by_email());
    assert_eq!(to_dns(&acm, &arn).await, None);
    for (seconds, shown) in [(0, 0), (4, 0), (1, 1), (1, 2), (1, 3)] {
        aws.advance(seconds.seconds());
        let summaries = summaries(&acm, &arn).await;
        assert_eq!(summaries.len(), 3);
        let requested = summaries.iter().map(|domain| domain.requested_validation_configuration().unwrap());
        assert_eq!(requested.filter(|requested| record(requested).is_some()).count(), shown);
    }
    aws.set_record_delay(jiff::SignedDuration::ZERO);
    let arn = aws.insert_certificate(by_email());
    assert_eq!(to_dns(&acm, &arn).await, None);
    let summaries = summaries(&acm, &arn).await;
    assert!(summaries.iter().all(|domain| record(domain.requested_validation_configuration().unwrap()).is_some()));
}

#[tokio::test]
async fn after_72_hours_it_is_over_and_may_be_asked_for_again() {
    let (aws, acm) = start();
    let zone = aws.create_hosted_zone("example.com");
    let arn = aws.insert_certificate(CertificateSpec::amazon_issued("example.com").thin().validated_by_email());
    assert_eq!(to_dns(&acm, &arn).await, None);
    aws.advance(71.hours().minutes(59));
    assert_eq!(to_dns(&acm, &arn).await.as_deref(), Some("ConflictException"));
    aws.advance(1.minute());
    publish(&aws, &zone, "www.example.com");
    let detail = describe(&acm, &arn).await;
    assert_eq!(detail.update_summary().unwrap().status(), Some(&UpdateStatus::Failed));
    assert_eq!(detail.domain_validation_options()[0].validation_method(), Some(&ValidationMethod::Email));
    assert_eq!(detail.status().unwrap().as_str(), "ISSUED");
    assert!(summaries(&acm, &arn).await[0].requested_validation_configuration().is_none());
    // What comes too late changes nothing.
    publish(&aws, &zone, "example.com");
    assert_eq!(describe(&acm, &arn).await.update_summary().unwrap().status(), Some(&UpdateStatus::Failed));

    assert_eq!(to_dns(&acm, &arn).await, None);
    aws.advance(5.seconds());
    assert_eq!(describe(&acm, &arn).await.update_summary().unwrap().status(), Some(&UpdateStatus::Success));
}

#[tokio::test]
async fn a_renewal_that_waited_for_an_answer_by_email_goes_on_with_the_records() {
    let (aws, acm) = start();
    let zone = aws.create_hosted_zone("example.com");
    let spec = CertificateSpec::amazon_issued("example.com").thin().validated_by_email();
    let arn = aws.insert_certificate(spec.days_left(20).in_use_by(LOAD_BALANCER));
    let before = aws.certificate(&arn).unwrap();
    assert!(aws.start_managed_renewal(&arn));
    assert_eq!(to_dns(&acm, &arn).await, None);
    aws.advance(5.seconds());
    assert_eq!(aws.certificate(&arn).unwrap().renewal_status.as_deref(), Some("PENDING_VALIDATION"));
    publish(&aws, &zone, "example.com");
    let after = aws.certificate(&arn).unwrap();
    assert_eq!(after.renewal_status.as_deref(), Some("SUCCESS"));
    assert!(after.not_after > before.not_after && after.serial != before.serial);
}

#[tokio::test]
async fn only_an_issued_public_certificate_that_is_validated_by_email_changes() {
    let (aws, acm) = start();
    let ca = aws.create_private_ca(simulated_aws::Key::P256);
    for (spec, code) in [
        (CertificateSpec::imported("example.com"), "InvalidStateException"),
        (CertificateSpec::private("db.internal", &ca), "ValidationException"),
        (CertificateSpec::amazon_issued("example.com"), "ValidationException"),
        (CertificateSpec::amazon_issued("example.com").validated_by_http(), "ValidationException"),
        (by_email().status("PENDING_VALIDATION"), "InvalidStateException"),
        (by_email().days_left(-1), "InvalidStateException"),
    ] {
        let arn = aws.insert_certificate(spec.thin());
        assert_eq!(to_dns(&acm, &arn).await.as_deref(), Some(code), "{:?}", aws.certificate(&arn));
    }
    let arn = aws.insert_certificate(by_email());
    for (options, code) in [
        (CertificateOptions::builder().export(CertificateExport::Enabled).build(), Some("ValidationException")),
        (CertificateOptions::builder().export(CertificateExport::Disabled).build(), None),
        (method(ValidationMethod::Email), Some("ValidationException")),
        (method("PIGEON".into()), Some("ValidationException")),
    ] {
        assert_eq!(update(&acm, &arn, options).await.as_deref(), code);
    }
    let nothing = acm.update_certificate_options().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(nothing.code(), Some("ValidationException"));
    assert!(describe(&acm, &arn).await.update_summary().is_none());
}

#[tokio::test]
async fn summaries_come_in_pages_and_requests_for_them_are_checked() {
    let (aws, acm) = start();
    let (arn, other) = (aws.insert_certificate(by_email()), aws.insert_certificate(by_email()));
    let list = |arn: &str| acm.list_certificate_domain_validations().certificate_arn(arn);
    let pages = list(&arn).max_items(2).into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let names: Vec<_> = found.iter().map(DomainValidationSummary::domain_name).collect();
    assert_eq!(names, ["example.com", "*.example.com", "www.example.net"]);
    assert_eq!(aws.call_counts()["ListCertificateDomainValidations"], 2);

    let token = list(&arn).max_items(2).send().await.unwrap().next_token.unwrap();
    for (request, code) in [
        (list(&arn).max_items(0), "InvalidArgsException"),
        (list(&arn).max_items(1001), "InvalidArgsException"),
        (list(&other).next_token(&token), "InvalidArgsException"),
        (list("arn:aws:acm:us-east-1:123456789012:endpoint/1"), "InvalidArgsException"),
        (list("example"), "InvalidArgsException"),
        (list("arn:aws:acm:us-east-1:123456789012:certificate/none"), "ResourceNotFoundException"),
        (list("arn:aws:acm:us-east-1:210987654321:certificate/none"), "AccessDeniedException"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    let imported = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
    assert!(summaries(&acm, &imported).await.is_empty());
}
