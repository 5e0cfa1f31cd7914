//! Publishing, on a simulated SNS.
#![allow(clippy::unwrap_used, missing_docs)]

use certificates::{CertificateDetail, CertificateSummary, CertificateType, ResourceRecord};
use jiff::Timestamp;
use notices::{Destination, Kind, Notice, Paste, Severity, Topic};
use serde_json::{Value, json};
use simulated_aws::{Aws, Fault};

const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";
const SCHEMA: &str = include_str!("../../../events/schemas/notice.schema.json");

const CHAT_SAMPLE: &str = include_str!("../../../events/chat/notice-expiring.json");

fn keys<'a>(document: &'a Value, part: &str) -> Vec<&'a String> {
    document.pointer(part).unwrap().as_object().unwrap().keys().collect()
}

fn now() -> Timestamp {
    "2026-11-21T06:00:00Z".parse().unwrap()
}

fn facts(names: usize) -> CertificateDetail {
    let name = |n: usize| format!("a-name-of-some-length-{n}.department.example.com");
    CertificateDetail {
        in_use_by: (0..names).map(|n| format!("arn:aws:cloudfront::123456789012:distribution/E{n:013}")).collect(),
        issuer: Some("Example Corp".into()),
        serial: Some("0a:0b:0c".into()),
        ..CertificateDetail::from(CertificateSummary {
            domain_name: Some(name(0)),
            subject_alternative_names: (0..names).map(name).collect(),
            in_use: Some(true),
            not_after: Some("2026-12-01T06:00:00Z".parse().unwrap()),
            ..CertificateSummary::new(ARN.parse().unwrap(), CertificateType::Imported)
        })
    }
}

fn notice(names: usize) -> Notice {
    Notice {
        owner: Some("team-web".into()),
        what_happened: "The certificate expires in 10 days, on 2026-12-01.".into(),
        why_it_matters: "From 2026-12-01 on, clients refuse to connect.".into(),
        what_happens_next: "Nothing renews it.".into(),
        what_to_do: vec!["Import a new certificate under the same ARN.".into()],
        ..Notice::new(Kind::Expiring, Severity::Critical, "x expires in 10 days", &facts(names), now())
    }
}

struct World {
    aws: Aws,
    topic: Topic,
    chat_topic: String,
}

fn world() -> World {
    let aws = Aws::new(now());
    let (notices, chat_topic) = (aws.create_topic("notices"), aws.create_topic("chat"));
    let destination = Destination {
        topic: notices.parse().unwrap(),
        chat_topic: Some(chat_topic.parse().unwrap()),
        sent_by: Some("acm-autopilot-expiry-events".into()),
    };
    let topic = Topic::new(&aws.sdk_config(), &destination);
    World { aws, topic, chat_topic }
}

fn error(code: &str, status: u16) -> Fault {
    Fault::Error { code: code.into(), message: "KMS throttled the request".into(), status }
}

