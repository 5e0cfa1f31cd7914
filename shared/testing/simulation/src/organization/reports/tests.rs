use std::collections::BTreeMap;

use serde_json::json;

use super::*;

fn at(hours: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_hours(hours)
}

fn place() -> Place {
    Place::new("222233334444", "us-east-1")
}

fn notice(kind: &str, call: &str) -> Notice {
    let Place { account, region } = place();
    let what = format!("AWS refused {call} for account {account} in {region}.");
    let text = json!({ "kind": kind, "account": account, "region": region, "whatHappened": what });
    Notice {
        topic_arn: String::new(),
        message_id: String::new(),
        subject: None,
        message: text.to_string(),
        per_protocol: BTreeMap::new(),
        attributes: BTreeMap::new(),
        at: at(0),
    }
}

#[test]
fn a_second_report_of_the_same_cause_is_found() {
    let mut reports = Reports::default();
    let mut is_right = |kind: &str, call: &str| reports.check_notice(&notice(kind, call)).is_ok();
    assert!(!is_right("target-readable", ""), "it was never reported");
    assert!(is_right("target-unreadable", "sts:AssumeRole"));
    assert!(!is_right("target-unreadable", "sts:AssumeRole"));
    assert!(is_right("target-unreadable", "acm:ListCertificates"), "another cause");
    assert!(is_right("target-readable", ""));
    assert!(!is_right("target-readable", ""));
    assert!(is_right("expiring", ""), "other notices are not judged here");
    reports.forgive(at(0), &place());
    assert_eq!(reports.check_notice(&notice("target-readable", "")), Ok(()), "the run before was terminated");
    assert!(reports.check_notice(&notice("target-readable", "")).is_err(), "once");
}

#[test]
fn what_was_not_reported_in_time_is_found() {
    let mut reports = Reports::default();
    let place = place();
    assert_eq!(reports.check_state(&place, None, at(0)), Ok(()));
    assert!(reports.check_state(&place, Some(at(0)), at(1)).is_err());
    assert_eq!(reports.check_state(&place, Some(at(0)), at(0)), Ok(()), "there was no time yet");
    reports.check_notice(&notice("target-unreadable", "sts:AssumeRole")).unwrap();
    assert_eq!(reports.check_state(&place, Some(at(0)), at(1)), Ok(()));
    assert!(reports.check_state(&place, None, at(1)).is_err(), "it can be read again");
    reports.hinder(at(2), |_| true);
    assert_eq!(reports.check_state(&place, None, at(1)), Ok(()));
}
