//! A bucket of the simulated S3.
#![cfg(test)]

use object_store::Store;
use simulated_aws::{Aws, Fault};

const BUCKET: &str = "inventory";

fn world() -> (Aws, Store) {
    let aws = Aws::new("2026-11-28T06:00:00Z".parse().unwrap());
    aws.insert_bucket(BUCKET);
    let store = Store::new(&aws.sdk_config(), BUCKET);
    (aws, store)
}

#[tokio::test]
async fn what_was_written_is_read() {
    let (_, store) = world();
    assert_eq!(store.read("a/b.json").await, Ok(None));
    store.write("a/b.json", "application/json", b"{}".to_vec()).await.unwrap();
    assert_eq!(store.read("a/b.json").await, Ok(Some(b"{}".to_vec())));
    assert_eq!(store.address("a/b.json"), "s3://inventory/a/b.json");
}

#[tokio::test]
async fn only_the_first_creates() {
    let (_, store) = world();
    assert_eq!(store.create("claim", "text/plain", b"one".to_vec()).await, Ok(true));
    assert_eq!(store.create("claim", "text/plain", b"two".to_vec()).await, Ok(false));
    assert_eq!(store.read("claim").await, Ok(Some(b"one".to_vec())));
}

#[tokio::test]
async fn a_list_has_all_pages_in_order() {
    let (aws, store) = world();
    for number in 0..1_001 {
        aws.insert_object(BUCKET, &format!("acts/{number:04}"), b"");
    }
    aws.insert_object(BUCKET, "other", b"");
    let keys = store.keys("acts/").await.unwrap();
    assert_eq!((keys.len(), keys[0].as_str(), keys[1_000].as_str()), (1_001, "acts/0000", "acts/1000"));
    assert!(store.keys("none/").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_error_names_the_key_and_the_action() {
    let (aws, store) = world();
    for operation in ["GetObject", "PutObject", "ListObjectsV2"] {
        aws.fail_always(operation, Fault::AccessDenied);
    }
    let read = store.read("a").await.unwrap_err();
    assert_eq!((read.key.as_str(), read.cause.operation), ("a", "s3:GetObject"));
    let create = store.create("a", "text/plain", Vec::new()).await.unwrap_err();
    assert_eq!((create.key.as_str(), create.cause.operation), ("a", "s3:PutObject"));
    let list = store.keys("a/").await.unwrap_err();
    assert_eq!((list.key.as_str(), list.cause.operation), ("a/", "s3:ListBucket"));
    assert!(!list.cause.is_retryable());
}
