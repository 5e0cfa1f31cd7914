//! Two runs of the same program leave the same record, although their keys differ.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::primitives::Blob;
use aws_sdk_acm::types::Tag;
use aws_sdk_acmpca::client::Waiters;
use aws_sdk_acmpca::types::{SigningAlgorithm, Validity, ValidityPeriodType};
use jiff::{SignedDuration, ToSpan};
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use simulated_aws::{Aws, CertificateSpec, Fault, Key};

/// What a renewal from the private CA calls, with faults, and a key of its own in every run.
async fn renew() -> (Aws, String) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let ca = aws.create_private_ca(Key::P384);
    let arn = aws.insert_certificate(
        CertificateSpec::imported("example.com").dns("example.com").key(Key::P256).issued_by(&ca).days_left(9),
    );
    aws.set_issuance_delay(SignedDuration::from_secs(3));
    aws.set_call_duration(SignedDuration::from_millis(20));
    aws.fail("DescribeCertificate", 1, Fault::Throttled);
    aws.fail("AddTagsToCertificate", 1, Fault::AnswerLost);
    aws.fail("ImportCertificate", 1, Fault::ServerError);
    let (acm, pca) = (aws_sdk_acm::Client::new(&aws.sdk_config()), aws_sdk_acmpca::Client::new(&aws.sdk_config()));

    acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let tag = Tag::builder().key("acm-autopilot:status").value("renewal-in-progress").build().unwrap();
    acm.add_tags_to_certificate().certificate_arn(&arn).tags(tag).send().await.unwrap();
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "example.com");
    params.subject_alt_names.push(SanType::URI("spiffe://example.com/a".try_into().unwrap()));
    let issued = pca
        .issue_certificate()
        .certificate_authority_arn(&ca)
        .csr(Blob::new(params.serialize_request(&key).unwrap().pem().unwrap()))
        .signing_algorithm(SigningAlgorithm::Sha384Withecdsa)
        .validity(Validity::builder().value(90).r#type(ValidityPeriodType::Days).build().unwrap())
        .idempotency_token("t1")
        .send()
        .await
        .unwrap();
    let issued = issued.certificate_arn().unwrap();
    let wait = pca.wait_until_certificate_issued().certificate_authority_arn(&ca).certificate_arn(issued);
    wait.wait(std::time::Duration::from_secs(60)).await.unwrap();
    let got = pca.get_certificate().certificate_authority_arn(&ca).certificate_arn(issued).send().await.unwrap();
    acm.import_certificate()
        .certificate_arn(&arn)
        .certificate(Blob::new(got.certificate().unwrap()))
        .certificate_chain(Blob::new(got.certificate_chain().unwrap()))
        .private_key(Blob::new(key.serialize_pem()))
        .send()
        .await
        .unwrap();
    aws.advance(1.day());
    // The SDK makes this token.
    let secrets = aws_sdk_secretsmanager::Client::new(&aws.sdk_config());
    secrets.create_secret().name("tls/www").secret_string("hidden").send().await.unwrap();
    (aws, key.serialize_pem())
}

#[tokio::test]
async fn two_runs_of_a_renewal_leave_the_same_text() {
    let (one, first_key) = renew().await;
    let (other, second_key) = renew().await;
    assert_ne!(first_key, second_key);
    assert_eq!(one.record(), other.record());
    assert_ne!(one.calls(), other.calls(), "the calls themselves hold the certificates");
    assert_eq!(one.record().lines().count(), one.calls().len());
}

#[tokio::test]
async fn the_text_says_what_keys_and_certificates_say() {
    let (aws, _) = renew().await;
    let record = aws.record();
    let line = |operation: &str| {
        record.lines().rfind(|line| line.contains(operation)).unwrap_or_else(|| panic!("{operation} in {record}"))
    };
    assert!(line(":DescribeCertificate ").starts_with("2026-11-20T08:00:0"), "{record}");
    assert!(record.contains("-> ThrottlingException\n") && record.contains("-> no answer, after the effect\n"));
    let issue = line(":IssueCertificate ");
    assert!(issue.contains("request [CN=example.com] names [DNSName(example.com)"), "{issue}");
    assert!(issue.contains("spiffe://example.com/a") && issue.contains("EC_prime256v1"), "{issue}");
    let import = line(":ImportCertificate ");
    let serial = format!("serial {} ", aws.certificates()[0].serial.replace(':', ""));
    assert!(import.contains("certificate [CN=example.com]") && import.contains(&serial), "{import}");
    assert!(import.contains("\"PrivateKey\":\"(left out)\"") && import.ends_with("-> ok"), "{import}");
    for hidden in ["BEGIN", "hidden"] {
        assert!(!record.contains(hidden), "{hidden}");
    }
}
