//! Amazon Route 53.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_route53::Client;
use aws_sdk_route53::error::ProvideErrorMetadata;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn change(action: ChangeAction, name: &str, kind: RrType, values: &[&str]) -> Change {
    let record = |value: &&str| ResourceRecord::builder().value(*value).build().unwrap();
    let set = ResourceRecordSet::builder()
        .name(name)
        .r#type(kind)
        .ttl(300)
        .set_resource_records(Some(values.iter().map(record).collect()))
        .build()
        .unwrap();
    Change::builder().action(action).resource_record_set(set).build().unwrap()
}

fn upsert(name: &str, value: &str) -> Change {
    change(ChangeAction::Upsert, name, RrType::Cname, &[value])
}

/// The change's id, or the error's message.
async fn make(route53: &Client, zone: &str, changes: Vec<Change>) -> Result<String, String> {
    let batch = ChangeBatch::builder().set_changes(Some(changes)).build().unwrap();
    match route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await {
        Ok(answer) => Ok(answer.change_info().unwrap().id().to_owned()),
        Err(error) => {
            assert_eq!(error.code(), Some("InvalidChangeBatch"));
            Err(error.message().unwrap().to_owned())
        }
    }
}

#[tokio::test]
async fn zones_are_listed_from_a_name_on_by_reversed_labels() {
    let (aws, route53) = start();
    for name in ["example.org", "www.example.com", "example.com", "a.example.com", "aexample.com"] {
        aws.create_hosted_zone(name);
    }
    aws.create_private_hosted_zone("example.com");
    let listed = async |name: Option<&str>, most| {
        let list = route53.list_hosted_zones_by_name().set_dns_name(name.map(str::to_owned)).max_items(most);
        list.send().await.unwrap()
    };
    let all = listed(None, 100).await;
    let names: Vec<_> = all.hosted_zones().iter().map(|zone| zone.name()).collect();
    let expected =
        ["aexample.com.", "example.com.", "example.com.", "a.example.com.", "www.example.com.", "example.org."];
    assert_eq!(names, expected);
    // The name is a start, and no filter.
    let page = listed(Some("b.example.com"), 1).await;
    assert_eq!(page.hosted_zones()[0].name(), "www.example.com.");
    assert!(page.is_truncated() && page.next_dns_name() == Some("example.org."));
    let both = listed(Some("example.com"), 2).await;
    let private: Vec<_> = both.hosted_zones().iter().map(|zone| zone.config().unwrap().private_zone()).collect();
    assert_eq!(private, [false, true]);
    assert!(both.hosted_zones()[0].id().starts_with("/hostedzone/Z"));
    let pages = route53.list_hosted_zones().max_items(4).into_paginator().items().send();
    assert_eq!(pages.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 6);
}

#[tokio::test]
async fn a_zone_is_created_once_per_reference() {
    let (_, route53) = start();
    let create = || route53.create_hosted_zone().name("Example.com").caller_reference("one").send();
    let created = create().await.unwrap();
    let zone = created.hosted_zone().unwrap();
    assert_eq!((zone.name(), zone.resource_record_set_count()), ("example.com.", Some(2)));
    assert_eq!(created.delegation_set().unwrap().name_servers().len(), 4);
    assert!(created.location().ends_with(zone.id().trim_start_matches("/hostedzone/")));
    assert_eq!(create().await.unwrap_err().code(), Some("HostedZoneAlreadyExists"));
}

