//! Secrets that are deleted, with a recovery window or without.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use aws_sdk_secretsmanager::types::Tag;
use jiff::ToSpan;
use simulated_aws::Aws;

async fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let secrets = Client::new(&aws.sdk_config());
    secrets.create_secret().name("s").secret_string("one").send().await.unwrap();
    (aws, secrets)
}

#[tokio::test]
async fn a_secret_is_gone_after_its_recovery_window() {
    let (aws, secrets) = start().await;
    let deleted = secrets.delete_secret().secret_id("s").recovery_window_in_days(7).send().await.unwrap();
    assert_eq!(deleted.deletion_date().unwrap().secs(), aws.now().as_second() + 7 * 86_400);
    aws.advance(6.days().hours(23).minutes(59).seconds(59));
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!(described.deleted_date(), deleted.deletion_date());
    aws.advance(1.seconds());
    let error = secrets.describe_secret().secret_id("s").send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
    secrets.create_secret().name("s").send().await.unwrap();
}

#[tokio::test]
async fn a_secret_that_is_scheduled_for_deletion_is_not_used_until_it_is_restored() {
    let (aws, secrets) = start().await;
    let deleted = secrets.delete_secret().secret_id("s").send().await.unwrap();
    assert_eq!(deleted.deletion_date().unwrap().secs(), aws.now().as_second() + 30 * 86_400);
    let tag = Tag::builder().key("a").value("1").build();
    for code in [
        secrets.get_secret_value().secret_id("s").send().await.unwrap_err().code(),
        secrets.put_secret_value().secret_id("s").secret_string("x").send().await.unwrap_err().code(),
        secrets.update_secret().secret_id("s").description("x").send().await.unwrap_err().code(),
        secrets.tag_resource().secret_id("s").tags(tag).send().await.unwrap_err().code(),
        secrets.untag_resource().secret_id("s").tag_keys("a").send().await.unwrap_err().code(),
        secrets.delete_secret().secret_id("s").send().await.unwrap_err().code(),
        secrets.create_secret().name("s").secret_string("x").send().await.unwrap_err().code(),
    ] {
        assert_eq!(code, Some("InvalidRequestException"));
    }
    secrets.list_secret_version_ids().secret_id("s").send().await.unwrap();
    secrets.restore_secret().secret_id("s").send().await.unwrap();
    assert_eq!(secrets.get_secret_value().secret_id("s").send().await.unwrap().secret_string(), Some("one"));
    aws.advance(31.days());
    let described = secrets.describe_secret().secret_id("s").send().await.unwrap();
    assert_eq!(described.deleted_date(), None);
}

#[tokio::test]
async fn a_forced_deletion_needs_no_secret() {
    let (_aws, secrets) = start().await;
    secrets.delete_secret().secret_id("s").send().await.unwrap();
    for _ in 0..2 {
        let forced = secrets.delete_secret().secret_id("s").force_delete_without_recovery(true);
        assert_eq!(forced.send().await.unwrap().name(), Some("s"));
    }
    secrets.create_secret().name("s").send().await.unwrap();
}

#[tokio::test]
async fn recovery_windows_are_checked() {
    let (_aws, secrets) = start().await;
    for days in [-1, 0, 6, 31] {
        let error = secrets.delete_secret().secret_id("s").recovery_window_in_days(days).send().await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidParameterException"), "{days}");
    }
    let both = secrets.delete_secret().secret_id("s").recovery_window_in_days(7).force_delete_without_recovery(true);
    assert_eq!(both.send().await.unwrap_err().code(), Some("InvalidParameterException"));
    let missing = secrets.delete_secret().secret_id("t").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("ResourceNotFoundException"));
}
