//! Whether to renew, from where, and why not. Pure: what is known and what time it is go in, a
//! decision comes out. Reads like the table in the README.

use certificates::tags::{Instructions, RENEWAL, RenewFrom, Tags};
use certificates::{
    CLAIM_LASTS, CertificateFacts, FailureReason, PrivateCaArn, Remedy, RenewalStatus, Thresholds, days_left,
    renewal_window, retry_pause,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::certificate::{normalize_serial, read_serial};
use crate::event::Occasion;

/// A time in a tag that lies further ahead than clocks differ was never written by us.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Everything that a decision is made from.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    /// The certificate, described.
    pub facts: &'a CertificateFacts,
    /// Its tags.
    pub tags: &'a Tags,
    /// What they say.
    pub instructions: &'a Instructions,
    /// Why it is looked at.
    pub occasion: Occasion,
    /// For certificates that name no CA.
    pub default_private_ca: Option<&'a PrivateCaArn>,
    /// A certificate is due so many days before its end.
    pub renew_before_days: u16,
    /// Crossing one is a reason to try again what a person had to mend.
    pub thresholds: &'a Thresholds,
    /// Now.
    pub now: Timestamp,
}

/// Where the new certificate will come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A private CA.
    PrivateCa(PrivateCaArn),
}

/// A renewal that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Where the new certificate comes from.
    pub source: Source,
    /// Wanted lifetime in days; `None`: that of the present certificate.
    pub validity_days: Option<u16>,
    /// Whether the operator named the source in the certificate's own tag: then it may be another
    /// CA than the present certificate's.
    pub issuer_may_change: bool,
    /// The number of this attempt, counted from 1.
    pub attempt: u32,
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Idle {
    /// ACM renews what it issued.
    NotImported,
    /// No tag `renew-from`: the certificate is only watched.
    NotManaged,
    /// Another invocation is at work on it.
    RenewalInProgress,
    /// The last attempt failed, and its pause is not over.
    WaitingForRetry,
    /// The last attempt failed for a reason that a person has to mend, and nothing has changed.
    WaitingForAPerson,
    /// Its end is far.
    NotDue,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing.
    Nothing(Idle),
    /// The certificate was replaced, but nobody lived to record it.
    RecordComplete,
    /// It cannot even be tried; record why.
    RecordFailure {
        /// For the tag.
        reason: FailureReason,
        /// For people.
        detail: String,
        /// The number of this attempt, counted from 1.
        attempt: u32,
    },
    /// Renew it.
    Renew(Plan),
}

/// Decides.
pub(crate) fn decide(situation: &Situation<'_>) -> Decision {
    let Instructions { wishes, recorded, .. } = situation.instructions;
    if !situation.facts.is_imported() {
        return Decision::Nothing(Idle::NotImported);
    }
    let Some(renew_from) = &wishes.renew_from else { return Decision::Nothing(Idle::NotManaged) };
    if is_claimed(situation) {
        return Decision::Nothing(Idle::RenewalInProgress);
    }
    if was_replaced(situation) {
        return Decision::RecordComplete;
    }
    if died_once_more(situation) {
        let detail = "the function was ended in the middle of it, and it was not the first attempt".into();
        return Decision::RecordFailure { reason: FailureReason::Interrupted, detail, attempt: recorded.attempts };
    }
    if let Some(idle) = wait(situation) {
        return Decision::Nothing(idle);
    }
    // Attempts belong to one renewal; a new one after a completed one starts over, even if the old
    // count was left behind.
    let is_new = matches!(recorded.status, None | Some(RenewalStatus::RenewalComplete));
    let attempt = if is_new { 1 } else { recorded.attempts.saturating_add(1) };
    if !situation.tags.have_room_for(&RENEWAL) {
        let detail = "the certificate has no room for the tags that track its renewal".into();
        return Decision::RecordFailure { reason: FailureReason::NoRoomForTags, detail, attempt };
    }
    match source(renew_from, situation) {
        Ok(source) => Decision::Renew(Plan {
            source,
            validity_days: wishes.validity_days,
            issuer_may_change: wishes.private_ca.is_some(),
            attempt,
        }),
        Err((reason, detail)) => Decision::RecordFailure { reason, detail, attempt },
    }
}

/// Somebody is at work on it.
fn is_claimed(situation: &Situation<'_>) -> bool {
    let recorded = &situation.instructions.recorded;
    recorded.status == Some(RenewalStatus::RenewalInProgress) && age(situation).is_some_and(|age| age < CLAIM_LASTS)
}

