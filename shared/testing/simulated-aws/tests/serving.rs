//! The model on a port, with the SDK's own HTTP client and the machine's clock.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::{CertificateOptions, Filters, KeyAlgorithm, ValidationMethod};
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::{Aws, CertificateSpec, DomainName, Fault, Key, Server};

fn start() -> (Aws, Server) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    (aws, server)
}

/// A configuration that knows the endpoint only.
fn remote(server: &Server, region: &'static str) -> SdkConfig {
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .endpoint_url(server.endpoint_url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build()
}

/// One request on a connection of its own, as any other program might send it.
fn raw(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn a_real_client_gets_all_pages_over_tcp() {
    let (aws, server) = start();
    for n in 0..7 {
        aws.insert_certificate(CertificateSpec::imported(&format!("{n}.example.com")).key(Key::P256).thin());
    }
    let acm = Client::new(&remote(&server, "us-east-1"));
    let includes = Filters::builder().key_types(KeyAlgorithm::EcPrime256v1).build();
    let pages = acm.list_certificates().includes(includes).max_items(3).into_paginator().items().send();
    let found = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(found.len(), 7);
    assert_eq!(aws.call_counts()["ListCertificates"], 3);
}

#[tokio::test]
async fn a_change_of_the_validation_method_is_served() {
    let (aws, server) = start();
    let arn = aws.insert_certificate(CertificateSpec::amazon_issued("example.com").validated_by_email().thin());
    let acm = Client::new(&remote(&server, "us-east-1"));
    let dns = CertificateOptions::builder().validation_method(ValidationMethod::Dns).build();
    acm.update_certificate_options().certificate_arn(&arn).options(dns).send().await.unwrap();
    aws.advance(jiff::Span::new().seconds(5));
    let answer = acm.list_certificate_domain_validations().certificate_arn(&arn).send().await.unwrap();
    let requested = answer.domain_validation_summary_list()[0].requested_validation_configuration().unwrap();
    let challenge = requested.validation_challenge().unwrap().as_dns_validation_challenge().unwrap();
    assert_eq!(challenge.resource_record().unwrap().name(), aws.validation_record("example.com").name);
}

#[tokio::test]
async fn a_service_with_paths_is_served_to_those_who_sign_for_it() {
    let (aws, server) = start();
    aws.set_domain_name(DomainName::regional("api.example.com", "arn"));
    let gateway = aws_sdk_apigateway::Client::new(&remote(&server, "us-east-1"));
    let answer = gateway.get_domain_names().send().await.unwrap();
    assert_eq!(answer.items()[0].domain_name(), Some("api.example.com"));
    let scope = "Credential=AKID/20261120/us-east-1/elasticache/aws4_request";
    let request = format!(
        "GET /domainnames HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: AWS4-HMAC-SHA256 {scope}\r\n\r\n"
    );
    let answer = raw(&server, &request);
    assert!(answer.contains("501") && answer.contains("no service for elasticache"), "{answer}");
}

#[tokio::test]
async fn errors_come_over_tcp() {
    let (aws, server) = start();
    let acm = Client::new(&remote(&server, "us-east-1"));
    let arn = format!("arn:aws:acm:us-east-1:{}:certificate/none", aws.account());
    let error = acm.describe_certificate().certificate_arn(arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    let arn = format!("arn:aws:acm:us-east-1:{}:certificate/none", aws.account());
    let call =
        acm.resend_validation_email().certificate_arn(arn).domain("example.com").validation_domain("example.com");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.message(), Some("simulated-aws does not model acm:ResendValidationEmail"));
}

#[tokio::test]
async fn faults_break_the_connection() {
    let (aws, server) = start();
    let acm = Client::new(&remote(&server, "us-east-1"));
    aws.fail_call(1, Fault::ConnectionReset);
    assert!(acm.list_certificates().send().await.unwrap_err().as_service_error().is_none());
    acm.list_certificates().send().await.unwrap();
}

#[tokio::test]
async fn answers_take_the_latency() {
    let (_aws, server) = start();
    server.set_latency(Duration::from_millis(60));
    let wall = Instant::now();
    Client::new(&remote(&server, "us-east-1")).list_certificates().send().await.unwrap();
    assert!(wall.elapsed() >= Duration::from_millis(60));
}

#[test]
fn the_clock_and_the_record_are_served() {
    let (aws, server) = start();
    let body = r#"{"advanceSeconds":86400}"#;
    let put = format!(
        "PUT /_simulated/clock HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(raw(&server, &put).contains("2026-11-21T08:00:00Z"));
    assert_eq!(aws.now(), "2026-11-21T08:00:00Z".parse().unwrap());
    let call = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: CertificateManager.ListCertificates\r\ncontent-length: 2\r\n\r\n{}";
    assert!(raw(&server, call).contains("CertificateSummaryList"));
    let record = raw(&server, "GET /_simulated/record HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(record.ends_with("2026-11-21T08:00:00Z acm:ListCertificates {} -> ok\n"), "{record}");
    let calls = raw(&server, "GET /_simulated/calls HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(calls.ends_with(r#"{"acm:ListCertificates":1}"#), "{calls}");
    let post = |head: &str, body: &str| {
        let length = body.len();
        raw(&server, &format!("POST {head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"))
    };
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/1";
    let about = || post("/_simulated/calls HTTP/1.1", &format!(r#"{{"certificateArn":"{arn}"}}"#));
    assert!(about().ends_with("\r\n\r\n{}"), "no call names it");
    let describe = "/ HTTP/1.1\r\nx-amz-target: CertificateManager.DescribeCertificate";
    assert!(post(describe, &format!(r#"{{"CertificateArn":"{arn}"}}"#)).contains("ResourceNotFoundException"));
    assert!(about().ends_with(r#"{"acm:DescribeCertificate":1}"#));
}

#[tokio::test]
async fn result_tokens_are_served() {
    let (aws, server) = start();
    let put = |body: &str| {
        let length = body.len();
        let head = "PUT /_simulated/result-token HTTP/1.1\r\nhost: x\r\nconnection: close";
        raw(&server, &format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}"))
    };
    assert!(put("{}").contains("400"));
    let answer = put(r#"{"rule":"expiry"}"#);
    let (_, body) = answer.rsplit_once("\r\n").unwrap();
    let token = serde_json::from_str::<serde_json::Value>(body).unwrap()["resultToken"].as_str().unwrap().to_owned();
    let config = aws_sdk_config::Client::new(&aws.sdk_config());
    config.put_evaluations().result_token(token).send().await.unwrap();
    config.get_compliance_details_by_config_rule().config_rule_name("expiry").send().await.unwrap();
}

#[test]
fn a_dropped_server_stops() {
    let (_aws, server) = start();
    let address = server.address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}
