//! AWS Secrets Manager and AWS STS.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
use jiff::SignedDuration;
use simulated_aws::Aws;

fn aws() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn a_secret_has_versions() {
    let aws = aws();
    let secrets = Client::new(&aws.sdk_config());
    let created = secrets.create_secret().name("tls/www").secret_string("one").send().await.unwrap();
    let arn = created.arn().unwrap();
    let put = secrets.put_secret_value().secret_id(arn).secret_string("two").send().await.unwrap();
    assert_ne!(put.version_id(), created.version_id());
    for id in ["tls/www", arn, arn.rsplit_once('-').unwrap().0] {
        let got = secrets.get_secret_value().secret_id(id).send().await.unwrap();
        assert_eq!(got.secret_string(), Some("two"), "{id}");
    }
    let previous = secrets.get_secret_value().secret_id("tls/www").version_stage("AWSPREVIOUS").send().await.unwrap();
    assert_eq!(previous.secret_string(), Some("one"));
    let described = secrets.describe_secret().secret_id("tls/www").send().await.unwrap();
    assert_eq!(described.version_ids_to_stages().unwrap().len(), 2);
    assert!(!format!("{:?} {}", aws.calls(), aws.record()).contains("two"), "no secret in the record");
}

#[tokio::test]
async fn a_token_stands_for_one_version() {
    let aws = aws();
    let secrets = Client::new(&aws.sdk_config());
    secrets.create_secret().name("s").secret_string("one").send().await.unwrap();
    let put = |value: &str| {
        let put = secrets.put_secret_value().secret_id("s").secret_string(value);
        put.client_request_token("0123456789abcdef0123456789abcdef").send()
    };
    put("two").await.unwrap();
    put("two").await.unwrap();
    assert_eq!(put("three").await.unwrap_err().code(), Some("ResourceExistsException"));
    let update = |value: &str| {
        let update = secrets.update_secret().secret_id("s").secret_string(value);
        update.client_request_token("0123456789abcdef0123456789abcdef").send()
    };
    assert_eq!(update("two").await.unwrap().version_id(), Some("0123456789abcdef0123456789abcdef"));
    let error = update("three").await.unwrap_err();
    assert!(error.message().unwrap().starts_with("You can't use ClientRequestToken 0123456789abcdef0123456789abcdef"));
}

#[tokio::test]
async fn secrets_are_checked() {
    let aws = aws();
    let secrets = Client::new(&aws.sdk_config());
    let create = |name: &str, size: usize| secrets.create_secret().name(name).secret_string("x".repeat(size)).send();
    create("s", 65_536).await.unwrap();
    for (name, size, code) in
        [("s", 1, "ResourceExistsException"), ("t", 65_537, "ValidationException"), ("a b", 1, "ValidationException")]
    {
        assert_eq!(create(name, size).await.unwrap_err().code(), Some(code));
    }
    let error = secrets.get_secret_value().secret_id("none").send().await.unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn roles_are_assumed_for_a_time() {
    let aws = aws();
    let sts = aws_sdk_sts::Client::new(&aws.sdk_config());
    assert_eq!(sts.get_caller_identity().send().await.unwrap().account(), Some("123456789012"));
    let assume = |role: &str, seconds| {
        sts.assume_role().role_arn(role).role_session_name("dns").duration_seconds(seconds).external_id("x1").send()
    };
    let role = "arn:aws:iam::210987654321:role/path/dns-writer";
    let assumed = assume(role, 900).await.unwrap();
    let user = assumed.assumed_role_user().unwrap();
    assert_eq!(user.arn(), "arn:aws:sts::210987654321:assumed-role/dns-writer/dns");
    let end = assumed.credentials().unwrap().expiration().secs();
    assert_eq!(end, (aws.now() + SignedDuration::from_mins(15)).as_second());
    assert!(assume(role, 899).await.is_err());
    assert!(assume("arn:aws:iam::210987654321:user/somebody", 900).await.is_err());
}

/// DescribeSecret still says what it was.
#[tokio::test]
async fn a_secret_that_is_scheduled_for_deletion_has_no_value() {
    let aws = aws();
    let secrets = Client::new(&aws.sdk_config());
    let arn = aws.insert_secret("s");
    aws.set_secret_value("s", "one");
    aws.set_secret_tags("s", &[("Owner", "team-1")]);
    for is_deleted in [true, false] {
        aws.set_secret_deleted("s", is_deleted);
        let described = secrets.describe_secret().secret_id(&arn).send().await.unwrap();
        assert_eq!((described.deleted_date().is_some(), described.tags().len()), (is_deleted, 1));
        let got = secrets.get_secret_value().secret_id(&arn).send().await;
        assert_eq!(got.as_ref().err().and_then(|error| error.code()), is_deleted.then_some("InvalidRequestException"));
        let put = secrets.put_secret_value().secret_id(&arn).secret_string("two").send().await;
        assert_eq!(put.is_err(), is_deleted);
    }
    aws.remove_secret("s");
    assert!(secrets.describe_secret().secret_id(&arn).send().await.is_err());
}
