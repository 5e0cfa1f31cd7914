//! The grants on ACM's AWS managed key, with the real SDK client.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::types::{GrantOperation, KeyManagerType};
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::{Aws, CertificateSpec};

const LOAD_BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";
const FOREIGN: &str = "arn:aws:elasticloadbalancing:us-east-1:813000000000:loadbalancer/app/prod/1";
const DOMAIN: &str = "arn:aws:apigateway:us-east-1:123456789012:/domainnames/api.example.com+abc123";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    let client = Client::new(&config);
    (aws, client)
}

#[tokio::test]
async fn the_first_certificate_makes_the_key() {
    let (aws, client) = start();
    let targets = || async {
        let answer = client.list_aliases().limit(100).send().await.unwrap();
        let aliases =
            answer.aliases().iter().map(|alias| (alias.alias_name().unwrap().to_owned(), alias.target_key_id.clone()));
        aliases.collect::<std::collections::BTreeMap<_, _>>()
    };
    assert_eq!(targets().await["alias/aws/acm"], None);
    let error = client.describe_key().key_id("alias/other").send().await.unwrap_err();
    let why = "Alias arn:aws:kms:us-east-1:123456789012:alias/other is not found.";
    assert_eq!((error.code(), error.message()), (Some("NotFoundException"), Some(why)));
    aws.insert_certificate(CertificateSpec::imported("www.example.com"));
    let target = targets().await["alias/aws/acm"].clone();
    let answer = client.describe_key().key_id("alias/aws/acm").send().await.unwrap();
    assert_eq!(answer.key_metadata().map(|key| key.key_id()), target.as_deref());
    let key = answer.key_metadata().unwrap();
    assert_eq!((key.arn(), key.key_manager()), (Some(aws.acm_key_arn().as_str()), Some(&KeyManagerType::Aws)));
    assert_eq!(client.list_grants().key_id(key.key_id()).send().await.unwrap().grants().len(), 0);
    let error = client.list_grants().key_id("alias/aws/acm").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotFoundException"), "ListGrants takes no alias");
    let elsewhere = aws.scoped("123456789012", "eu-west-1");
    let error = Client::new(&elsewhere.sdk_config()).list_grants().key_id(key.key_id()).send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotFoundException"));
}

#[tokio::test]
async fn what_uses_a_certificate_has_a_grant() {
    let (aws, client) = start();
    let spec = CertificateSpec::imported("www.example.com").in_use_by(LOAD_BALANCER).in_use_by(FOREIGN);
    let arn = aws.insert_certificate(spec);
    let added = aws.add_grant(&arn, DOMAIN);
    let answer = client.list_grants().key_id(aws.acm_key_arn()).send().await.unwrap();
    assert_eq!(aws.grants(&arn).keys().map(String::as_str).collect::<Vec<_>>(), [DOMAIN, LOAD_BALANCER]);
    let grant = answer.grants().iter().find(|grant| grant.grant_id() == Some(&added)).unwrap();
    let context = grant.constraints().unwrap().encryption_context_equals().unwrap();
    assert_eq!((context["aws:acm:arn"].as_str(), context["aws:apigateway:arn"].as_str()), (arn.as_str(), DOMAIN));
    assert_eq!((grant.name(), grant.operations()), (Some("IssuedThroughACM"), &[GrantOperation::Decrypt][..]));
    assert_eq!(grant.grantee_principal(), Some("tlsconnectionmanager.amazonaws.com"));

    aws.revoke_grant(&aws.grants(&arn)[LOAD_BALANCER]);
    let answer = client.list_grants().key_id(aws.acm_key_arn()).send().await.unwrap();
    assert_eq!(answer.grants().iter().map(|grant| grant.grant_id()).collect::<Vec<_>>(), [Some(added.as_str())]);
}

#[tokio::test]
async fn pages_have_markers() {
    let (aws, client) = start();
    for n in 0..120 {
        aws.add_grant(&format!("arn:aws:acm:us-east-1:123456789012:certificate/{n}"), LOAD_BALANCER);
    }
    let list = || client.list_grants().key_id(aws.acm_key_arn());
    let first = list().send().await.unwrap();
    assert_eq!((first.grants().len(), first.truncated(), first.next_marker().is_some()), (50, true, true));
    let all: Vec<_> = list().limit(100).into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(all.len(), 120);
    let error = list().limit(1_001).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    let error = list().marker("?").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidMarkerException"));
}

#[tokio::test]
async fn describing_the_alias_makes_the_key() {
    let (aws, client) = start();
    client.describe_key().key_id("alias/aws/acm").send().await.unwrap();
    let of_key = client.list_aliases().key_id(aws.acm_key_arn()).send().await.unwrap();
    assert_eq!(of_key.aliases().iter().map(|alias| alias.alias_name()).collect::<Vec<_>>(), [Some("alias/aws/acm")]);
}
