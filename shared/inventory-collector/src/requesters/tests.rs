use inventory::Kind;
use serde_json::json;

use super::*;
use crate::certificates::bare;

fn at(day: i64) -> Timestamp {
    Timestamp::from_second(day * 86_400).unwrap()
}

fn created(day: i64) -> Entry {
    Entry { created_at: Some(at(day)), ..bare("arn:a", Kind::AmazonIssued, "a") }
}

#[test]
fn the_identity_is_a_name_that_people_know() {
    for (value, expected) in [
        (json!({ "arn": "arn:aws:iam::123456789012:user/alice", "userName": "alice" }), Some("user/alice")),
        (
            json!({ "arn": "arn:aws:sts::123456789012:assumed-role/Admin/bob@example.com" }),
            Some("Admin/bob@example.com"),
        ),
        (json!({ "arn": "arn:aws:iam::123456789012:root" }), Some("root")),
        (json!({ "type": "AWSService", "invokedBy": "cloudfront.amazonaws.com" }), Some("cloudfront.amazonaws.com")),
        (json!({}), None),
    ] {
        assert_eq!(identity(&value).as_deref(), expected, "{value}");
    }
}

#[test]
fn events_that_were_left_out_are_not_nobody() {
    let now = at(1_000);
    let cut = Requesters { cut_at: Some(at(990)), ..Requesters::default() };
    assert_eq!(cut.of(&created(995), now), Reading::Known { value: None, as_of: now });
    assert!(cut.of(&created(980), now).unreadable().is_some());
    assert_eq!(
        cut.of(&created(800), now),
        Reading::Known { value: None, as_of: now },
        "older than CloudTrail's memory"
    );
    let by_arn = HashMap::from([("arn:a".to_owned(), "user/alice".to_owned())]);
    let known = Requesters { by_arn, ..cut }.of(&created(980), now);
    assert_eq!(known.known().unwrap().as_ref().unwrap().name, "user/alice");
}
