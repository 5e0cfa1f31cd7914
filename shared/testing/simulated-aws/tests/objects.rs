//! Objects of S3, with the real SDK client.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ServerSideEncryption};
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::{Aws, Fault};

const BUCKET: &str = "inventory";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    aws.insert_bucket(BUCKET);
    let client = Client::from_conf(config(&aws).build());
    (aws, client)
}

fn config(aws: &Aws) -> Builder {
    Builder::from(&aws.sdk_config()).retry_config(RetryConfig::disabled())
}

async fn put(client: &Client, key: &str, body: &[u8]) -> String {
    let body = ByteStream::from(body.to_vec());
    let answer = client.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
    answer.e_tag().unwrap().to_owned()
}

#[tokio::test]
async fn bytes_come_back_as_they_were_written() {
    let (aws, client) = start();
    // Neither UTF-8, nor what a form or a document may be taken for.
    for body in [&b"\xff\x00\r\n0\r\n"[..], b"Action=ListUsers&Version=2010-05-08", b""] {
        let etag = put(&client, "a/b c+d~\u{e9}.jsonl", body).await;
        let object = aws.object(BUCKET, "a/b c+d~\u{e9}.jsonl").unwrap();
        assert_eq!((object.body.as_slice(), object.etag == etag), (body, true));
        let read = client.get_object().bucket(BUCKET).key("a/b c+d~\u{e9}.jsonl").send().await.unwrap();
        assert_eq!((read.content_length(), read.e_tag()), (Some(i64::try_from(body.len()).unwrap()), Some(&*etag)));
        assert_eq!(read.last_modified().unwrap().secs(), aws.now().as_second());
        assert!(read.checksum_crc32().is_some(), "the SDK sends one and checks it");
        assert_eq!(read.body.collect().await.unwrap().to_vec(), body);
    }
    assert_eq!(aws.now(), "2026-11-20T08:00:00Z".parse().unwrap());
    assert_eq!((aws.calls()[0].action(), aws.calls()[1].action()), ("s3:PutObject".into(), "s3:GetObject".into()));
    assert_eq!(aws.calls()[0].input["Body"], "(left out)");
}

#[tokio::test]
async fn buckets_are_in_the_host_or_in_the_path() {
    let (aws, client) = start();
    let with_path = Client::from_conf(config(&aws).force_path_style(true).build());
    put(&client, "one", b"1").await;
    put(&with_path, "two", b"2").await;
    assert_eq!(aws.object_keys(BUCKET), ["one", "two"]);
}

#[tokio::test]
async fn streams_with_trailers_are_objects() {
    let (aws, client) = start();
    let path = std::env::temp_dir().join(format!("simulated-aws-{}", std::process::id()));
    let body: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    std::fs::write(&path, &body).unwrap();
    for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Sha256] {
        let stream = ByteStream::from_path(&path).await.unwrap();
        let request = client.put_object().bucket(BUCKET).key("file").body(stream);
        request.content_encoding("gzip").checksum_algorithm(algorithm).send().await.unwrap();
        let object = aws.object(BUCKET, "file").unwrap();
        assert!(object.body == body);
        assert_eq!(object.content_encoding.as_deref(), Some("gzip"), "aws-chunked is not kept");
    }
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn headers_are_kept() {
    let (aws, client) = start();
    let request = client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"{}"));
    let request = request.content_type("application/json").cache_control("no-store");
    let request = request.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id("key");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.server_side_encryption(), Some(&ServerSideEncryption::AwsKms));
    let head = client.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!((head.content_type(), head.cache_control()), (Some("application/json"), Some("no-store")));
    assert_eq!((head.content_length(), head.ssekms_key_id()), (Some(2), Some("key")));
    assert_eq!(aws.object(BUCKET, "k").unwrap().encryption, "aws:kms");
    put(&client, "k", b"{}").await;
    let object = aws.object(BUCKET, "k").unwrap();
    assert_eq!((object.encryption.as_str(), object.etag.as_str()), ("AES256", "\"99914b932bd37a50b983c5e7c90ae93b\""));
}

#[tokio::test]
async fn conditions_of_writes() {
    let (aws, client) = start();
    let write = || client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"new"));
    let missing = write().if_match("\"x\"").send().await.unwrap_err();
    assert_eq!(missing.code(), Some("NoSuchKey"));
    let first = write().if_none_match("*").send().await.unwrap();
    let error = write().if_none_match("*").send().await.unwrap_err();
    let status = error.raw_response().unwrap().status().as_u16();
    assert_eq!((error.code(), status), (Some("PreconditionFailed"), 412));
    write().body(ByteStream::from_static(b"newer")).if_match(first.e_tag().unwrap()).send().await.unwrap();
    let stale = write().if_match(first.e_tag().unwrap()).send().await.unwrap_err();
    assert_eq!(stale.code(), Some("PreconditionFailed"));
    let other = write().if_none_match("\"x\"").send().await.unwrap_err();
    assert_eq!(other.code(), Some("NotImplemented"));
    assert_eq!(aws.object(BUCKET, "k").unwrap().body, b"newer");
}

