//! What is told, and what is remembered of it.

use certificates::tags::Tags;
use certificates::{CertificateType, Renewal, RenewalEligibility};
use expiry_events::Occasion;
use expiry_events::policy::news::{News, decide};
use expiry_events::policy::outlook::{self, Outlook};
use expiry_events::policy::{self, Look, Reason};

use super::world::{at, later, look, retagged, settings};

const NOTIFIED: &str = "acm-autopilot:notified";

/// What is told, and the tag afterwards.
fn tidings(look: &Look) -> (Vec<News>, Option<String>) {
    tidings_of(look, false)
}

fn tidings_of(look: &Look, is_daily: bool) -> (Vec<News>, Option<String>) {
    let tidings = decide(look, &settings(), look.facts.not_after.unwrap(), is_daily);
    (tidings.news, tidings.notified.map(|notified| notified.to_string()))
}

fn amazon(not_after: &str, tags: &[(&str, &str)]) -> Look {
    let mut look = look(not_after, tags);
    look.facts.certificate_type = CertificateType::AmazonIssued;
    look.facts.renewal_eligibility = Some(RenewalEligibility::Eligible);
    look
}

fn stuck(not_after: &str, tags: &[(&str, &str)]) -> Look {
    let mut look = amazon(not_after, tags);
    look.facts.renewal = Some(Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() });
    look
}

fn told(news: News, tag: &str) -> (Vec<News>, Option<String>) {
    (vec![news], Some(tag.to_owned()))
}

const SILENCE: (Vec<News>, Option<String>) = (Vec::new(), None);

#[test]
fn a_threshold_is_told_once() {
    for (notified, expected) in [
        (None, told(News::Expiring, "30@2026-12-19")),
        (Some("45@2026-12-19"), told(News::Expiring, "30@2026-12-19")),
        (Some("30@2026-12-19"), SILENCE),
        (Some("7@2026-12-19"), SILENCE),
        // Another end: a renewed certificate starts over.
        (Some("expired@2025-12-19"), told(News::Expiring, "30@2026-12-19")),
        (Some("garbage"), told(News::Expiring, "30@2026-12-19")),
    ] {
        let tags: Vec<_> = notified.into_iter().map(|notified| (NOTIFIED, notified)).collect();
        assert_eq!(tidings(&look("2026-12-19T12:00:00Z", &tags)), expected, "{notified:?}");
    }
    assert_eq!(tidings(&look("2027-03-01T12:00:00Z", &[])), SILENCE);
}

#[test]
fn the_end_is_told_once() {
    let expired = look("2026-11-20T12:00:00Z", &[(NOTIFIED, "0@2026-11-20")]);
    assert_eq!(tidings(&expired), told(News::Expired, "expired@2026-11-20"));
    let notified = retagged(&expired, Tags::default().with(NOTIFIED, "expired@2026-11-20"));
    assert_eq!(tidings(&notified), SILENCE);
}

#[test]
fn a_stuck_renewal_is_told_once_per_milestone() {
    let far = stuck("2027-01-15T12:00:00Z", &[]);
    assert_eq!(tidings(&far), told(News::ActionRequired, "-@2027-01-15/renewal-action-required"));
    for (notified, expected) in [
        ("-@2026-12-19/renewal-action-required", told(News::ActionRequired, "30@2026-12-19/renewal-action-required")),
        ("45@2026-12-19/renewal-action-required", told(News::ActionRequired, "30@2026-12-19/renewal-action-required")),
        ("30@2026-12-19", told(News::ActionRequired, "30@2026-12-19/renewal-action-required")),
        ("30@2026-12-19/renewal-action-required", SILENCE),
    ] {
        assert_eq!(tidings(&stuck("2026-12-19T12:00:00Z", &[(NOTIFIED, notified)])), expected, "{notified}");
    }
    // ACM does not renew what has expired. The notice of the expiry says what was missing.
    let expired = stuck("2026-11-20T12:00:00Z", &[(NOTIFIED, "0@2026-11-20/renewal-action-required")]);
    assert_eq!(tidings(&expired), told(News::Expired, "expired@2026-11-20"));
    assert_eq!(tidings(&stuck("2026-11-20T12:00:00Z", &[(NOTIFIED, "expired@2026-11-20")])), SILENCE);
}

