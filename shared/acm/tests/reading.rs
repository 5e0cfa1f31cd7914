//! What is read of ACM: everything that is there.
#![allow(clippy::unwrap_used, reason = "tests")]

use certificates::tags::STATUS;
use certificates::{CertificateArn, Validation};
use simulated_aws::{Aws, CertificateSpec, Key};

fn account() -> (Aws, aws_sdk_acm::Client) {
    let aws = Aws::new("2026-11-21T06:00:00Z".parse().unwrap());
    let client = aws_sdk_acm::Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_listing_has_every_key_type_every_origin_and_every_page() {
    let (aws, client) = account();
    let mut expected = Vec::new();
    for key in [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521] {
        expected.push(aws.insert_certificate(CertificateSpec::imported("key.example.com").key(key).thin()));
    }
    for origin in ["AWS_MANAGED", "CUSTOMER_PROVIDED", "ACME"] {
        let certificate = CertificateSpec::amazon_issued("origin.example.com").key_pair_origin(origin).thin();
        expected.push(aws.insert_certificate(certificate));
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
    assert_eq!(aws.call_counts()["ListCertificates"], 3);
    assert!(listing.certificates.iter().all(|facts| facts.not_after.is_some() && !facts.described));
}

#[tokio::test]
async fn key_algorithms_are_spelled_one_way() {
    let (aws, client) = account();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").key(Key::Rsa2048).thin());
    let described = acm::describe(&client, &arn.parse().unwrap()).await.unwrap().unwrap();
    let listed = acm::list(&client).await.unwrap().certificates.remove(0);
    assert_eq!(described.key_algorithm, listed.key_algorithm);
    assert_eq!(described.key_algorithm.unwrap().as_str(), "RSA_2048");
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
