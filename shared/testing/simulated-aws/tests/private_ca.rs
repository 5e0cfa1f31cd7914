//! AWS Private CA, and its certificates imported into ACM.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::error::ProvideErrorMetadata;
use aws_sdk_acmpca::operation::issue_certificate::builders::IssueCertificateFluentBuilder;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{SigningAlgorithm, Validity, ValidityPeriodType};
use jiff::{SignedDuration, Timestamp, ToSpan};
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use simulated_aws::{Aws, CallResult, CertificateSpec, Key, Misissue, PrivateCaSpec};
use x509_parser::prelude::{FromDer, X509Certificate};

const TEMPLATES: &str = "arn:aws:acm-pca:::template";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn csr() -> (KeyPair, String) {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "example.com");
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    params.subject_alt_names.push(SanType::IpAddress("192.0.2.7".parse().unwrap()));
    params.subject_alt_names.push(SanType::Rfc822Name("a@example.com".try_into().unwrap()));
    params.subject_alt_names.push(SanType::URI("spiffe://example.com/a".try_into().unwrap()));
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    (key, csr)
}

fn days(days: i64) -> Validity {
    Validity::builder().value(days).r#type(ValidityPeriodType::Days).build().unwrap()
}

fn issue(pca: &Client, ca: &str) -> IssueCertificateFluentBuilder {
    pca.issue_certificate()
        .certificate_authority_arn(ca)
        .csr(Blob::new(csr().1))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .validity(days(30))
}

async fn refused(request: IssueCertificateFluentBuilder) -> String {
    request.send().await.unwrap_err().code().unwrap().to_owned()
}

async fn get(pca: &Client, ca: &str, arn: &str) -> (String, String) {
    let got = pca.get_certificate().certificate_authority_arn(ca).certificate_arn(arn).send().await;
    let got = got.unwrap();
    (got.certificate().unwrap().to_owned(), got.certificate_chain().unwrap().to_owned())
}

#[tokio::test]
async fn a_certificate_says_what_its_csr_asked() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let (key, csr) = csr();
    let issued = issue(&pca, &ca)
        .csr(Blob::new(csr))
        .template_arn(format!("{TEMPLATES}/EndEntityServerAuthCertificate/V1"))
        .send()
        .await
        .unwrap();
    let (pem, chain) = get(&pca, &ca, issued.certificate_arn().unwrap()).await;
    assert_eq!(chain, aws.private_ca(&ca).unwrap().pem);

    let (_, der) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der.contents).unwrap();
    assert_eq!(certificate.subject().to_string(), "CN=example.com, O=Example");
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    assert_eq!(names.value.general_names.len(), 4);
    let now = aws.now().as_second();
    assert_eq!(certificate.validity().not_before.timestamp(), now - 3600);
    assert_eq!(certificate.validity().not_after.timestamp(), now + 30 * 86_400);
    let usage = certificate.extended_key_usage().unwrap().unwrap();
    assert!(usage.value.server_auth && !usage.value.client_auth);

    // It goes into ACM with its chain.
    let acm = aws_sdk_acm::Client::new(&aws.sdk_config());
    let imported = acm
        .import_certificate()
        .certificate(Blob::new(pem))
        .certificate_chain(Blob::new(chain))
        .private_key(Blob::new(key.serialize_pem()))
        .send()
        .await
        .unwrap();
    let imported = aws.certificate(imported.certificate_arn().unwrap()).unwrap();
    assert_eq!(imported.names, ["example.com", "192.0.2.7"]);
    assert_eq!(imported.key_usages, ["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]);
}

#[tokio::test]
async fn templates_give_the_extended_key_usages() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    for (template, usages) in [
        (None, (true, true)),
        (Some("EndEntityCertificate/V1"), (true, true)),
        (Some("EndEntityServerAuthCertificate/V1"), (true, false)),
        (Some("EndEntityClientAuthCertificate/V1"), (false, true)),
    ] {
        let arn = template.map(|name| format!("{TEMPLATES}/{name}"));
        let issued = issue(&pca, &ca).set_template_arn(arn).send().await.unwrap();
        let (pem, _) = get(&pca, &ca, issued.certificate_arn().unwrap()).await;
        let (_, der) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        let (_, certificate) = X509Certificate::from_der(&der.contents).unwrap();
        let usage = certificate.extended_key_usage().unwrap().unwrap();
        assert_eq!((usage.value.server_auth, usage.value.client_auth), usages, "{template:?}");
    }
    let unknown = issue(&pca, &ca).template_arn("arn:aws-cn:acm-pca:::template/EndEntityCertificate/V1");
    assert_eq!(refused(unknown).await, "InvalidArgsException");
}