/// The certificate is no longer the one that this renewal was to replace: the import took place, or
/// a person made one. The tag that tells is removed last, so that nobody dies unnoticed on the way.
///
/// An attempt that failed before its claim left no such tag; then the time of the import tells.
fn was_replaced(situation: &Situation<'_>) -> bool {
    let recorded = &situation.instructions.recorded;
    match (&recorded.renewal_of, &situation.facts.serial) {
        (Some(replaced), Some(present)) => {
            read_serial(replaced).is_some_and(|replaced| replaced != normalize_serial(present))
        }
        _ => {
            recorded.status == Some(RenewalStatus::RenewalFailed)
                && since(situation).is_some_and(|failed| situation.facts.imported_at > Some(failed))
        }
    }
}

/// The attempt died, and it was not the first. That must not cost a certificate of the source's at every
/// look; and where no sweep looks, since the end is far, nobody would ever say that it is in progress no more.
fn died_once_more(situation: &Situation<'_>) -> bool {
    let recorded = &situation.instructions.recorded;
    recorded.status == Some(RenewalStatus::RenewalInProgress)
        && recorded.attempts > 1
        && !pause_is_over(situation)
        // A change by the operator may have mended it.
        && situation.occasion != Occasion::SteeringChanged
}

/// Why it is not the time to renew, if it is not.
fn wait(situation: &Situation<'_>) -> Option<Idle> {
    let recorded = &situation.instructions.recorded;
    match recorded.status {
        // Asked for, by us or by an operator: whatever the end, renew.
        Some(RenewalStatus::PendingRenewal) => None,
        // A claim that is too old is an attempt that died.
        Some(RenewalStatus::RenewalInProgress) => None,
        // A change by the operator may have mended it.
        Some(RenewalStatus::RenewalFailed) if situation.occasion == Occasion::SteeringChanged => None,
        Some(RenewalStatus::RenewalFailed) => match recorded.reason.map(FailureReason::remedy) {
            Some(Remedy::Retry) => (!pause_is_over(situation)).then_some(Idle::WaitingForRetry),
            Some(Remedy::Person) | None => (!crossed_a_threshold(situation)).then_some(Idle::WaitingForAPerson),
        },
        None | Some(RenewalStatus::RenewalComplete) => (!is_due(situation)).then_some(Idle::NotDue),
    }
}

fn is_due(situation: &Situation<'_>) -> bool {
    let window = renewal_window(situation.renew_before_days, situation.facts);
    situation.facts.not_after.is_some_and(|end| days_left(end, situation.now) <= window)
}

fn pause_is_over(situation: &Situation<'_>) -> bool {
    let pause = retry_pause(situation.instructions.recorded.attempts);
    age(situation).is_none_or(|age| age >= pause)
}

fn crossed_a_threshold(situation: &Situation<'_>) -> bool {
    since(situation).is_none_or(|since| situation.thresholds.crossed_since(since, situation.facts, situation.now))
}

/// How long the status has held; `None` when that cannot be told, which counts as long.
fn age(situation: &Situation<'_>) -> Option<SignedDuration> {
    since(situation).map(|since| situation.now.duration_since(since))
}

fn since(situation: &Situation<'_>) -> Option<Timestamp> {
    situation.instructions.recorded.since.filter(|since| since.duration_since(situation.now) <= CLOCK_SKEW)
}

fn source(renew_from: &RenewFrom, situation: &Situation<'_>) -> Result<Source, (FailureReason, String)> {
    match renew_from {
        RenewFrom::PrivateCa => match (&situation.instructions.wishes.private_ca, situation.default_private_ca) {
            (Some(Ok(arn)), _) => Ok(Source::PrivateCa(arn.clone())),
            // A tag that cannot be read must not mean another CA than the operator wanted.
            (Some(Err(text)), _) => Err((
                FailureReason::CaNotFound,
                format!("the tag acm-autopilot:private-ca holds `{text}`, no CA's ARN"),
            )),
            (None, Some(arn)) => Ok(Source::PrivateCa(arn.clone())),
            (None, None) => Err((FailureReason::CaNotConfigured, "no private CA is named for it".into())),
        },
        RenewFrom::Acme | RenewFrom::Secret => Err((
            FailureReason::SourceNotAvailable,
            format!("this version cannot renew from `{}`", renew_from.as_str()),
        )),
        RenewFrom::Unknown(text) => {
            Err((FailureReason::UnknownSource, format!("the tag acm-autopilot:renew-from holds `{text}`")))
        }
    }
}

#[cfg(test)]
mod tests;