#[test]
fn the_event_counts_where_the_state_does_not_contradict() {
    let mut look = amazon("2027-03-01T12:00:00Z", &[]);
    assert_eq!(tidings(&look), SILENCE);
    look.occasion = Occasion::RenewalActionRequired;
    assert_eq!(tidings(&look).0, [News::ActionRequired]);
    look.facts.renewal = Some(Renewal { status: "SUCCESS".into(), reason: None, domains: Vec::new() });
    assert_eq!(tidings(&look), SILENCE);
    // ACM never sends it for imported certificates.
    look.facts.renewal = None;
    look.facts.certificate_type = CertificateType::Imported;
    assert_eq!(tidings(&look), SILENCE);
}

#[test]
fn renewed_and_rotated_are_told_once_for_each_end() {
    for (occasion, news, tag) in [
        (Occasion::Renewed, News::Renewed, "-@2027-06-07/renewed"),
        (Occasion::Rotated, News::Rotated, "-@2027-06-07/rotated"),
    ] {
        let mut look = amazon("2027-06-07T06:00:00Z", &[(NOTIFIED, "15@2026-12-06/renewal-action-required")]);
        look.facts.not_before = Some(at("2026-11-21T00:00:00Z"));
        look.occasion = occasion;
        assert_eq!(tidings(&look), told(news, tag));
        assert_eq!(tidings(&retagged(&look, Tags::default().with(NOTIFIED, tag))), SILENCE);
        // The same event comes again after the next milestone.
        let replayed = later(&retagged(&look, Tags::default().with(NOTIFIED, tag)), "2027-05-20T00:00:00Z");
        assert!(!tidings(&replayed).0.contains(&news));
        let (_, notified) = tidings(&replayed);
        assert_eq!(tidings(&retagged(&replayed, Tags::default().with(NOTIFIED, notified.unwrap()))), SILENCE);
    }
}

#[test]
fn a_state_change_of_a_renewal_counts_when_it_is_a_success() {
    let mut look = amazon("2027-06-07T06:00:00Z", &[]);
    look.occasion = Occasion::RenewalStateChange;
    assert_eq!(tidings(&look), SILENCE);
    look.facts.renewal = Some(Renewal { status: "SUCCESS".into(), reason: None, domains: Vec::new() });
    assert_eq!(tidings(&look).0, [News::Renewed]);
    assert_eq!(tidings(&later(&look, "2027-06-08T00:00:00Z")).0, [News::Expired], "an event of long ago");
}

#[test]
fn a_revoked_certificate_has_no_end_to_tell_of() {
    let mut look = amazon("2026-11-25T12:00:00Z", &[]);
    look.facts.status = "REVOKED".into();
    assert_eq!(tidings(&look), told(News::Revoked, "-@2026-11-25/revoked"));
    let notified = retagged(&look, Tags::default().with(NOTIFIED, "-@2026-11-25/revoked"));
    assert_eq!(tidings(&notified), SILENCE);
    assert_eq!(tidings(&later(&notified, "2027-01-01T00:00:00Z")), SILENCE);
}

#[test]
fn muted_is_remembered_and_not_published() {
    let look = look("2026-12-19T12:00:00Z", &[("acm-autopilot:notices", "off")]);
    let plan = policy::decide(&look, &settings());
    assert_eq!((plan.publish.len(), plan.reason), (0, Reason::Muted));
    assert_eq!(plan.record_notified.unwrap().to_string(), "30@2026-12-19");
}

#[test]
fn a_certificate_without_an_end_has_nothing_to_count() {
    let mut look = look("2026-12-19T12:00:00Z", &[("acm-autopilot:renew-from", "private-ca")]);
    look.facts.not_after = None;
    look.facts.status = "PENDING_VALIDATION".into();
    let plan = policy::decide(&look, &settings());
    assert!(plan.is_empty());
    assert_eq!(plan.reason, Reason::NotIssued);
}

