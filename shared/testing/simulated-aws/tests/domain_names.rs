//! API Gateway's custom domain names.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::error::ProvideErrorMetadata;
use aws_sdk_apigateway::types::{DomainNameStatus, EndpointType, ResourceOwner};
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::{Aws, DomainName, Fault};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";
const OWNERSHIP: &str = "arn:aws:acm:us-east-1:123456789012:certificate/b";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    let client = Client::new(&config);
    (aws, client)
}

#[tokio::test]
async fn a_domain_name_shows_its_certificates_and_its_status() {
    let (aws, client) = start();
    assert_eq!(client.get_domain_names().send().await.unwrap().items().len(), 0);
    aws.set_domain_name(DomainName::regional("r.example.com", "arn:old"));
    let waits = DomainName::regional("r.example.com", CERTIFICATE).ownership_verified_by(OWNERSHIP);
    aws.set_domain_name(waits.status("PENDING_CERTIFICATE_REIMPORT", "Reimport it."));
    aws.set_domain_name(DomainName::edge("e.example.com", CERTIFICATE));
    aws.set_domain_name(DomainName::private("p.example.com", "abc123", CERTIFICATE));

    let answer = client.get_domain_names().send().await.unwrap();
    let [edge, private, regional] = answer.items() else { panic!("{answer:?}") };
    assert_eq!((edge.domain_name(), edge.certificate_arn()), (Some("e.example.com"), Some(CERTIFICATE)));
    assert_eq!(edge.domain_name_status(), Some(&DomainNameStatus::Available));
    assert_eq!((private.domain_name_id(), private.certificate_arn()), (Some("abc123"), Some(CERTIFICATE)));
    assert_eq!((regional.certificate_arn(), regional.regional_certificate_arn()), (None, Some(CERTIFICATE)));
    assert_eq!(regional.endpoint_configuration().unwrap().types(), [EndpointType::Regional]);
    assert_eq!(regional.domain_name_status(), Some(&DomainNameStatus::PendingCertificateReimport));
    assert_eq!(regional.domain_name_status_message(), Some("Reimport it."));
    assert_eq!(regional.ownership_verification_certificate_arn(), Some(OWNERSHIP));
    assert_eq!(aws.calls()[0].action(), "apigateway:GET");
    let others = client.get_domain_names().resource_owner(ResourceOwner::OtherAccounts).send().await.unwrap();
    assert_eq!(others.items().len(), 0);
}

#[tokio::test]
async fn pages_have_positions() {
    let (aws, client) = start();
    for n in 0..30 {
        aws.set_domain_name(DomainName::regional(&format!("{n:02}.example.com"), CERTIFICATE));
    }
    let first = client.get_domain_names().send().await.unwrap();
    assert_eq!((first.items().len(), first.position().is_some()), (25, true));
    let rest = client.get_domain_names().set_position(first.position().map(str::to_owned)).send().await.unwrap();
    assert_eq!((rest.items().len(), rest.position()), (5, None));
    let all = client.get_domain_names().limit(500).into_paginator().items().send();
    assert_eq!(all.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 30);
    let exact = client.get_domain_names().limit(30).send().await.unwrap();
    assert_eq!(exact.position(), None, "nothing follows");
}

#[tokio::test]
async fn limits_and_positions_that_are_not_there_are_refused() {
    let (_, client) = start();
    for limit in [0, 501] {
        let error = client.get_domain_names().limit(limit).send().await.unwrap_err();
        assert_eq!(error.code(), Some("BadRequestException"), "{limit}");
    }
    let error = client.get_domain_names().position("two").send().await.unwrap_err();
    assert_eq!(error.code(), Some("BadRequestException"));
    let error = client.get_domain_name().domain_name("example.com").send().await.unwrap_err();
    assert_eq!(error.message(), Some("simulated-aws does not model apigateway:GET /domainnames/example.com"));
}

#[tokio::test]
async fn faults_have_api_gateways_codes() {
    let (aws, client) = start();
    for (fault, code, status) in [
        (Fault::Throttled, "TooManyRequestsException", 429),
        (Fault::AccessDenied, "AccessDeniedException", 403),
        (Fault::ServerError, "InternalFailure", 500),
    ] {
        aws.fail("GetDomainNames", 1, fault);
        let error = client.get_domain_names().send().await.unwrap_err();
        assert_eq!((error.code(), error.raw_response().unwrap().status().as_u16()), (Some(code), status));
    }
    aws.enforce_quotas();
    for _ in 0..40 {
        client.get_domain_names().send().await.unwrap();
    }
    let error = client.get_domain_names().send().await.unwrap_err();
    assert_eq!(error.code(), Some("TooManyRequestsException"), "a burst is over");
}

#[tokio::test]
async fn a_domain_name_is_in_one_account_and_region() {
    let (aws, client) = start();
    for (account, region) in [("123456789012", "eu-west-1"), ("210987654321", "us-east-1")] {
        aws.scoped(account, region).set_domain_name(DomainName::edge("e.example.com", CERTIFICATE));
    }
    assert_eq!(client.get_domain_names().send().await.unwrap().items().len(), 0);
}
