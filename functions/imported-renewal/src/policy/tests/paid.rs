//! What was paid for too recently.

use certificates::tags::{RENEWAL_OF, STATUS, STATUS_SINCE};

use super::*;

#[test]
fn nothing_is_renewed_twice_within_an_hour() {
    let asked = |created: Option<&str>, at: &str| {
        let mut case = imported(due().tag(STATUS, "pending-renewal"), at);
        case.certificate.created_at = created.map(|time| time.parse().unwrap());
        case.skip()
    };
    let possible_after = "2026-11-20T08:00:01Z".parse().unwrap();
    let just_renewed = Some(SkipReason::JustRenewed { possible_after });
    assert_eq!(asked(Some("2025-12-10T12:00:00Z"), "2026-11-20T07:00:01Z"), just_renewed);
    assert_eq!(asked(None, "2026-11-20T07:00:01Z"), just_renewed);
    assert_eq!(asked(Some("2025-12-10T12:00:00Z"), "2026-11-20T07:00:00Z"), None);
    assert_eq!(asked(Some("2026-11-20T07:59:30Z"), "2026-11-20T07:59:31Z"), None, "its first import");
}

/// If ACM moves the time of creation with each import, our own record says which one was a renewal.
#[test]
fn a_renewal_that_looks_like_a_first_import_is_none() {
    let at = "2026-11-20T07:30:00Z";
    let possible_after = "2026-11-20T08:30:00Z".parse().unwrap();
    for (status, since, is_first) in [
        ("renewal-complete", at, false),
        ("renewal-complete", "2026-11-20T07:00:01Z", false),
        ("renewal-complete", "2026-11-20T07:00:00Z", true),
        ("pending-renewal", at, false),
        // The sweep's request, a while after the first import.
        ("pending-renewal", "2026-11-20T07:31:00Z", true),
        ("pending-renewal", "gremlins", true),
        ("renewal-failed", at, true),
    ] {
        let mut case = imported(due().tag(STATUS, status).tag(STATUS_SINCE, since), at);
        case.certificate.created_at = case.certificate.imported_at;
        let expected = (!is_first).then_some(SkipReason::JustRenewed { possible_after });
        assert_eq!(just_renewed_of(&case), expected, "{status} {since}");
    }
    // A sweep right after the first import: its request names the certificate that is to be replaced.
    let requested = due().tag(STATUS, "pending-renewal").tag(STATUS_SINCE, "2026-11-20T07:30:02Z");
    let mut case = imported(requested.tag(RENEWAL_OF, "0a:1b"), at);
    case.certificate.created_at = case.certificate.imported_at;
    assert_eq!(just_renewed_of(&case), None);
}

fn just_renewed_of(case: &Case) -> Option<SkipReason> {
    case.skip().filter(|skip| matches!(skip, SkipReason::JustRenewed { .. }))
}

#[test]
fn a_failure_that_may_have_cost_is_not_repeated_within_an_hour() {
    let possible_after = "2026-11-20T08:30:00Z".parse().unwrap();
    for reason in FailureReason::ALL {
        let failed = || due().failed("2026-11-20T07:30:00Z", reason.as_str(), "1");
        let waits = reason.may_have_cost().then_some(SkipReason::JustFailed { possible_after });
        assert_eq!(failed().on(Occasion::SettingsChanged).skip(), waits, "{reason}");
        assert_eq!(failed().tag(STATUS, "pending-renewal").skip(), waits, "{reason}");
        // It was another certificate's.
        let other = || failed().tag(RENEWAL_OF, "77:88");
        assert_eq!(other().on(Occasion::SettingsChanged).skip(), None, "{reason}");
        let before = due().failed("2026-11-20T07:00:00Z", reason.as_str(), "1");
        assert_eq!(before.on(Occasion::SettingsChanged).skip(), None, "{reason}");
    }
}

