//! What is to be done about a certificate: pure decisions over everything that was read of it.
//!
//! [`decide`] asks three questions, each in a file of its own: is it to be renewed ([`renewal`]),
//! who will renew it ([`outlook`]), and what is new ([`news`], [`severity`]). The answer is a [`Plan`],
//! which is data: it can be shown instead of applied, and deciding again after it was applied gives an
//! empty one.

pub mod candidates;
mod commands;
mod forecast;
pub mod news;
pub mod outlook;
mod phrases;
pub mod plan;
pub mod renewal;
pub mod severity;
mod steps;
mod stuck;
pub mod succession;
mod wording;

use certificates::tags::{Mute, TagState, Tags};
use certificates::{CertificateDetail, Thresholds, days_left};
use jiff::Timestamp;

pub use plan::{Action, Mark, Plan, Reason, Request};

use crate::Occasion;
use severity::Situation;

/// The usage of a certificate that only clients present, to servers anywhere
/// ([`CertificateUsage`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
const CLIENTS_ONLY: &str = "CLIENT_AUTH_ONLY";

/// What operators decide for all certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Days before expiry at which notices are due.
    pub thresholds: Thresholds,
    /// Days before expiry at which imported certificates are renewed, at most.
    pub renew_before_days: u16,
    /// Whether renewals are requested: false where imported-renewal is not deployed.
    pub request_renewals: bool,
    /// Whether missing validation records are restored: true where dns-validation is deployed.
    pub records_are_kept: bool,
    /// Key of the tag that names a certificate's owner.
    pub owner_tag_key: String,
}

/// What kept this very check from doing what it had decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// AWS refused our tags, for this reason: nothing can be remembered, and no renewal can be tracked.
    TagsRefused(String),
    /// The renewal could not be requested, for this reason.
    RequestFailed(String),
}

/// Everything that a decision is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Why the certificate is checked.
    pub occasion: Occasion,
    /// What ACM says of it.
    pub facts: CertificateDetail,
    /// Its tags.
    pub tags: Tags,
    /// What the tags say.
    pub tag_state: TagState,
    /// The time of this check.
    pub now: Timestamp,
    /// Whether its ACME client has a newer certificate for the same names.
    pub superseded: bool,
    /// What was tried in this check, and failed.
    pub obstacle: Option<Obstacle>,
}

impl Look {
    /// A check of a certificate.
    pub fn new(occasion: Occasion, facts: CertificateDetail, tags: Tags, now: Timestamp) -> Self {
        let tag_state = TagState::read(&tags);
        Self { occasion, facts, tags, tag_state, now, superseded: false, obstacle: None }
    }

    /// Calendar days until it expires, where it has a `notAfter`.
    pub fn days_left(&self) -> Option<i64> {
        self.facts.not_after.map(|end| days_left(end, self.now))
    }

    /// Whether it is in use, where AWS can know: what is used outside AWS counts as unknown.
    pub fn in_use(&self) -> Option<bool> {
        self.facts.in_use.filter(|in_use| *in_use || !(self.facts.is_acme() || self.is_for_clients_only()))
    }

    /// Whether only clients present it.
    pub fn is_for_clients_only(&self) -> bool {
        self.facts.usage.as_deref() == Some(CLIENTS_ONLY)
    }

    fn is_muted(&self) -> bool {
        self.tag_state.settings.mute.holds_at(self.now)
    }

    /// Whether what is muted now is reported later: it is not remembered then.
    fn is_postponed(&self) -> bool {
        self.is_muted() && matches!(self.tag_state.settings.mute, Mute::Until(_))
    }
}

/// Decides what is to be done now.
pub fn decide(look: &Look, settings: &Settings) -> Plan {
    // Without an expiry there is nothing to count: it is not issued yet, or never was.
    let Some(not_after) = look.facts.not_after else { return Plan::nothing(Reason::NotIssued) };
    let renewal = renewal::decide(look, settings);
    let outlook = outlook::of(look, settings, &renewal);
    let is_muted = look.is_muted();
    let is_daily = !is_muted && severity::is_daily(Situation::of(look, &outlook));
    let news::Tidings { news, notified, remembered } = news::decide(look, settings, not_after, is_daily);

    let audible = if is_muted { &[] } else { news.as_slice() };
    let publish: Vec<_> =
        audible.iter().map(|news| wording::notice(*news, look, settings, &renewal, &outlook)).collect();
    let record_notified = notified.filter(|_| !look.is_postponed());
    let request = renewal::request(&renewal, look, not_after);
    let reason = match (&request, news.first()) {
        (Some(request), _) => Reason::Renewal(request.why),
        (None, Some(_)) if is_muted => Reason::Muted,
        (None, Some(news)) => Reason::News(*news),
        (None, None) if look.superseded => Reason::Superseded,
        (None, None) => Reason::NothingDue,
    };
    let try_notified = record_notified.is_some() && !publish.is_empty();
    Plan { reason, publish, try_notified: try_notified.then_some(remembered), record_notified, request }
}
