//! What is new about a certificate.
//!
//! The tag `notified` is the memory: the latest milestone, and the other kinds of notice, for one date of `notAfter`. A
//! renewed certificate has another date and starts over. Nobody can be silenced by that tag alone for longer than a
//! day where it matters most: see [`severity::is_daily`](super::severity::is_daily).

use certificates::{Milestone, days_left, has_expired, tags, tags::Notified, utc_date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use notices::Kind;

use super::{Look, Obstacle, Settings};
use crate::Occasion;

/// For how long after something happened a check may report it when the tag `notified` cannot be written: as long as
/// the default schedule of sweeps leaves between two.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// ACM has just issued the certificate again if it did so within this time: its events may be late.
const RECENT: SignedDuration = SignedDuration::from_hours(48);
/// In the tag `notified`, the day of the last critical notice is written after this.
const CRITICAL_ON: &str = "critical-";

/// Something to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It expires soon.
    Expiring,
    /// It has expired.
    Expired,
    /// ACM's own renewal waits for a person.
    ActionRequired,
    /// ACM renewed it.
    Renewed,
    /// ACM rotated it.
    Rotated,
    /// It was revoked.
    Revoked,
}

impl News {
    /// The kind of notice.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Expiring => Kind::Expiring,
            Self::Expired => Kind::Expired,
            Self::ActionRequired => Kind::RenewalActionRequired,
            Self::Renewed => Kind::Renewed,
            Self::Rotated => Kind::Rotated,
            Self::Revoked => Kind::Revoked,
        }
    }
}

/// What to report, and what to remember of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidings {
    /// What to report.
    pub news: Vec<News>,
    /// The new value of the tag; none when it stays as it is or cannot be written.
    pub notified: Option<Notified>,
    /// The value that it has, as far as it is about this `notAfter`.
    pub remembered: Notified,
}

/// Decides what to report. `is_daily`: its expiry is reported every day.
pub fn decide(look: &Look, settings: &Settings, not_after: Timestamp, is_daily: bool) -> Tidings {
    let remembered = remembered(look, not_after);
    let mut after = remembered.clone();
    let mut news = Vec::new();
    if look.facts.is_revoked() {
        // Its expiry does not matter any more.
        once(News::Revoked, &mut after, &mut news);
    } else {
        if was_renewed(look, not_after) {
            once(News::Renewed, &mut after, &mut news);
        }
        if look.occasion == Occasion::Rotated && acm_has_just_issued(look) {
            once(News::Rotated, &mut after, &mut news);
        }
        news.extend(of_expiry(look, settings, &mut after, is_daily));
    }
    if !can_remember(look) {
        news.retain(|news| may_report_without_memory(*news, look, not_after, after.milestone, is_daily));
        return Tidings { news, notified: None, remembered };
    }
    let notified = (after != remembered).then_some(after);
    Tidings { news, notified, remembered }
}

/// What was reported of the certificate with this `notAfter`. What others wrote into the tag does not count, so that it
/// cannot grow beyond what ACM takes.
fn remembered(look: &Look, not_after: Timestamp) -> Notified {
    const KINDS: [News; 4] = [News::ActionRequired, News::Renewed, News::Rotated, News::Revoked];
    let mut remembered = Notified::nothing(not_after);
    let same = |notified: &&Notified| notified.not_after == remembered.not_after;
    let Some(notified) = look.tag_state.recorded.notified.as_ref().filter(same) else { return remembered };
    remembered.milestone = notified.milestone;
    let today = critical_today(look);
    let kinds = KINDS.iter().map(|news| news.kind().as_str()).chain([today.as_str()]);
    remembered.kinds = kinds.filter(|kind| knows(notified, kind)).map(str::to_owned).collect();
    remembered
}

/// In the tag `notified`: today something critical was reported.
fn critical_today(look: &Look) -> String {
    format!("{CRITICAL_ON}{}", utc_date(look.now))
}

/// Whether its expiry, or a renewal that waits for a person, is to be reported now.
fn of_expiry(look: &Look, settings: &Settings, after: &mut Notified, is_daily: bool) -> Option<News> {
    if look.superseded {
        return None;
    }
    let reached = settings.thresholds.reached(&look.facts, look.now);
    let is_new = reached.is_some_and(|reached| after.milestone.is_none_or(|before| reached < before));
    if is_new {
        after.milestone = reached;
        // A renewal that still waits is reported again at each milestone.
        after.kinds.retain(|kind| kind != News::ActionRequired.kind().as_str());
    }
    let today = critical_today(look);
    let is_daily = is_daily && reached.is_some();
    let is_due = is_new
        || (needs_a_person(look) && !knows(after, News::ActionRequired.kind().as_str()))
        || (is_daily && !knows(after, &today));
    if !is_due {
        return None;
    }
    let news = match reached {
        Some(Milestone::Expired) => News::Expired,
        _ if needs_a_person(look) => News::ActionRequired,
        _ => News::Expiring,
    };
    if news == News::ActionRequired {
        remember(news.kind().as_str(), after);
    }
    if is_daily {
        remember(&today, after);
    }
    Some(news)
}

