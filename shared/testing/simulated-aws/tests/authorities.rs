//! The life of a private CA.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::error::ProvideErrorMetadata;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    ActionType, Asn1Subject, CertificateAuthorityConfiguration, CertificateAuthorityStatus, CertificateAuthorityType,
    KeyAlgorithm, OcspConfiguration, RevocationConfiguration, RevocationReason, SigningAlgorithm, Tag, Validity,
    ValidityPeriodType,
};
use simulated_aws::{Aws, Key, PrivateCaSpec};

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

async fn create(pca: &Client, kind: CertificateAuthorityType, name: &str) -> String {
    let configuration = CertificateAuthorityConfiguration::builder()
        .key_algorithm(KeyAlgorithm::EcPrime256v1)
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .subject(Asn1Subject::builder().organization("Example").common_name(name).build())
        .build()
        .unwrap();
    let created = pca
        .create_certificate_authority()
        .certificate_authority_configuration(configuration)
        .certificate_authority_type(kind)
        .tags(Tag::builder().key("Owner").value("pki").build().unwrap())
        .send()
        .await
        .unwrap();
    created.certificate_authority_arn().unwrap().to_owned()
}

/// Has `issuer` sign the CSR of `ca`, and gives that to it.
async fn activate(pca: &Client, ca: &str, issuer: &str, template: &str, years: i64) {
    let csr = pca.get_certificate_authority_csr().certificate_authority_arn(ca).send().await.unwrap();
    let issued = pca
        .issue_certificate()
        .certificate_authority_arn(issuer)
        .csr(Blob::new(csr.csr().unwrap()))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .template_arn(format!("arn:aws:acm-pca:::template/{template}/V1"))
        .validity(Validity::builder().value(years).r#type(ValidityPeriodType::Years).build().unwrap())
        .send()
        .await
        .unwrap();
    let got = pca.get_certificate().certificate_authority_arn(issuer);
    let got = got.certificate_arn(issued.certificate_arn().unwrap()).send().await.unwrap();
    pca.import_certificate_authority_certificate()
        .certificate_authority_arn(ca)
        .certificate(Blob::new(got.certificate().unwrap()))
        .set_certificate_chain(got.certificate_chain().map(Blob::new))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_root_and_a_subordinate_come_to_life() {
    let (aws, pca) = start();
    let root = create(&pca, CertificateAuthorityType::Root, "Root").await;
    assert_eq!(aws.private_ca(&root).unwrap().status, "PENDING_CERTIFICATE");
    let early = pca.get_certificate_authority_certificate().certificate_authority_arn(&root).send().await;
    assert_eq!(early.unwrap_err().code(), Some("InvalidStateException"));
    activate(&pca, &root, &root, "RootCACertificate", 10).await;
    assert_eq!(aws.private_ca(&root).unwrap().status, "ACTIVE");

    let below = create(&pca, CertificateAuthorityType::Subordinate, "Issuing").await;
    activate(&pca, &below, &root, "SubordinateCACertificate_PathLen0", 5).await;
    let below = aws.private_ca(&below).unwrap();
    assert_eq!(below.status, "ACTIVE");
    assert_eq!(below.chain.unwrap(), aws.private_ca(&root).unwrap().pem);
    assert_eq!(below.not_after, "2031-11-20T08:00:00Z".parse().unwrap());

    let listed = pca.list_certificate_authorities().max_results(1).into_paginator().items().send();
    assert_eq!(listed.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 2);
    let tags = pca.list_tags().certificate_authority_arn(&root).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), Some("pki"));
}

#[tokio::test]
async fn a_certificate_for_another_key_is_refused() {
    let (aws, pca) = start();
    let root = create(&pca, CertificateAuthorityType::Root, "Root").await;
    let other = aws.create_private_ca(Key::P256);
    let foreign = aws.private_ca(&other).unwrap().pem;
    let import = pca.import_certificate_authority_certificate().certificate_authority_arn(&root);
    let refused = import.certificate(Blob::new(foreign)).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("CertificateMismatchException"));
}

#[tokio::test]
async fn authorities_are_disabled_enabled_and_deleted() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let update = |status| pca.update_certificate_authority().certificate_authority_arn(&ca).status(status).send();
    let delete = || pca.delete_certificate_authority().certificate_authority_arn(&ca).send();
    assert_eq!(delete().await.unwrap_err().code(), Some("InvalidStateException"));
    update(CertificateAuthorityStatus::Disabled).await.unwrap();
    assert_eq!(aws.private_ca(&ca).unwrap().status, "DISABLED");
    update(CertificateAuthorityStatus::Active).await.unwrap();
    update(CertificateAuthorityStatus::Disabled).await.unwrap();
    delete().await.unwrap();
    let error = update(CertificateAuthorityStatus::Active).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidStateException"));
}

