//! What is to be done about a certificate: pure decisions over everything that was read of it.
//!
//! [`decide`] asks three questions, each in a file of its own: is it to be renewed ([`renewal`]),
//! who will renew it ([`outlook`]), and what is there to tell ([`news`], [`severity`]). The answer
//! is a [`Plan`], which is data: it can be shown instead of applied, and deciding again after it was
//! applied gives an empty one.

pub mod candidates;
pub mod news;
pub mod outlook;
pub mod plan;
pub mod renewal;
pub mod severity;
mod steps;
mod wording;

use certificates::tags::{Instructions, Tags};
use certificates::{CertificateFacts, Thresholds, days_left};
use jiff::Timestamp;

pub use plan::{Action, Mark, Plan, Reason, Request};

use crate::Occasion;

/// What operators decide for all certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Days before the end at which notices are due.
    pub thresholds: Thresholds,
    /// Days before the end at which imported certificates are renewed, at most.
    pub renew_before_days: u16,
    /// Whether renewals are asked for: false where imported-renewal is not deployed.
    pub request_renewals: bool,
    /// Whether validation records are put back: true where dns-validation is deployed.
    pub records_are_kept: bool,
    /// Key of the tag that names a certificate's owner.
    pub owner_tag_key: String,
}

/// Everything that a decision is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Why the certificate is looked at.
    pub occasion: Occasion,
    /// What ACM says of it.
    pub facts: CertificateFacts,
    /// Its tags.
    pub tags: Tags,
    /// What the tags say.
    pub instructions: Instructions,
    /// The time of this look.
    pub now: Timestamp,
}

impl Look {
    /// A look at a certificate.
    #[must_use]
    pub fn new(occasion: Occasion, facts: CertificateFacts, tags: Tags, now: Timestamp) -> Self {
        let instructions = Instructions::read(&tags);
        Self { occasion, facts, tags, instructions, now }
    }

    /// Calendar days until its end, where it has one.
    #[must_use]
    pub fn days_left(&self) -> Option<i64> {
        self.facts.not_after.map(|end| days_left(end, self.now))
    }
}

/// Decides what is to be done now.
#[must_use]
pub fn decide(look: &Look, settings: &Settings) -> Plan {
    // Without an end there is nothing to count: it is not issued yet, or never was.
    let Some(not_after) = look.facts.not_after else { return Plan::nothing(Reason::NotIssued) };
    let renewal = renewal::decide(look, settings);
    let outlook = outlook::of(look, settings, &renewal);
    let news::Tidings { news, noticed } = news::decide(look, settings, not_after);

    let muted = look.instructions.wishes.mute.holds_at(look.now);
    let told = if muted { &[] } else { news.as_slice() };
    let notices = told.iter().map(|news| wording::notice(*news, look, settings, &renewal, &outlook)).collect();
    let request = renewal::request(&renewal, look, not_after);
    let reason = match (&request, news.first()) {
        (Some(request), _) => Reason::Renewal(request.why),
        (None, Some(_)) if muted => Reason::Muted,
        (None, Some(news)) => Reason::News(*news),
        (None, None) => Reason::NothingDue,
    };
    Plan { reason, publish: notices, record_noticed: noticed, request }
}