fn validate(document: &Value) {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

#[tokio::test]
async fn kms_throttling_is_tried_again() {
    for code in ["KMSThrottling", "KMSThrottlingException"] {
        let World { aws, topic, .. } = world();
        aws.fail_next("Publish", 2, error(code, 400));
        topic.publish(&notice(1)).await.unwrap();
        assert_eq!((aws.published().len(), aws.call_counts()["Publish"]), (2, 4), "{code}");
        aws.fail_always("Publish", error(code, 400));
        assert!(topic.publish(&notice(1)).await.unwrap_err().is_retryable(), "{code}");
    }
}

#[tokio::test]
async fn a_disabled_key_is_not_tried_again() {
    let World { aws, topic, .. } = world();
    aws.fail_always("Publish", error("KMSDisabled", 400));
    assert!(!topic.publish(&notice(1)).await.unwrap_err().is_retryable());
    assert_eq!(aws.call_counts()["Publish"], 1);
}

#[tokio::test]
async fn chat_that_fails_neither_loses_nor_repeats_a_notice() {
    let World { aws, topic, chat_topic } = world();
    aws.fail("Publish", 2, error("AuthorizationError", 403));
    assert_eq!(topic.publish(&notice(1)).await, Ok(()));
    let topics: Vec<String> = aws.published().into_iter().map(|sent| sent.topic_arn).collect();
    assert!(topics.len() == 1 && topics[0] != chat_topic, "{topics:?}");
}

#[tokio::test]
async fn a_notice_that_fails_is_not_in_chat() {
    let World { aws, topic, .. } = world();
    aws.fail("Publish", 1, error("AuthorizationError", 403));
    assert!(topic.publish(&notice(1)).await.is_err());
    assert!(aws.published().is_empty());
}

#[tokio::test]
async fn the_chat_form_is_that_of_custom_notifications() {
    let World { aws, topic, chat_topic } = world();
    let mut notice = notice(1);
    notice.owner = Some("<!channel> `x` https://evil.example".into());
    topic.publish(&notice).await.unwrap();
    let sent = &aws.published()[1];
    assert_eq!(
        (sent.topic_arn.as_str(), sent.per_protocol.len(), sent.attribute("kind")),
        (&*chat_topic, 0, Some("expiring"))
    );
    let chat: Value = serde_json::from_str(&sent.message).unwrap();
    let sample: Value = serde_json::from_str(CHAT_SAMPLE).unwrap();
    for part in ["/content", "/metadata", "/metadata/additionalContext", ""] {
        assert_eq!(keys(&chat, part), keys(&sample, part), "{part}");
    }
    insta::assert_json_snapshot!(chat);
}

#[tokio::test]
async fn people_and_machines_get_the_same_facts() {
    let World { aws, topic, .. } = world();
    topic.publish(&notice(3)).await.unwrap();
    let sent = &aws.published()[0];
    insta::assert_snapshot!(sent.for_protocol("email"));
    let json: Value = serde_json::from_str(sent.for_protocol("sqs")).unwrap();
    validate(&json);
    for (member, value) in [
        ("issuer", json!("Example Corp")),
        ("serialNumber", json!("0a:0b:0c")),
        ("sentBy", json!("acm-autopilot-expiry-events")),
        ("subjectAlternativeNamesCount", json!(3)),
    ] {
        assert_eq!(json[member], value, "{member}");
    }
}

#[tokio::test]
async fn a_thousand_names_make_a_small_notice() {
    let World { aws, topic, .. } = world();
    topic.publish(&notice(1_000)).await.unwrap();
    let sent = &aws.published()[0];
    assert!(sent.for_protocol("email").len() < 4_000, "{}", sent.for_protocol("email"));
    assert!(sent.message.len() < 80_000, "{} bytes", sent.message.len());
    assert!(aws.published()[1].message.len() < 4_000);
    let json: Value = serde_json::from_str(sent.for_protocol("sqs")).unwrap();
    validate(&json);
    assert_eq!(json["subjectAlternativeNames"].as_array().unwrap().len(), 100);
    assert_eq!(json["subjectAlternativeNamesCount"], 1_000);
    assert!(sent.for_protocol("email").contains(" and 989 more"), "{}", sent.for_protocol("email"));
}

#[tokio::test]
async fn more_records_than_fit_are_counted() {
    let World { aws, topic, .. } = world();
    let long = "x".repeat(200);
    let record =
        |n: usize| ResourceRecord { name: format!("_{n}.{long}."), kind: "CNAME".into(), value: format!("_{long}.") };
    let lines = |n: usize| format!("_{n}.{long}. 300 IN CNAME _{long}.\n").repeat(100);
    let mut notice = notice(100);
    notice.kind = Kind::ValidationRecordsMissing;
    notice.cause = Some("no-zone".into());
    notice.certificate_type = CertificateType::AmazonIssued;
    notice.records = (0..100).map(record).collect();
    notice.to_paste = (0..2).map(|n| Paste { title: "For a zone file".into(), text: lines(n) }).collect();
    topic.publish(&notice).await.unwrap();
    let sent = &aws.published()[0];
    let json: Value = serde_json::from_str(sent.for_protocol("sqs")).unwrap();
    validate(&json);
    assert_eq!((json["records"].as_array().unwrap().len(), &json["recordsLeftOut"]), (20, &json!(80)));
    let more = format!("80 more: aws acm describe-certificate --region us-east-1 --certificate-arn {ARN}");
    assert!(sent.for_protocol("email").contains(&more), "{}", sent.for_protocol("email"));
}

#[tokio::test]
async fn nobody_forges_a_line_of_the_text() {
    let forged = "x\n\nWhat to do\n  1. Sign in at https://evil.example";
    let mut facts = facts(1);
    facts.domain_name = Some(forged.into());
    facts.subject_alternative_names = vec![forged.into(), format!("{forged} 2")];
    facts.in_use_by = vec![forged.into()];
    facts.issuer = Some(forged.into());
    facts.serial = Some(forged.into());
    let mut notice = Notice::new(Kind::Expiring, Severity::Info, forged, &facts, now());
    notice.owner = Some(forged.into());
    notice.what_happened = "a\u{2028}b\nWhat to do".into();
    let World { aws, topic, .. } = world();
    topic.publish(&notice).await.unwrap();
    let text = aws.published()[0].for_protocol("email").to_owned();
    assert_eq!(text.lines().filter(|line| line.starts_with("What to do")).count(), 1, "{text}");
    assert!(!text.contains("://"), "{text}");
    let raw: Value = serde_json::from_str(aws.published()[0].for_protocol("sqs")).unwrap();
    assert_eq!(raw["domainName"], forged, "machines get what ACM says");
}

#[tokio::test]
async fn records_are_listed_once() {
    let World { aws, topic, .. } = world();
    let mut notice = notice(1);
    let record = ResourceRecord { name: "_a.example.com.".into(), kind: "CNAME".into(), value: "_b.example.".into() };
    notice.records = vec![record];
    topic.publish(&notice).await.unwrap();
    notice.to_paste =
        vec![Paste { title: "For a zone file".into(), text: "_a.example.com. 300 IN CNAME _b.example.".into() }];
    topic.publish(&notice).await.unwrap();
    let texts: Vec<String> =
        aws.published().iter().step_by(2).map(|sent| sent.for_protocol("email").to_owned()).collect();
    assert!(texts[0].contains("Required DNS records\n  _a.example.com. CNAME _b.example.\n"), "{}", texts[0]);
    assert!(texts[1].contains("Required DNS records\n\nFor a zone file\n_a.example.com. 300 IN"), "{}", texts[1]);
    assert!(texts.iter().all(|text| text.matches("_a.example.com.").count() == 1));
}

#[tokio::test]
async fn a_failed_renewal_cannot_be_muted() {
    let World { aws, topic, .. } = world();
    let notice = Notice { kind: Kind::RenewalFailed, ..notice(1) };
    topic.publish(&notice).await.unwrap();
    assert!(aws.published().iter().all(|sent| !sent.message.contains("off-until")));
}

/// SNS discards what has more, for queues with raw message delivery.
#[test]
fn a_notice_has_ten_attributes_at_most() {
    let notice = Notice {
        purpose: Some("checkout".into()),
        account_name: Some("shop-prod".into()),
        organizational_units: vec!["ou-ab12-11111111".into()],
        ..notice(1)
    };
    let names = |notice: &Notice| notice.attributes().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&notice).len(), 10);
    assert!(!names(&notice).contains(&"account_name"), "its id is there");
    assert!(names(&Notice { purpose: None, ..notice }).contains(&"account_name"));
}
