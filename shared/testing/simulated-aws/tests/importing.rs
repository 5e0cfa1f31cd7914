//! ImportCertificate: the checks, and the conditions of a re-import.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::primitives::Blob;
use aws_sdk_acm::types::Tag;
use jiff::{Timestamp, ToSpan};
use simulated_aws::{Aws, Certificate, CertificateSpec, Key, PrivateKey};

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

/// Material to import, made by another account's ACM.
fn material(spec: CertificateSpec) -> Certificate {
    let elsewhere = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let arn = elsewhere.insert_certificate(spec);
    elsewhere.certificate(&arn).unwrap()
}

async fn import(acm: &Client, arn: Option<&str>, from: &Certificate) -> Result<String, String> {
    acm.import_certificate()
        .set_certificate_arn(arn.map(str::to_owned))
        .certificate(Blob::new(from.pem.clone().unwrap()))
        .private_key(Blob::new(from.private_key.as_ref().unwrap().pem()))
        .certificate_chain(Blob::new(from.chain.clone().unwrap()))
        .send()
        .await
        .map(|done| done.certificate_arn().unwrap().to_owned())
        .map_err(|error| format!("{}: {}", error.code().unwrap(), error.message().unwrap()))
}

#[tokio::test]
async fn every_kind_of_key_is_imported() {
    let (aws, acm) = start();
    for key in [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521] {
        let from = material(CertificateSpec::imported("example.com").key(key).dns("example.com"));
        let arn = import(&acm, None, &from).await.unwrap();
        let imported = aws.certificate(&arn).unwrap();
        assert_eq!((imported.key, imported.serial), (key, from.serial));
    }
}

#[tokio::test]
async fn a_reimport_keeps_arn_tags_and_uses() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(
        CertificateSpec::imported("example.com").days_left(3).tag("Owner", "web").in_use_by("arn:aws:x"),
    );
    let before = aws.certificate(&arn).unwrap();
    aws.advance(1.day());
    let from = material(CertificateSpec::imported("example.com").dns("new.example.com").days_left(90));
    assert_eq!(import(&acm, Some(&arn), &from).await.unwrap(), arn);
    let after = aws.certificate(&arn).unwrap();
    assert_eq!(after.serial, from.serial);
    assert_eq!(after.not_after, from.not_after);
    assert_eq!((after.tags, after.in_use_by), (before.tags, before.in_use_by));
    assert_eq!(after.imported_at, Some(aws.now()));
}

#[tokio::test]
async fn a_reimport_must_be_no_worse() {
    let old = || {
        CertificateSpec::imported("example.com")
            .extended_key_usages(&["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION"])
    };
    for (new, error) in [
        (old().key(Key::Rsa3072), Some("key type and size")),
        (old().key(Key::P256), Some("key type and size")),
        (old().key_usages(&["DIGITAL_SIGNATURE"]), Some("key usage")),
        (old().extended_key_usages(&["TLS_WEB_CLIENT_AUTHENTICATION"]), Some("extended key usage")),
        (old().extended_key_usages(&["TLS_WEB_SERVER_AUTHENTICATION"]), None),
        (old().key_usages(&["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT", "KEY_AGREEMENT"]), None),
        (old().subject(&[("CN", "other.com")]).dns("example.com"), None),
        // All names of another domain: terraform-provider-aws, TestAccACMCertificate_Imported_domainName.
        (old().subject(&[("CN", "other.com")]), None),
    ] {
        let (aws, acm) = start();
        let arn = aws.insert_certificate(old());
        let before = aws.certificate(&arn).unwrap().serial;
        let from = material(new.days_left(90));
        let result = import(&acm, Some(&arn), &from).await;
        match error {
            Some(text) => {
                let refused = result.unwrap_err();
                assert!(refused.starts_with("ValidationException"), "{refused}");
                assert!(refused.contains(text), "{refused}");
                assert_eq!(aws.certificate(&arn).unwrap().serial, before);
            }
            None => assert_eq!(result.unwrap(), arn),
        }
    }
}

#[tokio::test]
async fn ecdsa_may_lose_key_encipherment() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").key(Key::P256));
    let from = material(CertificateSpec::imported("example.com").key(Key::P256).key_usages(&["DIGITAL_SIGNATURE"]));
    import(&acm, Some(&arn), &from).await.unwrap();
}

#[tokio::test]
async fn a_year_has_a_number_of_imports() {
    let (aws, acm) = start();
    aws.set_yearly_import_quota(2);
    let start = aws.now();
    let from = material(CertificateSpec::imported("example.com").not_before(start).days_left(400));
    let arn = import(&acm, None, &from).await.unwrap();
    aws.advance(1.day());
    import(&acm, Some(&arn), &from).await.unwrap();
    for arn in [None, Some(arn.as_str())] {
        let refused = import(&acm, arn, &from).await.unwrap_err();
        assert!(refused.starts_with("LimitExceededException"), "{refused}");
    }
    aws.advance(364.days());
    import(&acm, Some(&arn), &from).await.unwrap();
    assert!(import(&acm, Some(&arn), &from).await.is_err(), "that of a day later still counts");
}

