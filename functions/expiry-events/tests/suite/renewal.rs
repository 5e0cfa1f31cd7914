//! When a renewal is asked for.

use certificates::tags::{RENEWAL, Tags};
use certificates::{CertificateType, RenewalStatus};
use events::{Event, RenewalTrigger};
use expiry_events::policy::renewal::{Decision, decide};
use expiry_events::policy::{self, Look, Settings};
use jiff::SignedDuration;

use super::world::{at, look, retagged, settings};

const RENEW_FROM: (&str, &str) = ("acm-autopilot:renew-from", "private-ca");

fn decision(not_after: &str, tags: &[(&str, &str)]) -> Decision {
    decide(&look(not_after, tags), &settings())
}

/// A certificate with 20 days left, with this state.
fn recorded(status: &str, since: &str, more: &[(&str, &str)]) -> Decision {
    let mut tags = vec![RENEW_FROM, ("acm-autopilot:status", status), ("acm-autopilot:status-since", since)];
    tags.extend(more);
    decision("2026-12-11T12:00:00Z", &tags)
}

#[test]
fn only_imported_certificates_with_a_source_are_ours() {
    assert_eq!(decision("2026-11-25T12:00:00Z", &[]), Decision::NotOurs);
    let mut acm = look("2026-11-25T12:00:00Z", &[RENEW_FROM]);
    acm.facts.certificate_type = CertificateType::AmazonIssued;
    assert_eq!(decide(&acm, &settings()), Decision::NotOurs);
}

#[test]
fn due_within_the_window() {
    for (not_after, expected) in [
        ("2026-12-22T00:00:00Z", Decision::NotDue),
        ("2026-12-21T23:59:59Z", Decision::Start(RenewalTrigger::Due)),
        ("2026-11-21T00:00:00Z", Decision::Start(RenewalTrigger::Due)),
        ("2024-01-01T00:00:00Z", Decision::Start(RenewalTrigger::Due)),
    ] {
        assert_eq!(decision(not_after, &[RENEW_FROM]), expected, "{not_after}");
        let complete = [RENEW_FROM, ("acm-autopilot:status", "renewal-complete")];
        assert_eq!(decision(not_after, &complete), expected, "{not_after}");
    }
}

#[test]
fn an_unknown_source_is_asked_for_too_and_fails_there() {
    assert_eq!(
        decision("2026-11-25T12:00:00Z", &[("acm-autopilot:renew-from", "the-moon")]),
        Decision::Start(RenewalTrigger::Due)
    );
}

#[test]
fn a_request_or_a_claim_that_is_too_old_is_repeated() {
    use Decision::{Repeat, UnderWay};
    for (status, since, expected) in [
        ("pending-renewal", "2026-11-21T06:00:00Z", UnderWay),
        ("pending-renewal", "2026-11-21T05:51:08Z", UnderWay),
        ("pending-renewal", "2026-11-21T05:51:07Z", Repeat(RenewalTrigger::LostRequest)),
        ("pending-renewal", "yesterday", Repeat(RenewalTrigger::LostRequest)),
        ("pending-renewal", "2099-01-01T00:00:00Z", Repeat(RenewalTrigger::LostRequest)),
        ("renewal-in-progress", "2026-11-21T06:36:08Z", UnderWay),
        ("renewal-in-progress", "2026-11-21T06:36:07Z", Repeat(RenewalTrigger::StaleClaim)),
        ("renewal-in-progress", "", Repeat(RenewalTrigger::StaleClaim)),
    ] {
        assert_eq!(recorded(status, since, &[]), expected, "{status} since {since}");
    }
}

