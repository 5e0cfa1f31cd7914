//! What is read of ACM: everything that is there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use aws_sdk_acm::types::{CertificateOptions, ValidationMethod};
use certificates::tags::STATUS;
use certificates::{CertificateArn, Validation};
use jiff::{SignedDuration, Span};
use simulated_aws::{Aws, CertificateSpec, Fault, Key};

fn account() -> (Aws, aws_sdk_acm::Client) {
    let aws = Aws::new("2026-11-21T06:00:00Z".parse().unwrap());
    let client = aws_sdk_acm::Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_listing_has_every_key_type_every_origin_every_hierarchy_and_every_page() {
    let (aws, client) = account();
    let mut expected = Vec::new();
    for key in [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521] {
        expected.push(aws.insert_certificate(CertificateSpec::imported("key.example.com").key(key).thin()));
    }
    for origin in ["AWS_MANAGED", "CUSTOMER_PROVIDED", "ACME"] {
        let certificate = CertificateSpec::amazon_issued("origin.example.com").key_pair_origin(origin).thin();
        expected.push(aws.insert_certificate(certificate));
    }
    for hierarchy in ["N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"] {
        for key in [Key::Rsa2048, Key::P256] {
            let certificate = CertificateSpec::amazon_issued("n2.example.com").root_hierarchy(hierarchy);
            expected.push(aws.insert_certificate(certificate.key(key).thin()));
        }
    }
    for number in 0..2_000 {
        expected.push(aws.insert_certificate(CertificateSpec::imported(&format!("n{number}.example.com")).thin()));
    }
    let listing = acm::list(&client).await.unwrap();
    let mut found: Vec<String> = listing.certificates.iter().map(|facts| facts.arn.to_string()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert!(listing.unreadable.is_empty());
    assert_eq!(aws.call_counts()["ListCertificates"], 4, "three pages, and one of the Amazon N2 certificates");
    assert!(listing.certificates.iter().all(|certificate| certificate.not_after.is_some()));
}

#[tokio::test]
async fn an_amazon_n2_certificate_shows_its_hierarchy_and_its_usage() {
    let (aws, client) = account();
    let spec = || CertificateSpec::amazon_issued("example.com").thin();
    aws.insert_certificate(spec());
    aws.insert_certificate(spec().root_hierarchy("N2_AMAZON_MANAGED").client_auth_only());
    aws.insert_certificate(spec().root_hierarchy("N2_SFG2_AMAZON_MANAGED"));
    let listed = acm::list(&client).await.unwrap().certificates;
    let mut described = Vec::new();
    for facts in &listed {
        described.push(acm::describe(&client, &facts.arn).await.unwrap().unwrap().summary);
    }
    for facts in [listed, described] {
        let shown: Vec<_> = facts.iter().map(|one| (one.root_hierarchy.as_deref(), one.usage.as_deref())).collect();
        assert_eq!(
            shown,
            [
                (None, None),
                (Some("N2_AMAZON_MANAGED"), Some("CLIENT_AUTH_ONLY")),
                (Some("N2_SFG2_AMAZON_MANAGED"), Some("CLIENT_AND_SERVER_AUTH")),
            ]
        );
    }
}

#[tokio::test]
async fn every_page_of_amazon_n2_certificates_is_read() {
    let (aws, client) = account();
    for number in 0..1_001 {
        let spec =
            CertificateSpec::amazon_issued(&format!("n{number}.example.com")).root_hierarchy("N2_AMAZON_MANAGED");
        aws.insert_certificate(spec.thin());
    }
    let listed = acm::list(&client).await.unwrap().certificates;
    assert_eq!((listed.len(), aws.call_counts()["ListCertificates"]), (1_001, 3));
    assert!(listed.iter().all(|facts| facts.root_hierarchy.is_some()));
}

#[tokio::test]
async fn an_endpoint_that_does_not_know_amazon_n2_has_none_and_shows_each_certificate_once() {
    let unknown = |code: &str| Fault::Error {
        code: code.to_owned(),
        message: "Unknown parameter in input: \"RootHierarchyTypes\"".to_owned(),
        status: 400,
    };
    for fault in [None, Some(unknown("ValidationException")), Some(unknown("SerializationException"))] {
        let (aws, client) = account();
        aws.insert_certificate(CertificateSpec::imported("example.com").thin());
        aws.forget_root_hierarchies();
        if let Some(fault) = fault {
            aws.fail("ListCertificates", 2, fault);
        }
        assert_eq!(acm::list(&client).await.unwrap().certificates.len(), 1);
        assert_eq!(aws.call_counts()["ListCertificates"], 2);
    }
}

#[tokio::test]
async fn a_listing_without_the_amazon_n2_certificates_is_an_error() {
    for (fault, retryable) in [(Fault::AccessDenied, false), (Fault::ServerError, true)] {
        let (aws, client) = account();
        // The SDK tries three times.
        aws.before("ListCertificates", 2, move |aws| aws.fail_next("ListCertificates", 3, fault.clone()));
        let error = acm::list(&client).await.unwrap_err();
        assert_eq!((error.operation, error.is_retryable()), ("acm:ListCertificates", retryable), "{error}");
    }
}

#[tokio::test]
async fn the_second_pass_is_tried_again_as_it_was_sent() {
    let (aws, client) = account();
    aws.insert_certificate(CertificateSpec::amazon_issued("example.com").root_hierarchy("N2_AMAZON_MANAGED").thin());
    aws.fail("ListCertificates", 2, Fault::Throttled);
    let listed = acm::list(&client).await.unwrap().certificates;
    assert_eq!((listed.len(), aws.call_counts()["ListCertificates"]), (1, 3));
    let filters: Vec<_> = aws.calls().iter().map(|call| call.input["RootHierarchyTypes"].is_array()).collect();
    assert_eq!(filters, [false, true, true]);
}

#[tokio::test]
async fn key_algorithms_are_spelled_one_way() {
    let (aws, client) = account();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").key(Key::Rsa2048).thin());
    let described = acm::describe(&client, &arn.parse().unwrap()).await.unwrap().unwrap();
    let listed = acm::list(&client).await.unwrap().certificates.remove(0);
    assert_eq!(described.key_algorithm, listed.key_algorithm);
    assert_eq!(described.summary.key_algorithm.unwrap().as_str(), "RSA_2048");
}

#[tokio::test]
async fn a_stuck_renewal_shows_the_records_that_it_waits_for() {
    let (aws, client) = account();
    let certificate = CertificateSpec::amazon_issued("example.com")
        .dns("example.com")
        .validation_status("PENDING_VALIDATION")
        .renewal("PENDING_VALIDATION", Some("PENDING_DOMAIN_VALIDATION"))
        .thin();
    let arn = aws.insert_certificate(certificate).parse().unwrap();
    let facts = acm::describe(&client, &arn).await.unwrap().unwrap();
    assert!(facts.renewal.as_ref().unwrap().is_stuck());
    let waiting: Vec<_> = facts.domains_waiting().collect();
    assert!(!waiting.is_empty());
    assert!(waiting.iter().all(|domain| matches!(&domain.validation, Validation::Dns(Some(_)))), "{waiting:?}");
}

#[tokio::test]
async fn a_certificate_that_is_gone_is_none() {
    let (aws, client) = account();
    let text = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
    let arn: CertificateArn = text.parse().unwrap();
    aws.remove_certificate(&text);
    assert_eq!(acm::describe(&client, &arn).await.unwrap(), None);
    assert_eq!(acm::list_tags(&client, &arn).await.unwrap(), None);
}

#[tokio::test]
async fn tags_are_set_and_removed_and_others_stay() {
    let (aws, client) = account();
    let certificate = CertificateSpec::imported("example.com").tag("Owner", "team-a").thin();
    let arn: CertificateArn = aws.insert_certificate(certificate).parse().unwrap();
    acm::add_tags(&client, &arn, &[(STATUS, "pending-renewal".into())]).await.unwrap();
    let tags = acm::list_tags(&client, &arn).await.unwrap().unwrap();
    assert_eq!(tags.iter().collect::<Vec<_>>(), [("Owner", "team-a"), (STATUS, "pending-renewal")]);
    acm::remove_tags(&client, &arn, &[STATUS, "never-there"]).await.unwrap();
    let tags = acm::list_tags(&client, &arn).await.unwrap().unwrap();
    assert_eq!(tags.iter().collect::<Vec<_>>(), [("Owner", "team-a")]);
}

#[tokio::test]
async fn a_change_of_the_validation_method_shows_the_records_that_it_waits_for() {
    let (aws, client) = account();
    let certificate = CertificateSpec::amazon_issued("example.com").dns("www.example.com").validated_by_email().thin();
    let arn: CertificateArn = aws.insert_certificate(certificate).parse().unwrap();
    assert_eq!(acm::describe(&client, &arn).await.unwrap().unwrap().method_update, None);
    assert_eq!(acm::requested_validations(&client, &arn).await.unwrap(), Some(Vec::new()));

    let dns = CertificateOptions::builder().validation_method(ValidationMethod::Dns).build();
    client.update_certificate_options().certificate_arn(arn.as_str()).options(dns).send().await.unwrap();
    let requested = async || acm::requested_validations(&client, &arn).await.unwrap().unwrap();
    assert!(requested().await.iter().all(|domain| domain.validation == Validation::Dns(None)));
    aws.advance(Span::new().seconds(5));
    let facts = acm::describe(&client, &arn).await.unwrap().unwrap();
    let change = facts.method_update.unwrap();
    assert!(change.is_pending() && change.to.as_deref() == Some("DNS"));
    assert_eq!(change.requested_at, Some(aws.now() - SignedDuration::from_secs(5)));
    assert!(facts.domain_validations.iter().all(|domain| matches!(domain.validation, Validation::Email(_))));
    let domains = requested().await;
    let Validation::Dns(Some(record)) = &domains[0].validation else { panic!("{domains:?}") };
    assert_eq!((&record.name, domains[0].succeeded), (&aws.validation_record("example.com").name, Some(false)));
    assert_eq!(domains[1].validation, Validation::Dns(None));

    // The moment that a change is complete, its configuration is the active one.
    for name in ["example.com", "www.example.com"] {
        aws.advance(Span::new().seconds(5));
        let record = aws.validation_record(name);
        let zone = aws.create_hosted_zone(name);
        aws.set_record(&zone, &record.name, "CNAME", &record.values[0]);
    }
    assert!(!acm::describe(&client, &arn).await.unwrap().unwrap().method_update.unwrap().is_pending());
    let complete = requested().await;
    assert_eq!(complete.len(), 2);
    assert!(complete.iter().all(|domain| domain.succeeded == Some(true)), "{complete:?}");
    assert!(complete.iter().all(|domain| matches!(&domain.validation, Validation::Dns(Some(_)))), "{complete:?}");

    aws.remove_certificate(arn.as_str());
    assert_eq!(acm::requested_validations(&client, &arn).await.unwrap(), None);
}
