//! Every row of the decision table.

use certificates::tags::{
    ATTEMPTS, PRIVATE_CA, RENEW_FROM, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE, VALIDITY_DAYS,
};
use certificates::{CertificateSummary, CertificateType};

use super::*;

const CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a";
const OTHER_CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/other";
const DEFAULT_CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/default";
const NOW: &str = "2026-11-20T08:00:00Z";

/// A managed certificate of 365 days, due: it ends in 20 days.
struct Case {
    facts: CertificateDetail,
    tags: Tags,
    occasion: Occasion,
    default_ca: Option<PrivateCaArn>,
    grants: Grants,
    waited: SignedDuration,
    last_charge: Option<Charge>,
    quota_reached: Option<QuotaReached>,
    now: Timestamp,
}

fn due() -> Case {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
    let facts = CertificateDetail {
        serial: Some("0a:1b".into()),
        ..CertificateDetail::from(CertificateSummary {
            not_before: Some("2025-12-10T12:00:00Z".parse().unwrap()),
            not_after: Some("2026-12-10T12:00:00Z".parse().unwrap()),
            ..CertificateSummary::new(arn, CertificateType::Imported)
        })
    };
    Case {
        facts,
        tags: Tags::default().with(RENEW_FROM, "private-ca"),
        occasion: Occasion::Requested,
        default_ca: Some(DEFAULT_CA.parse().unwrap()),
        grants: Grants { private_cas: vec![CA.parse().unwrap()], ..Grants::default() },
        waited: SignedDuration::ZERO,
        last_charge: None,
        quota_reached: None,
        now: NOW.parse().unwrap(),
    }
}