#[tokio::test]
async fn rsa_and_ec_authorities_sign_with_their_own_family() {
    let (aws, pca) = start();
    for (key, algorithm, good) in [
        (Key::Rsa2048, SigningAlgorithm::Sha256Withrsa, true),
        (Key::Rsa2048, SigningAlgorithm::Sha512Withrsa, true),
        (Key::Rsa2048, SigningAlgorithm::Sha256Withecdsa, false),
        (Key::P384, SigningAlgorithm::Sha384Withecdsa, true),
        (Key::P521, SigningAlgorithm::Sha512Withecdsa, true),
        (Key::P384, SigningAlgorithm::Sha256Withrsa, false),
    ] {
        let ca = aws.create_private_ca(key);
        let request = issue(&pca, &ca).signing_algorithm(algorithm.clone());
        if good {
            request.send().await.unwrap();
        } else {
            assert_eq!(refused(request).await, "InvalidArgsException", "{key:?} {algorithm:?}");
        }
        let described = pca.describe_certificate_authority().certificate_authority_arn(&ca);
        let described = described.send().await.unwrap();
        let configuration = described.certificate_authority().unwrap();
        let configuration = configuration.certificate_authority_configuration().unwrap();
        assert_eq!(configuration.key_algorithm().as_str(), key.acm_name());
    }
}

#[tokio::test]
async fn only_an_active_authority_issues() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    aws.set_ca_status(&ca, "DISABLED");
    assert_eq!(refused(issue(&pca, &ca)).await, "InvalidStateException");
    aws.set_ca_status(&ca, "ACTIVE");
    issue(&pca, &ca).send().await.unwrap();
    aws.advance(4000.days());
    assert_eq!(refused(issue(&pca, &ca)).await, "InvalidStateException");
    assert_eq!(aws.private_ca(&ca).unwrap().status, "EXPIRED");
    let nowhere = ca.replace("-4000-", "-4001-");
    assert_eq!(refused(issue(&pca, &nowhere)).await, "ResourceNotFoundException");
    assert_eq!(refused(issue(&pca, "arn:aws:acm-pca:us-east-1:1:x/1")).await, "InvalidArnException");
}

#[tokio::test]
async fn validity_ends_before_the_authority() {
    let (aws, pca) = start();
    let end = aws.now() + SignedDuration::from_hours(24 * 40);
    let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).not_after(end));
    issue(&pca, &ca).validity(days(40)).send().await.unwrap();
    assert_eq!(refused(issue(&pca, &ca).validity(days(41))).await, "ValidationException");
    assert_eq!(refused(issue(&pca, &ca).validity(days(0))).await, "ValidationException");
    let absolute =
        |at: Timestamp| Validity::builder().value(at.as_second()).r#type(ValidityPeriodType::Absolute).build().unwrap();
    issue(&pca, &ca).validity(absolute(end)).send().await.unwrap();
    let past = absolute(aws.now() - SignedDuration::from_secs(1));
    assert_eq!(refused(issue(&pca, &ca).validity(past)).await, "InvalidArgsException");

    let short = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).short_lived());
    issue(&pca, &short).validity(days(7)).send().await.unwrap();
    assert_eq!(refused(issue(&pca, &short).validity(days(8))).await, "InvalidArgsException");
}

#[tokio::test]
async fn end_dates_and_months_are_understood() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    for (kind, value, end) in [
        (ValidityPeriodType::EndDate, 20_270_131_120_000, "2027-01-31T12:00:00Z"),
        (ValidityPeriodType::EndDate, 270_131_120_000, "2027-01-31T12:00:00Z"),
        (ValidityPeriodType::Months, 3, "2027-02-20T08:00:00Z"),
        (ValidityPeriodType::Years, 1, "2027-11-20T08:00:00Z"),
    ] {
        let validity = Validity::builder().value(value).r#type(kind).build().unwrap();
        let issued = issue(&pca, &ca).validity(validity).send().await.unwrap();
        let (pem, _) = get(&pca, &ca, issued.certificate_arn().unwrap()).await;
        let (_, der) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        let (_, certificate) = X509Certificate::from_der(&der.contents).unwrap();
        let end: Timestamp = end.parse().unwrap();
        assert_eq!(certificate.validity().not_after.timestamp(), end.as_second());
    }
}

#[tokio::test]
async fn a_csr_must_be_signed_by_its_key() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let (_, pem) = csr();
    let (_, der) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
    let mut forged = der.contents.clone();
    let place = forged.windows(11).position(|part| part == b"example.com").unwrap();
    forged[place] = b'f';
    let forged = aws_smithy_types::base64::encode(forged);
    let forged = format!("-----BEGIN CERTIFICATE REQUEST-----\n{forged}\n-----END CERTIFICATE REQUEST-----\n");
    for csr in [forged, "nonsense".to_owned(), pem.replace("CERTIFICATE REQUEST", "CERTIFICATE")] {
        let request = issue(&pca, &ca).csr(Blob::new(csr));
        assert_eq!(refused(request).await, "MalformedCSRException");
    }
}