fn knows(notified: &Notified, kind: &str) -> bool {
    notified.kinds.iter().any(|known| known == kind)
}

fn remember(kind: &str, notified: &mut Notified) {
    if !knows(notified, kind) {
        notified.kinds.push(kind.to_owned());
    }
}

/// Reports it unless it was reported.
fn once(news: News, notified: &mut Notified, to_report: &mut Vec<News>) {
    if !knows(notified, news.kind().as_str()) {
        to_report.push(news);
        remember(news.kind().as_str(), notified);
    }
}

/// Whether the check is for a renewal by ACM that shows: an old event about a certificate that has meanwhile expired is
/// not good news.
fn was_renewed(look: &Look, not_after: Timestamp) -> bool {
    let is_about_renewal = matches!(look.occasion, Occasion::Renewed | Occasion::RenewalStateChange);
    let just_issued = look.occasion == Occasion::Renewed && acm_has_just_issued(look);
    is_about_renewal
        && acm_may_renew(look)
        && (renewal_succeeded(look) || just_issued)
        && !has_expired(not_after, look.now)
}

fn renewal_succeeded(look: &Look) -> bool {
    look.facts.renewal.as_ref().is_some_and(|renewal| renewal.status == "SUCCESS")
}

/// Whether ACM shows a certificate that it issued within [`RECENT`].
fn acm_has_just_issued(look: &Look) -> bool {
    let issued = look.facts.issued_at.max(look.facts.not_before);
    acm_may_renew(look) && issued.is_some_and(|issued| look.now.duration_since(issued) <= RECENT)
}

/// Whether ACM holds the key, and so may renew it.
fn acm_may_renew(look: &Look) -> bool {
    !look.facts.is_imported() && !look.facts.is_acme()
}

/// Whether ACM's renewal waits for a person: it says so, or its event does and the state does not contradict. ACM does
/// not renew what has expired.
pub fn needs_a_person(look: &Look) -> bool {
    let expired = look.facts.not_after.is_some_and(|end| has_expired(end, look.now));
    let stuck = look.facts.renewal.as_ref().is_some_and(certificates::Renewal::is_stuck);
    let is_said = look.occasion == Occasion::RenewalActionRequired && !renewal_succeeded(look);
    acm_may_renew(look) && !expired && (stuck || is_said)
}

/// Whether the tag `notified` can be written.
pub fn can_remember(look: &Look) -> bool {
    !matches!(look.obstacle, Some(Obstacle::TagsRefused(_))) && has_room_to_remember(look)
}

/// Whether there is room for the tag `notified`. A renewal needs its tags more than we need ours.
fn has_room_to_remember(look: &Look) -> bool {
    let mut keys = vec![tags::NOTIFIED];
    if look.facts.is_imported() && look.tag_state.settings.renew_from.is_some() {
        keys.extend(tags::RENEWAL);
    }
    look.tags.contains(tags::NOTIFIED) || look.tags.have_room_for(&keys)
}

/// Without a memory, only what has just happened is reported; else every sweep would report it again.
fn may_report_without_memory(
    news: News,
    look: &Look,
    not_after: Timestamp,
    reached: Option<Milestone>,
    is_daily: bool,
) -> bool {
    let is_fresh = || {
        reached.is_some_and(|milestone| was_just_reached(milestone, look.now, not_after))
            || (is_daily && day_has_just_begun(look.now))
    };
    match news {
        News::Expiring | News::Expired => is_fresh(),
        News::ActionRequired => is_fresh() || look.occasion == Occasion::RenewalActionRequired,
        News::Revoked => matches!(look.occasion, Occasion::Revoked | Occasion::RevokedByCa),
        // These come with their event only.
        News::Renewed | News::Rotated => true,
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

fn day_has_just_begun(now: Timestamp) -> bool {
    let midnight = utc_date(now).to_zoned(TimeZone::UTC);
    midnight.is_ok_and(|midnight| now.duration_since(midnight.timestamp()) < FRESH)
}