#[test]
fn a_completion_that_was_cut_off_is_repeated() {
    use Decision::{NotDue, Repeat};
    let replaced = ("acm-autopilot:renewal-of", "0a:1b");
    for (since, serial, expected) in [
        ("2026-11-21T06:36:08Z", Some("0c:2d"), NotDue),
        ("2026-11-21T06:36:07Z", Some("0c:2d"), Repeat(RenewalTrigger::StaleClaim)),
        // Nobody knows when, so imported-renewal would not record it either.
        ("", Some("0c:2d"), NotDue),
        // A listing does not show the serial number.
        ("2026-11-21T06:36:07Z", None, Repeat(RenewalTrigger::StaleClaim)),
        // It was never replaced, so somebody else wrote the status.
        ("2026-11-21T06:36:07Z", Some("0a:1b"), NotDue),
        ("2026-11-21T06:36:07Z", Some("0A:1B"), NotDue),
    ] {
        let status = [RENEW_FROM, ("acm-autopilot:status", "renewal-complete"), ("acm-autopilot:status-since", since)];
        let mut look = look("2027-11-20T12:00:00Z", &[&status[..], &[replaced]].concat());
        look.facts.serial = serial.map(str::to_owned);
        look.facts.imported_at = Some(at("2026-11-21T06:36:00Z"));
        assert_eq!(decide(&look, &settings()), expected, "{since} {serial:?}");
        look.facts.imported_at = Some(at("2026-11-18T06:36:00Z"));
        assert_eq!(decide(&look, &settings()), NotDue, "imported long ago: {since} {serial:?}");
    }
    let done = [RENEW_FROM, ("acm-autopilot:status", "renewal-complete")];
    assert_eq!(decision("2027-11-20T12:00:00Z", &done), NotDue);
}

#[test]
fn what_time_mends_is_tried_again_after_a_growing_pause() {
    use Decision::{Paused, Start};
    for (attempts, since, expected) in [
        ("1", "2026-11-21T05:51:08Z", Paused),
        ("1", "2026-11-21T05:51:07Z", Start(RenewalTrigger::Retry)),
        ("2", "2026-11-21T05:00:00Z", Paused),
        ("2", "2026-11-21T02:51:00Z", Start(RenewalTrigger::Retry)),
        ("7", "2026-11-20T07:00:00Z", Paused),
        ("7", "2026-11-20T06:51:00Z", Start(RenewalTrigger::Retry)),
        ("7", "garbage", Start(RenewalTrigger::Retry)),
    ] {
        let more = [("acm-autopilot:status-reason", "throttled"), ("acm-autopilot:attempts", attempts)];
        assert_eq!(recorded("renewal-failed", since, &more), expected, "{attempts} {since}");
    }
}

#[test]
fn what_a_person_mends_is_tried_again_at_the_next_threshold() {
    use Decision::{Paused, Start};
    // 2026-12-06 is in 15 days, so 15 was crossed this midnight.
    for (not_after, since, expected) in [
        ("2026-12-11T12:00:00Z", "2026-11-20T00:00:00Z", Paused),
        ("2026-12-06T12:00:00Z", "2026-11-20T23:00:00Z", Start(RenewalTrigger::ThresholdCrossed)),
        ("2026-12-06T12:00:00Z", "2026-11-21T00:00:00Z", Paused),
        ("2026-12-06T12:00:00Z", "garbage", Start(RenewalTrigger::ThresholdCrossed)),
    ] {
        for reason in ["ca-disabled", "gremlins"] {
            let tags = [
                RENEW_FROM,
                ("acm-autopilot:status", "renewal-failed"),
                ("acm-autopilot:status-since", since),
                ("acm-autopilot:status-reason", reason),
            ];
            assert_eq!(decision(not_after, &tags), expected, "{not_after} {since} {reason}");
        }
    }
}

#[test]
fn a_failure_is_followed_up_even_when_the_certificate_is_no_longer_due() {
    let tags = [
        RENEW_FROM,
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", "2026-11-19T00:00:00Z"),
        ("acm-autopilot:status-reason", "verification-failed"),
    ];
    assert_eq!(decision("2027-11-20T12:00:00Z", &tags), Decision::Start(RenewalTrigger::Retry));
}

#[test]
fn without_room_for_its_tags_no_renewal_begins() {
    let full = |count: usize| -> Look {
        let look = look("2026-12-11T12:00:00Z", &[]);
        let tags: Tags = (0..count - 1).map(|n| (format!("key-{n}"), "x")).collect();
        retagged(&look, tags.with(RENEW_FROM.0, RENEW_FROM.1))
    };
    let most = 50 - RENEWAL.len();
    assert_eq!(decide(&full(most), &settings()), Decision::Start(RenewalTrigger::Due));
    assert_eq!(decide(&full(most + 1), &settings()), Decision::NoRoom);

    let plan = policy::decide(&full(50), &settings());
    assert_eq!(plan.request, None);
}

