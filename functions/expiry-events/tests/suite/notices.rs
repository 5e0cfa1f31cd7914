//! What is notified, and what the tag remembers of it.

use certificates::tags::Tags;
use certificates::{CertificateType, Renewal, RenewalEligibility};
use expiry_events::plan::{Reason, plan};
use expiry_events::policy::{
    AcmForecast, AutopilotForecast, NoticeKind, RenewalForecast, decide_notices, decide_renewal,
};
use expiry_events::{CertificateState, Occasion};

use super::world::{at, later, retagged, settings, state};

const NOTIFIED: &str = "acm-autopilot:notified";

/// What is notified, and the tag afterwards.
fn decided(state: &CertificateState) -> (Vec<NoticeKind>, Option<String>) {
    decided_daily(state, false)
}

fn decided_daily(state: &CertificateState, is_daily: bool) -> (Vec<NoticeKind>, Option<String>) {
    let decision = decide_notices(state, &settings(), state.certificate.not_after.unwrap(), is_daily);
    (decision.kinds, decision.notified.map(|notified| notified.to_string()))
}

fn amazon(not_after: &str, tags: &[(&str, &str)]) -> CertificateState {
    let mut state = state(not_after, tags);
    state.certificate.certificate_type = CertificateType::AmazonIssued;
    state.certificate.renewal_eligibility = Some(RenewalEligibility::Eligible);
    state
}

fn stuck(not_after: &str, tags: &[(&str, &str)]) -> CertificateState {
    let mut state = amazon(not_after, tags);
    state.certificate.renewal =
        Some(Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() });
    state
}

fn notified(kind: NoticeKind, tag: &str) -> (Vec<NoticeKind>, Option<String>) {
    (vec![kind], Some(tag.to_owned()))
}

const SILENCE: (Vec<NoticeKind>, Option<String>) = (Vec::new(), None);

#[test]
fn a_threshold_is_notified_once() {
    for (notified, expected) in [
        (None, notified(NoticeKind::Expiring, "30@2026-12-19")),
        (Some("45@2026-12-19"), notified(NoticeKind::Expiring, "30@2026-12-19")),
        (Some("30@2026-12-19"), SILENCE),
        (Some("7@2026-12-19"), SILENCE),
        // Another expiry: a renewed certificate starts over.
        (Some("expired@2025-12-19"), notified(NoticeKind::Expiring, "30@2026-12-19")),
        (Some("garbage"), notified(NoticeKind::Expiring, "30@2026-12-19")),
    ] {
        let tags: Vec<_> = notified.into_iter().map(|notified| (NOTIFIED, notified)).collect();
        assert_eq!(decided(&state("2026-12-19T12:00:00Z", &tags)), expected, "{notified:?}");
    }
    assert_eq!(decided(&state("2027-03-01T12:00:00Z", &[])), SILENCE);
}

#[test]
fn the_expiry_is_notified_once() {
    let expired = state("2026-11-20T12:00:00Z", &[(NOTIFIED, "0@2026-11-20")]);
    assert_eq!(decided(&expired), notified(NoticeKind::Expired, "expired@2026-11-20"));
    let notified = retagged(&expired, Tags::default().with(NOTIFIED, "expired@2026-11-20"));
    assert_eq!(decided(&notified), SILENCE);
}

#[test]
fn a_stuck_renewal_is_notified_once_per_milestone() {
    let far = stuck("2027-01-15T12:00:00Z", &[]);
    assert_eq!(decided(&far), notified(NoticeKind::ActionRequired, "-@2027-01-15/renewal-action-required"));
    for (notified, expected) in [
        (
            "-@2026-12-19/renewal-action-required",
            notified(NoticeKind::ActionRequired, "30@2026-12-19/renewal-action-required"),
        ),
        (
            "45@2026-12-19/renewal-action-required",
            notified(NoticeKind::ActionRequired, "30@2026-12-19/renewal-action-required"),
        ),
        ("30@2026-12-19", notified(NoticeKind::ActionRequired, "30@2026-12-19/renewal-action-required")),
        ("30@2026-12-19/renewal-action-required", SILENCE),
    ] {
        assert_eq!(decided(&stuck("2026-12-19T12:00:00Z", &[(NOTIFIED, notified)])), expected, "{notified}");
    }
    // ACM does not renew what has expired. The notice of the expiry says what was missing.
    let expired = stuck("2026-11-20T12:00:00Z", &[(NOTIFIED, "0@2026-11-20/renewal-action-required")]);
    assert_eq!(decided(&expired), notified(NoticeKind::Expired, "expired@2026-11-20"));
    assert_eq!(decided(&stuck("2026-11-20T12:00:00Z", &[(NOTIFIED, "expired@2026-11-20")])), SILENCE);
}

