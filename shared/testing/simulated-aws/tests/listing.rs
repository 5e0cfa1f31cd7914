//! ListCertificates, DescribeCertificate, GetCertificate.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::{CertificateKeyPairOrigin, CertificateStatus, Filters, KeyAlgorithm, RenewalStatus};
use jiff::{Timestamp, ToSpan};
use simulated_aws::{Aws, CertificateSpec, Key};

const NOW: &str = "2026-11-20T08:00:00Z";

fn start() -> (Aws, Client) {
    let aws = Aws::new(NOW.parse::<Timestamp>().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn every_key_type() -> Filters {
    let names = Key::ALL.map(|key| KeyAlgorithm::from(key.acm_name()));
    Filters::builder().set_key_types(Some(names.to_vec())).build()
}

#[tokio::test]
async fn the_default_lists_small_rsa_keys_only() {
    let (aws, acm) = start();
    for key in Key::ALL {
        aws.insert_certificate(CertificateSpec::imported("example.com").key(key).thin());
    }
    let listed = acm.list_certificates().send().await.unwrap();
    let keys: Vec<_> =
        listed.certificate_summary_list().iter().map(|one| one.key_algorithm().unwrap().as_str().to_owned()).collect();
    assert_eq!(keys, ["RSA-1024", "RSA-2048"]);
    let all = acm.list_certificates().includes(every_key_type()).send().await.unwrap();
    assert_eq!(all.certificate_summary_list().len(), 7);
}

#[tokio::test]
async fn certificates_of_acme_are_listed_when_asked_for() {
    let (aws, acm) = start();
    aws.insert_certificate(CertificateSpec::amazon_issued("example.com").key_pair_origin("ACME").thin());
    assert!(acm.list_certificates().send().await.unwrap().certificate_summary_list().is_empty());
    let listed =
        acm.list_certificates().certificate_key_pair_origins(CertificateKeyPairOrigin::Acme).send().await.unwrap();
    assert_eq!(listed.certificate_summary_list().len(), 1);
}

/// The SDK does not have RootHierarchyTypes yet.
async fn list_with(aws: &Aws, acm: &Client, hierarchies: &'static str) -> Result<usize, String> {
    let with_filter = format!("{{\"RootHierarchyTypes\":{hierarchies}}}");
    let call = acm.list_certificates().customize().mutate_request(move |request| {
        request.headers_mut().insert("content-length", with_filter.len().to_string());
        *request.body_mut() = with_filter.clone().into();
    });
    let listed = call.send().await.map_err(|error| error.code().unwrap().to_owned())?;
    assert_eq!(aws.calls().last().unwrap().input["RootHierarchyTypes"].to_string(), hierarchies);
    Ok(listed.certificate_summary_list().len())
}

#[tokio::test]
async fn certificates_of_amazon_n2_are_listed_alone_and_when_asked_for() {
    let (aws, acm) = start();
    let spec = || CertificateSpec::amazon_issued("example.com").thin();
    aws.insert_certificate(spec());
    for hierarchy in ["N2_AMAZON_MANAGED", "N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"] {
        aws.insert_certificate(spec().root_hierarchy(hierarchy));
    }
    assert_eq!(acm.list_certificates().send().await.unwrap().certificate_summary_list().len(), 1);
    assert_eq!(list_with(&aws, &acm, r#"["N2_AMAZON_MANAGED"]"#).await, Ok(2));
    assert_eq!(list_with(&aws, &acm, r#"["N2_AMAZON_MANAGED","N2_SFG2_AMAZON_MANAGED"]"#).await, Ok(3));
    for wrong in [r#"["N3"]"#, "[]"] {
        assert_eq!(list_with(&aws, &acm, wrong).await, Err("ValidationException".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn an_older_endpoint_ignores_the_filter_for_amazon_n2() {
    let (aws, acm) = start();
    aws.insert_certificate(CertificateSpec::amazon_issued("example.com").thin());
    aws.forget_root_hierarchies();
    assert_eq!(list_with(&aws, &acm, r#"["N2_AMAZON_MANAGED"]"#).await, Ok(1));
}

#[tokio::test]
async fn public_certificates_come_from_amazon_and_imported_ones_from_an_organization() {
    let (aws, acm) = start();
    for (spec, issuer, algorithm) in [
        (CertificateSpec::amazon_issued("example.com"), "Amazon", "SHA256WITHRSA"),
        (CertificateSpec::amazon_issued("example.com").thin(), "Amazon", "SHA256WITHRSA"),
        (CertificateSpec::amazon_issued("example.com").key(Key::P256), "Amazon", "SHA256WITHECDSA"),
        (CertificateSpec::amazon_issued("example.com").status("PENDING_VALIDATION"), "Amazon", "SHA256WITHRSA"),
        (CertificateSpec::imported("example.com"), "Outside", "SHA256WITHECDSA"),
        (CertificateSpec::imported("example.com").thin(), "Outside", "SHA256WITHRSA"),
    ] {
        let arn = aws.insert_certificate(spec.clone());
        let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        let detail = answer.certificate().unwrap();
        assert_eq!((detail.issuer(), detail.signature_algorithm()), (Some(issuer), Some(algorithm)), "{spec:?}");
        assert_eq!(detail.subject(), Some("CN=example.com"));
    }
}

#[tokio::test]
async fn an_imported_certificate_has_options_and_its_names_among_the_validations() {
    let (aws, acm) = start();
    let arn =
        aws.insert_certificate(CertificateSpec::imported("example.com").dns("example.com").dns("www.example.com"));
    let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let detail = answer.certificate().unwrap();
    assert_eq!(detail.options().unwrap().export().unwrap().as_str(), "DISABLED");
    let options = detail.domain_validation_options();
    assert_eq!(
        options.iter().map(|option| option.domain_name()).collect::<Vec<_>>(),
        ["example.com", "www.example.com"]
    );
    assert!(options.iter().all(|option| option.validation_status().is_none() && option.validation_method().is_none()));
    aws.insert_certificate(CertificateSpec::amazon_issued("example.com"));
    let listed = acm.list_certificates().send().await.unwrap();
    let shown = listed.certificate_summary_list().iter();
    let shown: Vec<_> = shown.map(|one| (one.export_option().unwrap().as_str(), one.exported())).collect();
    assert_eq!(shown, [("DISABLED", None), ("DISABLED", Some(false))]);
}

/// terraform-provider-aws, TestAccACMCertificate_Imported_ipAddress.
#[tokio::test]
async fn an_address_is_no_domain_name() {
    let (aws, acm) = start();
    for (spec, domain, names) in [
        (CertificateSpec::imported("1.2.3.4"), None, 0),
        (
            CertificateSpec::imported("1.2.3.4").ip("1.2.3.4".parse().unwrap()).dns("example.com"),
            Some("example.com"),
            2,
        ),
    ] {
        let arn = aws.insert_certificate(spec);
        let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        let detail = answer.certificate().unwrap();
        assert_eq!((detail.domain_name(), detail.subject_alternative_names().len()), (domain, names));
        assert_eq!(detail.domain_validation_options().len(), names);
    }
}

#[tokio::test]
async fn pages_hold_every_certificate_once() {
    let (aws, acm) = start();
    for n in 0..2345 {
        aws.insert_certificate(CertificateSpec::imported(&format!("{n}.example.com")).thin());
    }
    let mut pages = acm.list_certificates().max_items(1000).into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        seen.extend(page.certificate_summary_list().iter().map(|one| one.domain_name().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 2345);
    assert_eq!(seen[2344], "2344.example.com");
    assert_eq!(aws.call_counts()["ListCertificates"], 3);
}

#[tokio::test]
async fn page_sizes_and_tokens_are_checked() {
    let (aws, acm) = start();
    for _ in 0..3 {
        aws.insert_certificate(CertificateSpec::imported("example.com").thin());
    }
    for items in [0, 1001] {
        let error = acm.list_certificates().max_items(items).send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{items}");
    }
    let page = acm.list_certificates().max_items(1).send().await.unwrap();
    let token = page.next_token().unwrap();
    let other_filter =
        acm.list_certificates().certificate_statuses(CertificateStatus::Issued).next_token(token).send().await;
    assert_eq!(other_filter.unwrap_err().code(), Some("ValidationException"));
    let rest = acm.list_certificates().next_token(token).send().await.unwrap();
    assert_eq!(rest.certificate_summary_list().len(), 2);
    assert_eq!(rest.next_token(), None);
}

#[tokio::test]
async fn a_summary_says_what_an_expiry_scan_needs() {
    let (aws, acm) = start();
    let mut spec = CertificateSpec::imported("example.com").days_left(10).in_use_by("arn:aws:x");
    for n in 0..101 {
        spec = spec.dns(&format!("{n}.example.com"));
    }
    aws.insert_certificate(spec.thin());
    let listed = acm.list_certificates().send().await.unwrap();
    let summary = &listed.certificate_summary_list()[0];
    assert_eq!(summary.subject_alternative_name_summaries().len(), 100);
    assert_eq!(summary.has_additional_subject_alternative_names(), Some(true));
    assert_eq!(summary.in_use(), Some(true));
    assert_eq!(summary.r#type().unwrap().as_str(), "IMPORTED");
    assert_eq!(summary.renewal_eligibility().unwrap().as_str(), "INELIGIBLE");
    let left = summary.not_after().unwrap().secs() - aws.now().as_second();
    assert_eq!(left, 10 * 86_400);
    assert!(summary.imported_at().is_some());
    assert!(summary.issued_at().is_none());
}

#[tokio::test]
async fn issued_certificates_expire_by_the_clock() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").days_left(1).thin());
    let status = async || {
        let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        answer.certificate().unwrap().status().unwrap().clone()
    };
    assert_eq!(status().await, CertificateStatus::Issued);
    aws.advance(2.days());
    assert_eq!(status().await, CertificateStatus::Expired);
}

#[tokio::test]
async fn a_description_is_read_from_the_certificate() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(
        CertificateSpec::imported("www.example.com")
            .key(Key::Rsa3072)
            .subject(&[("C", "DE"), ("O", "Example"), ("OU", "a"), ("OU", "b"), ("CN", "www.example.com")])
            .dns("www.example.com")
            .dns("*.example.com")
            .ip("192.0.2.7".parse().unwrap())
            .ip("2001:db8::1".parse().unwrap())
            .email("admin@example.com")
            .uri("spiffe://example.com/web"),
    );
    let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let certificate = answer.certificate().unwrap();
    assert_eq!(certificate.key_algorithm().unwrap().as_str(), "RSA-3072");
    assert_eq!(certificate.subject(), Some("C=DE,O=Example,OU=a,OU=b,CN=www.example.com"));
    assert_eq!(
        certificate.subject_alternative_names(),
        ["www.example.com", "*.example.com", "192.0.2.7", "2001:db8::1"]
    );
    assert_eq!(certificate.serial().unwrap().split(':').count(), 16);
    assert_eq!(certificate.key_usages()[0].name().unwrap().as_str(), "DIGITAL_SIGNATURE");
    assert_eq!(certificate.extended_key_usages()[0].oid(), Some("1.3.6.1.5.5.7.3.1"));

    let pem = acm.get_certificate().certificate_arn(&arn).send().await.unwrap();
    assert!(pem.certificate().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(pem.certificate_chain().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[tokio::test]
async fn a_pending_certificate_has_no_dates_and_no_pem() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(
        CertificateSpec::amazon_issued("example.com").status("PENDING_VALIDATION").without_records(),
    );
    let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let certificate = answer.certificate().unwrap();
    assert!(certificate.not_after().is_none());
    assert!(certificate.domain_validation_options()[0].resource_record().is_none());
    assert_eq!((certificate.key_usages.as_deref(), certificate.serial()), (Some(&[][..]), None));
    assert_eq!(certificate.extended_key_usages.as_deref(), Some(&[][..]));
    let error = acm.get_certificate().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("RequestInProgressException"));
}

#[tokio::test]
async fn a_stuck_renewal_shows_its_records() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(
        CertificateSpec::amazon_issued("example.com")
            .dns("*.example.com")
            .in_use_by("arn:aws:x")
            .validation_status("PENDING_VALIDATION")
            .renewal("PENDING_VALIDATION", None)
            .thin(),
    );
    let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let certificate = answer.certificate().unwrap();
    let renewal = certificate.renewal_summary().unwrap();
    assert_eq!(renewal.renewal_status(), &RenewalStatus::PendingValidation);
    let records: Vec<_> = renewal
        .domain_validation_options()
        .iter()
        .map(|option| option.resource_record().unwrap().name().to_owned())
        .collect();
    assert_eq!(records[0], records[1], "a wildcard shares its base name's record");
    assert_eq!(certificate.renewal_eligibility().unwrap().as_str(), "ELIGIBLE");
}

#[tokio::test]
async fn arns_are_checked() {
    let (_, acm) = start();
    for (arn, code) in [
        ("nonsense-that-is-long-enough", "ValidationException"),
        ("arn:aws:acm:us-east-1:123456789012:other/1", "InvalidArnException"),
        ("arn:aws:acm:us-east-1:123456789012:certificate/none", "ResourceNotFoundException"),
        ("arn:aws:acm:us-east-1:999999999999:certificate/none", "AccessDeniedException"),
    ] {
        let error = acm.describe_certificate().certificate_arn(arn).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{arn}");
    }
}
