//! Whether to renew, from where, and why not. Pure: what is known and what time it is go in, a
//! decision comes out. Reads like the table in the README.

mod paid;

use certificates::tags::{RENEWAL, RenewFrom, TagState, Tags};
use certificates::{
    CLOCK_SKEW, CertificateDetail, FailureReason, PrivateCaArn, Recovery, RenewalProgress, RenewalState, Thresholds,
    days_left, renewal_window, retry_pause,
};
use grants::Grants;
use jiff::{SignedDuration, Timestamp};

use crate::budget::{AT_MOST_EVERY, Charge, QuotaReached};
use crate::event::Occasion;
use paid::{import_quota, just_charged, just_failed, just_renewed};

/// Everything that a decision is made from.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    /// The certificate, described.
    pub facts: &'a CertificateDetail,
    /// Its tags.
    pub tags: &'a Tags,
    /// What they say.
    pub tag_state: &'a TagState,
    /// Why it is looked at.
    pub occasion: Occasion,
    /// What may be obtained.
    pub grants: &'a Grants,
    /// For certificates that name no CA. It is granted.
    pub default_private_ca: Option<&'a PrivateCaArn>,
    /// How long the message that asks has been waiting in the queue since its first delivery.
    pub waited: SignedDuration,
    /// What this process paid last for this certificate.
    pub last_charge: Option<&'a Charge>,
    /// Whether the account's quota of imports was reached, as far as this process knows.
    pub quota_reached: Option<QuotaReached>,
    /// A certificate is due so many days before its end.
    pub renew_before_days: u16,
    /// Crossing one is a reason to try again what a person had to resolve.
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
    /// Whether the new certificate may be another CA's than the present one: that is granted, and the CA is named in
    /// the certificate's own tag.
    pub issuer_may_change: bool,
    /// The number of this attempt, counted from 1.
    pub attempt: u32,
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idle {
    /// ACM renews what it issued.
    NotImported,
    /// No tag `renew-from`: the certificate is only watched.
    NotManaged,
    /// Another invocation is at work on it.
    RenewalInProgress,
    /// The last attempt failed, and its pause is not over.
    WaitingForRetry,
    /// The last attempt failed for a reason that a person has to resolve, and nothing has changed.
    WaitingForAPerson,
    /// It was replaced less than an hour ago.
    JustRenewed {
        /// From when on it may be renewed again.
        possible_after: Timestamp,
    },
    /// An attempt that may have been charged failed less than an hour ago.
    JustFailed {
        /// From when on it may be tried again.
        possible_after: Timestamp,
    },
    /// Its expiry is far.
    NotDue,
}

impl Idle {
    /// Kebab-case, for answers and logs.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NotImported => "not-imported",
            Self::NotManaged => "not-managed",
            Self::RenewalInProgress => "renewal-in-progress",
            Self::WaitingForRetry => "waiting-for-retry",
            Self::WaitingForAPerson => "waiting-for-a-person",
            Self::JustRenewed { .. } => "just-renewed",
            Self::JustFailed { .. } => "just-failed",
            Self::NotDue => "not-due",
        }
    }

    /// From when on the same request is granted, where that is known.
    pub(crate) fn possible_after(self) -> Option<Timestamp> {
        match self {
            Self::JustRenewed { possible_after } | Self::JustFailed { possible_after } => Some(possible_after),
            _ => None,
        }
    }

    /// Whether a message has to come again: it is too early for what it asks. A finding of AWS Config asks for nothing
    /// that a renewal in progress does not do.
    pub(crate) fn is_too_early(self, occasion: Occasion) -> bool {
        match self {
            Self::JustFailed { .. } => true,
            Self::RenewalInProgress => occasion != Occasion::NonCompliant,
            _ => false,
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing.
    Nothing(Idle),
    /// The certificate was replaced, and that was not recorded yet.
    RecordComplete,
    /// The tags are about a certificate that was replaced long ago, and nothing else is to be done: correct them. Whoever
    /// may tag can bring this about, so nothing is announced.
    CorrectRecord,
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
    let TagState { settings, recorded, .. } = situation.tag_state;
    if !situation.facts.is_imported() {
        return Decision::Nothing(Idle::NotImported);
    }
    let Some(renew_from) = &settings.renew_from else { return Decision::Nothing(Idle::NotManaged) };
    if is_claimed(situation) {
        return Decision::Nothing(Idle::RenewalInProgress);
    }
    let state = progress(situation).state(situation.facts.in_place());
    if state == RenewalState::Replaced {
        return Decision::RecordComplete;
    }
    if state == RenewalState::InProgress && crashed_once_more(situation) {
        let detail = "the function was terminated in the middle of it, and it was not the first attempt".into();
        return Decision::RecordFailure { reason: FailureReason::Interrupted, detail, attempt: recorded.attempts };
    }
    if let Some(idle) = wait(state, situation).or_else(|| just_renewed(situation)).or_else(|| just_charged(situation)) {
        let is_outdated = progress(situation).is_about_another(situation.facts.in_place());
        return if idle == Idle::NotDue && is_outdated { Decision::CorrectRecord } else { Decision::Nothing(idle) };
    }
    // Attempts belong to one renewal; a new one after a completed one starts over, even if the old
    // count was left behind.
    let is_new = matches!(state, RenewalState::NotStarted | RenewalState::Complete);
    let attempt = if is_new { 1 } else { recorded.attempts.saturating_add(1) };
    if let Some(detail) = import_quota(situation) {
        return Decision::RecordFailure { reason: FailureReason::ImportQuotaReached, detail, attempt };
    }
    if !situation.tags.have_room_for(&RENEWAL) {
        let detail = "the certificate has no room for the tags that track its renewal".into();
        return Decision::RecordFailure { reason: FailureReason::NoRoomForTags, detail, attempt };
    }
    match source(renew_from, situation) {
        Ok(source) => Decision::Renew(Plan {
            source,
            validity_days: settings.validity_days,
            issuer_may_change: situation.grants.issuer_change && matches!(settings.private_ca, Some(Ok(_))),
            attempt,
        }),
        Err((reason, detail)) => Decision::RecordFailure { reason, detail, attempt },
    }
}

/// Somebody is at work on it. A claim that is still new when a message comes back after an hour was refreshed by
/// somebody else than an attempt, which would never end.
fn is_claimed(situation: &Situation<'_>) -> bool {
    // The third delivery comes after an hour, by clocks that may differ.
    progress(situation).is_claimed() && situation.waited < AT_MOST_EVERY - CLOCK_SKEW
}

fn progress<'a>(situation: &Situation<'a>) -> RenewalProgress<'a> {
    RenewalProgress::new(&situation.tag_state.recorded, situation.now)
}

