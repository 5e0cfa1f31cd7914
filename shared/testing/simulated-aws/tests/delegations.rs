//! Name servers, and which zone the public DNS sees.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::types::ValidationMethod;
use aws_sdk_route53::Client;
use jiff::ToSpan;
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

/// Whether ACM finds the record that was set in this zone.
async fn validated(aws: &Aws, name: &str) -> bool {
    let acm = aws_sdk_acm::Client::new(&aws.sdk_config());
    let request = acm.request_certificate().domain_name(name).validation_method(ValidationMethod::Dns);
    let arn = request.send().await.unwrap().certificate_arn.unwrap();
    aws.advance(5.seconds());
    aws.certificate(&arn).unwrap().status == "ISSUED"
}

fn publish(aws: &Aws, zone: &str, name: &str) {
    let record = aws.validation_record(name);
    aws.set_record(zone, &record.name, &record.kind, &record.values[0]);
}

#[tokio::test]
async fn each_public_zone_has_four_name_servers_of_its_own() {
    let (aws, route53) = start();
    let servers = async |id: &str| {
        let answer = route53.get_hosted_zone().id(id).send().await.unwrap();
        answer.delegation_set().map(|set| set.name_servers().to_vec())
    };
    let (one, other) = (aws.create_hosted_zone("example.com"), aws.create_hosted_zone("example.com"));
    let first = servers(&one).await.unwrap();
    let second = servers(&other).await.unwrap();
    assert_eq!((first.len(), aws.name_servers(&one)), (4, first.clone()));
    assert!(first.iter().all(|server| !second.contains(server)), "{first:?} {second:?}");
    assert!(first[3].starts_with("ns-15") && first[3].ends_with(".co.uk"), "{first:?}");
    let ns = aws.records(&one).into_iter().find(|record| record.kind == "NS").unwrap();
    assert_eq!(ns.values, first.iter().map(|server| format!("{server}.")).collect::<Vec<_>>());
    assert_eq!(servers(&aws.create_private_hosted_zone("example.com")).await, None);
}

#[tokio::test]
async fn of_two_zones_of_a_name_the_delegated_one_is_public() {
    let (aws, _) = start();
    let first = aws.create_hosted_zone("example.com");
    let second = aws.create_hosted_zone_in("210987654321", "example.com");
    publish(&aws, &second, "example.com");
    assert!(!validated(&aws, "example.com").await, "the first one is delegated");
    aws.delegate(&second);
    assert!(validated(&aws, "example.com").await);
    publish(&aws, &first, "www.example.com");
    assert!(!validated(&aws, "www.example.com").await);
    aws.undelegate(&second);
    assert!(!validated(&aws, "example.com").await, "nobody is delegated now");
}

#[tokio::test]
async fn a_private_zone_does_not_stand_in_the_way_of_a_delegation() {
    let (aws, _) = start();
    aws.create_private_hosted_zone("example.com");
    let zone = aws.create_hosted_zone("example.com");
    publish(&aws, &zone, "example.com");
    assert!(validated(&aws, "example.com").await);
}

#[tokio::test]
async fn a_deleted_zone_leaves_its_delegation() {
    let (aws, route53) = start();
    let first = aws.create_hosted_zone("example.com");
    route53.delete_hosted_zone().id(&first).send().await.unwrap();
    let second = aws.create_hosted_zone("example.com");
    publish(&aws, &second, "example.com");
    assert!(validated(&aws, "example.com").await);
    let listed = route53.list_hosted_zones_by_name().send().await.unwrap();
    assert_eq!(listed.hosted_zones().len(), 1);
}

#[tokio::test]
async fn a_child_zone_counts_when_it_is_delegated() {
    let (aws, _) = start();
    let parent = aws.create_hosted_zone("example.com");
    let child = aws.create_hosted_zone("dev.example.com");
    publish(&aws, &parent, "a.dev.example.com");
    assert!(!validated(&aws, "a.dev.example.com").await, "the child zone answers");
    publish(&aws, &child, "a.dev.example.com");
    assert!(validated(&aws, "a.dev.example.com").await);
    aws.undelegate(&child);
    publish(&aws, &child, "b.dev.example.com");
    assert!(!validated(&aws, "b.dev.example.com").await, "the parent answers");
    publish(&aws, &parent, "b.dev.example.com");
    assert!(validated(&aws, "b.dev.example.com").await);
}

#[tokio::test]
async fn name_servers_in_the_parent_delegate_too() {
    let (aws, _) = start();
    let parent = aws.create_hosted_zone("example.com");
    let child = aws.create_hosted_zone("dev.example.com");
    aws.undelegate(&child);
    publish(&aws, &parent, "a.dev.example.com");
    aws.set_record(&parent, "dev.example.com", "NS", "ns1.elsewhere.example.");
    assert!(!validated(&aws, "a.dev.example.com").await, "the records in the parent are below a zone cut");
    let theirs = aws.records(&child).into_iter().find(|record| record.kind == "NS").unwrap();
    aws.set_records(&parent, "dev.example.com", "NS", &theirs.values.iter().map(String::as_str).collect::<Vec<_>>());
    publish(&aws, &child, "a.dev.example.com");
    assert!(validated(&aws, "a.dev.example.com").await);
}

#[tokio::test]
async fn five_hundred_zones_are_five_pages() {
    let (aws, route53) = start();
    for n in 0..500 {
        aws.create_hosted_zone(&format!("zone-{n}.example"));
        aws.create_hosted_zone_in("210987654321", &format!("zone-{n}.example"));
    }
    let zones = route53.list_hosted_zones().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    assert_eq!(zones.unwrap().len(), 500);
    assert_eq!(aws.call_counts()["ListHostedZones"], 5);
    let (mut name, mut id, mut found) = (None, None, 0);
    loop {
        let page = route53.list_hosted_zones_by_name().set_dns_name(name).set_hosted_zone_id(id).send().await.unwrap();
        found += page.hosted_zones().len();
        if !page.is_truncated() {
            break;
        }
        name = page.next_dns_name().map(str::to_owned);
        id = page.next_hosted_zone_id().map(str::to_owned);
    }
    assert_eq!((found, aws.call_counts()["ListHostedZonesByName"]), (500, 5));
}

#[tokio::test]
async fn records_come_in_pages_of_100_and_of_300_at_most() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    for n in 0..298 {
        aws.set_record(&zone, &format!("r{n}.example.com"), "A", "192.0.2.1");
    }
    let page = route53.list_resource_record_sets().hosted_zone_id(&zone).max_items(1_000).send().await.unwrap();
    assert_eq!((page.resource_record_sets().len(), page.is_truncated()), (300, false));
    aws.set_record(&zone, "one-more.example.com", "A", "192.0.2.1");
    for (wanted, found) in [(None, 100), (Some(300), 300), (Some(1_000), 300)] {
        let page =
            route53.list_resource_record_sets().hosted_zone_id(&zone).set_max_items(wanted).send().await.unwrap();
        assert_eq!((page.resource_record_sets().len(), page.is_truncated()), (found, true));
    }
}

#[tokio::test]
async fn throttled_calls_are_tried_again_by_the_sdk() {
    let (aws, route53) = start();
    aws.enforce_quotas();
    for _ in 0..60 {
        route53.list_hosted_zones().send().await.unwrap();
    }
    let throttled =
        aws.calls().iter().filter(|call| call.result == simulated_aws::CallResult::Error("Throttling".into())).count();
    assert!(throttled > 0);
    assert!(aws.now() > "2026-11-20T08:00:00Z".parse().unwrap());
}
