//! Tags on certificates.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::Tag;
use simulated_aws::{Aws, CertificateSpec};

fn start() -> (Aws, Client, String) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").tag("a", "1").thin());
    let client = Client::new(&aws.sdk_config());
    (aws, client, arn)
}

fn tag(key: &str, value: Option<&str>) -> Tag {
    Tag::builder().key(key).set_value(value.map(str::to_owned)).build().unwrap()
}

#[tokio::test]
async fn tags_are_added_changed_and_removed() {
    let (aws, acm, arn) = start();
    let add = acm.add_tags_to_certificate().certificate_arn(&arn);
    add.tags(tag("a", Some("2"))).tags(tag("b", Some("3"))).send().await.unwrap();
    let listed = acm.list_tags_for_certificate().certificate_arn(&arn).send().await.unwrap();
    let listed: Vec<_> = listed.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
    assert_eq!(listed, [("a", Some("2")), ("b", Some("3"))]);

    let remove = acm.remove_tags_from_certificate().certificate_arn(&arn);
    remove.tags(tag("a", Some("other"))).tags(tag("b", None)).send().await.unwrap();
    let left: Vec<_> = aws.certificate(&arn).unwrap().tags.into_iter().collect();
    assert_eq!(left, [("a".to_owned(), "2".to_owned())]);
}

#[tokio::test]
async fn limits_and_characters_are_checked() {
    let (aws, acm, arn) = start();
    let long = "x".repeat(256);
    for (key, value, code) in [
        ("aws:x", "1", "InvalidTagException"),
        ("AWS:x", "1", "InvalidTagException"),
        ("", "1", "ValidationException"),
        (&long[..128], "1", "ValidationException"),
        ("x", &long, "ValidationException"),
        ("x", "a,b", "ValidationException"),
        ("x", "\"", "ValidationException"),
        ("x", "{}", "ValidationException"),
        ("x;", "1", "ValidationException"),
        ("x", "line\nbreak", "ValidationException"),
    ] {
        let add = acm.add_tags_to_certificate().certificate_arn(&arn).tags(tag(key, Some(value)));
        assert_eq!(add.send().await.unwrap_err().code(), Some(code), "{key} {value}");
    }
    let add = acm.add_tags_to_certificate().certificate_arn(&arn);
    add.tags(tag("Größe_.:/=+-@ ", Some("°-free ü 30@2026-12-24".trim_start_matches('°')))).send().await.unwrap();
    assert_eq!(aws.certificate(&arn).unwrap().tags.len(), 2);
}

#[tokio::test]
async fn fifty_tags_are_the_most() {
    let (aws, acm, arn) = start();
    let fifty: Vec<_> = (0..50).map(|n| tag(&format!("k{n}"), Some("v"))).collect();
    let add = acm.add_tags_to_certificate().certificate_arn(&arn);
    let error = add.set_tags(Some(fifty)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("TooManyTagsException"));
    assert_eq!(aws.certificate(&arn).unwrap().tags.len(), 1, "nothing is changed by halves");
    let more: Vec<_> = (0..49).map(|n| tag(&format!("k{n}"), Some("v"))).collect();
    let add = acm.add_tags_to_certificate().certificate_arn(&arn);
    add.set_tags(Some(more)).send().await.unwrap();
    let none = acm.add_tags_to_certificate().certificate_arn(&arn).set_tags(Some(vec![]));
    assert_eq!(none.send().await.unwrap_err().code(), Some("ValidationException"));
}
