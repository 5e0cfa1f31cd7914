//! Whether it is the time to renew.

use certificates::tags::{ATTEMPTS, RENEW_FROM, STATUS, STATUS_SINCE};

use super::*;

#[test]
fn what_is_not_imported_or_not_managed_is_left_alone() {
    let mut case = due();
    case.certificate.certificate_type = CertificateType::AmazonIssued;
    assert_eq!(case.skip(), Some(SkipReason::NotImported));
    let mut case = due();
    case.tags = Tags::default().with(RENEW_FROM, " ");
    assert_eq!(case.skip(), Some(SkipReason::NotManaged));
}

#[test]
fn the_expiry_decides_where_nobody_asked() {
    for (from, to, skip) in [
        ("2025-12-21T00:00:00Z", "2026-12-21T00:00:00Z", Some(SkipReason::NotDue)),
        ("2025-12-20T23:59:59Z", "2026-12-20T23:59:59Z", None),
        ("2025-11-01T00:00:00Z", "2026-11-01T00:00:00Z", None),
        // Short-lived: at most a third of its lifetime before it expires.
        ("2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z", Some(SkipReason::NotDue)),
        ("2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z", None),
        ("2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z", None),
    ] {
        for occasion in [Occasion::Requested, Occasion::SettingsChanged, Occasion::NonCompliant] {
            assert_eq!(due().valid(from, to).on(occasion).skip(), skip, "{to}");
        }
        let complete = due().valid(from, to).tag(STATUS, "renewal-complete").tag(STATUS_SINCE, NOW);
        assert_eq!(complete.skip(), skip, "{to}");
    }
    let mut pending = due();
    pending.certificate.not_after = None;
    assert_eq!(pending.skip(), Some(SkipReason::NotDue));
}

#[test]
fn pending_is_renewed_whenever_it_expires() {
    let far = due().valid("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z").tag(STATUS, "pending-renewal");
    assert_eq!(far.plan().attempt, 1);
}

#[test]
fn a_claim_keeps_others_away_until_it_is_too_old() {
    for (since, attempts, skip) in [
        (NOW, "1", Some(SkipReason::RenewalInProgress)),
        ("2026-11-20T07:45:01Z", "1", Some(SkipReason::RenewalInProgress)),
        ("2026-11-20T07:45:00Z", "1", None),
        // Clocks may differ a little; a time that nobody wrote counts as long ago.
        ("2026-11-20T08:04:00Z", "1", Some(SkipReason::RenewalInProgress)),
        ("2026-11-20T09:00:00Z", "1", None),
        ("gremlins", "1", None),
    ] {
        assert_eq!(due().claimed(since).tag(ATTEMPTS, attempts).skip(), skip, "{since} {attempts}");
    }
    assert_eq!(due().claimed("2026-11-20T07:00:00Z").tag(ATTEMPTS, "1").plan().attempt, 2);
}