#[test]
fn the_event_counts_where_the_state_does_not_contradict() {
    let mut state = amazon("2027-03-01T12:00:00Z", &[]);
    assert_eq!(decided(&state), SILENCE);
    state.occasion = Occasion::RenewalActionRequired;
    assert_eq!(decided(&state).0, [NoticeKind::ActionRequired]);
    state.certificate.renewal = Some(Renewal { status: "SUCCESS".into(), reason: None, domains: Vec::new() });
    assert_eq!(decided(&state), SILENCE);
    // ACM never sends it for imported certificates.
    state.certificate.renewal = None;
    state.certificate.certificate_type = CertificateType::Imported;
    assert_eq!(decided(&state), SILENCE);
}

#[test]
fn renewed_and_rotated_are_notified_once_for_each_expiry() {
    for (occasion, kind, tag) in [
        (Occasion::Renewed, NoticeKind::Renewed, "-@2027-06-07/renewed"),
        (Occasion::Rotated, NoticeKind::Rotated, "-@2027-06-07/rotated"),
    ] {
        let mut state = amazon("2027-06-07T06:00:00Z", &[(NOTIFIED, "15@2026-12-06/renewal-action-required")]);
        state.certificate.not_before = Some(at("2026-11-21T00:00:00Z"));
        state.occasion = occasion;
        assert_eq!(decided(&state), notified(kind, tag));
        assert_eq!(decided(&retagged(&state, Tags::default().with(NOTIFIED, tag))), SILENCE);
        // The same event comes again after the next milestone.
        let replayed = later(&retagged(&state, Tags::default().with(NOTIFIED, tag)), "2027-05-20T00:00:00Z");
        assert!(!decided(&replayed).0.contains(&kind));
        let (_, notified) = decided(&replayed);
        assert_eq!(decided(&retagged(&replayed, Tags::default().with(NOTIFIED, notified.unwrap()))), SILENCE);
    }
}

#[test]
fn a_state_change_of_a_renewal_counts_when_it_is_a_success() {
    let mut state = amazon("2027-06-07T06:00:00Z", &[]);
    state.occasion = Occasion::RenewalStateChange;
    assert_eq!(decided(&state), SILENCE);
    state.certificate.renewal = Some(Renewal { status: "SUCCESS".into(), reason: None, domains: Vec::new() });
    assert_eq!(decided(&state).0, [NoticeKind::Renewed]);
    assert_eq!(decided(&later(&state, "2027-06-08T00:00:00Z")).0, [NoticeKind::Expired], "an event of long ago");
}

#[test]
fn the_expiry_of_a_revoked_certificate_is_not_reported() {
    let mut state = amazon("2026-11-25T12:00:00Z", &[]);
    state.certificate.status = "REVOKED".into();
    assert_eq!(decided(&state), notified(NoticeKind::Revoked, "-@2026-11-25/revoked"));
    let notified = retagged(&state, Tags::default().with(NOTIFIED, "-@2026-11-25/revoked"));
    assert_eq!(decided(&notified), SILENCE);
    assert_eq!(decided(&later(&notified, "2027-01-01T00:00:00Z")), SILENCE);
}

#[test]
fn muted_is_remembered_and_not_published() {
    let state = state("2026-12-19T12:00:00Z", &[("acm-autopilot:notices", "off")]);
    let plan = plan(&state, &settings());
    assert_eq!((plan.publish.len(), plan.reason), (0, Reason::Muted));
    assert_eq!(plan.record_notified.unwrap().to_string(), "30@2026-12-19");
}

#[test]
fn a_certificate_without_an_expiry_has_nothing_to_count() {
    let mut state = state("2026-12-19T12:00:00Z", &[("acm-autopilot:renew-from", "private-ca")]);
    state.certificate.not_after = None;
    state.certificate.status = "PENDING_VALIDATION".into();
    let plan = plan(&state, &settings());
    assert!(plan.is_empty());
    assert_eq!(plan.reason, Reason::NotIssued);
}