#[test]
fn without_room_for_the_tag_only_what_has_just_happened_is_told() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    let at_time = |not_after: &str, now: &str| {
        let look = retagged(&look(not_after, &[]), full.clone());
        tidings(&later(&look, now))
    };
    let expiring = (vec![News::Expiring], None);
    // 30 days are left on 2026-11-19.
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T00:00:00Z"), expiring);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T00:59:59Z"), expiring);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-19T01:00:00Z"), SILENCE);
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-11-20T00:10:00Z"), SILENCE, "the day after");
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-12-19T12:30:00Z"), (vec![News::Expired], None));
    assert_eq!(at_time("2026-12-19T12:00:00Z", "2026-12-19T13:00:01Z"), SILENCE);

    let mut revoked = retagged(&look("2026-12-19T12:00:00Z", &[]), full.clone());
    revoked.facts.status = "REVOKED".into();
    assert_eq!(tidings(&revoked), SILENCE);
    revoked.occasion = Occasion::Revoked;
    assert_eq!(tidings(&revoked), (vec![News::Revoked], None));

    // Hourly sweeps over the whole time tell each threshold once.
    let look = retagged(&look("2026-12-19T12:17:00Z", &[]), full);
    let start = at("2026-10-20T00:17:00Z");
    let count = (0..24 * 70)
        .map(|hour| Look { now: start + jiff::SignedDuration::from_hours(hour), ..look.clone() })
        .map(|look| tidings(&look).0.len())
        .sum::<usize>();
    assert_eq!(count, 8, "seven thresholds and the end");
}

#[test]
fn a_renewal_needs_its_tags_more_than_we_need_ours() {
    let tags: Tags = (0..44).map(|n| (format!("key-{n}"), "x")).collect();
    let watched = retagged(&look("2026-12-29T12:00:00Z", &[]), tags.clone());
    assert!(tidings(&watched).1.is_some());
    // 45 tags: room for the five of the renewal, and none for a sixth.
    let managed = retagged(&watched, tags.with("acm-autopilot:renew-from", "private-ca"));
    assert_eq!(tidings(&managed).1, None);
}

#[test]
fn who_renews_it() {
    let settings = settings();
    let of = |look: &Look| outlook::of(look, &settings, &policy::renewal::decide(look, &settings));
    let managed = ("acm-autopilot:renew-from", "private-ca");

    assert_eq!(of(&look("2026-12-30T12:00:00Z", &[])), Outlook::Nobody);
    assert_eq!(of(&look("2026-12-30T12:00:00Z", &[managed])), Outlook::Scheduled(30));
    assert_eq!(of(&look("2026-12-11T12:00:00Z", &[managed])), Outlook::JustRequested);
    assert_eq!(of(&look("2026-12-11T12:00:00Z", &[("acm-autopilot:renew-from", "moon")])), Outlook::UnknownSource);

    assert_eq!(of(&amazon("2026-12-30T12:00:00Z", &[])), Outlook::AcmInTime(30));
    assert_eq!(of(&amazon("2026-12-21T12:00:00Z", &[])), Outlook::AcmLate);
    assert_eq!(of(&stuck("2026-12-30T12:00:00Z", &[])), Outlook::AcmStuck);
    assert_eq!(of(&stuck("2026-11-20T12:00:00Z", &[])), Outlook::AcmWillNot, "expired");
    let mut unused = amazon("2026-12-30T12:00:00Z", &[]);
    unused.facts.renewal_eligibility = Some(RenewalEligibility::Ineligible);
    assert_eq!(of(&unused), Outlook::AcmWillNot);

    let healthy = |look: &Look| of(look).renews_itself(look);
    assert!(healthy(&look("2026-12-30T12:00:00Z", &[managed])));
    assert!(healthy(&look("2026-11-29T12:00:00Z", &[managed])));
    assert!(!healthy(&look("2026-11-28T12:00:00Z", &[managed])), "seven days are late");
    let retried = [managed, ("acm-autopilot:status", "renewal-failed"), ("acm-autopilot:status-reason", "throttled")];
    assert!(!healthy(&look("2026-12-11T12:00:00Z", &retried)), "until it has succeeded");
    assert!(!healthy(&amazon("2026-12-21T12:00:00Z", &[])));
}

#[test]
fn without_memory_a_waiting_renewal_is_reported_on_its_event_or_when_it_is_fresh() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    let waiting = |now: &str, occasion| {
        let look = Look { occasion, ..later(&retagged(&stuck("2026-12-19T12:00:00Z", &[]), full.clone()), now) };
        !tidings(&look).0.is_empty()
    };
    let (noon, midnight) = ("2026-11-19T12:00:00Z", "2026-11-19T00:10:00Z");
    assert!(!waiting(noon, Occasion::Sweep));
    assert!(waiting(noon, Occasion::RenewalActionRequired));
    assert!(waiting(midnight, Occasion::Sweep));
    assert!(waiting(midnight, Occasion::RenewalActionRequired));
}