impl Case {
    fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags = self.tags.with(key, value);
        self
    }

    fn ends(mut self, from: &str, to: &str) -> Self {
        (self.facts.not_before, self.facts.not_after) = (Some(from.parse().unwrap()), Some(to.parse().unwrap()));
        self
    }

    fn on(self, occasion: Occasion) -> Self {
        Self { occasion, ..self }
    }

    /// Failed at this time, for this reason, so many times.
    fn failed(self, since: &str, reason: &str, attempts: &str) -> Self {
        self.tag(STATUS, "renewal-failed").tag(STATUS_SINCE, since).tag(STATUS_REASON, reason).tag(ATTEMPTS, attempts)
    }

    fn claimed(self, since: &str) -> Self {
        self.tag(STATUS, "renewal-in-progress").tag(STATUS_SINCE, since)
    }

    fn decision(&self) -> Decision {
        decide(&Situation {
            facts: &self.facts,
            tags: &self.tags,
            tag_state: &TagState::read(&self.tags),
            occasion: self.occasion,
            grants: &self.grants,
            default_private_ca: self.default_ca.as_ref(),
            waited: self.waited,
            last_charge: self.last_charge.as_ref(),
            quota_reached: self.quota_reached,
            renew_before_days: 30,
            thresholds: &Thresholds::default(),
            now: self.now,
        })
    }

    fn plan(&self) -> Plan {
        match self.decision() {
            Decision::Renew(plan) => plan,
            other => panic!("{other:?}"),
        }
    }

    fn idle(&self) -> Option<Idle> {
        match self.decision() {
            Decision::Nothing(idle) => Some(idle),
            _ => None,
        }
    }

    fn failure(&self) -> (FailureReason, u32) {
        match self.decision() {
            Decision::RecordFailure { reason, attempt, .. } => (reason, attempt),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_not_imported_or_not_managed_is_left_alone() {
    let mut case = due();
    case.facts.certificate_type = CertificateType::AmazonIssued;
    assert_eq!(case.idle(), Some(Idle::NotImported));
    let mut case = due();
    case.tags = Tags::default().with(RENEW_FROM, " ");
    assert_eq!(case.idle(), Some(Idle::NotManaged));
}

#[test]
fn the_end_decides_where_nobody_asked() {
    for (from, to, idle) in [
        ("2025-12-21T00:00:00Z", "2026-12-21T00:00:00Z", Some(Idle::NotDue)),
        ("2025-12-20T23:59:59Z", "2026-12-20T23:59:59Z", None),
        ("2025-11-01T00:00:00Z", "2026-11-01T00:00:00Z", None),
        // Short-lived: at most a third of its life before its end.
        ("2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z", Some(Idle::NotDue)),
        ("2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z", None),
        ("2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z", None),
    ] {
        for occasion in [Occasion::Requested, Occasion::SettingsChanged, Occasion::NonCompliant] {
            assert_eq!(due().ends(from, to).on(occasion).idle(), idle, "{to}");
        }
        let complete = due().ends(from, to).tag(STATUS, "renewal-complete").tag(STATUS_SINCE, NOW);
        assert_eq!(complete.idle(), idle, "{to}");
    }
    let mut pending = due();
    pending.facts.not_after = None;
    assert_eq!(pending.idle(), Some(Idle::NotDue));
}

#[test]
fn pending_is_renewed_whatever_the_end() {
    let far = due().ends("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z").tag(STATUS, "pending-renewal");
    assert_eq!(far.plan().attempt, 1);
}

#[test]
fn a_claim_keeps_others_away_until_it_is_too_old() {
    for (since, attempts, idle) in [
        (NOW, "1", Some(Idle::RenewalInProgress)),
        ("2026-11-20T07:45:01Z", "1", Some(Idle::RenewalInProgress)),
        ("2026-11-20T07:45:00Z", "1", None),
        // Clocks may differ a little; a time that nobody wrote counts as long ago.
        ("2026-11-20T08:04:00Z", "1", Some(Idle::RenewalInProgress)),
        ("2026-11-20T09:00:00Z", "1", None),
        ("gremlins", "1", None),
    ] {
        assert_eq!(due().claimed(since).tag(ATTEMPTS, attempts).idle(), idle, "{since} {attempts}");
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
        // Whatever its end: no sweep looks at one that is far from it.
        let far = case.ends("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
        if failed {
            assert_eq!(far.failure(), (FailureReason::Interrupted, attempts.parse().unwrap()), "{since} {attempts}");
            assert_eq!(far.on(Occasion::SettingsChanged).plan().attempt, attempts.parse::<u32>().unwrap() + 1);
        } else {
            assert!(!matches!(far.decision(), Decision::RecordFailure { .. }), "{since} {attempts}");
        }
    }
}

fn imported(mut case: Case, at: &str) -> Case {
    case.facts.imported_at = Some(at.parse().unwrap());
    case
}

#[test]
fn a_certificate_that_was_replaced_is_recorded_so() {
    let crashed = || due().claimed("2026-11-20T07:00:00Z").tag(RENEWAL_OF, "77:88").tag(ATTEMPTS, "3");
    let replaced = || imported(crashed(), "2026-11-20T07:00:00Z");
    assert_eq!(replaced().decision(), Decision::RecordComplete);
    // Whatever the status says, unless somebody is at work.
    for status in ["renewal-failed", "renewal-complete", "pending-renewal"] {
        assert_eq!(replaced().tag(STATUS, status).decision(), Decision::RecordComplete, "{status}");
    }
    assert_eq!(replaced().tag(STATUS_SINCE, NOW).idle(), Some(Idle::RenewalInProgress));
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

#[test]
fn nothing_is_renewed_twice_within_an_hour() {
    let asked = |created: Option<&str>, at: &str| {
        let mut case = imported(due().tag(STATUS, "pending-renewal"), at);
        case.facts.created_at = created.map(|time| time.parse().unwrap());
        case.idle()
    };
    let possible_after = "2026-11-20T08:00:01Z".parse().unwrap();
    let just_renewed = Some(Idle::JustRenewed { possible_after });
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
        case.facts.created_at = case.facts.imported_at;
        let expected = (!is_first).then_some(Idle::JustRenewed { possible_after });
        assert_eq!(just_renewed_of(&case), expected, "{status} {since}");
    }
    // A sweep right after the first import: its request names the certificate that is to be replaced.
    let requested = due().tag(STATUS, "pending-renewal").tag(STATUS_SINCE, "2026-11-20T07:30:02Z");
    let mut case = imported(requested.tag(RENEWAL_OF, "0a:1b"), at);
    case.facts.created_at = case.facts.imported_at;
    assert_eq!(just_renewed_of(&case), None);
}

fn just_renewed_of(case: &Case) -> Option<Idle> {
    case.idle().filter(|idle| matches!(idle, Idle::JustRenewed { .. }))
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
        let far = left(status, before).ends("2026-11-17T00:00:00Z", "2027-11-17T00:00:00Z");
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
fn a_failure_that_may_have_cost_is_not_repeated_within_an_hour() {
    let possible_after = "2026-11-20T08:30:00Z".parse().unwrap();
    for reason in FailureReason::ALL {
        let failed = || due().failed("2026-11-20T07:30:00Z", reason.as_str(), "1");
        let waits = reason.may_have_cost().then_some(Idle::JustFailed { possible_after });
        assert_eq!(failed().on(Occasion::SettingsChanged).idle(), waits, "{reason}");
        assert_eq!(failed().tag(STATUS, "pending-renewal").idle(), waits, "{reason}");
        // It was another certificate's.
        let other = || failed().tag(RENEWAL_OF, "77:88");
        assert_eq!(other().on(Occasion::SettingsChanged).idle(), None, "{reason}");
        let before = due().failed("2026-11-20T07:00:00Z", reason.as_str(), "1");
        assert_eq!(before.on(Occasion::SettingsChanged).idle(), None, "{reason}");
    }
}

/// The tags say nothing of it, or something else.
#[test]
fn what_this_process_paid_for_is_not_paid_again_within_an_hour() {
    let charged = |at: &str, replaces: &str, imports: Option<&str>| {
        let mut case = due();
        let imports = imports.map(str::to_owned);
        case.last_charge = Some(Charge { at: at.parse().unwrap(), replaces: Some(replaces.into()), imports });
        case
    };
    let possible_after = "2026-11-20T08:00:01Z".parse().unwrap();
    let (failed, renewed) = (Idle::JustFailed { possible_after }, Idle::JustRenewed { possible_after });
    for (at, replaces, imports, idle) in [
        ("2026-11-20T07:00:01Z", "a1b", None, Some(failed)),
        ("2026-11-20T07:00:01Z", "a1b", Some("c2d"), Some(failed)),
        ("2026-11-20T07:00:01Z", "77", Some("a1b"), Some(renewed)),
        ("2026-11-20T07:00:00Z", "a1b", None, None),
        ("2026-11-20T07:00:00Z", "77", Some("a1b"), None),
        ("2026-11-20T07:00:01Z", "77", Some("88"), None),
        ("2026-11-20T07:00:01Z", "77", None, None),
    ] {
        for occasion in [Occasion::Requested, Occasion::PendingSet, Occasion::SettingsChanged, Occasion::NonCompliant] {
            assert_eq!(charged(at, replaces, imports).on(occasion).idle(), idle, "{at} {replaces} {imports:?}");
        }
        assert_eq!(charged(at, replaces, imports).tag(STATUS, "pending-renewal").idle(), idle, "{at}");
        let stale = charged(at, replaces, imports).claimed("2026-11-20T07:10:00Z");
        assert_eq!(stale.idle(), idle, "{at}");
    }
}

#[test]
fn a_reached_quota_is_the_accounts() {
    let reached = |at: &str, again: bool, occasion| {
        let mut case = due().on(occasion);
        case.quota_reached = Some(QuotaReached { at: at.parse().unwrap(), again });
        matches!(case.decision(), Decision::RecordFailure { reason: FailureReason::ImportQuotaReached, .. })
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
    let mut far = due().ends("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z");
    far.quota_reached = Some(QuotaReached { at: NOW.parse().unwrap(), again: false });
    assert_eq!(far.idle(), Some(Idle::NotDue));
}

#[test]
fn what_comes_too_early_comes_again() {
    let possible_after = NOW.parse().unwrap();
    for (idle, occasion, again) in [
        (Idle::RenewalInProgress, Occasion::Requested, true),
        (Idle::RenewalInProgress, Occasion::PendingSet, true),
        (Idle::RenewalInProgress, Occasion::SettingsChanged, true),
        (Idle::RenewalInProgress, Occasion::NonCompliant, false),
        (Idle::JustFailed { possible_after }, Occasion::NonCompliant, true),
        (Idle::JustRenewed { possible_after }, Occasion::PendingSet, false),
        (Idle::WaitingForRetry, Occasion::Requested, false),
    ] {
        assert_eq!(idle.is_too_early(occasion), again, "{idle:?} {occasion:?}");
    }
}

#[test]
fn a_reached_quota_of_imports_waits_for_a_person_across_thresholds() {
    let failed = || due().failed("2026-11-09T08:00:00Z", "import-quota-reached", "1");
    assert_eq!(failed().idle(), Some(Idle::WaitingForAPerson));
    assert_eq!(failed().on(Occasion::NonCompliant).idle(), Some(Idle::WaitingForAPerson));
    assert_eq!(failed().tag(STATUS, "pending-renewal").plan().attempt, 2);
    assert_eq!(failed().on(Occasion::SettingsChanged).plan().attempt, 2);
}

#[test]
fn a_claim_that_outlives_its_message_is_not_honoured() {
    let mut case = due().claimed(NOW);
    case.waited = SignedDuration::from_mins(54);
    assert_eq!(case.idle(), Some(Idle::RenewalInProgress));
    // The third delivery, by a clock that is a little behind.
    case.waited = SignedDuration::from_mins(59);
    assert_eq!(case.plan().attempt, 1);
}

#[test]
fn a_certificate_that_a_person_replaced_after_a_failure_is_recorded_so() {
    for reason in ["no-room-for-tags", "throttled"] {
        for (imported_at, is_replaced) in [("2026-11-19T06:00:00Z", false), ("2026-11-19T06:00:01Z", true)] {
            let mut case = due().failed("2026-11-19T06:00:00Z", reason, "1").on(Occasion::SettingsChanged);
            case.facts.imported_at = Some(imported_at.parse().unwrap());
            assert_eq!(case.decision() == Decision::RecordComplete, is_replaced, "{reason} {imported_at}");
        }
    }
}

#[test]
fn what_time_resolves_is_tried_again_after_a_growing_pause() {
    for (since, attempts, idle) in [
        ("2026-11-20T07:00:01Z", "1", Some(Idle::WaitingForRetry)),
        ("2026-11-20T07:00:00Z", "1", None),
        ("2026-11-20T04:00:01Z", "2", Some(Idle::WaitingForRetry)),
        ("2026-11-20T04:00:00Z", "2", None),
        ("2026-11-19T08:00:01Z", "3", Some(Idle::WaitingForRetry)),
        ("2026-11-19T08:00:00Z", "3", None),
        ("2026-11-19T08:00:01Z", "4000000000", Some(Idle::WaitingForRetry)),
        ("2026-11-20T07:00:00Z", "gremlins", None),
        ("2099-01-01T00:00:00Z", "1", None),
        ("gremlins", "1", None),
    ] {
        assert_eq!(due().failed(since, "throttled", attempts).idle(), idle, "{since} {attempts}");
        // Another event that is no change of the operator's does not shorten it.
        assert_eq!(due().failed(since, "throttled", attempts).on(Occasion::NonCompliant).idle(), idle, "{since}");
    }
    assert_eq!(due().failed("2026-11-20T04:00:00Z", "throttled", "2").plan().attempt, 3);
}

#[test]
fn what_a_person_resolves_waits_for_a_change_or_a_threshold() {
    // Thresholds of this certificate: 30 on 11-10, 15 on 11-25.
    for reason in ["ca-disabled", "gremlins"] {
        let waits = || due().failed("2026-11-10T08:00:00Z", reason, "1");
        assert_eq!(waits().idle(), Some(Idle::WaitingForAPerson), "{reason}");
        assert_eq!(waits().on(Occasion::NonCompliant).idle(), Some(Idle::WaitingForAPerson));
        assert_eq!(waits().on(Occasion::SettingsChanged).plan().attempt, 2);
        assert_eq!(due().failed("2026-11-09T08:00:00Z", reason, "1").plan().attempt, 2, "30 was crossed since");
    }
    // Asked for by the operator: pending-renewal takes the place of the failure.
    assert_eq!(due().failed(NOW, "ca-disabled", "1").tag(STATUS, "pending-renewal").plan().attempt, 2);
}

#[test]
fn a_change_of_the_operators_ends_every_pause_but_a_claim() {
    let failed = due().failed("2026-11-20T06:59:00Z", "throttled", "3");
    assert_eq!(failed.on(Occasion::SettingsChanged).plan().attempt, 4);
    assert_eq!(due().claimed(NOW).on(Occasion::SettingsChanged).idle(), Some(Idle::RenewalInProgress));
}

#[test]
fn the_source_is_what_the_tags_and_the_configuration_name() {
    let default = Source::PrivateCa(DEFAULT_CA.parse().unwrap());
    let plan = Plan { source: default, validity_days: None, issuer_may_change: false, attempt: 1 };
    assert_eq!(due().plan(), plan);
    let named = due().tag(PRIVATE_CA, CA).tag(VALIDITY_DAYS, "90").plan();
    let source = Source::PrivateCa(CA.parse().unwrap());
    assert_eq!(named, Plan { source, validity_days: Some(90), issuer_may_change: false, attempt: 1 });
    // A tag asks, a grant allows; and for a change of the issuer both are needed.
    let mut granted = due();
    granted.grants.issuer_change = true;
    assert!(!granted.plan().issuer_may_change);
    assert!(granted.tag(PRIVATE_CA, DEFAULT_CA).plan().issuer_may_change);

    for (key, value, reason) in [
        (PRIVATE_CA, "the-moon", FailureReason::CaNotFound),
        (PRIVATE_CA, OTHER_CA, FailureReason::CaNotGranted),
        (RENEW_FROM, "private-ca ", FailureReason::UnknownSource),
        (RENEW_FROM, "acme", FailureReason::SourceNotAvailable),
        (RENEW_FROM, "secret", FailureReason::SourceNotAvailable),
        (RENEW_FROM, "the-moon", FailureReason::UnknownSource),
    ] {
        assert_eq!(due().tag(key, value).failure(), (reason, 1), "{value}");
    }
    let mut nowhere = due();
    nowhere.default_ca = None;
    assert_eq!(nowhere.failure(), (FailureReason::CaNotConfigured, 1));
    assert_eq!(nowhere.tag(PRIVATE_CA, CA).plan().attempt, 1);
}

#[test]
fn attempts_are_counted_within_one_renewal() {
    assert_eq!(due().tag(STATUS, "renewal-complete").tag(ATTEMPTS, "7").plan().attempt, 1);
    assert_eq!(due().tag(ATTEMPTS, "7").plan().attempt, 1);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "7").plan().attempt, 8);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "4294967295").plan().attempt, u32::MAX);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "7").tag(RENEW_FROM, "acme").failure().1, 8);
}

#[test]
fn a_certificate_without_room_for_our_tags_cannot_be_tracked() {
    let full = |count: usize| (0..count).fold(due(), |case, n| case.tag(&format!("key-{n}"), "x"));
    assert_eq!(full(49).failure(), (FailureReason::NoRoomForTags, 1));
    assert_eq!(full(45).failure(), (FailureReason::NoRoomForTags, 1));
    assert_eq!(full(44).plan().attempt, 1);
}
