//! What requests a renewal: tags that keep track of it, and events.

use certificates::tags::{self, Notified};
use certificates::{RenewalStatus, utc_date};
use events::{Event, RenewalRequested, RenewalTrigger, StatusChanged};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::RenewalDecision;
use super::notice_decision::can_remember;
use super::notice_dedup::{remembered, with_secret_checked};
use crate::CertificateState;

/// A renewal to request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewalRequest {
    /// Why now.
    pub why: RenewalTrigger,
    /// What to write into the tags first. Nothing when a request is only repeated.
    pub pending_tags: Option<PendingTags>,
    /// What to write into the tag `notified` first: that the secret was checked today.
    #[serde(serialize_with = "as_text", skip_serializing_if = "Option::is_none")]
    pub secret_checked: Option<Notified>,
    /// The page on which the CA explains why it wants the certificate to be replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// The events to send then.
    pub send: Vec<Event>,
}

/// The tags that say that a renewal was requested: status `pending-renewal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingTags {
    /// The tag `status-since`.
    pub since: Timestamp,
    /// Whether the reason of an earlier failure has to go.
    pub clear_reason: bool,
    /// The tag `renewal-of`: the serial number of the certificate that is to be replaced. If somebody
    /// replaces it before the renewal starts, the renewal sees that there is nothing left to do.
    pub renewal_of: Option<String>,
}

impl RenewalRequest {
    /// What was decided to be requested, if anything.
    pub fn new(decision: &RenewalDecision, state: &CertificateState, not_after: Timestamp) -> Option<Self> {
        let (why, starts) = match decision {
            RenewalDecision::Start(why) => (*why, true),
            RenewalDecision::Repeat(why) => (*why, false),
            RenewalDecision::CheckSecret => (RenewalTrigger::Retry, false),
            _ => return None,
        };
        let renew_from = state.tag_state.settings.renew_from.as_ref()?.as_str();
        let status_changed = starts.then(|| status_changed(state, renew_from, not_after));
        let requested = Event::RenewalRequested(RenewalRequested {
            certificate_arn: state.certificate.arn.clone(),
            why,
            domain_name: state.certificate.domain_name.clone(),
            renew_from: renew_from.to_owned(),
            not_after,
            days_left: state.days_left().unwrap_or_default(),
        });
        let pending_tags = starts.then(|| PendingTags::new(why, state));
        let checks_secret = *decision == RenewalDecision::CheckSecret && can_remember(state);
        let secret_checked =
            checks_secret.then(|| with_secret_checked(remembered(state, not_after), utc_date(state.now)));
        let explanation = state.suggested_window.as_ref().and_then(|window| window.explanation.clone());
        Some(Self {
            why,
            pending_tags,
            secret_checked,
            explanation,
            send: status_changed.into_iter().chain([requested]).collect(),
        })
    }
}

impl PendingTags {
    fn new(why: RenewalTrigger, state: &CertificateState) -> Self {
        Self {
            since: state.now,
            clear_reason: state.tags.contains(tags::STATUS_REASON),
            // Another attempt of a renewal is still about the certificate that its first one found.
            renewal_of: match (why, &state.tag_state.recorded.renewal_of) {
                (why, recorded) if why.starts_over() || recorded.is_none() => state.certificate.serial.clone(),
                _ => None,
            },
        }
    }
}

/// A tag's value as it is written.
pub(crate) fn as_text<S: Serializer>(notified: &Option<Notified>, serializer: S) -> Result<S::Ok, S::Error> {
    notified.as_ref().map(ToString::to_string).serialize(serializer)
}

fn status_changed(state: &CertificateState, renew_from: &str, not_after: Timestamp) -> Event {
    let recorded = &state.tag_state.recorded;
    Event::StatusChanged(StatusChanged {
        certificate_arn: state.certificate.arn.clone(),
        from: recorded.status,
        to: RenewalStatus::PendingRenewal,
        reason: None,
        attempt: recorded.attempts,
        renew_from: Some(renew_from.to_owned()),
        serial_before: state.certificate.serial.clone(),
        serial_after: None,
        not_after_before: Some(not_after),
        not_after_after: None,
        issuer_change: None,
        pending_domain_names: Vec::new(),
    })
}