#[tokio::test]
async fn a_batch_is_made_as_a_whole_and_takes_a_minute() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    let good = upsert("_a.example.com", "_b.acm-validations.aws.");
    let bad = upsert("_a.example.org", "_b.acm-validations.aws.");
    let why = make(&route53, &zone, vec![good.clone(), bad]).await.unwrap_err();
    assert!(why.contains("not permitted in zone example.com."), "{why}");
    assert_eq!(aws.records(&zone).len(), 2);
    let id = make(&route53, &zone, vec![good.clone()]).await.unwrap();
    let status = async || route53.get_change().id(&id).send().await.unwrap().change_info().unwrap().status().clone();
    assert_eq!(status().await.as_str(), "PENDING");
    aws.advance(60.seconds());
    assert_eq!(status().await.as_str(), "INSYNC");
    aws.set_insync_delay(SignedDuration::from_secs(61));
    assert_eq!(status().await.as_str(), "PENDING");
    // UPSERT replaces the whole set, and works again.
    make(&route53, &zone, vec![good]).await.unwrap();
    let record = aws.records(&zone).into_iter().find(|record| record.kind == "CNAME").unwrap();
    assert_eq!((record.name.as_str(), record.values.len()), ("_a.example.com.", 1));
}

#[tokio::test]
async fn a_batch_names_a_set_once() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    let twice = vec![upsert("_a.example.com", "x."), upsert("_A.example.com.", "x.")];
    let why = make(&route53, &zone, twice).await.unwrap_err();
    assert!(why.contains("invalid set of changes"), "{why}");
    make(&route53, &zone, vec![upsert("_a.example.com", "x.")]).await.unwrap();
    let replaced = vec![
        change(ChangeAction::Delete, "_a.example.com", RrType::Cname, &["x."]),
        change(ChangeAction::Create, "_a.example.com", RrType::Cname, &["y."]),
    ];
    make(&route53, &zone, replaced).await.unwrap();
}

#[tokio::test]
async fn batches_are_limited_and_upsert_counts_twice() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    let batch = |count: usize, length: usize| -> Vec<_> {
        (0..count).map(|n| upsert(&format!("r{n}.example.com"), &"x".repeat(length))).collect()
    };
    make(&route53, &zone, batch(500, 32)).await.unwrap();
    assert!(make(&route53, &zone, batch(501, 1)).await.unwrap_err().contains("1000"));
    assert!(make(&route53, &zone, batch(500, 33)).await.unwrap_err().contains("character limit"));
}

#[tokio::test]
async fn a_cname_stands_alone() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    let apex = make(&route53, &zone, vec![upsert("example.com", "x.")]).await.unwrap_err();
    assert!(apex.contains("not permitted at apex"), "{apex}");
    aws.set_record(&zone, "www.example.com", "A", "192.0.2.1");
    let beside = make(&route53, &zone, vec![upsert("www.example.com", "x.")]).await.unwrap_err();
    assert!(beside.contains("conflicts with other records"), "{beside}");
    let two = change(ChangeAction::Create, "a.example.com", RrType::Cname, &["x.", "y."]);
    assert!(make(&route53, &zone, vec![two]).await.is_err());
    for (action, values) in [(ChangeAction::Create, ["192.0.2.1"]), (ChangeAction::Delete, ["192.0.2.2"])] {
        assert!(make(&route53, &zone, vec![change(action, "www.example.com", RrType::A, &values)]).await.is_err());
    }
}

#[tokio::test]
async fn records_are_paged_by_name_and_type() {
    let (aws, route53) = start();
    let zone = aws.create_hosted_zone("example.com");
    for name in ["b.example.com", "*.example.com", "a.b.example.com"] {
        aws.set_record(&zone, name, "CNAME", "x.");
    }
    let mut names = Vec::new();
    let (mut name, mut kind) = (None, None);
    loop {
        let list = route53.list_resource_record_sets().hosted_zone_id(&zone).max_items(2);
        let page = list.set_start_record_name(name).set_start_record_type(kind).send().await.unwrap();
        names.extend(page.resource_record_sets().iter().map(|set| format!("{} {}", set.name(), set.r#type().as_str())));
        if !page.is_truncated() {
            break;
        }
        name = page.next_record_name().map(str::to_owned);
        kind = page.next_record_type().cloned();
    }
    let expected = [
        "example.com. NS",
        "example.com. SOA",
        "\\052.example.com. CNAME",
        "b.example.com. CNAME",
        "a.b.example.com. CNAME",
    ];
    assert_eq!(names, expected);
    let missing = route53.list_resource_record_sets().hosted_zone_id("Z0").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("NoSuchHostedZone"));
}