#[test]
fn without_room_for_the_tag_only_what_has_just_happened_is_notified() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    let at_time = |not_after: &str, now: &str| {
        let state = retagged(&state(not_after, &[]), full.clone());
        decided(&later(&state, now))
    };
    let expiring = (vec![NoticeKind::Expiring], None);
    // 30 days are left on 2026-11-19.
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T00:00:00Z"), expiring);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T00:59:59Z"), expiring);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T01:00:00Z"), SILENCE);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-20T00:10:00Z"), SILENCE, "the day after");
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-12-19T12:30:00Z"), (vec![NoticeKind::Expired], None));
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-12-19T13:00:01Z"), SILENCE);

    let mut revoked = retagged(&state("2026-12-19T12:00:00Z", &[]), full.clone());
    revoked.certificate.status = "REVOKED".into();
    assert_eq!(decided(&revoked), SILENCE);
    revoked.occasion = Occasion::Revoked;
    assert_eq!(decided(&revoked), (vec![NoticeKind::Revoked], None));

    // Hourly sweeps over the whole time report each threshold once.
    let state = retagged(&state("2026-12-19T12:17:00Z", &[]), full);
    let start = at("2026-10-20T00:17:00Z");
    let count = (0..24 * 70)
        .map(|hour| CertificateState { now: start + jiff::SignedDuration::from_hours(hour), ..state.clone() })
        .map(|state| decided(&state).0.len())
        .sum::<usize>();
    assert_eq!(count, 8, "seven thresholds and the expiry");
}

#[test]
fn a_renewal_needs_its_tags_more_than_we_need_ours() {
    let tags: Tags = (0..44).map(|n| (format!("key-{n}"), "x")).collect();
    let watched = retagged(&state("2026-12-29T12:00:00Z", &[]), tags.clone());
    assert!(decided(&watched).1.is_some());
    // 45 tags: room for the five of the renewal, and none for a sixth.
    let managed = retagged(&watched, tags.with("acm-autopilot:renew-from", "private-ca"));
    assert_eq!(decided(&managed).1, None);
}

#[test]
fn who_renews_it() {
    let settings = settings();
    let of = |state: &CertificateState| RenewalForecast::new(state, &settings, &decide_renewal(state, &settings));
    let managed = ("acm-autopilot:renew-from", "private-ca");

    assert_eq!(of(&state("2026-12-30T12:00:00Z", &[])), RenewalForecast::Nobody);
    assert_eq!(
        of(&state("2026-12-30T12:00:00Z", &[managed])),
        RenewalForecast::Autopilot(AutopilotForecast::Scheduled { days: 30 })
    );
    assert_eq!(
        of(&state("2026-12-11T12:00:00Z", &[managed])),
        RenewalForecast::Autopilot(AutopilotForecast::JustRequested)
    );
    assert_eq!(
        of(&state("2026-12-11T12:00:00Z", &[("acm-autopilot:renew-from", "moon")])),
        RenewalForecast::Autopilot(AutopilotForecast::UnknownSource)
    );

    assert_eq!(of(&amazon("2026-12-30T12:00:00Z", &[])), RenewalForecast::Acm(AcmForecast::InTime { late_days: 30 }));
    assert_eq!(of(&amazon("2026-12-21T12:00:00Z", &[])), RenewalForecast::Acm(AcmForecast::Late));
    assert_eq!(of(&stuck("2026-12-30T12:00:00Z", &[])), RenewalForecast::Acm(AcmForecast::NeedsPerson));
    assert_eq!(of(&stuck("2026-11-20T12:00:00Z", &[])), RenewalForecast::Acm(AcmForecast::WillNot), "expired");
    let mut unused = amazon("2026-12-30T12:00:00Z", &[]);
    unused.certificate.renewal_eligibility = Some(RenewalEligibility::Ineligible);
    assert_eq!(of(&unused), RenewalForecast::Acm(AcmForecast::WillNot));

    let healthy = |state: &CertificateState| of(state).is_in_time(state);
    assert!(healthy(&state("2026-12-30T12:00:00Z", &[managed])));
    assert!(healthy(&state("2026-11-29T12:00:00Z", &[managed])));
    assert!(!healthy(&state("2026-11-28T12:00:00Z", &[managed])), "seven days are late");
    let retried = [managed, ("acm-autopilot:status", "renewal-failed"), ("acm-autopilot:status-reason", "throttled")];
    assert!(!healthy(&state("2026-12-11T12:00:00Z", &retried)), "until it has succeeded");
    assert!(!healthy(&amazon("2026-12-21T12:00:00Z", &[])));
}