#[tokio::test]
async fn conditions_of_reads() {
    let (_, client) = start();
    let etag = put(&client, "k", b"x").await;
    let read = || client.get_object().bucket(BUCKET).key("k");
    read().if_match(&etag).send().await.unwrap();
    read().if_none_match("\"other\"").send().await.unwrap();
    let same = read().if_none_match(&etag).send().await.unwrap_err();
    assert_eq!(same.raw_response().unwrap().status().as_u16(), 304);
    let other = read().if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(other.code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn what_is_not_there() {
    let (_, client) = start();
    let error = client.get_object().bucket(BUCKET).key("k").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_no_such_key(), "{error:?}");
    let error = client.head_object().bucket(BUCKET).key("k").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_not_found(), "{error:?}");
    let error = client.list_objects_v2().bucket("other").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_no_such_bucket(), "{error:?}");
    client.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    let error = client.delete_object().bucket("other").key("k").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn deleted_objects_are_gone() {
    let (aws, client) = start();
    aws.insert_object(BUCKET, "k", b"x");
    let error = client.delete_object().bucket(BUCKET).key("k").if_match("\"y\"").send().await.unwrap_err();
    assert_eq!(error.code(), Some("PreconditionFailed"));
    client.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(aws.object(BUCKET, "k"), None);
}

#[tokio::test]
async fn lists_have_pages_and_common_prefixes() {
    let (aws, client) = start();
    for key in ["a/1", "a/2", "b", "c/1", "c/2/3", "d & <e>"] {
        aws.insert_object(BUCKET, key, key.as_bytes());
    }
    let list = || client.list_objects_v2().bucket(BUCKET);
    let all = list().max_keys(2).into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let keys: Vec<_> = all.iter().flat_map(|page| page.contents()).map(|object| object.key().unwrap()).collect();
    assert_eq!((all.len(), keys.as_slice()), (3, &["a/1", "a/2", "b", "c/1", "c/2/3", "d & <e>"][..]));

    let below = list().delimiter("/").max_keys(1).into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let prefixes: Vec<_> = below.iter().flat_map(|page| page.common_prefixes()).filter_map(|it| it.prefix()).collect();
    assert_eq!((below.len(), prefixes), (4, vec!["a/", "c/"]));

    let page = list().prefix("c/").delimiter("/").start_after("b").send().await.unwrap();
    assert_eq!((page.contents()[0].key(), page.contents()[0].size()), (Some("c/1"), Some(3)));
    assert_eq!((page.common_prefixes()[0].prefix(), page.key_count()), (Some("c/2/"), Some(2)));
    assert_eq!((page.is_truncated(), page.next_continuation_token()), (Some(false), None));
    assert_eq!(list().max_keys(0).send().await.unwrap().key_count(), Some(0));
    let error = list().continuation_token("?").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidArgument"));
}

#[tokio::test]
async fn a_wrong_checksum_is_refused() {
    let (aws, client) = start();
    let write = || client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"x"));
    let error = write().checksum_crc32("AAAAAA==").send().await.unwrap_err();
    assert_eq!(error.code(), Some("BadDigest"));
    let error = write().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await.unwrap_err();
    assert_eq!(error.code(), Some("BadDigest"));
    assert_eq!(aws.object(BUCKET, "k"), None);
    write().content_md5("ndTkYSaMgDT1yFZOFVxnpg==").send().await.unwrap();
}

#[tokio::test]
async fn buckets_belong_to_an_account_and_a_region() {
    let (aws, client) = start();
    let of = |account: &str, region: &str| Client::from_conf(config(&aws.scoped(account, region)).build());
    for (account, region, code) in
        [("210987654321", "us-east-1", "AccessDenied"), ("123456789012", "eu-west-1", "PermanentRedirect")]
    {
        let error = of(account, region).list_objects_v2().bucket(BUCKET).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
    }
    let owned = client.list_objects_v2().bucket(BUCKET).expected_bucket_owner("123456789012").send().await;
    assert_eq!(owned.unwrap().key_count(), Some(0));
    let error = client.list_objects_v2().bucket(BUCKET).expected_bucket_owner("210987654321").send().await;
    assert_eq!(error.unwrap_err().code(), Some("AccessDenied"));
}

#[tokio::test]
async fn a_missing_key_is_told_to_those_who_may_list() {
    let (aws, _) = start();
    let role = "arn:aws:iam::123456789012:role/reader";
    let config = Builder::from(&aws.sdk_config_as(role, "reader")).retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.build());
    for (actions, code) in [
        (&["s3:GetObject"][..], "AccessDenied"),
        (&["s3:GetObject", "s3:ListBucket"], "NoSuchKey"),
        (&["s3:PutObject"], "AccessDenied"),
    ] {
        aws.limit_role(role, actions);
        let error = client.get_object().bucket(BUCKET).key("k").send().await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{actions:?}");
    }
}

#[tokio::test]
async fn faults_and_what_is_not_modelled() {
    let (aws, client) = start();
    aws.insert_object(BUCKET, "k", b"x");
    for (fault, code) in
        [(Fault::Throttled, "SlowDown"), (Fault::AccessDenied, "AccessDenied"), (Fault::ServerError, "InternalFailure")]
    {
        aws.fail("GetObject", 1, fault);
        let error = client.get_object().bucket(BUCKET).key("k").send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
    }
    let error = client.get_object().bucket(BUCKET).key("k").range("bytes=0-0").send().await.unwrap_err();
    assert_eq!(error.message(), Some("simulated-aws does not model s3:GET with the header range"));
    let error = client.put_object().bucket(BUCKET).key("k").tagging("a=b").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotModelled"));
    let error = client.get_object_tagging().bucket(BUCKET).key("k").send().await.unwrap_err();
    assert_eq!(error.message(), Some("simulated-aws does not model s3:GET with ?tagging"));
}
