//! What there is to tell of a certificate that was not told before.
//!
//! The tag `noticed` is the memory: the latest milestone, and the other kinds of notice, for one
//! date of `notAfter`. A renewed certificate has another date and starts over by itself.

use certificates::{Milestone, days_left, tags, tags::Noticed, utc_date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use notices::Kind;

use super::{Look, Settings};
use crate::Occasion;

/// For how long after a milestone was reached a look may tell of it when there is no room for the
/// tag `noticed`: as long as the default schedule of sweeps leaves between two.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// Something to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A threshold was crossed.
    Expiring,
    /// The end has passed.
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

/// What to tell, and what to remember of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidings {
    /// What to tell.
    pub news: Vec<News>,
    /// The new value of the tag; none when it stays as it is or there is no room for it.
    pub noticed: Option<Noticed>,
}

/// Decides what to tell.
#[must_use]
pub fn decide(look: &Look, settings: &Settings, not_after: Timestamp) -> Tidings {
    let before = remembered(look, not_after);
    let mut after = before.clone();
    let mut news = Vec::new();

    if look.facts.is_revoked() {
        // Its end does not matter any more.
        once(News::Revoked, &mut after, &mut news);
    } else {
        if was_renewed(look, not_after) {
            once(News::Renewed, &mut after, &mut news);
        }
        if look.occasion == Occasion::Rotated {
            once(News::Rotated, &mut after, &mut news);
        }
        let reached = settings.thresholds.reached(&look.facts, look.now);
        let new = reached.filter(|reached| before.milestone.is_none_or(|before| *reached < before));
        if new.is_some() {
            after.milestone = new;
            // A renewal that still waits is worth telling again at each milestone; what happens only
            // once in the life of a certificate is not.
            after.kinds.retain(|kind| kind != Kind::RenewalActionRequired.as_str());
        }
        match new {
            Some(Milestone::Expired) => {
                news.push(News::Expired);
                if needs_a_person(look) {
                    // The notice of the end says what is missing.
                    remember(News::ActionRequired, &mut after);
                }
            }
            Some(Milestone::DaysLeft(_)) if !needs_a_person(look) => news.push(News::Expiring),
            Some(Milestone::DaysLeft(_)) | None if needs_a_person(look) => {
                once(News::ActionRequired, &mut after, &mut news);
            }
            Some(Milestone::DaysLeft(_)) | None => {}
        }
    }

    if !has_room_to_remember(look) {
        news.retain(|news| may_tell_without_memory(*news, look, not_after, after.milestone));
        return Tidings { news, noticed: None };
    }
    Tidings { news, noticed: (after != before).then_some(after) }
}

/// What was told of the certificate with this end.
fn remembered(look: &Look, not_after: Timestamp) -> Noticed {
    let same_end = |noticed: &&Noticed| noticed.not_after == utc_date(not_after);
    let noticed = look.instructions.recorded.noticed.as_ref().filter(same_end);
    noticed.cloned().unwrap_or_else(|| Noticed::nothing(not_after))
}

fn remember(news: News, noticed: &mut Noticed) {
    noticed.kinds.push(news.kind().as_str().to_owned());
}

/// Tells it unless it was told.
fn once(news: News, noticed: &mut Noticed, to_tell: &mut Vec<News>) {
    if !noticed.kinds.iter().any(|kind| kind == news.kind().as_str()) {
        to_tell.push(news);
        remember(news, noticed);
    }
}

/// Whether the look is for a renewal by ACM that shows: an old event about a certificate that has
/// meanwhile expired is no good news.
fn was_renewed(look: &Look, not_after: Timestamp) -> bool {
    let succeeded = look.facts.renewal.as_ref().is_some_and(|renewal| renewal.status == "SUCCESS");
    let happened = match look.occasion {
        Occasion::Renewed => true,
        Occasion::RenewalStateChange => succeeded,
        _ => false,
    };
    happened && !look.facts.is_imported() && look.now <= not_after
}

/// Whether ACM's renewal waits for a person: it says so, or its event does and the state does not
/// contradict.
#[must_use]
pub fn needs_a_person(look: &Look) -> bool {
    let renewal = look.facts.renewal.as_ref();
    let stuck = renewal.is_some_and(certificates::Renewal::is_stuck);
    let done = renewal.is_some_and(|renewal| renewal.status == "SUCCESS");
    !look.facts.is_imported() && (stuck || (look.occasion == Occasion::RenewalActionRequired && !done))
}

/// Whether the tag `noticed` can be written. A renewal needs its tags more than we need ours.
#[must_use]
pub fn has_room_to_remember(look: &Look) -> bool {
    let mut keys = vec![tags::NOTICED];
    if look.facts.is_imported() && look.instructions.wishes.renew_from.is_some() {
        keys.extend(tags::RENEWAL);
    }
    look.tags.contains(tags::NOTICED) || look.tags.have_room_for(&keys)
}

/// Without a memory, only what has just happened is told; else every sweep would tell it again.
fn may_tell_without_memory(news: News, look: &Look, not_after: Timestamp, reached: Option<Milestone>) -> bool {
    let fresh = reached.is_some_and(|milestone| was_just_reached(milestone, look.now, not_after));
    match news {
        News::Expiring | News::Expired => fresh,
        News::ActionRequired => fresh || look.occasion == Occasion::RenewalActionRequired,
        News::Revoked => look.occasion == Occasion::Revoked,
        // These come with their event only.
        News::Renewed | News::Rotated => true,
    }
}

/// Whether the milestone was reached within [`FRESH`], so that of looks that far apart exactly one
/// sees it fresh. Thresholds are crossed at midnight UTC; the end itself is still valid.
fn was_just_reached(milestone: Milestone, now: Timestamp, not_after: Timestamp) -> bool {
    match milestone {
        Milestone::Expired => now.duration_since(not_after) <= FRESH,
        Milestone::DaysLeft(days) if days_left(not_after, now) == i64::from(days) => {
            let midnight = utc_date(now).to_zoned(TimeZone::UTC);
            midnight.is_ok_and(|midnight| now.duration_since(midnight.timestamp()) < FRESH)
        }
        Milestone::DaysLeft(_) => false,
    }
}
