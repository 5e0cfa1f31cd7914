//! Which certificates are found.
#![allow(clippy::unwrap_used, reason = "tests")]

use aws_client::{Clock, RateLimiter};
use aws_sdk_resourcegroupstagging::Client;
use jiff::SignedDuration;
use simulated_aws::{Aws, CertificateSpec, Fault};

const KEY: &str = "acm-autopilot:secret";

fn account() -> (Aws, Client) {
    let aws = Aws::new("2026-11-21T06:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn insert(aws: &Aws, tags: &[(&str, &str)]) -> String {
    let spec = CertificateSpec::imported("example.com").thin();
    aws.insert_certificate(tags.iter().fold(spec, |spec, (key, value)| spec.tag(key, value)))
}

async fn found(client: &Client, values: &[&str]) -> Vec<String> {
    tagged_certificates::list(client, KEY, values).await.unwrap().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn certificates_with_one_of_the_values() {
    let (aws, client) = account();
    let by_name = insert(&aws, &[(KEY, "tls/www"), ("Owner", "web")]);
    let by_arn = insert(&aws, &[(KEY, "arn:aws:secretsmanager:us-east-1:123456789012:secret:tls/www-AbCd12")]);
    let other = insert(&aws, &[(KEY, "tls/other")]);
    insert(&aws, &[("acm-autopilot:renew-from", "tls/www")]);
    insert(&aws, &[]);
    insert(&aws.scoped(&aws.account(), "eu-west-1"), &[(KEY, "tls/www")]);
    let secret = ["tls/www", "arn:aws:secretsmanager:us-east-1:123456789012:secret:tls/www-AbCd12"];
    assert_eq!(found(&client, &secret).await, [by_name, by_arn]);
    assert_eq!(found(&client, &["tls/other"]).await, [other]);
    assert_eq!(found(&client, &["tls/none"]).await, Vec::<String>::new());
}

#[tokio::test]
async fn all_pages_with_a_call_each() {
    let (aws, client) = account();
    let expected: Vec<_> = (0..201).map(|_| insert(&aws, &[(KEY, "tls/www")])).collect();
    assert_eq!(found(&client, &["tls/www"]).await, expected);
    assert_eq!(aws.call_counts()["GetResources"], 3);
}

#[tokio::test]
async fn the_tags_of_all_that_have_or_had_some() {
    let (aws, client) = account();
    let expected: Vec<_> = (0..101).map(|n| insert(&aws, &[("Number", &n.to_string()), ("Empty", "")])).collect();
    let had = insert(&aws, &[("Owner", "web")]);
    aws.set_tags(&had, &[("Owner", None)]);
    insert(&aws, &[]);
    let start = aws.now();
    let pace = RateLimiter::new(&Clock::of(&aws.sdk_config()), SignedDuration::from_millis(80));
    let found = tagged_certificates::list_tags(&client, &pace).await.unwrap();
    assert_eq!(found.len(), 102);
    for (n, arn) in expected.iter().enumerate() {
        let tags = &found[&arn.parse().unwrap()];
        assert_eq!((tags.get("Number"), tags.contains("Empty")), (Some(n.to_string().as_str()), true));
    }
    assert_eq!(found[&had.parse().unwrap()].iter().count(), 0);
    assert_eq!(aws.call_counts()["GetResources"], 2);
    assert_eq!(aws.now().duration_since(start), SignedDuration::from_millis(80), "the calls are kept apart");
}

#[tokio::test]
async fn part_of_a_list_is_not_an_answer() {
    let (aws, client) = account();
    (0..101).for_each(|_| drop(insert(&aws, &[(KEY, "tls/www")])));
    aws.fail("GetResources", 2, Fault::AccessDenied);
    let error = tagged_certificates::list(&client, KEY, &["tls/www"]).await.unwrap_err();
    assert_eq!(error.operation, "tag:GetResources");
    aws.fail("GetResources", 2, Fault::AccessDenied);
    let pace = RateLimiter::unlimited(&Clock::of(&aws.sdk_config()));
    assert!(tagged_certificates::list_tags(&client, &pace).await.is_err());
}

/// The SDK has one budget for the retries of all clients in a process: worlds that run side by side must not use up each
/// other's.
#[tokio::test]
async fn retries_do_not_run_out() {
    let (aws, client) = account();
    let expected = [insert(&aws, &[(KEY, "tls/www")])];
    for _ in 0..100 {
        aws.fail("GetResources", 1, Fault::Throttled);
        assert_eq!(found(&client, &["tls/www"]).await, expected);
    }
}
