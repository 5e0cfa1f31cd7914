//! What waits for a maintenance window or for the end of a freeze.

use certificates::tags::{RENEWAL_OF, SECRET, STATUS, STATUS_REASON, STATUS_SINCE, TagState};

use super::*;

const OPENS: &str = "2026-11-23T08:00:00Z";

/// On a Friday, outside the window.
fn outside() -> Case {
    Case { maintenance: r#"{"windows": ["Mon-Thu 08:00-16:00"]}"#.parse().unwrap(), ..due() }
}

fn frozen(expiry: &str) -> Case {
    let maintenance = r#"{"freezes": ["2026-11-20/2026-12-31"]}"#.parse().unwrap();
    Case { maintenance, ..due().valid("2025-12-10T12:00:00Z", expiry) }
}

fn postponed_to(until: &str) -> Option<SkipReason> {
    Some(SkipReason::Postponed { possible_after: until.parse().unwrap() })
}

/// As the sweep writes it.
fn requested(case: Case) -> Case {
    case.tag(STATUS, "pending-renewal").tag(STATUS_SINCE, "2026-11-20T07:00:00Z").tag(RENEWAL_OF, "0a:1b")
}

#[test]
fn what_would_be_renewed_waits() {
    for case in [
        outside(),
        requested(outside()),
        outside().on(Occasion::NonCompliant),
        outside().failed("2026-11-20T06:00:00Z", "throttled", "1"),
        outside().failed("2026-11-20T07:50:00Z", "ca-disabled", "1").on(Occasion::SettingsChanged),
        // A crash after a window has closed.
        outside().claimed("2026-11-20T07:00:00Z").tag(ATTEMPTS, "1"),
    ] {
        assert_eq!(case.skip(), postponed_to(OPENS), "{:?}", case.tags);
        let open = Case { now: OPENS.parse().unwrap(), ..case };
        assert_eq!(open.plan().too_soon, None);
    }
    let frozen = frozen("2026-12-10T12:00:00Z");
    assert_eq!(frozen.skip(), postponed_to("2026-12-02T00:00:00Z"), "8 days before it expires");
}

#[test]
fn the_last_days_override_windows_and_freezes() {
    assert_eq!(frozen("2026-11-29T00:00:00Z").skip(), postponed_to("2026-11-21T00:00:00Z"));
    assert_eq!(frozen("2026-11-28T23:59:59Z").plan().attempt, 1);
    assert_eq!(frozen("2026-11-01T00:00:00Z").plan().attempt, 1, "it has expired");
}

#[test]
fn a_request_of_a_person_overrides_both() {
    let far = "2027-12-10T12:00:00Z";
    for occasion in [Occasion::Requested, Occasion::NonCompliant] {
        assert_eq!(requested(frozen(far)).on(occasion).skip(), postponed_to("2027-01-01T00:00:00Z"));
        assert_eq!(frozen(far).tag(STATUS, "pending-renewal").on(occasion).plan().attempt, 1);
        let failed = frozen(far).failed("2026-11-20T06:00:00Z", "ca-disabled", "1").tag(RENEWAL_OF, "0a:1b");
        assert_eq!(failed.tag(STATUS, "pending-renewal").on(occasion).plan().attempt, 2);
    }
    // The sweep has requested it already.
    assert_eq!(requested(frozen(far)).on(Occasion::PendingSet).plan().attempt, 1);
    // Nothing is requested any more.
    assert_eq!(outside().on(Occasion::PendingSet).skip(), postponed_to(OPENS));
}

#[test]
fn what_waits_for_something_else_says_so() {
    let far = outside().valid("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
    assert_eq!(far.skip(), Some(SkipReason::NotDue));
    assert_eq!(outside().claimed(NOW).skip(), Some(SkipReason::RenewalInProgress));
    let failed = outside().failed("2026-11-20T07:50:00Z", "throttled", "1");
    assert_eq!(failed.skip(), Some(SkipReason::WaitingForRetry));
    let renewed = imported(requested(outside()), "2026-11-20T07:30:00Z");
    assert!(matches!(renewed.skip(), Some(SkipReason::JustRenewed { .. })));
    // Nobody should learn of it when a freeze is over.
    assert_eq!(outside().tag(RENEW_FROM, "acme").failure().0, FailureReason::AcmeNotConfigured);
}

#[test]
fn a_secret_is_read_and_its_certificate_waits() {
    let mut case = outside().tag(RENEW_FROM, "secret").tag(SECRET, "web/pay").on(Occasion::SecretChanged);
    case.grants = r#"{"secrets": ["*"]}"#.parse().unwrap();
    assert_eq!(case.plan().too_soon, postponed_to(OPENS));
}

#[test]
fn the_sweep_is_asked_once() {
    let postponed = postponed_to(OPENS).unwrap();
    let has_to_be = |reason, case: Case| has_to_be_requested(reason, &TagState::read(&case.tags).recorded);
    assert!(has_to_be(postponed, outside()));
    assert!(has_to_be(postponed, outside().failed(NOW, "ca-disabled", "1")));
    assert!(has_to_be(postponed, outside().tag(STATUS, "renewal-complete")));
    assert!(!has_to_be(postponed, requested(outside())));
    assert!(!has_to_be(postponed, outside().claimed("2026-11-20T07:00:00Z")));
    assert!(!has_to_be(SkipReason::NotDue, outside()));
    assert!(!has_to_be(SkipReason::WaitingForRetry, outside().tag(STATUS_REASON, "throttled")));
}