#[tokio::test]
async fn issuing_takes_its_time() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    aws.set_issuance_delay(SignedDuration::from_secs(5));
    let arn = issue(&pca, &ca).send().await.unwrap();
    let arn = arn.certificate_arn().unwrap();
    let request = || pca.get_certificate().certificate_authority_arn(&ca).certificate_arn(arn);
    assert_eq!(request().send().await.unwrap_err().code(), Some("RequestInProgressException"));
    // The SDK's waiter polls once a second, of virtual time.
    use aws_sdk_acmpca::client::Waiters;
    let waiter = pca.wait_until_certificate_issued().certificate_authority_arn(&ca).certificate_arn(arn);
    waiter.wait(std::time::Duration::from_secs(60)).await.unwrap();
    assert!(aws.now() >= "2026-11-20T08:00:05Z".parse().unwrap());

    aws.set_issuance_delay(SignedDuration::ZERO);
    aws.set_issuance_polls(1);
    let arn = issue(&pca, &ca).send().await.unwrap();
    let arn = arn.certificate_arn().unwrap();
    let request = || pca.get_certificate().certificate_authority_arn(&ca).certificate_arn(arn);
    request().send().await.unwrap_err();
    request().send().await.unwrap();
}

#[tokio::test]
async fn a_token_gives_the_same_certificate_for_five_minutes() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let arn = async || {
        let issued = issue(&pca, &ca).idempotency_token("t").send().await.unwrap();
        issued.certificate_arn().unwrap().to_owned()
    };
    let first = arn().await;
    aws.advance(299.seconds());
    assert_eq!(arn().await, first);
    aws.advance(1.second());
    assert_ne!(arn().await, first);
    assert_eq!(aws.private_ca(&ca).unwrap().issued, 2);
    let long = issue(&pca, &ca).idempotency_token("x".repeat(37));
    assert_eq!(refused(long).await, "ValidationException");
}

#[tokio::test]
async fn a_subordinate_gives_the_whole_chain() {
    let (aws, pca) = start();
    let root = aws.create_private_ca(Key::Rsa2048);
    let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&root));
    let issued = issue(&pca, &ca).send().await.unwrap();
    let (_, chain) = get(&pca, &ca, issued.certificate_arn().unwrap()).await;
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
    let own = pca.get_certificate_authority_certificate().certificate_authority_arn(&ca);
    let own = own.send().await.unwrap();
    assert_eq!(own.certificate_chain(), Some(aws.private_ca(&root).unwrap().pem.as_str()));
    let top = pca.get_certificate_authority_certificate().certificate_authority_arn(&root);
    assert_eq!(top.send().await.unwrap().certificate_chain(), None);

    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&ca));
    assert_eq!(aws.certificate(&arn).unwrap().chain.unwrap(), chain);
}

#[tokio::test]
async fn a_missing_operation_is_named() {
    let (aws, pca) = start();
    let error = pca.delete_policy().resource_arn("arn:x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotModelled"));
    assert!(error.message().unwrap().contains("acm-pca:DeletePolicy"));
    assert_eq!(aws.calls()[0].result, CallResult::Error("NotModelled".to_owned()));
}

#[tokio::test]
async fn what_is_misissued_acm_may_refuse() {
    let expired: Timestamp = "2026-11-19T00:00:00Z".parse().unwrap();
    for (what, error) in [
        (Misissue::OtherKey, Some("does not match")),
        (Misissue::NotAfter(expired), Some("expired")),
        (Misissue::ForeignSignature, Some("does not certify")),
        (Misissue::ForeignChain, Some("does not certify")),
        (Misissue::LeafInChain, Some("does not certify")),
        (Misissue::Garbage, Some("not valid")),
        // These pass, since ACM checks no more at a first import.
        (Misissue::OtherNames(vec!["other.com".to_owned()]), None),
        (Misissue::NoKeyUsage, None),
        (Misissue::NoExtendedKeyUsage, None),
        (Misissue::NoChain, None),
    ] {
        let (aws, pca) = start();
        let ca = aws.create_private_ca(Key::P256);
        aws.misissue(Some(what.clone()));
        let (key, csr) = csr();
        let issued = issue(&pca, &ca).csr(Blob::new(csr)).send().await.unwrap();
        let arn = issued.certificate_arn().unwrap();
        let got = pca.get_certificate().certificate_authority_arn(&ca).certificate_arn(arn).send().await;
        let got = got.unwrap();
        let acm = aws_sdk_acm::Client::new(&aws.sdk_config());
        let imported = acm
            .import_certificate()
            .certificate(Blob::new(got.certificate().unwrap()))
            .set_certificate_chain(got.certificate_chain().map(Blob::new))
            .private_key(Blob::new(key.serialize_pem()))
            .send()
            .await;
        match error {
            Some(text) => {
                let refused = imported.unwrap_err();
                let message = aws_sdk_acm::error::ProvideErrorMetadata::message(&refused).unwrap().to_owned();
                assert!(message.contains(text), "{what:?}: {message}");
            }
            None => assert!(imported.is_ok(), "{what:?}"),
        }
    }
}
