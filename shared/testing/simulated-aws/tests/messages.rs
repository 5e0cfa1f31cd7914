//! SNS Publish and EventBridge PutEvents.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_sns::error::ProvideErrorMetadata;
use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::json;
use simulated_aws::Aws;

fn start() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse().unwrap())
}

fn attribute(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap()
}

#[tokio::test]
async fn a_notice_arrives_as_it_was_sent() {
    let aws = start();
    let sns = aws_sdk_sns::Client::new(&aws.sdk_config());
    let topic = aws.create_topic("notices");
    let message = json!({ "default": "for people: ä & +\n100 %", "sqs": "{\"a\":1}", "lambda": 7 });
    let sent = sns
        .publish()
        .topic_arn(&topic)
        .subject("Certificate expires in 7 days: example.com")
        .message(message.to_string())
        .message_structure("json")
        .message_attributes("days_left", attribute("Number", "7"))
        .message_attributes("owner", attribute("String", "web & co"))
        .send()
        .await
        .unwrap();
    let notices = aws.published();
    assert_eq!(notices.len(), 1);
    let notice = &notices[0];
    assert_eq!(notice.message_id, sent.message_id().unwrap());
    assert_eq!(notice.for_protocol("email"), "for people: ä & +\n100 %");
    assert_eq!(notice.for_protocol("sqs"), "{\"a\":1}");
    assert!(!notice.per_protocol.contains_key("lambda"), "values that are no texts are ignored");
    assert_eq!(notice.attribute("owner"), Some("web & co"));
    assert_eq!(notice.attributes["days_left"], ("Number".to_owned(), "7".to_owned()));
}

#[tokio::test]
async fn messages_are_checked() {
    let aws = start();
    let sns = aws_sdk_sns::Client::new(&aws.sdk_config());
    let topic = aws.create_topic("notices");
    let long = "x".repeat(262_145);
    let request = || sns.publish().topic_arn(&topic).message("m");
    for (request, code) in [
        (request().subject("x".repeat(100)), "InvalidParameter"),
        (request().subject("a\nb"), "InvalidParameter"),
        (request().subject(""), "InvalidParameter"),
        (request().message(long), "InvalidParameter"),
        (request().message(""), "InvalidParameter"),
        (request().message_structure("json"), "InvalidParameter"),
        (request().message_structure("json").message("{\"sqs\":\"x\"}"), "InvalidParameter"),
        (request().message_structure("json").message("{\"default\":1}"), "InvalidParameter"),
        (request().message_structure("xml"), "InvalidParameter"),
        (request().topic_arn("arn:aws:sns:us-east-1:123456789012:other"), "NotFound"),
        (request().message_attributes("a", attribute("String", "")), "ParameterValueInvalid"),
        (request().message_attributes("a", attribute("Number", "x")), "ParameterValueInvalid"),
        (request().message_attributes("a", attribute("Text", "x")), "ParameterValueInvalid"),
        (request().message_attributes("a b", attribute("String", "x")), "ParameterValueInvalid"),
        (request().message_attributes("AWS.x", attribute("String", "x")), "ParameterValueInvalid"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    assert!(aws.published().is_empty());
    for subject in ["x".repeat(99), "ä".repeat(99)] {
        request().subject(subject).send().await.unwrap();
    }
}

fn entry(source: &str, detail: &str) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source(source)
        .detail_type("Certificate Renewal Requested")
        .detail(detail)
        .resources("arn:aws:acm:us-east-1:123456789012:certificate/1")
        .build()
}

#[tokio::test]
async fn entries_are_accepted_one_by_one() {
    let aws = start();
    let events = aws_sdk_eventbridge::Client::new(&aws.sdk_config());
    let nameless = PutEventsRequestEntry::builder().detail("{}").detail_type("x").build();
    let mut other_bus = entry("mine", "{}");
    other_bus.event_bus_name = Some("other".to_owned());
    let put = events
        .put_events()
        .entries(entry("acm-autopilot", "{\"a\":1}"))
        .entries(entry("aws.acm", "{}"))
        .entries(entry("mine", "[]"))
        .entries(nameless)
        .entries(other_bus.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(put.failed_entry_count(), 3);
    let codes: Vec<_> = put.entries().iter().map(|entry| entry.error_code()).collect();
    assert_eq!(codes, [None, Some("NotAuthorizedForSource"), Some("MalformedDetail"), Some("InvalidArgument"), None,]);
    // That of a bus that does not exist is accepted and lost.
    let put = aws.events();
    assert_eq!(put.len(), 1);
    assert_eq!(put[0].detail, json!({ "a": 1 }));
    assert_eq!(put[0].event["time"], "2026-11-20T08:00:00Z");
    assert_eq!(put[0].event["account"], "123456789012");

    aws.create_event_bus("other");
    let put = events.put_events().entries(other_bus).send().await.unwrap();
    assert_eq!(put.failed_entry_count(), 0);
    assert_eq!(aws.events()[1].bus, "other");
}

#[tokio::test]
async fn ten_entries_and_256_kb_are_the_most() {
    let aws = start();
    let events = aws_sdk_eventbridge::Client::new(&aws.sdk_config());
    let eleven = vec![entry("mine", "{}"); 11];
    let detail = json!({ "text": "x".repeat(262_144) }).to_string();
    for entries in [eleven, vec![], vec![entry("mine", &detail)]] {
        let error = events.put_events().set_entries(Some(entries)).send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"));
    }
    assert!(aws.events().is_empty());
}
