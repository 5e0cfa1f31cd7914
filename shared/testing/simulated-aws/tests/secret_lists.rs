//! Lists and batches of secrets, and their tags.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SortByType, SortOrderType, Tag};
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

async fn create(secrets: &Client, name: &str, description: &str) {
    secrets.create_secret().name(name).description(description).secret_string(name).send().await.unwrap();
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

fn filter(key: FilterNameStringType, values: &[&str]) -> Filter {
    values.iter().fold(Filter::builder().key(key), |filter, value| filter.values(*value)).build()
}

async fn names(secrets: &Client, filters: &[Filter]) -> Vec<String> {
    let list = secrets.list_secrets().set_filters(Some(filters.to_vec())).send().await.unwrap();
    list.secret_list().iter().map(|secret| secret.name().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn secrets_are_found_by_prefixes_and_words() {
    use FilterNameStringType::{All, Description, Name, OwningService, TagKey, TagValue};
    let (_aws, secrets) = start();
    create(&secrets, "tls/www", "Certificate of the shop").await;
    create(&secrets, "tls/api", "").await;
    create(&secrets, "db", "Password for ShopTls").await;
    secrets.tag_resource().secret_id("db").tags(tag("Owner", "data")).send().await.unwrap();
    for (filters, expected) in [
        (vec![filter(Name, &["tls"])], vec!["tls/www", "tls/api"]),
        (vec![filter(Name, &["TLS"])], vec![]),
        (vec![filter(Name, &["db", "tls/a"])], vec!["tls/api", "db"]),
        (vec![filter(Name, &["!tls"])], vec!["db"]),
        (vec![filter(Name, &["tls"]), filter(Description, &["SHOP cert"])], vec!["tls/www"]),
        (vec![filter(Description, &["hop"])], vec![]),
        (vec![filter(All, &["tls"])], vec!["tls/www", "tls/api", "db"]),
        (vec![filter(All, &["+"])], vec![]),
        (vec![filter(TagKey, &["Own"])], vec!["db"]),
        (vec![filter(TagValue, &["Data"])], vec![]),
        (vec![filter(OwningService, &["rds"])], vec![]),
    ] {
        assert_eq!(names(&secrets, &filters).await, expected, "{filters:?}");
    }
    let no_values = secrets.list_secrets().filters(Filter::builder().key(Name).build()).send().await;
    assert_eq!(no_values.unwrap_err().code(), Some("InvalidParameterException"));
}

#[tokio::test]
async fn lists_have_an_order_and_pages() {
    let (_aws, secrets) = start();
    for name in ["b", "c", "a"] {
        create(&secrets, name, "").await;
    }
    assert_eq!(names(&secrets, &[]).await, ["b", "c", "a"]);
    let descending = || secrets.list_secrets().sort_by(SortByType::Name).sort_order(SortOrderType::Desc).max_results(2);
    let pages = descending().into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let found: Vec<Vec<_>> =
        pages.iter().map(|page| page.secret_list().iter().map(|secret| secret.name().unwrap()).collect()).collect();
    assert_eq!(found, [vec!["c", "b"], vec!["a"]]);
    let token = descending().send().await.unwrap().next_token().unwrap().to_owned();
    let error = secrets.list_secrets().next_token(token).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidNextTokenException"));
}

#[tokio::test]
async fn deleted_secrets_are_listed_when_asked_for() {
    let (_aws, secrets) = start();
    create(&secrets, "a", "").await;
    create(&secrets, "b", "").await;
    secrets.delete_secret().secret_id("a").send().await.unwrap();
    assert_eq!(names(&secrets, &[]).await, ["b"]);
    let all = secrets.list_secrets().include_planned_deletion(true).send().await.unwrap();
    assert!(all.secret_list()[0].deleted_date().is_some());
    assert_eq!(all.secret_list()[1].secret_versions_to_stages().unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_answers_values_and_errors() {
    let (_aws, secrets) = start();
    create(&secrets, "a", "").await;
    create(&secrets, "b", "").await;
    let batch = secrets.batch_get_secret_value().secret_id_list("b").secret_id_list("none").send().await.unwrap();
    assert_eq!(batch.secret_values()[0].secret_string(), Some("b"));
    assert_eq!(batch.errors()[0].error_code(), Some("ResourceNotFoundException"));
    let all = filter(FilterNameStringType::Name, &["a", "b"]);
    let page = secrets.batch_get_secret_value().filters(all).max_results(1).send().await.unwrap();
    assert_eq!((page.secret_values().len(), page.next_token().is_some()), (1, true));
    for wrong in [
        secrets.batch_get_secret_value().send().await,
        secrets.batch_get_secret_value().secret_id_list("a").max_results(1).send().await,
    ] {
        assert_eq!(wrong.unwrap_err().code(), Some("InvalidParameterException"));
    }
}

#[tokio::test]
async fn tags_are_added_changed_and_removed() {
    let (_aws, secrets) = start();
    create(&secrets, "s", "").await;
    for one in [tag("a", "1"), tag("b", "2"), tag("a", "3")] {
        secrets.tag_resource().secret_id("s").tags(one).send().await.unwrap();
    }
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!(described.tags(), [tag("a", "3"), tag("b", "2")]);
    secrets.untag_resource().secret_id("s").tag_keys("a").tag_keys("b").tag_keys("c").send().await.unwrap();
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!(described.tags, Some(vec![]));
}