#[test]
fn a_start_marks_and_tells_and_a_repetition_only_tells() {
    let tags = [
        RENEW_FROM,
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", "2026-11-20T00:00:00Z"),
        ("acm-autopilot:status-reason", "throttled"),
        ("acm-autopilot:attempts", "1"),
    ];
    let look_at = look("2026-12-11T12:00:00Z", &tags);
    let request = policy::decide(&look_at, &settings()).request.unwrap();
    let mark = request.mark.unwrap();
    assert_eq!((mark.since, mark.clear_reason), (look_at.now, true));
    let [Event::StatusChanged(changed), Event::RenewalRequested(requested)] = &request.send[..] else {
        panic!("{:?}", request.send)
    };
    assert_eq!(changed.from, Some(RenewalStatus::RenewalFailed));
    assert_eq!((changed.to, changed.attempt), (RenewalStatus::PendingRenewal, 1));
    assert_eq!((requested.why, requested.days_left), (RenewalTrigger::Retry, 20));

    let since = (look_at.now - SignedDuration::from_hours(2)).to_string();
    let tags = [RENEW_FROM, ("acm-autopilot:status", "pending-renewal"), ("acm-autopilot:status-since", &since)];
    let request = policy::decide(&look("2026-12-11T12:00:00Z", &tags), &settings()).request.unwrap();
    assert_eq!(request.mark, None);
    assert!(matches!(&request.send[..], [Event::RenewalRequested(_)]));
}

#[test]
fn nothing_is_asked_for_where_nobody_renews() {
    let nobody = Settings { request_renewals: false, ..settings() };
    let plan = policy::decide(&look("2026-12-11T12:00:00Z", &[RENEW_FROM]), &nobody);
    assert_eq!(plan.request, None);
    let notice = &plan.publish[0];
    assert_eq!(notice.severity.as_str(), "warning");
    assert!(notice.what_happens_next.contains("not deployed"), "{}", notice.what_happens_next);
}

#[test]
fn a_source_that_this_version_lacks_is_no_comfort() {
    for source in ["acme", "secret", "the-moon"] {
        let look = look("2026-12-11T12:00:00Z", &[("acm-autopilot:renew-from", source)]);
        let plan = policy::decide(&look, &settings());
        assert!(plan.request.is_some(), "its renewal fails and says so");
        assert_eq!(plan.publish[0].severity.as_str(), "warning", "{source}");
    }
}

#[test]
fn another_attempt_is_about_the_certificate_that_the_first_one_found() {
    let failed = [
        RENEW_FROM,
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", "2026-11-20T00:00:00Z"),
        ("acm-autopilot:status-reason", "throttled"),
        ("acm-autopilot:renewal-of", "0a:1b"),
    ];
    let mark = |tags: &[(&str, &str)]| {
        let mut look = look("2026-12-11T12:00:00Z", tags);
        look.facts.serial = Some("2c:3d".into());
        policy::decide(&look, &settings()).request.unwrap().mark.unwrap().renewal_of
    };
    assert_eq!(mark(&failed), None);
    assert_eq!(mark(&failed[..4]).as_deref(), Some("2c:3d"));
    assert_eq!(mark(&[RENEW_FROM, ("acm-autopilot:renewal-of", "0a:1b")]).as_deref(), Some("2c:3d"));
}

#[test]
fn a_failed_renewal_of_a_certificate_that_a_person_replaced_is_asked_for_to_be_recorded() {
    for reason in ["ca-disabled", "throttled"] {
        let tags = [
            RENEW_FROM,
            ("acm-autopilot:status", "renewal-failed"),
            ("acm-autopilot:status-since", "2026-11-20T06:00:00Z"),
            ("acm-autopilot:status-reason", reason),
            ("acm-autopilot:attempts", "7"),
        ];
        let mut replaced = look("2027-11-20T12:00:00Z", &tags);
        replaced.facts.imported_at = Some("2026-11-20T06:00:01Z".parse().unwrap());
        assert_eq!(decide(&replaced, &settings()), Decision::Repeat(RenewalTrigger::Retry), "{reason}");
        replaced.facts.imported_at = Some("2026-11-20T05:59:59Z".parse().unwrap());
        assert_ne!(decide(&replaced, &settings()), Decision::Repeat(RenewalTrigger::Retry), "{reason}");
        replaced.facts.imported_at = Some("2026-11-20T06:00:00Z".parse().unwrap());
        assert_ne!(decide(&replaced, &settings()), Decision::Repeat(RenewalTrigger::Retry), "{reason}");
    }
}
