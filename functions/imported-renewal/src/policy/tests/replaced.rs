//! What was replaced already, by an attempt that crashed or by a person.

use certificates::tags::{ATTEMPTS, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE};

use super::*;

#[test]
fn a_certificate_that_was_replaced_is_recorded_so() {
    let crashed = || due().claimed("2026-11-20T07:00:00Z").tag(RENEWAL_OF, "77:88").tag(ATTEMPTS, "3");
    let replaced = || imported(crashed(), "2026-11-20T07:00:00Z");
    assert_eq!(replaced().decision(), Decision::RecordComplete);
    // Whatever the status says, unless somebody is at work.
    for status in ["renewal-failed", "renewal-complete", "pending-renewal"] {
        assert_eq!(replaced().tag(STATUS, status).decision(), Decision::RecordComplete, "{status}");
    }
    assert_eq!(replaced().tag(STATUS_SINCE, NOW).skip(), Some(SkipReason::RenewalInProgress));
    // Spelling is no difference, and garbage is not a serial number.
    for same in ["0A:1B", "0a1b", "a1b", "-0a:1b", "gremlins", ""] {
        assert_ne!(replaced().tag(RENEWAL_OF, same).decision(), Decision::RecordComplete, "{same}");
    }
}

/// Anybody who may tag can write another serial number; only ACM writes the time of the import.
#[test]
fn an_import_before_the_claim_is_not_the_renewal() {
    let forged = |status: &str, since: &str| {
        let case = due().tag(RENEWAL_OF, "ab").tag(STATUS, status).tag(STATUS_SINCE, since);
        imported(case, "2026-11-20T06:00:00Z").decision() == Decision::RecordComplete
    };
    for (status, since, is_replaced) in [
        ("renewal-in-progress", "2026-11-20T06:05:00Z", true),
        ("renewal-in-progress", "2026-11-20T06:05:01Z", false),
        ("renewal-complete", "2026-11-20T06:05:00Z", true),
        ("renewal-complete", "2026-11-20T06:05:01Z", false),
        // An attempt ends, and so is recorded as failed, up to 15 minutes after its import.
        ("renewal-failed", "2026-11-20T06:15:00Z", true),
        ("renewal-failed", "2026-11-20T06:15:01Z", false),
        ("pending-renewal", "2026-11-20T07:15:00Z", true),
        ("gremlins", "2026-11-20T06:00:00Z", false),
        ("renewal-complete", "gremlins", false),
    ] {
        assert_eq!(forged(status, since), is_replaced, "{status} {since}");
    }
    let long_ago = due().tag(RENEWAL_OF, "ab").tag(STATUS, "pending-renewal").tag(STATUS_SINCE, "2026-11-20T06:00:01Z");
    assert_ne!(imported(long_ago, "2026-11-18T06:00:00Z").decision(), Decision::RecordComplete);
    // Without ACM's time nothing is proven.
    let unknown = due().claimed("2026-11-20T06:00:00Z").tag(RENEWAL_OF, "ab");
    assert_ne!(unknown.decision(), Decision::RecordComplete);
}

/// The function may have been out for long. What was recorded of a certificate that was replaced before says nothing
/// about the present one, and is renewed or not as if it were not there.
#[test]
fn a_replacement_of_long_ago_is_not_recorded_any_more() {
    let left = |status: &str, at: &str| {
        let case = due().tag(STATUS, status).tag(STATUS_SINCE, at).tag(RENEWAL_OF, "77:88").tag(ATTEMPTS, "3");
        imported(case.tag(STATUS_REASON, "verification-failed"), at)
    };
    for status in ["renewal-in-progress", "renewal-failed", "renewal-complete", "pending-renewal"] {
        let (just, before) = ("2026-11-17T08:00:00Z", "2026-11-17T07:59:59Z");
        assert_eq!(left(status, just).decision(), Decision::RecordComplete, "{status}");
        assert_eq!(left(status, before).plan().attempt, if status == "pending-renewal" { 4 } else { 1 }, "{status}");
        let far = left(status, before).valid("2026-11-17T00:00:00Z", "2027-11-17T00:00:00Z");
        if status == "pending-renewal" {
            assert_eq!(far.plan().attempt, 4, "it is asked for");
        } else {
            assert_eq!(far.decision(), Decision::CorrectRecord, "{status}");
            assert_eq!(far.on(Occasion::SettingsChanged).decision(), Decision::CorrectRecord, "{status}");
        }
    }
    // One that failed before its claim left no serial number.
    let person = imported(due().failed("2026-11-01T00:00:00Z", "no-room-for-tags", "1"), "2026-11-02T00:00:00Z");
    assert_eq!(person.plan().attempt, 1);
}

#[test]
fn a_certificate_that_a_person_replaced_after_a_failure_is_recorded_so() {
    for reason in ["no-room-for-tags", "throttled"] {
        for (imported_at, is_replaced) in [("2026-11-19T06:00:00Z", false), ("2026-11-19T06:00:01Z", true)] {
            let mut case = due().failed("2026-11-19T06:00:00Z", reason, "1").on(Occasion::SettingsChanged);
            case.certificate.imported_at = Some(imported_at.parse().unwrap());
            assert_eq!(case.decision() == Decision::RecordComplete, is_replaced, "{reason} {imported_at}");
        }
    }
}