/// The attempt crashed, and it was not the first. That must not cost a certificate at every event; and where no sweep
/// asks, since the expiry is far, nobody would ever say that it is no longer in progress.
fn crashed_once_more(situation: &Situation<'_>) -> bool {
    situation.tag_state.recorded.attempts > 1
        && !pause_is_over(situation)
        // A change by the operator may have resolved it.
        && situation.occasion != Occasion::SettingsChanged
}

/// Why it is not the time to renew, if it is not.
fn wait(state: RenewalState, situation: &Situation<'_>) -> Option<Idle> {
    let recorded = &situation.tag_state.recorded;
    match state {
        // Asked for, by us or by an operator: whatever the expiry, renew.
        RenewalState::Requested => just_failed(situation),
        // A claim that is too old is an attempt that crashed.
        RenewalState::InProgress => None,
        // A change by the operator may have resolved it.
        RenewalState::Failed if situation.occasion == Occasion::SettingsChanged => just_failed(situation),
        RenewalState::Failed => match recorded.reason.map(FailureReason::recovery) {
            Some(Recovery::Automatic) => (!pause_is_over(situation)).then_some(Idle::WaitingForRetry),
            // Each try would cost a certificate that ACM then refuses; only a person knows when that has changed.
            _ if recorded.reason.is_some_and(FailureReason::waits_for_a_request) => Some(Idle::WaitingForAPerson),
            Some(Recovery::Manual) | None => (!crossed_a_threshold(situation)).then_some(Idle::WaitingForAPerson),
        },
        // Replaced and not recorded yet: that is recorded before anything else.
        RenewalState::Replaced => None,
        RenewalState::NotStarted | RenewalState::Complete => (!is_due(situation)).then_some(Idle::NotDue),
    }
}

fn is_due(situation: &Situation<'_>) -> bool {
    let window = renewal_window(situation.renew_before_days, situation.facts);
    situation.facts.not_after.is_some_and(|end| days_left(end, situation.now) <= window)
}

fn pause_is_over(situation: &Situation<'_>) -> bool {
    let pause = retry_pause(situation.tag_state.recorded.attempts);
    progress(situation).age().is_none_or(|age| age >= pause)
}

fn crossed_a_threshold(situation: &Situation<'_>) -> bool {
    let since = progress(situation).since();
    since.is_none_or(|since| situation.thresholds.crossed_since(since, situation.facts, situation.now))
}

fn source(renew_from: &RenewFrom, situation: &Situation<'_>) -> Result<Source, (FailureReason, String)> {
    match renew_from {
        RenewFrom::PrivateCa => private_ca(situation).map(Source::PrivateCa),
        RenewFrom::Acme | RenewFrom::Secret => Err((
            FailureReason::SourceNotAvailable,
            format!("this version cannot renew from `{}`", renew_from.as_str()),
        )),
        // Whatever anybody wrote there is not repeated in a notice that people trust.
        RenewFrom::Unknown(_) => {
            Err((FailureReason::UnknownSource, "the tag acm-autopilot:renew-from does not hold a known source".into()))
        }
    }
}

/// A tag only selects among the CAs that are granted.
fn private_ca(situation: &Situation<'_>) -> Result<PrivateCaArn, (FailureReason, String)> {
    let arn = match (&situation.tag_state.settings.private_ca, situation.default_private_ca) {
        (Some(Ok(arn)), _) => arn,
        // A tag that cannot be read must not mean another CA than the operator wanted.
        (Some(Err(_)), _) => {
            let detail = "the tag acm-autopilot:private-ca does not hold the ARN of a private CA";
            return Err((FailureReason::CaNotFound, detail.into()));
        }
        (None, Some(arn)) => arn,
        (None, None) => return Err((FailureReason::CaNotConfigured, "no private CA is named for it".into())),
    };
    let is_granted = situation.default_private_ca == Some(arn) || situation.grants.allow_private_ca(arn);
    if is_granted {
        return Ok(arn.clone());
    }
    Err((FailureReason::CaNotGranted, format!("the private CA {arn} is not among those that may be used")))
}

#[cfg(test)]
mod tests;
