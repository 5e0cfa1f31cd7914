//! What is reported now, and what the tag `notified` holds afterwards.

use certificates::tags::{self, Notified};
use certificates::{Milestone, days_left, utc_date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::due_notices::due_notices;
use super::notice_dedup::{not_notified, notified_after, remembered};
use super::{DueNotice, NoticeKind, Settings};
use crate::{CertificateState, Obstacle, Occasion};

/// For how long after something happened a check may report it when the tag `notified` cannot be written: as long as
/// the default schedule of sweeps leaves between two.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDecision {
    pub kinds: Vec<NoticeKind>,
    /// The new value of the tag; none when it stays as it is or cannot be written.
    pub notified: Option<Notified>,
    /// The value that it has, as far as it is about this `notAfter`.
    pub remembered: Notified,
}

/// `is_daily`: the expiry is reported every day.
pub fn decide_notices(
    state: &CertificateState,
    settings: &Settings,
    not_after: Timestamp,
    is_daily: bool,
) -> NoticeDecision {
    let today = utc_date(state.now);
    let remembered = remembered(state, not_after);
    let mut due = not_notified(due_notices(state, settings, is_daily), &remembered, today);
    let mut notified = None;
    if can_remember(state) {
        notified = Some(notified_after(&remembered, &due, today)).filter(|after| *after != remembered);
    } else {
        due.retain(|due| may_be_sent_without_tag(due, state, not_after));
    }
    NoticeDecision { kinds: due.iter().map(|due| due.kind).collect(), notified, remembered }
}

/// Whether the tag `notified` can be written.
pub fn can_remember(state: &CertificateState) -> bool {
    !matches!(state.obstacle, Some(Obstacle::TagsRefused(_))) && has_room_to_remember(state)
}

/// A renewal needs its tags more than we need ours.
fn has_room_to_remember(state: &CertificateState) -> bool {
    let mut keys = vec![tags::NOTIFIED];
    if state.certificate.is_imported() && state.tag_state.settings.renew_from.is_some() {
        keys.extend(tags::RENEWAL);
    }
    state.tags.contains(tags::NOTIFIED) || state.tags.have_room_for(&keys)
}

/// Without the tag, only what has just happened is reported; else every sweep would report it again.
fn may_be_sent_without_tag(due: &DueNotice, state: &CertificateState, not_after: Timestamp) -> bool {
    let was_just_reached = due.milestone.is_some_and(|milestone| was_just_reached(milestone, state.now, not_after));
    let is_fresh = was_just_reached || (due.is_daily && day_has_just_begun(state.now));
    match due.kind {
        NoticeKind::Expiring | NoticeKind::Expired => is_fresh,
        NoticeKind::ActionRequired => is_fresh || state.occasion == Occasion::RenewalActionRequired,
        NoticeKind::Revoked => matches!(state.occasion, Occasion::Revoked | Occasion::RevokedByCa),
        // These come with their event only.
        NoticeKind::Renewed | NoticeKind::Rotated => true,
        // The CA is asked a few times a day only, and only until the renewal has started.
        NoticeKind::RevocationAhead => true,
    }
}

/// Whether the milestone was reached within [`FRESH`], so that of checks that far apart exactly one sees it fresh.
/// Thresholds are crossed at midnight UTC; `notAfter` itself is still valid.
fn was_just_reached(milestone: Milestone, now: Timestamp, not_after: Timestamp) -> bool {
    match milestone {
        Milestone::Expired => now.duration_since(not_after) <= FRESH,
        Milestone::DaysLeft(days) => days_left(not_after, now) == i64::from(days) && day_has_just_begun(now),
    }
}

/// Whether the first hour of the day (UTC) lasts.
pub fn day_has_just_begun(now: Timestamp) -> bool {
    let midnight = utc_date(now).to_zoned(TimeZone::UTC);
    midnight.is_ok_and(|midnight| now.duration_since(midnight.timestamp()) < FRESH)
}
