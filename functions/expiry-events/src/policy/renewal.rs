//! Whether the renewal of an imported certificate is requested now.

use certificates::{
    CLAIM_LASTS, FailureReason, Recovery, RenewalProgress, RenewalState, RenewalStatus, renewal_window, retry_pause,
    tags,
};
use events::RenewalTrigger;
use jiff::SignedDuration;

use super::Settings;
use super::notice_decision::can_remember;
use super::notice_dedup::was_revocation_reported;
use super::suggested_window::{is_revocation_ahead, suggested_renewal};
use super::undelivered_secret::is_check_due;
use crate::{CertificateState, Obstacle};

/// A request that nobody took up within this time is lost: the queue in front of the renewal delivers within seconds,
/// and once more after half an hour when a message was returned.
const LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What is done about the renewal of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalDecision {
    /// Not ours: ACM's own certificate, no tag `renew-from`, or imported-renewal is not deployed.
    NotOurs,
    /// Ours, and its time has not come.
    NotDue,
    /// It is due, but there is no room for the tags that keep track of it.
    NoRoomForTags,
    /// It is due, but AWS refuses the tags that keep track of it, for this reason.
    TagsRefused(String),
    /// It was requested, or has started.
    InProgress,
    /// It failed, and the time to try again has not come.
    Paused,
    /// Set the tags to pending and request it.
    Start(RenewalTrigger),
    /// The tags are set already: request it once more.
    Repeat(RenewalTrigger),
    /// It failed because its secret had nothing newer: check the secret again, and leave the tags as they are.
    CheckSecret,
}

pub fn decide_renewal(state: &CertificateState, settings: &Settings) -> RenewalDecision {
    let Some(left) = state.days_left() else { return RenewalDecision::NotOurs };
    let is_requested = settings.request_renewals && state.tag_state.settings.renew_from.is_some();
    if !state.certificate.is_imported() || !is_requested {
        return RenewalDecision::NotOurs;
    }
    let progress = RenewalProgress::new(&state.tag_state.recorded, state.now);
    match progress.state(state.certificate.in_place()) {
        RenewalState::NotStarted | RenewalState::Complete => if_due(left, state, settings),
        // It may wait for a maintenance window, which a certificate that is about to be revoked must not.
        RenewalState::Requested if progress.is_older_than(LOST_AFTER) && is_revocation_ahead(state) => {
            RenewalDecision::Repeat(RenewalTrigger::RevocationAhead)
        }
        RenewalState::Requested if progress.is_older_than(LOST_AFTER) => {
            RenewalDecision::Repeat(RenewalTrigger::LostRequest)
        }
        RenewalState::InProgress if progress.is_older_than(CLAIM_LASTS) => {
            RenewalDecision::Repeat(RenewalTrigger::StaleClaim)
        }
        RenewalState::Requested | RenewalState::InProgress => RenewalDecision::InProgress,
        RenewalState::Failed => failed(state, settings, progress),
        RenewalState::Replaced => replaced(left, state, settings, progress),
    }
}

fn if_due(left: i64, state: &CertificateState, settings: &Settings) -> RenewalDecision {
    if left > renewal_window(settings.renew_before_days, &state.certificate) {
        return suggested_renewal(state).map_or(RenewalDecision::NotDue, |why| start(why, state));
    }
    start(RenewalTrigger::Due, state)
}

/// Whether what the certificate's CA suggests could make a difference: whether a renewal is due, or whether one that failed or
/// waits is tried now.
pub fn depends_on_suggested_window(state: &CertificateState, settings: &Settings) -> bool {
    let may_differ = match decide_renewal(state, settings) {
        RenewalDecision::NotDue | RenewalDecision::Repeat(RenewalTrigger::LostRequest) => true,
        RenewalDecision::Paused => waits_for_a_person(state) && !was_revocation_reported(state),
        _ => false,
    };
    may_differ && is_known_acme_directory(state, settings)
}

/// Whether the certificate is renewed from an ACME directory that is configured.
pub fn is_known_acme_directory(state: &CertificateState, settings: &Settings) -> bool {
    state.acme_directory().is_some_and(|name| settings.acme_directories.contains(name))
}

fn failed(state: &CertificateState, settings: &Settings, progress: RenewalProgress<'_>) -> RenewalDecision {
    let recorded = &state.tag_state.recorded;
    // Once, with the notice that is remembered: there may be no time until the next threshold.
    let is_news = !was_revocation_reported(state) && can_remember(state);
    if is_revocation_ahead(state) && waits_for_a_person(state) && is_news {
        return start(RenewalTrigger::RevocationAhead, state);
    }
    // The next attempt would be charged and refused; the notice of the failure says what to do.
    if recorded.reason.is_some_and(FailureReason::waits_for_a_request) {
        return RenewalDecision::Paused;
    }
    let crossed = |since| settings.thresholds.crossed_since(since, &state.certificate, state.now);
    match recovery(state) {
        Recovery::Automatic if progress.is_older_than(retry_pause(recorded.attempts)) => {
            start(RenewalTrigger::Retry, state)
        }
        Recovery::Manual if progress.since().is_none_or(crossed) => start(RenewalTrigger::ThresholdCrossed, state),
        Recovery::Manual if progress.since().is_some_and(|since| is_check_due(since, state, settings)) => {
            RenewalDecision::CheckSecret
        }
        Recovery::Automatic | Recovery::Manual => RenewalDecision::Paused,
    }
}

/// An unknown reason may be one that only a person can fix.
fn recovery(state: &CertificateState) -> Recovery {
    state.tag_state.recorded.reason.map_or(Recovery::Manual, FailureReason::recovery)
}

fn waits_for_a_person(state: &CertificateState) -> bool {
    recovery(state) == Recovery::Manual
}

/// The certificate was replaced, and only its tags are not up to date. Mostly the queue delivers the message again that
/// leads to it; not when another delivery of it, at the same time, had found the renewal in progress.
fn replaced(
    left: i64,
    state: &CertificateState,
    settings: &Settings,
    progress: RenewalProgress<'_>,
) -> RenewalDecision {
    match state.tag_state.recorded.status {
        // By a person; the tags say that it failed until it is requested.
        Some(RenewalStatus::RenewalFailed) => RenewalDecision::Repeat(RenewalTrigger::Retry),
        Some(RenewalStatus::PendingRenewal) if progress.is_older_than(LOST_AFTER) => {
            RenewalDecision::Repeat(RenewalTrigger::LostRequest)
        }
        Some(RenewalStatus::RenewalInProgress | RenewalStatus::RenewalComplete)
            if progress.is_older_than(CLAIM_LASTS) =>
        {
            RenewalDecision::Repeat(RenewalTrigger::StaleClaim)
        }
        Some(RenewalStatus::PendingRenewal | RenewalStatus::RenewalInProgress) => RenewalDecision::InProgress,
        None | Some(RenewalStatus::RenewalComplete) => if_due(left, state, settings),
    }
}

fn start(why: RenewalTrigger, state: &CertificateState) -> RenewalDecision {
    match &state.obstacle {
        Some(Obstacle::TagsRefused(why)) => RenewalDecision::TagsRefused(why.clone()),
        _ if state.tags.have_room_for(&tags::RENEWAL) => RenewalDecision::Start(why),
        _ => RenewalDecision::NoRoomForTags,
    }
}
