//! What was gathered about one certificate: everything that decisions are made from.

use certificates::tags::{Mute, RenewFrom, TagState, Tags};
use certificates::{CertificateDetail, days_left, has_expired};
use jiff::Timestamp;

use crate::Occasion;

/// The usage of a certificate that only clients present, to servers anywhere
/// ([`CertificateUsage`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
const CLIENTS_ONLY: &str = "CLIENT_AUTH_ONLY";

/// What kept this very check from doing what it had decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// AWS refused our tags, for this reason: nothing can be remembered, and no renewal can be tracked.
    TagsRefused(String),
    /// The renewal could not be requested, for this reason.
    RequestFailed(String),
}

/// When the certificate's CA wants it to be replaced (ARI, RFC 9773).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedWindow {
    pub start: Timestamp,
    pub end: Timestamp,
    /// A page that says why, such as a revocation ahead.
    pub explanation: Option<String>,
    /// The certificate as ARI names it.
    pub certificate_id: String,
}

/// One certificate at the moment of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateState {
    pub occasion: Occasion,
    pub certificate: CertificateDetail,
    pub tags: Tags,
    pub tag_state: TagState,
    pub now: Timestamp,
    /// Whether its ACME client has a newer certificate for the same names.
    pub is_superseded: bool,
    /// What its CA suggests, where that was asked.
    pub suggested_window: Option<SuggestedWindow>,
    /// What was tried in this check, and failed.
    pub obstacle: Option<Obstacle>,
}

impl CertificateState {
    pub fn new(occasion: Occasion, certificate: CertificateDetail, tags: Tags, now: Timestamp) -> Self {
        let tag_state = TagState::read(&tags);
        let (is_superseded, suggested_window, obstacle) = (false, None, None);
        Self { occasion, certificate, tags, tag_state, now, is_superseded, suggested_window, obstacle }
    }

    /// The ACME directory from which its tags say that it is renewed.
    pub fn acme_directory(&self) -> Option<&str> {
        let settings = &self.tag_state.settings;
        settings.acme.as_deref().filter(|_| settings.renew_from == Some(RenewFrom::Acme))
    }

    /// Calendar days until it expires, where it has a `notAfter`.
    pub fn days_left(&self) -> Option<i64> {
        self.certificate.not_after.map(|end| days_left(end, self.now))
    }

    pub fn has_expired(&self) -> bool {
        self.certificate.not_after.is_some_and(|end| has_expired(end, self.now))
    }

    /// Whether it is in use, where AWS can know: what is used outside AWS counts as unknown.
    pub fn in_use(&self) -> Option<bool> {
        self.certificate.in_use.filter(|in_use| *in_use || !(self.certificate.is_acme() || self.is_for_clients_only()))
    }

    pub fn is_for_clients_only(&self) -> bool {
        self.certificate.usage.as_deref() == Some(CLIENTS_ONLY)
    }

    pub fn is_muted(&self) -> bool {
        self.tag_state.settings.mute.holds_at(self.now)
    }

    /// Whether what is muted now is reported later: it is not remembered then.
    pub fn is_postponed(&self) -> bool {
        self.is_muted() && matches!(self.tag_state.settings.mute, Mute::Until(_))
    }
}