#[test]
fn without_memory_what_is_critical_is_reported_when_the_day_begins() {
    let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
    for (now, is_daily, expected) in [
        ("2026-12-14T00:59:59Z", true, vec![News::Expiring]),
        ("2026-12-14T00:59:59Z", false, vec![]),
        ("2026-12-14T01:00:00Z", true, vec![]),
    ] {
        let look = later(&retagged(&look("2026-12-19T12:00:00Z", &[]), full.clone()), now);
        assert_eq!(tidings_of(&look, is_daily).0, expected, "{now} {is_daily}");
    }
}

#[test]
fn only_an_imported_certificate_with_a_source_needs_room_for_a_renewal() {
    let tags: Tags = (0..48).map(|n| (format!("key-{n}"), "x")).collect();
    let watched = retagged(&look("2026-12-29T12:00:00Z", &[]), tags.clone());
    assert!(tidings(&watched).1.is_some());
    let acm =
        retagged(&amazon("2026-12-29T12:00:00Z", &[]), tags.clone().with("acm-autopilot:renew-from", "private-ca"));
    assert!(tidings(&acm).1.is_some());
    let managed = retagged(&watched, tags.with("acm-autopilot:renew-from", "private-ca"));
    assert!(tidings(&managed).1.is_none());
}

#[test]
fn what_is_critical_is_reported_once_a_day() {
    let look = look("2026-11-26T12:00:00Z", &[(NOTIFIED, "expired@2026-11-26")]);
    let (news, notified) = tidings_of(&look, true);
    assert_eq!((news, notified.as_deref()), (vec![News::Expiring], Some("expired@2026-11-26/critical-2026-11-21")));
    let remembered = retagged(&look, Tags::default().with(NOTIFIED, notified.unwrap()));
    assert_eq!(tidings_of(&remembered, true), SILENCE);
    let next = later(&remembered, "2026-11-22T00:00:00Z");
    assert_eq!(tidings_of(&next, true), told(News::Expiring, "expired@2026-11-26/critical-2026-11-22"));
    // A threshold on the same day is not a second notice.
    let crossing = retagged(&look, Tags::default().with(NOTIFIED, "7@2026-11-26/critical-2026-11-20"));
    assert_eq!(
        tidings_of(&later(&crossing, "2026-11-23T05:00:00Z"), true),
        told(News::Expiring, "3@2026-11-26/critical-2026-11-23")
    );
    let expired = later(&remembered, "2026-11-27T00:00:00Z");
    assert_eq!(tidings_of(&expired, true).0, [News::Expired]);
}

#[test]
fn in_time_means_that_nobody_has_to_help() {
    let settings = settings();
    let look = amazon("2026-12-30T12:00:00Z", &[]);
    assert!(outlook::of(&look, &settings, &policy::renewal::decide(&look, &settings)).renews_itself(&look));
}

#[test]
fn muted_for_good_is_remembered_and_muted_until_a_date_is_not() {
    for (value, remembered) in [("off", true), ("off-until:2026-11-22", false)] {
        let look = look("2026-12-19T12:00:00Z", &[("acm-autopilot:notices", value)]);
        let plan = policy::decide(&look, &settings());
        assert_eq!((plan.publish.len(), plan.reason), (0, Reason::Muted), "{value}");
        assert_eq!((plan.record_notified.is_some(), plan.try_notified.is_some()), (remembered, false), "{value}");
    }
}

#[test]
fn what_others_write_into_the_memory_is_dropped() {
    let forged = format!("30@2026-12-06/{}/renewed/renewed/critical-2026-11-20", "x".repeat(200));
    let (news, notified) = tidings(&look("2026-12-06T12:00:00Z", &[(NOTIFIED, &forged)]));
    assert_eq!((news, notified.as_deref()), (vec![News::Expiring], Some("15@2026-12-06/renewed")));
    let known = look("2026-12-06T12:00:00Z", &[(NOTIFIED, &forged.replace("30@", "15@"))]);
    assert_eq!(tidings(&known), SILENCE);
}
