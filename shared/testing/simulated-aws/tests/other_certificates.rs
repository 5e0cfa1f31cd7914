//! Certificates outside of ACM: IAM's and API Gateway's, with the real SDK clients.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::{Aws, Certificate, CertificateSpec};

fn start() -> (Aws, aws_config::SdkConfig, Certificate) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    let certificate = aws.issue_outside(&CertificateSpec::imported("old.example.com").days_left(10));
    (aws, config, certificate)
}

#[tokio::test]
async fn server_certificates_are_in_an_account_and_no_region() {
    let (aws, config, certificate) = start();
    let client = aws_sdk_iam::Client::new(&config);
    let elsewhere = aws.scoped("123456789012", "eu-west-1");
    let arn = elsewhere.insert_server_certificate("/cloudfront/", "old", &certificate, &[("Owner", "web")]);
    assert_eq!(arn, "arn:aws:iam::123456789012:server-certificate/cloudfront/old");
    aws.scoped("210987654321", "us-east-1").insert_server_certificate("/", "other", &certificate, &[]);

    let list = client.list_server_certificates().send().await.unwrap();
    let [listed] = list.server_certificate_metadata_list() else { panic!("{list:?}") };
    assert_eq!((listed.arn(), listed.server_certificate_name(), listed.path()), (&*arn, "old", "/cloudfront/"));
    assert_eq!(listed.upload_date().unwrap().secs(), aws.now().as_second());
    assert_eq!(listed.expiration().unwrap().secs(), certificate.not_after.as_second());
    let none = client.list_server_certificates().path_prefix("/web/").send().await.unwrap();
    assert_eq!(none.server_certificate_metadata_list().len(), 0);

    let got = client.get_server_certificate().server_certificate_name("old").send().await.unwrap();
    let got = got.server_certificate().unwrap();
    assert_eq!(Some(got.certificate_body()), certificate.pem.as_deref());
    assert_eq!((got.tags()[0].key(), got.tags()[0].value()), ("Owner", "web"));
    let tags = client.list_server_certificate_tags().server_certificate_name("old").send().await.unwrap();
    assert_eq!((tags.tags().len(), tags.is_truncated()), (1, false));
    let error = client.get_server_certificate().server_certificate_name("other").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_no_such_entity_exception(), "{error:?}");
    assert_eq!(aws.calls()[0].action(), "iam:ListServerCertificates");
}

#[tokio::test]
async fn server_certificates_have_pages() {
    let (aws, config, certificate) = start();
    let client = aws_sdk_iam::Client::new(&config);
    for n in 0..5 {
        aws.insert_server_certificate("/", &format!("c{n}"), &certificate, &[]);
    }
    let pages = client.list_server_certificates().max_items(2).into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let names = pages.iter().flat_map(|page| page.server_certificate_metadata_list());
    assert_eq!(pages.len(), 3);
    assert!(names.map(|one| one.server_certificate_name()).eq(["c0", "c1", "c2", "c3", "c4"]));
    let error = client.list_server_certificates().max_items(1001).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
}

#[tokio::test]
async fn client_certificates_of_api_gateway() {
    let (aws, config, certificate) = start();
    let client = aws_sdk_apigateway::Client::new(&config);
    assert_eq!(client.get_client_certificates().send().await.unwrap().items().len(), 0);
    let id = aws.insert_client_certificate("backend", &certificate, 30, &[("Owner", "web")]);
    let answer = client.get_client_certificates().send().await.unwrap();
    let [one] = answer.items() else { panic!("{answer:?}") };
    assert_eq!((one.client_certificate_id(), one.description()), (Some(id.as_str()), Some("backend")));
    assert_eq!(one.expiration_date().unwrap().secs(), aws.now().as_second() + 30 * 86_400);
    assert_eq!(one.pem_encoded_certificate(), certificate.pem.as_deref());
    assert_eq!(one.tags().unwrap()["Owner"], "web");
    for _ in 0..30 {
        aws.insert_client_certificate("", &certificate, 30, &[]);
    }
    let first = client.get_client_certificates().send().await.unwrap();
    assert_eq!((first.items().len(), first.position().is_some()), (25, true));
    let all = client.get_client_certificates().limit(30).into_paginator().items().send();
    assert_eq!(all.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 31);
    assert_eq!(aws.calls()[0].action(), "apigateway:GET");
}