#[test]
fn an_attempt_after_the_first_that_crashed_has_failed() {
    for (since, attempts, failed) in [
        ("2026-11-20T07:45:00Z", "1", false),
        ("2026-11-20T07:45:01Z", "2", false),
        ("2026-11-20T07:45:00Z", "2", true),
        ("2026-11-20T04:00:01Z", "2", true),
        ("2026-11-20T04:00:00Z", "2", false),
        ("2026-11-19T08:00:01Z", "3", true),
        ("2026-11-19T08:00:00Z", "3", false),
    ] {
        let case = due().claimed(since).tag(ATTEMPTS, attempts);
        // Whenever it expires: no sweep checks one that does not expire soon.
        let far = case.valid("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
        if failed {
            assert_eq!(far.failure(), (FailureReason::Interrupted, attempts.parse().unwrap()), "{since} {attempts}");
            assert_eq!(far.on(Occasion::SettingsChanged).plan().attempt, attempts.parse::<u32>().unwrap() + 1);
        } else {
            assert!(!matches!(far.decision(), Decision::RecordFailure { .. }), "{since} {attempts}");
        }
    }
}

#[test]
fn what_comes_too_early_comes_again() {
    let possible_after = NOW.parse().unwrap();
    for (skip, occasion, again) in [
        (SkipReason::RenewalInProgress, Occasion::Requested, true),
        (SkipReason::RenewalInProgress, Occasion::PendingSet, true),
        (SkipReason::RenewalInProgress, Occasion::SettingsChanged, true),
        (SkipReason::RenewalInProgress, Occasion::NonCompliant, false),
        (SkipReason::JustFailed { possible_after }, Occasion::NonCompliant, true),
        (SkipReason::JustRenewed { possible_after }, Occasion::PendingSet, false),
        (SkipReason::WaitingForRetry, Occasion::Requested, false),
    ] {
        assert_eq!(skip.is_too_early(occasion), again, "{skip:?} {occasion:?}");
    }
}

#[test]
fn a_claim_that_outlives_its_message_is_not_honoured() {
    let mut case = due().claimed(NOW);
    case.waited = SignedDuration::from_mins(54);
    assert_eq!(case.skip(), Some(SkipReason::RenewalInProgress));
    // The third delivery, by a clock that is a little behind.
    case.waited = SignedDuration::from_mins(59);
    assert_eq!(case.plan().attempt, 1);
}

#[test]
fn what_time_resolves_is_tried_again_after_a_growing_pause() {
    for (since, attempts, skip) in [
        ("2026-11-20T07:00:01Z", "1", Some(SkipReason::WaitingForRetry)),
        ("2026-11-20T07:00:00Z", "1", None),
        ("2026-11-20T04:00:01Z", "2", Some(SkipReason::WaitingForRetry)),
        ("2026-11-20T04:00:00Z", "2", None),
        ("2026-11-19T08:00:01Z", "3", Some(SkipReason::WaitingForRetry)),
        ("2026-11-19T08:00:00Z", "3", None),
        ("2026-11-19T08:00:01Z", "4000000000", Some(SkipReason::WaitingForRetry)),
        ("2026-11-20T07:00:00Z", "gremlins", None),
        ("2099-01-01T00:00:00Z", "1", None),
        ("gremlins", "1", None),
    ] {
        assert_eq!(due().failed(since, "throttled", attempts).skip(), skip, "{since} {attempts}");
        // Another event that is no change of the operator's does not shorten it.
        assert_eq!(due().failed(since, "throttled", attempts).on(Occasion::NonCompliant).skip(), skip, "{since}");
    }
    assert_eq!(due().failed("2026-11-20T04:00:00Z", "throttled", "2").plan().attempt, 3);
}

#[test]
fn what_a_person_resolves_waits_for_a_change_or_a_threshold() {
    // Thresholds of this certificate: 30 on 11-10, 15 on 11-25.
    for reason in ["ca-disabled", "gremlins"] {
        let waits = || due().failed("2026-11-10T08:00:00Z", reason, "1");
        assert_eq!(waits().skip(), Some(SkipReason::WaitingForAPerson), "{reason}");
        assert_eq!(waits().on(Occasion::NonCompliant).skip(), Some(SkipReason::WaitingForAPerson));
        assert_eq!(waits().on(Occasion::SettingsChanged).plan().attempt, 2);
        assert_eq!(due().failed("2026-11-09T08:00:00Z", reason, "1").plan().attempt, 2, "30 was crossed since");
    }
    // Asked for by the operator: pending-renewal replaces the failure.
    assert_eq!(due().failed(NOW, "ca-disabled", "1").tag(STATUS, "pending-renewal").plan().attempt, 2);
}

#[test]
fn a_change_of_the_operators_ends_every_pause_but_a_claim() {
    let failed = due().failed("2026-11-20T06:59:00Z", "throttled", "3");
    assert_eq!(failed.on(Occasion::SettingsChanged).plan().attempt, 4);
    assert_eq!(due().claimed(NOW).on(Occasion::SettingsChanged).skip(), Some(SkipReason::RenewalInProgress));
}