#[tokio::test]
async fn only_imported_certificates_are_replaced() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(CertificateSpec::amazon_issued("example.com"));
    let from = material(CertificateSpec::imported("example.com"));
    assert!(import(&acm, Some(&arn), &from).await.unwrap_err().contains("not an imported"));
}

#[tokio::test]
async fn tags_belong_to_the_first_import() {
    let (aws, acm) = start();
    let from = material(CertificateSpec::imported("example.com"));
    let request = |tags: Vec<Tag>| {
        acm.import_certificate()
            .certificate(Blob::new(from.pem.clone().unwrap()))
            .private_key(Blob::new(from.private_key.as_ref().unwrap().pem()))
            .set_tags(Some(tags))
    };
    let tag = Tag::builder().key("Owner").value("web").build().unwrap();
    let first = request(vec![tag.clone()]).send().await.unwrap();
    let arn = first.certificate_arn().unwrap();
    assert_eq!(aws.certificate(arn).unwrap().tags["Owner"], "web");
    for tags in [vec![tag], vec![]] {
        let error = request(tags).certificate_arn(arn).send().await.unwrap_err();
        assert_eq!(error.message(), Some("Tagging is not permitted on re-import."));
    }
}

#[tokio::test]
async fn the_material_is_checked() {
    let (aws, acm) = start();
    let good = material(CertificateSpec::imported("example.com"));
    let pem = good.pem.clone().unwrap();
    let key = good.private_key.as_ref().unwrap().pem();
    let chain = good.chain.clone().unwrap();
    let other_key = PrivateKey::cached(Key::Rsa2048, 7).pem();
    let expired = material(CertificateSpec::imported("example.com").days_left(-1)).pem.unwrap();
    let future = material(CertificateSpec::imported("example.com").not_before("2026-12-01T00:00:00Z".parse().unwrap()));
    let nameless = material(CertificateSpec::imported("x").subject(&[]).uri("urn:x")).pem.unwrap();
    let ca = aws.create_private_ca(Key::P256);
    let other_ca = aws.private_ca(&ca).unwrap().pem;
    let long_key = format!("{key}{}", "\n".repeat(5120));
    let long_certificate = format!("{pem}{}", "\n".repeat(32_768));
    for (certificate, key, chain, error) in [
        (format!("{pem}{chain}"), key.clone(), None, "more than one certificate"),
        ("nonsense".to_owned(), key.clone(), None, "no PEM certificate"),
        (key.clone(), key.clone(), None, "PRIVATE KEY"),
        (pem.clone(), other_key, None, "does not match"),
        (pem.clone(), "nonsense".to_owned(), None, "not supported"),
        (expired, key.clone(), None, "expired"),
        (future.pem.unwrap(), key.clone(), None, "not in effect"),
        (nameless, key.clone(), None, "no domain name"),
        (pem.clone(), key.clone(), Some(other_ca), "does not certify"),
        (pem.clone(), key.clone(), Some(format!("{pem}{chain}")), "does not certify"),
        (pem.clone(), long_key, None, "less than or equal to 5120"),
        (long_certificate, key.clone(), None, "less than or equal to 32768"),
        (pem.clone(), key.clone(), Some(String::new()), "greater than or equal to 1"),
    ] {
        let refused = acm
            .import_certificate()
            .certificate(Blob::new(certificate))
            .private_key(Blob::new(key))
            .set_certificate_chain(chain.map(Blob::new))
            .send()
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("ValidationException"));
        assert!(refused.message().unwrap().contains(error), "{} / {error}", refused.message().unwrap());
    }
    assert!(aws.certificates().is_empty());
}

#[tokio::test]
async fn private_keys_are_not_in_the_record() {
    let (aws, acm) = start();
    let from = material(CertificateSpec::imported("example.com"));
    import(&acm, None, &from).await.unwrap();
    let call = &aws.calls()[0];
    assert_eq!(call.input["PrivateKey"], "(left out)");
    assert_eq!(call.input["Certificate"].as_str(), from.pem.as_deref());
}

/// User guide, "Prerequisites for importing": "If your certificate is signed by a CA, and you choose to provide the
/// certificate chain": it is a choice.
#[tokio::test]
async fn a_chain_is_a_choice() {
    let (aws, acm) = start();
    let ca = aws.create_private_ca(Key::P256);
    let from = aws.insert_certificate(CertificateSpec::imported("example.com").key(Key::P256).issued_by(&ca));
    let from = aws.certificate(&from).unwrap();
    let import = acm.import_certificate().certificate(Blob::new(from.pem.unwrap()));
    import.private_key(Blob::new(from.private_key.unwrap().pem())).send().await.unwrap();
}