#[test]
fn without_the_tag_a_waiting_renewal_is_reported_on_its_event_or_when_it_is_fresh() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    let waiting = |now: &str, occasion| {
        let state =
            CertificateState { occasion, ..later(&retagged(&stuck("2026-12-19T12:00:00Z", &[]), full.clone()), now) };
        !decided(&state).0.is_empty()
    };
    let (noon, midnight) = ("2026-11-19T12:00:00Z", "2026-11-19T00:10:00Z");
    assert!(!waiting(noon, Occasion::Sweep));
    assert!(waiting(noon, Occasion::RenewalActionRequired));
    assert!(waiting(midnight, Occasion::Sweep));
    assert!(waiting(midnight, Occasion::RenewalActionRequired));
}

#[test]
fn without_the_tag_what_is_critical_is_reported_when_the_day_starts() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    for (now, is_daily, expected) in [
        ("2026-12-14T00:59:59Z", true, vec![NoticeKind::Expiring]),
        ("2026-12-14T00:59:59Z", false, vec![]),
        ("2026-12-14T01:00:00Z", true, vec![]),
    ] {
        let state = later(&retagged(&state("2026-12-19T12:00:00Z", &[]), full.clone()), now);
        assert_eq!(decided_daily(&state, is_daily).0, expected, "{now} {is_daily}");
    }
}

#[test]
fn only_an_imported_certificate_with_a_source_needs_room_for_a_renewal() {
    let tags: Tags = (0..48).map(|n| (format!("key-{n}"), "x")).collect();
    let watched = retagged(&state("2026-12-29T12:00:00Z", &[]), tags.clone());
    assert!(decided(&watched).1.is_some());
    let acm =
        retagged(&amazon("2026-12-29T12:00:00Z", &[]), tags.clone().with("acm-autopilot:renew-from", "private-ca"));
    assert!(decided(&acm).1.is_some());
    let managed = retagged(&watched, tags.with("acm-autopilot:renew-from", "private-ca"));
    assert!(decided(&managed).1.is_none());
}

#[test]
fn what_is_critical_is_reported_once_a_day() {
    let state = state("2026-11-26T12:00:00Z", &[(NOTIFIED, "expired@2026-11-26")]);
    let (kinds, after) = decided_daily(&state, true);
    assert_eq!((kinds, after.as_deref()), (vec![NoticeKind::Expiring], Some("expired@2026-11-26/critical-2026-11-21")));
    let remembered = retagged(&state, Tags::default().with(NOTIFIED, after.unwrap()));
    assert_eq!(decided_daily(&remembered, true), SILENCE);
    let next = later(&remembered, "2026-11-22T00:00:00Z");
    assert_eq!(decided_daily(&next, true), notified(NoticeKind::Expiring, "expired@2026-11-26/critical-2026-11-22"));
    // A threshold on the same day is not a second notice.
    let crossing = retagged(&state, Tags::default().with(NOTIFIED, "7@2026-11-26/critical-2026-11-20"));
    assert_eq!(
        decided_daily(&later(&crossing, "2026-11-23T05:00:00Z"), true),
        notified(NoticeKind::Expiring, "3@2026-11-26/critical-2026-11-23")
    );
    let expired = later(&remembered, "2026-11-27T00:00:00Z");
    assert_eq!(decided_daily(&expired, true).0, [NoticeKind::Expired]);
}

#[test]
fn in_time_means_that_nobody_has_to_help() {
    let settings = settings();
    let state = amazon("2026-12-30T12:00:00Z", &[]);
    assert!(RenewalForecast::new(&state, &settings, &decide_renewal(&state, &settings)).is_in_time(&state));
}

#[test]
fn muted_for_good_is_remembered_and_muted_until_a_date_is_not() {
    for (value, remembered) in [("off", true), ("off-until:2026-11-22", false)] {
        let state = state("2026-12-19T12:00:00Z", &[("acm-autopilot:notices", value)]);
        let plan = plan(&state, &settings());
        assert_eq!((plan.publish.len(), plan.reason), (0, Reason::Muted), "{value}");
        assert_eq!((plan.record_notified.is_some(), plan.try_notified.is_some()), (remembered, false), "{value}");
    }
}

#[test]
fn what_others_write_into_the_tag_is_dropped() {
    let forged = format!("30@2026-12-06/{}/renewed/renewed/critical-2026-11-20", "x".repeat(200));
    let (kinds, notified) = decided(&state("2026-12-06T12:00:00Z", &[(NOTIFIED, &forged)]));
    assert_eq!((kinds, notified.as_deref()), (vec![NoticeKind::Expiring], Some("15@2026-12-06/renewed")));
    let known = state("2026-12-06T12:00:00Z", &[(NOTIFIED, &forged.replace("30@", "15@"))]);
    assert_eq!(decided(&known), SILENCE);
}