/// The tags say nothing of it, or something else.
#[test]
fn what_this_process_paid_for_is_not_paid_again_within_an_hour() {
    let charged = |at: &str, replaces: &str, imports: Option<&str>| {
        let mut case = due();
        let imports = imports.and_then(SerialNumber::parse);
        case.last_charge = Some(Charge { at: at.parse().unwrap(), replaces: SerialNumber::parse(replaces), imports });
        case
    };
    let possible_after = "2026-11-20T08:00:01Z".parse().unwrap();
    let (failed, renewed) = (SkipReason::JustFailed { possible_after }, SkipReason::JustRenewed { possible_after });
    for (at, replaces, imports, skip) in [
        ("2026-11-20T07:00:01Z", "a1b", None, Some(failed)),
        ("2026-11-20T07:00:01Z", "a1b", Some("c2d"), Some(failed)),
        ("2026-11-20T07:00:01Z", "77", Some("a1b"), Some(renewed)),
        ("2026-11-20T07:00:00Z", "a1b", None, None),
        ("2026-11-20T07:00:00Z", "77", Some("a1b"), None),
        ("2026-11-20T07:00:01Z", "77", Some("88"), None),
        ("2026-11-20T07:00:01Z", "77", None, None),
    ] {
        for occasion in [Occasion::Requested, Occasion::PendingSet, Occasion::SettingsChanged, Occasion::NonCompliant] {
            assert_eq!(charged(at, replaces, imports).on(occasion).skip(), skip, "{at} {replaces} {imports:?}");
        }
        assert_eq!(charged(at, replaces, imports).tag(STATUS, "pending-renewal").skip(), skip, "{at}");
        let stale = charged(at, replaces, imports).claimed("2026-11-20T07:10:00Z");
        assert_eq!(stale.skip(), skip, "{at}");
    }
}

#[test]
fn a_reached_quota_is_the_accounts() {
    let reached = |at: &str, again: bool, occasion| {
        let mut case = due().on(occasion);
        case.quota_reached = Some(QuotaReached { at: at.parse().unwrap(), again });
        matches!(
            case.decision(),
            Decision::RecordFailure { failure: Failure { reason: FailureReason::ImportQuotaReached, .. }, .. }
        )
    };
    for (at, again, occasion, stops) in [
        ("2026-11-19T08:00:01Z", false, Occasion::Requested, true),
        ("2026-11-19T08:00:01Z", true, Occasion::NonCompliant, true),
        ("2026-11-19T08:00:00Z", true, Occasion::Requested, false),
        // A person may have had it raised; one attempt shows that.
        ("2026-11-20T08:00:00Z", false, Occasion::PendingSet, false),
        ("2026-11-20T08:00:00Z", false, Occasion::SettingsChanged, false),
        ("2026-11-20T07:00:01Z", true, Occasion::PendingSet, true),
        ("2026-11-20T07:00:01Z", true, Occasion::SettingsChanged, true),
        ("2026-11-20T07:00:00Z", true, Occasion::PendingSet, false),
    ] {
        assert_eq!(reached(at, again, occasion), stops, "{at} {again} {occasion:?}");
    }
    // Nothing is recorded of what is not due.
    let mut far = due().valid("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
    far.quota_reached = Some(QuotaReached { at: NOW.parse().unwrap(), again: false });
    assert_eq!(far.skip(), Some(SkipReason::NotDue));
}

#[test]
fn a_reached_quota_of_imports_waits_for_a_person_across_thresholds() {
    let failed = || due().failed("2026-11-09T08:00:00Z", "import-quota-reached", "1");
    assert_eq!(failed().skip(), Some(SkipReason::WaitingForAPerson));
    assert_eq!(failed().on(Occasion::NonCompliant).skip(), Some(SkipReason::WaitingForAPerson));
    assert_eq!(failed().tag(STATUS, "pending-renewal").plan().attempt, 2);
    assert_eq!(failed().on(Occasion::SettingsChanged).plan().attempt, 2);
}
