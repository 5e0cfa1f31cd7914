//! When a renewal is requested.

use certificates::tags::{RENEWAL, Tags};
use certificates::{CertificateType, RenewalStatus};
use events::{Event, RenewalTrigger};
use expiry_events::CertificateState;
use expiry_events::plan::plan;
use expiry_events::policy::{RenewalDecision, Settings, decide_renewal};
use jiff::SignedDuration;

use super::world::{at, retagged, settings, state};

const RENEW_FROM: (&str, &str) = ("acm-autopilot:renew-from", "private-ca");

fn decision(not_after: &str, tags: &[(&str, &str)]) -> RenewalDecision {
    decide_renewal(&state(not_after, tags), &settings())
}

/// A certificate with 20 days left, with this state.
fn recorded(status: &str, since: &str, more: &[(&str, &str)]) -> RenewalDecision {
    let mut tags = vec![RENEW_FROM, ("acm-autopilot:status", status), ("acm-autopilot:status-since", since)];
    tags.extend(more);
    decision("2026-12-11T12:00:00Z", &tags)
}

#[test]
fn only_imported_certificates_with_a_source_are_ours() {
    assert_eq!(decision("2026-11-25T12:00:00Z", &[]), RenewalDecision::NotOurs);
    let mut acm = state("2026-11-25T12:00:00Z", &[RENEW_FROM]);
    acm.certificate.certificate_type = CertificateType::AmazonIssued;
    assert_eq!(decide_renewal(&acm, &settings()), RenewalDecision::NotOurs);
}

#[test]
fn due_within_the_window() {
    for (not_after, expected) in [
        ("2026-12-22T00:00:00Z", RenewalDecision::NotDue),
        ("2026-12-21T23:59:59Z", RenewalDecision::Start(RenewalTrigger::Due)),
        ("2026-11-21T00:00:00Z", RenewalDecision::Start(RenewalTrigger::Due)),
        ("2024-01-01T00:00:00Z", RenewalDecision::Start(RenewalTrigger::Due)),
    ] {
        assert_eq!(decision(not_after, &[RENEW_FROM]), expected, "{not_after}");
        let complete = [RENEW_FROM, ("acm-autopilot:status", "renewal-complete")];
        assert_eq!(decision(not_after, &complete), expected, "{not_after}");
    }
}

#[test]
fn an_unknown_source_is_requested_too_and_fails_there() {
    assert_eq!(
        decision("2026-11-25T12:00:00Z", &[("acm-autopilot:renew-from", "the-moon")]),
        RenewalDecision::Start(RenewalTrigger::Due)
    );
}

#[test]
fn a_request_or_a_claim_that_is_too_old_is_repeated() {
    use RenewalDecision::{InProgress, Repeat};
    for (status, since, expected) in [
        ("pending-renewal", "2026-11-21T06:00:00Z", InProgress),
        ("pending-renewal", "2026-11-21T05:51:08Z", InProgress),
        ("pending-renewal", "2026-11-21T05:51:07Z", Repeat(RenewalTrigger::LostRequest)),
        ("pending-renewal", "yesterday", Repeat(RenewalTrigger::LostRequest)),
        ("pending-renewal", "2099-01-01T00:00:00Z", Repeat(RenewalTrigger::LostRequest)),
        ("renewal-in-progress", "2026-11-21T06:36:08Z", InProgress),
        ("renewal-in-progress", "2026-11-21T06:36:07Z", Repeat(RenewalTrigger::StaleClaim)),
        ("renewal-in-progress", "", Repeat(RenewalTrigger::StaleClaim)),
    ] {
        assert_eq!(recorded(status, since, &[]), expected, "{status} since {since}");
    }
}

#[test]
fn a_completion_that_was_cut_off_is_repeated() {
    use RenewalDecision::{NotDue, Repeat};
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
        let mut state = state("2027-11-20T12:00:00Z", &[&status[..], &[replaced]].concat());
        state.certificate.serial = serial.map(str::to_owned);
        state.certificate.imported_at = Some(at("2026-11-21T06:36:00Z"));
        assert_eq!(decide_renewal(&state, &settings()), expected, "{since} {serial:?}");
        state.certificate.imported_at = Some(at("2026-11-18T06:36:00Z"));
        assert_eq!(decide_renewal(&state, &settings()), NotDue, "imported long ago: {since} {serial:?}");
    }
    let done = [RENEW_FROM, ("acm-autopilot:status", "renewal-complete")];
    assert_eq!(decision("2027-11-20T12:00:00Z", &done), NotDue);
}

