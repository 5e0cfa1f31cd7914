//! Whether the renewal of an imported certificate is requested now.

use certificates::{CLAIM_LASTS, FailureReason, Recovery, RenewalStatus, renewal_window, retry_pause, tags};
use events::{Event, RenewalRequested, RenewalTrigger, StatusChanged};
use jiff::{SignedDuration, Timestamp};

use super::{Look, Mark, Obstacle, Request, Settings};

/// A request that nobody took up for so long is lost: the queue in front of the renewal delivers
/// within seconds, and once more after half an hour when a message was given back.
const LOST_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// A time in a tag that lies further ahead than clocks differ was never written by us.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

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
    use RenewalStatus::{PendingRenewal, RenewalComplete, RenewalFailed, RenewalInProgress};
    let Some(left) = look.days_left() else { return Decision::NotOurs };
    let wanted = settings.request_renewals && look.tag_state.settings.renew_from.is_some();
    if !look.facts.is_imported() || !wanted {
        return Decision::NotOurs;
    }
    let recorded = &look.tag_state.recorded;
    let since = recorded.since.filter(|since| *since <= look.now + CLOCK_SKEW);
    // A status of which nobody knows since when counts as very old.
    let older_than = |limit| since.is_none_or(|since| look.now.duration_since(since) > limit);
    let crossed = || since.is_none_or(|since| settings.thresholds.crossed_since(since, &look.facts, look.now));
    match recorded.status {
        Some(RenewalComplete) if is_half_recorded(look) && older_than(CLAIM_LASTS) => {
            Decision::Repeat(RenewalTrigger::StaleClaim)
        }
        None | Some(RenewalComplete) if left > renewal_window(settings.renew_before_days, &look.facts) => {
            Decision::NotDue
        }
        None | Some(RenewalComplete) => start(RenewalTrigger::Due, look),

        Some(PendingRenewal) if older_than(LOST_AFTER) => Decision::Repeat(RenewalTrigger::LostRequest),
        Some(RenewalInProgress) if older_than(CLAIM_LASTS) => Decision::Repeat(RenewalTrigger::StaleClaim),
        Some(PendingRenewal | RenewalInProgress) => Decision::UnderWay,

        // A person replaced it in the meantime. Nothing but the record is left to be made, and the record
        // says that it failed until it is requested.
        Some(RenewalFailed) if look.facts.imported_at > since && since.is_some() => {
            Decision::Repeat(RenewalTrigger::Retry)
        }
        // The next attempt would be charged and refused; the notice of the failure says what to do.
        Some(RenewalFailed) if recorded.reason.is_some_and(FailureReason::waits_for_a_request) => Decision::Paused,
        // An unknown reason may be one that only a person can fix.
        Some(RenewalFailed) => match recorded.reason.map_or(Recovery::Manual, FailureReason::recovery) {
            Recovery::Automatic if older_than(retry_pause(recorded.attempts)) => start(RenewalTrigger::Retry, look),
            Recovery::Manual if crossed() => start(RenewalTrigger::ThresholdCrossed, look),
            Recovery::Automatic | Recovery::Manual => Decision::Paused,
        },
    }
}

/// The renewal is complete, but whoever recorded that was ended before it was announced: of the tags of a
/// renewal the serial number of the replaced certificate goes last. Mostly the queue delivers the message
/// again; not when another delivery of it, at the same time, had found the renewal in progress and was content.
///
/// Where that number is still the certificate's own, nothing was replaced, and there is nothing to announce.
fn is_half_recorded(look: &Look) -> bool {
    let replaced = look.tag_state.recorded.renewal_of.as_deref();
    let present = look.facts.serial.as_deref();
    // Listings show no serial number; a check that leads to a request is followed by a description.
    replaced.is_some_and(|replaced| present.is_none_or(|present| !present.eq_ignore_ascii_case(replaced)))
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
