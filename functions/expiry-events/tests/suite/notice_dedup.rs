//! What is due, less what was notified, and the tag afterwards: each alone.

use certificates::tags::Notified;
use certificates::{CertificateType, Milestone, Renewal};
use expiry_events::policy::due_notices::due_notices;
use expiry_events::policy::notice_dedup::{not_notified, notified_after, remembered};
use expiry_events::policy::{DueNotice, NoticeKind};
use expiry_events::{CertificateState, Occasion};
use jiff::civil::{Date, date};

use super::world::{at, settings, state};

const NOT_AFTER: &str = "2026-12-19T12:00:00Z";
const TODAY: Date = date(2026, 11, 21);

fn due(kind: NoticeKind, milestone: Option<Milestone>, is_daily: bool) -> DueNotice {
    DueNotice { kind, milestone, is_daily }
}

fn expiring(days: u16) -> DueNotice {
    due(NoticeKind::Expiring, Some(Milestone::DaysLeft(days)), false)
}

/// The tag of a certificate that expires at [`NOT_AFTER`].
fn tag(text: &str) -> Notified {
    remembered(&state(NOT_AFTER, &[("acm-autopilot:notified", text)]), at(NOT_AFTER))
}

#[test]
fn what_is_due_depends_on_the_state_alone() {
    let acm = |not_after, occasion, renewal: Option<&str>| {
        let mut state = state(not_after, &[("acm-autopilot:notified", "expired@2026-12-19/renewed/revoked")]);
        state.occasion = occasion;
        state.certificate.certificate_type = CertificateType::AmazonIssued;
        state.certificate.renewal =
            renewal.map(|status| Renewal { status: status.into(), reason: None, domains: Vec::new() });
        state
    };
    let soon = |occasion, renewal| acm(NOT_AFTER, occasion, renewal);
    let far = |occasion, renewal| acm("2027-06-07T12:00:00Z", occasion, renewal);
    let issued = |state: CertificateState| {
        let mut state = state;
        state.certificate.issued_at = Some(at("2026-11-20T00:00:00Z"));
        state
    };
    let revoked = |mut state: CertificateState| {
        state.certificate.status = "REVOKED".into();
        state
    };
    let once = |kind| due(kind, None, false);
    let at_30 = Some(Milestone::DaysLeft(30));
    for (name, state, is_daily, expected) in [
        ("far from its expiry", far(Occasion::Sweep, None), false, vec![]),
        ("at a threshold", soon(Occasion::Sweep, None), false, vec![expiring(30)]),
        ("daily", soon(Occasion::Sweep, None), true, vec![due(NoticeKind::Expiring, at_30, true)]),
        ("superseded", CertificateState { is_superseded: true, ..soon(Occasion::Sweep, None) }, true, vec![]),
        (
            "expired",
            acm("2026-11-20T12:00:00Z", Occasion::Sweep, Some("FAILED")),
            false,
            vec![due(NoticeKind::Expired, Some(Milestone::Expired), false)],
        ),
        ("stuck", far(Occasion::Sweep, Some("FAILED")), false, vec![once(NoticeKind::ActionRequired)]),
        (
            "stuck at a threshold",
            soon(Occasion::Sweep, Some("FAILED")),
            false,
            vec![due(NoticeKind::ActionRequired, at_30, false)],
        ),
        ("renewed", far(Occasion::Renewed, Some("SUCCESS")), false, vec![once(NoticeKind::Renewed)]),
        ("renewed, in a sweep", far(Occasion::Sweep, Some("SUCCESS")), false, vec![]),
        (
            "rotated at a threshold",
            issued(soon(Occasion::Rotated, None)),
            false,
            vec![once(NoticeKind::Rotated), expiring(30)],
        ),
        ("not rotated lately", far(Occasion::Rotated, None), false, vec![]),
        ("revoked", revoked(soon(Occasion::Revoked, Some("FAILED"))), true, vec![once(NoticeKind::Revoked)]),
    ] {
        assert_eq!(due_notices(&state, &settings(), is_daily), expected, "{name}");
    }
}

#[test]
fn the_table_of_what_was_notified() {
    let action = |milestone| due(NoticeKind::ActionRequired, milestone, false);
    let at_30 = Some(Milestone::DaysLeft(30));
    let expired = due(NoticeKind::Expired, Some(Milestone::Expired), false);
    let daily = due(NoticeKind::Expiring, at_30, true);
    for (tag_before, due, tag_after) in [
        ("-@2026-12-19", expiring(30), Some("30@2026-12-19")),
        ("45@2026-12-19", expiring(30), Some("30@2026-12-19")),
        ("30@2026-12-19", expiring(30), None),
        ("7@2026-12-19", expiring(30), None),
        ("0@2026-12-19", expired.clone(), Some("expired@2026-12-19")),
        ("expired@2026-12-19", expired, None),
        ("30@2026-12-18", expiring(30), Some("30@2026-12-19")),
        // A renewal that waits: once, and again with each milestone.
        ("-@2026-12-19", action(None), Some("-@2026-12-19/renewal-action-required")),
        ("-@2026-12-19/renewal-action-required", action(None), None),
        ("30@2026-12-19", action(at_30), Some("30@2026-12-19/renewal-action-required")),
        ("45@2026-12-19/renewal-action-required", action(at_30), Some("30@2026-12-19/renewal-action-required")),
        ("45@2026-12-19/renewal-action-required/renewed", expiring(30), Some("30@2026-12-19/renewed")),
        // Every day, whatever the milestone.
        ("expired@2026-12-19", daily.clone(), Some("expired@2026-12-19/critical-2026-11-21")),
        ("7@2026-12-19/critical-2026-11-20", daily.clone(), Some("7@2026-12-19/critical-2026-11-21")),
        ("30@2026-12-19/critical-2026-11-21", daily, None),
        ("-@2026-12-19", due(NoticeKind::ActionRequired, None, true), Some("-@2026-12-19/renewal-action-required")),
        // Once for each expiry.
        ("30@2026-12-19", DueNotice::once(NoticeKind::Renewed), Some("30@2026-12-19/renewed")),
        ("30@2026-12-19/renewed", DueNotice::once(NoticeKind::Renewed), None),
        ("30@2026-12-19/renewed", DueNotice::once(NoticeKind::Rotated), Some("30@2026-12-19/renewed/rotated")),
        ("-@2026-12-19/revoked", DueNotice::once(NoticeKind::Revoked), None),
    ] {
        let before = tag(tag_before);
        let new = not_notified(vec![due.clone()], &before, TODAY);
        assert_eq!(new, Vec::from_iter(tag_after.map(|_| due.clone())), "{tag_before} {due:?}");
        let after = notified_after(&before, &new, TODAY);
        assert_eq!(after.to_string(), tag_after.unwrap_or(tag_before), "{tag_before} {due:?}");
        assert_eq!(not_notified(vec![due.clone()], &after, TODAY), [], "{tag_before} {due:?}");
    }
}
