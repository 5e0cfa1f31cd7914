//! Windows and freezes as operators write them.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

/// Far away.
const EXPIRY: &str = "2028-01-01T12:00:00Z";

fn plan(text: &str) -> Maintenance {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn nothing_waits_without_a_plan() {
    for text in ["{}", r#"{"windows": [], "freezes": [], "overrideDays": 8}"#] {
        assert_eq!(plan(text), Maintenance::default());
    }
    assert!(!Maintenance::default().is_planned());
    assert_eq!(Maintenance::default().postponed_until(Some(at(EXPIRY)), at("2026-11-20T08:00:00Z")), None);
}

/// 2026-11-20 is a Friday.
#[test]
fn table() {
    let office = r#"{"windows": ["Mon-Thu 08:00-16:00"]}"#;
    let night = r#"{"windows": ["Fri-Sun 22:30-04:00"]}"#;
    let two = r#"{"windows": ["Sat 08:00-12:00", "Mon,wed 10:00-24:00"]}"#;
    let freeze = r#"{"freezes": ["2026-12-20/2027-01-06", "2027-01-07"]}"#;
    let both = r#"{"windows": ["Mon-Thu 08:00-16:00"], "freezes": ["2026-11-23/2026-11-24"]}"#;
    let long = r#"{"freezes": ["2026-11-01/2028-12-31"], "overrideDays": 30}"#;
    for (text, now, until) in [
        (office, "2026-11-20T08:00:00Z", Some("2026-11-23T08:00:00Z")),
        (office, "2026-11-23T07:59:59Z", Some("2026-11-23T08:00:00Z")),
        (office, "2026-11-23T08:00:00Z", None),
        (office, "2026-11-23T15:59:59.9Z", None),
        (office, "2026-11-23T16:00:00Z", Some("2026-11-24T08:00:00Z")),
        (office, "2026-11-26T16:00:00Z", Some("2026-11-30T08:00:00Z")),
        (night, "2026-11-20T22:29:00Z", Some("2026-11-20T22:30:00Z")),
        (night, "2026-11-21T03:59:59Z", None),
        // From Sunday into Monday, which is the next week.
        (night, "2026-11-23T03:59:59Z", None),
        (night, "2026-11-23T04:00:00Z", Some("2026-11-27T22:30:00Z")),
        (two, "2026-11-20T08:00:00Z", Some("2026-11-21T08:00:00Z")),
        (two, "2026-11-21T12:00:00Z", Some("2026-11-23T10:00:00Z")),
        (two, "2026-11-25T23:59:59Z", None),
        (freeze, "2026-12-19T23:59:59Z", None),
        (freeze, "2026-12-20T00:00:00Z", Some("2027-01-08T00:00:00Z")),
        (freeze, "2027-01-08T00:00:00Z", None),
        (both, "2026-11-23T10:00:00Z", Some("2026-11-25T08:00:00Z")),
        (both, "2026-11-20T10:00:00Z", Some("2026-11-25T08:00:00Z")),
        (long, "2026-11-20T10:00:00Z", Some("2027-12-02T00:00:00Z")),
        (long, "2027-12-01T23:59:59Z", Some("2027-12-02T00:00:00Z")),
        (long, "2027-12-02T00:00:00Z", None),
        (long, "2028-06-01T00:00:00Z", None),
    ] {
        assert!(plan(text).is_planned());
        assert_eq!(plan(text).postponed_until(Some(at(EXPIRY)), at(now)), until.map(at), "{text} {now}");
    }
}

#[test]
fn an_expiry_that_is_near_or_not_known_waits_for_nothing() {
    let frozen = plan(r#"{"freezes": ["2026-11-01/2026-12-31"]}"#);
    let now = at("2026-11-20T08:00:00Z");
    for (expiry, waits) in
        [("2026-11-29T00:00:00Z", true), ("2026-11-28T23:59:59Z", false), ("2026-11-01T00:00:00Z", false)]
    {
        assert_eq!(frozen.postponed_until(Some(at(expiry)), now).is_some(), waits, "{expiry}");
    }
    assert_eq!(frozen.postponed_until(None, now), None);
}

#[test]
fn mistakes_are_named() {
    for (text, says) in [
        ("soon", "expected value"),
        ("[]", "expected a map"),
        (r#"{"window": []}"#, "unknown field `window`"),
        (r#"{"overrideDays": 0}"#, "overrideDays is not from 1 to 365"),
        (r#"{"overrideDays": 366}"#, "overrideDays is not from 1 to 365"),
        (r#"{"windows": ["08:00-16:00"]}"#, "`08:00-16:00` is not a window such as"),
        (r#"{"windows": ["Mon-Thu"]}"#, "`Mon-Thu` is not a window"),
        (r#"{"windows": ["Mon-Thursday 08:00-16:00"]}"#, "is not a window"),
        (r#"{"windows": ["Mon 8:00-16:00"]}"#, "is not a window"),
        (r#"{"windows": ["Mon 08:00-24:01"]}"#, "is not a window"),
        (r#"{"windows": ["Mon 08:60-12:00"]}"#, "is not a window"),
        (r#"{"windows": ["Mon 24:00-04:00"]}"#, "is not a window"),
        (r#"{"windows": ["Mon +8:00-16:00"]}"#, "is not a window"),
        (r#"{"windows": ["Mon 08:00-09:59"]}"#, "`Mon 08:00-09:59` is shorter than two hours"),
        (r#"{"freezes": ["Christmas"]}"#, "`Christmas` is not a freeze such as"),
        (r#"{"freezes": ["2026-12-20/2026-12-32"]}"#, "is not a freeze"),
        (r#"{"freezes": ["2026-12-20T00:00/2026-12-31"]}"#, "is not a freeze"),
        (r#"{"freezes": ["2026-12-20/2026-12-19"]}"#, "`2026-12-20/2026-12-19` ends before it starts"),
        (r#"{"freezes": ["9999-12-01/9999-12-31"]}"#, "is not a freeze"),
    ] {
        let error = text.parse::<Maintenance>().unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("use a JSON object such as"), "{text}: {error}");
    }
    assert_eq!(plan(r#"{"windows": ["Mon-Sun 00:00-24:00"]}"#).possible_from(at(EXPIRY)), Some(at(EXPIRY)));
    assert_eq!(
        plan(r#"{"windows": ["Mon 08:00-08:00"]}"#).windows[0].open_from(at(EXPIRY)),
        Some(at("2028-01-03T08:00:00Z"))
    );
}

fn any_plan() -> impl Strategy<Value = Maintenance> {
    let day = proptest::sample::select(vec!["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
    let window = (day.clone(), day, 0..1440_u32, 120..=1440_u32).prop_map(|(first, last, from, minutes)| {
        let to = (from + minutes) % 1440;
        format!("{first}-{last} {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    });
    let freeze = (0..800_i64, 0..90_i64).prop_map(|(start, length)| {
        let first = jiff::civil::date(2026, 1, 1) + start.days();
        format!("{first}/{}", first + length.days())
    });
    let (windows, freezes) = (proptest::collection::vec(window, 0..4), proptest::collection::vec(freeze, 0..6));
    (windows, freezes, 1..=365_u16).prop_map(|(windows, freezes, days)| {
        let text = serde_json::json!({ "windows": windows, "freezes": freezes, "overrideDays": days });
        text.to_string().parse().unwrap()
    })
}

proptest! {
    #[test]
    fn waiting_ends_where_it_says_and_before_the_last_days(
        plan in any_plan(),
        now in 0..63_072_000_i64,
        left in -31_536_000..63_072_000_i64,
    ) {
        let now = at("2026-01-01T00:00:00Z") + SignedDuration::from_secs(now);
        let expiry = now + SignedDuration::from_secs(left);
        if let Some(until) = plan.postponed_until(Some(expiry), now) {
            prop_assert!(now < until);
            prop_assert!(days_left(expiry, until) >= i64::from(plan.override_days), "{until}");
            prop_assert!(days_left(expiry, now) > i64::from(plan.override_days));
            prop_assert_eq!(plan.postponed_until(Some(expiry), until), None);
            // Not a second too late.
            let before = until - SignedDuration::from_secs(1);
            prop_assert!(before < now || plan.postponed_until(Some(expiry), before).is_some());
        }
    }
}
