//! The versions of secrets and their labels.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use jiff::ToSpan;
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

/// The labels of each version, the oldest version first.
async fn labels(secrets: &Client, deprecated: bool) -> Vec<String> {
    let versions = secrets.list_secret_version_ids().secret_id("s").include_deprecated(deprecated);
    let versions = versions.send().await.unwrap();
    versions.versions().iter().map(|version| version.version_stages().join(" ")).collect()
}

async fn put(secrets: &Client, stage: &str) -> String {
    let put = secrets.put_secret_value().secret_id("s").secret_string("x").version_stages(stage);
    put.send().await.unwrap().version_id().unwrap().to_owned()
}

#[tokio::test]
async fn a_version_without_a_label_is_deprecated_and_can_be_read() {
    let (_aws, secrets) = start();
    let first = secrets.create_secret().name("s").secret_string("one").send().await.unwrap();
    for _ in 0..2 {
        put(&secrets, "AWSCURRENT").await;
    }
    assert_eq!(labels(&secrets, false).await, ["AWSPREVIOUS", "AWSCURRENT"]);
    assert_eq!(labels(&secrets, true).await, ["", "AWSPREVIOUS", "AWSCURRENT"]);
    let get = secrets.get_secret_value().secret_id("s").version_id(first.version_id().unwrap());
    let got = get.send().await.unwrap();
    assert_eq!((got.secret_string(), got.version_stages().len()), (Some("one"), 0));
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 2);
}

#[tokio::test]
async fn outdated_versions_over_a_hundred_are_removed_after_a_day() {
    let (aws, secrets) = start();
    secrets.create_secret().name("s").send().await.unwrap();
    for _ in 0..104 {
        put(&secrets, "AWSCURRENT").await;
    }
    assert_eq!(labels(&secrets, true).await.len(), 104);
    aws.advance(24.hours());
    put(&secrets, "AWSCURRENT").await;
    assert_eq!(labels(&secrets, true).await.len(), 100);
}

#[tokio::test]
async fn the_current_label_leaves_the_previous_one_behind() {
    let (_aws, secrets) = start();
    let first = secrets.create_secret().name("s").secret_string("one").send().await.unwrap();
    let first = first.version_id().unwrap();
    let pending = put(&secrets, "AWSPENDING").await;
    let update = || secrets.update_secret_version_stage().secret_id("s").version_stage("AWSCURRENT");
    let error = update().move_to_version_id(&pending).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterException"));
    let other = update().move_to_version_id(&pending).remove_from_version_id(&pending).send().await;
    assert_eq!(other.unwrap_err().code(), Some("InvalidParameterException"));
    let removed = update().remove_from_version_id(first).send().await;
    assert_eq!(removed.unwrap_err().code(), Some("InvalidParameterException"));
    update().move_to_version_id(&pending).remove_from_version_id(first).send().await.unwrap();
    assert_eq!(labels(&secrets, false).await, ["AWSPREVIOUS", "AWSCURRENT AWSPENDING"]);
    update().move_to_version_id(first).remove_from_version_id(&pending).send().await.unwrap();
    assert_eq!(labels(&secrets, false).await, ["AWSCURRENT", "AWSPENDING AWSPREVIOUS"]);
    let remove = secrets.update_secret_version_stage().secret_id("s").version_stage("AWSPENDING");
    remove.remove_from_version_id(&pending).send().await.unwrap();
    assert_eq!(labels(&secrets, false).await, ["AWSCURRENT", "AWSPREVIOUS"]);
}

#[tokio::test]
async fn an_update_changes_what_is_given() {
    let (aws, secrets) = start();
    secrets.create_secret().name("s").secret_string("one").description("old").send().await.unwrap();
    aws.advance(1.hours());
    let updated = secrets.update_secret().secret_id("s").description("new").kms_key_id("k").send().await.unwrap();
    assert_eq!(updated.version_id(), None);
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!((described.description(), described.kms_key_id()), (Some("new"), Some("k")));
    assert_eq!(described.last_changed_date().unwrap().secs() - described.created_date().unwrap().secs(), 3600);
    let updated = secrets.update_secret().secret_id("s").secret_string("two").kms_key_id("").send().await.unwrap();
    let got = secrets.get_secret_value().secret_id("s").send().await.unwrap();
    assert_eq!((got.secret_string(), got.version_id()), (Some("two"), updated.version_id()));
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!((described.description(), described.kms_key_id()), (Some("new"), None));
}