#[test]
fn what_time_fixes_is_tried_again_after_a_growing_pause() {
    use RenewalDecision::{Paused, Start};
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
fn what_a_person_has_to_fix_is_tried_again_at_the_next_threshold() {
    use RenewalDecision::{Paused, Start};
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
    assert_eq!(decision("2027-11-20T12:00:00Z", &tags), RenewalDecision::Start(RenewalTrigger::Retry));
}

#[test]
fn without_room_for_its_tags_no_renewal_starts() {
    let full = |count: usize| -> CertificateState {
        let state = state("2026-12-11T12:00:00Z", &[]);
        let tags: Tags = (0..count - 1).map(|n| (format!("key-{n}"), "x")).collect();
        retagged(&state, tags.with(RENEW_FROM.0, RENEW_FROM.1))
    };
    let most = 50 - RENEWAL.len();
    assert_eq!(decide_renewal(&full(most), &settings()), RenewalDecision::Start(RenewalTrigger::Due));
    assert_eq!(decide_renewal(&full(most + 1), &settings()), RenewalDecision::NoRoomForTags);

    let plan = plan(&full(50), &settings());
    assert_eq!(plan.request, None);
}

#[test]
fn a_start_sets_tags_and_sends_events_and_a_repetition_only_sends() {
    let tags = [
        RENEW_FROM,
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", "2026-11-20T00:00:00Z"),
        ("acm-autopilot:status-reason", "throttled"),
        ("acm-autopilot:attempts", "1"),
    ];
    let failed = state("2026-12-11T12:00:00Z", &tags);
    let request = plan(&failed, &settings()).request.unwrap();
    let pending = request.pending_tags.unwrap();
    assert_eq!((pending.since, pending.clear_reason), (failed.now, true));
    let [Event::StatusChanged(changed), Event::RenewalRequested(requested)] = &request.send[..] else {
        panic!("{:?}", request.send)
    };
    assert_eq!(changed.from, Some(RenewalStatus::RenewalFailed));
    assert_eq!((changed.to, changed.attempt), (RenewalStatus::PendingRenewal, 1));
    assert_eq!((requested.why, requested.days_left), (RenewalTrigger::Retry, 20));

    let since = (failed.now - SignedDuration::from_hours(2)).to_string();
    let tags = [RENEW_FROM, ("acm-autopilot:status", "pending-renewal"), ("acm-autopilot:status-since", &since)];
    let request = plan(&state("2026-12-11T12:00:00Z", &tags), &settings()).request.unwrap();
    assert_eq!(request.pending_tags, None);
    assert!(matches!(&request.send[..], [Event::RenewalRequested(_)]));
}

#[test]
fn nothing_is_requested_where_nobody_renews() {
    let nobody = Settings { request_renewals: false, ..settings() };
    let plan = plan(&state("2026-12-11T12:00:00Z", &[RENEW_FROM]), &nobody);
    assert_eq!(plan.request, None);
    let notice = &plan.publish[0];
    assert_eq!(notice.severity.as_str(), "warning");
    assert!(notice.what_happens_next.contains("not deployed"), "{}", notice.what_happens_next);
}

#[test]
fn a_source_that_this_version_lacks_is_a_warning() {
    for source in ["acme", "the-moon"] {
        let state = state("2026-12-11T12:00:00Z", &[("acm-autopilot:renew-from", source)]);
        let plan = plan(&state, &settings());
        assert!(plan.request.is_some(), "its renewal fails and says so");
        assert_eq!(plan.publish[0].severity.as_str(), "warning", "{source}");
    }
}

#[test]
fn a_certificate_that_is_renewed_from_a_secret_is_in_time() {
    let tags = [("acm-autopilot:renew-from", "secret"), ("acm-autopilot:secret", "tls/www")];
    let plan = plan(&state("2026-12-11T12:00:00Z", &tags), &settings());
    assert!(plan.request.is_some());
    assert_eq!(plan.publish[0].severity.as_str(), "info");
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
        let mut state = state("2026-12-11T12:00:00Z", tags);
        state.certificate.serial = Some("2c:3d".into());
        plan(&state, &settings()).request.unwrap().pending_tags.unwrap().renewal_of
    };
    assert_eq!(mark(&failed), None);
    assert_eq!(mark(&failed[..4]).as_deref(), Some("2c:3d"));
    assert_eq!(mark(&[RENEW_FROM, ("acm-autopilot:renewal-of", "0a:1b")]).as_deref(), Some("2c:3d"));
}

#[test]
fn a_failed_renewal_of_a_certificate_that_a_person_replaced_is_requested_so_that_it_is_recorded() {
    for reason in ["ca-disabled", "throttled"] {
        let tags = [
            RENEW_FROM,
            ("acm-autopilot:status", "renewal-failed"),
            ("acm-autopilot:status-since", "2026-11-20T06:00:00Z"),
            ("acm-autopilot:status-reason", reason),
            ("acm-autopilot:attempts", "7"),
        ];
        let mut replaced = state("2027-11-20T12:00:00Z", &tags);
        replaced.certificate.imported_at = Some("2026-11-20T06:00:01Z".parse().unwrap());
        assert_eq!(decide_renewal(&replaced, &settings()), RenewalDecision::Repeat(RenewalTrigger::Retry), "{reason}");
        replaced.certificate.imported_at = Some("2026-11-20T05:59:59Z".parse().unwrap());
        assert_ne!(decide_renewal(&replaced, &settings()), RenewalDecision::Repeat(RenewalTrigger::Retry), "{reason}");
        replaced.certificate.imported_at = Some("2026-11-20T06:00:00Z".parse().unwrap());
        assert_ne!(decide_renewal(&replaced, &settings()), RenewalDecision::Repeat(RenewalTrigger::Retry), "{reason}");
    }
}
