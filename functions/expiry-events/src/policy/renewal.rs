//! Whether the renewal of an imported certificate is requested now.

use certificates::{
    CLAIM_LASTS, FailureReason, Recovery, RenewalProgress, RenewalState, RenewalStatus, renewal_window, retry_pause,
    tags,
};
use events::{Event, RenewalRequested, RenewalTrigger, StatusChanged};
use jiff::{SignedDuration, Timestamp};

use super::{Look, Mark, Obstacle, Request, Settings};

/// A request that nobody took up for so long is lost: the queue in front of the renewal delivers
/// within seconds, and once more after half an hour when a message was given back.
const LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// What about the renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Not ours: ACM's own certificate, no tag `renew-from`, or nobody there to renew it.
    NotOurs,
    /// Ours, and its time has not come.
    NotDue,
    /// It is due, but there is no room for the tags that keep track of it.
    NoRoom,
    /// It is due, but AWS refuses the tags that keep track of it, for this reason.
    TagsRefused(String),
    /// It was requested and is on its way.
    UnderWay,
    /// It failed, and the time to try again has not come.
    Paused,
    /// Mark it as pending and ask for it.
    Start(RenewalTrigger),
    /// It is marked already: ask for it once more.
    Repeat(RenewalTrigger),
}

/// Decides.
pub fn decide(look: &Look, settings: &Settings) -> Decision {
    let Some(left) = look.days_left() else { return Decision::NotOurs };
    let wanted = settings.request_renewals && look.tag_state.settings.renew_from.is_some();
    if !look.facts.is_imported() || !wanted {
        return Decision::NotOurs;
    }
    let progress = RenewalProgress::new(&look.tag_state.recorded, look.now);
    match progress.state(look.facts.in_place()) {
        RenewalState::NotStarted | RenewalState::Complete => if_due(left, look, settings),
        RenewalState::Requested if progress.is_older_than(LOST_AFTER) => Decision::Repeat(RenewalTrigger::LostRequest),
        RenewalState::InProgress if progress.is_older_than(CLAIM_LASTS) => Decision::Repeat(RenewalTrigger::StaleClaim),
        RenewalState::Requested | RenewalState::InProgress => Decision::UnderWay,
        RenewalState::Failed => failed(look, settings, progress),
        RenewalState::Replaced => replaced(left, look, settings, progress),
    }
}

fn if_due(left: i64, look: &Look, settings: &Settings) -> Decision {
    if left > renewal_window(settings.renew_before_days, &look.facts) {
        return Decision::NotDue;
    }
    start(RenewalTrigger::Due, look)
}

fn failed(look: &Look, settings: &Settings, progress: RenewalProgress<'_>) -> Decision {
    let recorded = &look.tag_state.recorded;
    // The next attempt would be charged and refused; the notice of the failure says what to do.
    if recorded.reason.is_some_and(FailureReason::waits_for_a_request) {
        return Decision::Paused;
    }
    let crossed = |since| settings.thresholds.crossed_since(since, &look.facts, look.now);
    // An unknown reason may be one that only a person can fix.
    match recorded.reason.map_or(Recovery::Manual, FailureReason::recovery) {
        Recovery::Automatic if progress.is_older_than(retry_pause(recorded.attempts)) => {
            start(RenewalTrigger::Retry, look)
        }
        Recovery::Manual if progress.since().is_none_or(crossed) => start(RenewalTrigger::ThresholdCrossed, look),
        Recovery::Automatic | Recovery::Manual => Decision::Paused,
    }
}

/// The certificate was replaced, and only the record is left to be made. Mostly the queue delivers the message again
/// that leads to it; not when another delivery of it, at the same time, had found the renewal in progress.
fn replaced(left: i64, look: &Look, settings: &Settings, progress: RenewalProgress<'_>) -> Decision {
    match look.tag_state.recorded.status {
        // By a person; the record says that it failed until it is requested.
        Some(RenewalStatus::RenewalFailed) => Decision::Repeat(RenewalTrigger::Retry),
        Some(RenewalStatus::PendingRenewal) if progress.is_older_than(LOST_AFTER) => {
            Decision::Repeat(RenewalTrigger::LostRequest)
        }
        Some(RenewalStatus::RenewalInProgress | RenewalStatus::RenewalComplete)
            if progress.is_older_than(CLAIM_LASTS) =>
        {
            Decision::Repeat(RenewalTrigger::StaleClaim)
        }
        Some(RenewalStatus::PendingRenewal | RenewalStatus::RenewalInProgress) => Decision::UnderWay,
        None | Some(RenewalStatus::RenewalComplete) => if_due(left, look, settings),
    }
}

fn start(why: RenewalTrigger, look: &Look) -> Decision {
    match &look.obstacle {
        Some(Obstacle::TagsRefused(why)) => Decision::TagsRefused(why.clone()),
        _ if look.tags.have_room_for(&tags::RENEWAL) => Decision::Start(why),
        _ => Decision::NoRoom,
    }
}

/// What has to be written and sent for it.
pub fn request(decision: &Decision, look: &Look, not_after: Timestamp) -> Option<Request> {
    let (why, starts) = match decision {
        Decision::Start(why) => (*why, true),
        Decision::Repeat(why) => (*why, false),
        _ => return None,
    };
    let recorded = &look.tag_state.recorded;
    let renew_from = look.tag_state.settings.renew_from.as_ref()?.as_str();
    let status_changed = starts.then(|| {
        Event::StatusChanged(StatusChanged {
            certificate_arn: look.facts.arn.clone(),
            from: recorded.status,
            to: RenewalStatus::PendingRenewal,
            reason: None,
            attempt: recorded.attempts,
            renew_from: Some(renew_from.to_owned()),
            serial_before: look.facts.serial.clone(),
            serial_after: None,
            not_after_before: Some(not_after),
            not_after_after: None,
            issuer_change: None,
            pending_domain_names: Vec::new(),
        })
    });
    let requested = Event::RenewalRequested(RenewalRequested {
        certificate_arn: look.facts.arn.clone(),
        why,
        domain_name: look.facts.domain_name.clone(),
        renew_from: renew_from.to_owned(),
        not_after,
        days_left: look.days_left().unwrap_or_default(),
    });
    Some(Request {
        why,
        mark: starts.then(|| Mark {
            since: look.now,
            clear_reason: look.tags.contains(tags::STATUS_REASON),
            // Another attempt of a renewal is still about the certificate that its first one found.
            renewal_of: match (why, &recorded.renewal_of) {
                (RenewalTrigger::Due, _) | (_, None) => look.facts.serial.clone(),
                (_, Some(_)) => None,
            },
        }),
        send: status_changed.into_iter().chain([requested]).collect(),
    })
}