#[tokio::test]
async fn a_deleted_one_tells_nothing_but_its_description_and_can_be_restored() {
    let (aws, pca) = start();
    let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).tag("Owner", "pki"));
    aws.set_ca_status(&ca, "DISABLED");
    let delete = |days| {
        let delete = pca.delete_certificate_authority().certificate_authority_arn(&ca);
        delete.permanent_deletion_time_in_days(days).send()
    };
    assert_eq!(delete(6).await.unwrap_err().code(), Some("ValidationException"));
    delete(10).await.unwrap();
    let codes = [
        pca.list_tags().certificate_authority_arn(&ca).send().await.unwrap_err().code().map(str::to_owned),
        pca.list_permissions().certificate_authority_arn(&ca).send().await.unwrap_err().code().map(str::to_owned),
        pca.get_policy().resource_arn(&ca).send().await.unwrap_err().code().map(str::to_owned),
    ];
    assert!(codes.iter().all(|code| code.as_deref() == Some("InvalidStateException")), "{codes:?}");
    let describe = || pca.describe_certificate_authority().certificate_authority_arn(&ca).send();
    let described = describe().await.unwrap().certificate_authority.unwrap();
    assert_eq!(described.restorable_until().unwrap().secs(), aws.now().as_second() + 10 * 24 * 60 * 60);
    pca.restore_certificate_authority().certificate_authority_arn(&ca).send().await.unwrap();
    let described = describe().await.unwrap().certificate_authority.unwrap();
    assert_eq!((described.status(), described.restorable_until()), (Some(&CertificateAuthorityStatus::Disabled), None));
    assert_eq!(pca.list_tags().certificate_authority_arn(&ca).send().await.unwrap().tags()[0].key(), "Owner");
}

#[tokio::test]
async fn revocation_is_shown_as_it_was_configured() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let configuration = async || {
        let described = pca.describe_certificate_authority().certificate_authority_arn(&ca).send().await.unwrap();
        described.certificate_authority.unwrap().revocation_configuration.unwrap()
    };
    assert!(!configuration().await.crl_configuration().unwrap().enabled());
    let ocsp = OcspConfiguration::builder().enabled(true).build().unwrap();
    let revocation = RevocationConfiguration::builder().ocsp_configuration(ocsp).build();
    let update = pca.update_certificate_authority().certificate_authority_arn(&ca);
    update.revocation_configuration(revocation).send().await.unwrap();
    assert!(configuration().await.ocsp_configuration().unwrap().enabled());
}

#[tokio::test]
async fn a_certificate_is_revoked_once() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap().serialize_request(&key).unwrap();
    let issued = pca
        .issue_certificate()
        .certificate_authority_arn(&ca)
        .csr(Blob::new(csr.pem().unwrap()))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .validity(Validity::builder().value(30).r#type(ValidityPeriodType::Days).build().unwrap())
        .send()
        .await
        .unwrap();
    let serial = issued.certificate_arn().unwrap().rsplit('/').next().unwrap().to_owned();
    let revoke = |serial: &str| {
        let revoke = pca.revoke_certificate().certificate_authority_arn(&ca).certificate_serial(serial);
        revoke.revocation_reason(RevocationReason::KeyCompromise).send()
    };
    assert_eq!(revoke("00ff").await.unwrap_err().code(), Some("ResourceNotFoundException"));
    revoke(&serial.to_uppercase()).await.unwrap();
    assert_eq!(revoke(&serial).await.unwrap_err().code(), Some("RequestAlreadyProcessedException"));
}

#[tokio::test]
async fn a_permission_is_given_once_until_it_is_taken_back() {
    let (aws, pca) = start();
    let ca = aws.create_private_ca(Key::P256);
    let permit = || {
        let create = pca.create_permission().certificate_authority_arn(&ca).principal("acm.amazonaws.com");
        create.actions(ActionType::IssueCertificate).send()
    };
    let permissions = async || {
        let listed = pca.list_permissions().certificate_authority_arn(&ca).send().await.unwrap();
        listed.permissions().len()
    };
    for _ in 0..2 {
        permit().await.unwrap();
        assert_eq!(permit().await.unwrap_err().code(), Some("PermissionAlreadyExistsException"));
        assert_eq!(permissions().await, 1);
        let delete = pca.delete_permission().certificate_authority_arn(&ca).principal("acm.amazonaws.com");
        delete.send().await.unwrap();
        assert_eq!(permissions().await, 0);
    }
}
