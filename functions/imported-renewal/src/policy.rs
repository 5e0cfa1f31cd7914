//! Whether to renew, from where, and why not. Pure: what is known and what time it is go in, a
//! decision comes out. Reads like the table in the README.

mod paid;

use certificates::tags::{RENEWAL, RenewFrom, TagState, Tags};
use certificates::{
    CLAIM_LASTS, CertificateDetail, FailureReason, PrivateCaArn, Recovery, RenewalStatus, Thresholds, days_left,
    renewal_window, retry_pause,
};
use grants::Grants;
use jiff::{SignedDuration, Timestamp};

use crate::budget::{AT_MOST_EVERY, Charge, QuotaReached};
use crate::certificate::{normalize_serial, read_serial};
use crate::event::Occasion;
use paid::{import_quota, just_charged, just_failed, just_renewed};

/// A time in a tag that lies further ahead than clocks differ was never written by us.
pub(crate) const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// The longest pause after a failed attempt is a day, and the sweep that ends it may come a day later.
const ASKED_AGAIN_WITHIN: SignedDuration = SignedDuration::from_hours(48);
/// How long after the import a renewal may be found complete. An attempt that crashed after its import is checked
/// again by the queue within two hours; else by the sweep after a pause of a day (two days), and here is a third, for
/// one sweep that failed. Whoever may tag can make a certificate look replaced for no longer than this after a real
/// import, when even one that lives a week is not due.
const REPLACED_WITHIN: SignedDuration = SignedDuration::from_hours(72);

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
    if was_replaced(situation) {
        return Decision::RecordComplete;
    }
    if crashed_once_more(situation) {
        let detail = "the function was terminated in the middle of it, and it was not the first attempt".into();
        return Decision::RecordFailure { reason: FailureReason::Interrupted, detail, attempt: recorded.attempts };
    }
    if let Some(idle) = wait(situation).or_else(|| just_renewed(situation)).or_else(|| just_charged(situation)) {
        return Decision::Nothing(idle);
    }
    // Attempts belong to one renewal; a new one after a completed one starts over, even if the old
    // count was left behind.
    let is_new = matches!(status(situation), None | Some(RenewalStatus::RenewalComplete));
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
    let recorded = &situation.tag_state.recorded;
    recorded.status == Some(RenewalStatus::RenewalInProgress)
        && age(situation).is_some_and(|age| age < CLAIM_LASTS)
        // The third delivery comes after an hour, by clocks that may differ.
        && situation.waited < AT_MOST_EVERY - CLOCK_SKEW
}

/// The certificate was replaced so lately that this may not be recorded yet.
fn was_replaced(situation: &Situation<'_>) -> bool {
    let imported = situation.facts.imported_at;
    imported.is_some_and(|imported| situation.now.duration_since(imported) <= REPLACED_WITHIN)
        && is_about_another(situation)
}

/// The status, unless it is about a certificate that was replaced long ago: that one's attempts and failures say
/// nothing about the present one.
fn status(situation: &Situation<'_>) -> Option<RenewalStatus> {
    let status = situation.tag_state.recorded.status;
    status.filter(|status| *status == RenewalStatus::PendingRenewal || !is_about_another(situation))
}

/// The certificate is no longer the one that this renewal was to replace: the import took place, or
/// a person made one. The tag that shows it is removed last, so that no crash on the way goes unnoticed.
///
/// Anybody who may tag can write that tag; ACM's own time of the import has to agree with it.
fn is_about_another(situation: &Situation<'_>) -> bool {
    let recorded = &situation.tag_state.recorded;
    let (Some(imported), Some(since)) = (situation.facts.imported_at, since(situation)) else { return false };
    match recorded.status {
        None => false,
        // An attempt that failed before its claim left no serial number.
        Some(RenewalStatus::RenewalFailed) if recorded.renewal_of.is_none() => imported > since,
        // Written at the claim, and at the import, by clocks that may differ.
        Some(RenewalStatus::RenewalInProgress | RenewalStatus::RenewalComplete) => {
            since.duration_since(imported) <= CLOCK_SKEW && has_another_serial(situation)
        }
        // Written at the end of an attempt.
        Some(RenewalStatus::RenewalFailed) => {
            since.duration_since(imported) <= CLAIM_LASTS && has_another_serial(situation)
        }
        // Written when a failed attempt is to be repeated, of which the import took place after all.
        Some(RenewalStatus::PendingRenewal) => {
            since.duration_since(imported) <= ASKED_AGAIN_WITHIN && has_another_serial(situation)
        }
    }
}

fn has_another_serial(situation: &Situation<'_>) -> bool {
    match (&situation.tag_state.recorded.renewal_of, &situation.facts.serial) {
        // A negative one, as some write it.
        (Some(replaced), Some(present)) => {
            read_serial(replaced.trim_start_matches('-')).is_some_and(|replaced| replaced != normalize_serial(present))
        }
        _ => false,
    }
}

/// The attempt crashed, and it was not the first. That must not cost a certificate at every event; and where no sweep
/// asks, since the expiry is far, nobody would ever say that it is no longer in progress.
fn crashed_once_more(situation: &Situation<'_>) -> bool {
    let recorded = &situation.tag_state.recorded;
    status(situation) == Some(RenewalStatus::RenewalInProgress)
        && recorded.attempts > 1
        && !pause_is_over(situation)
        // A change by the operator may have resolved it.
        && situation.occasion != Occasion::SettingsChanged
}

/// Why it is not the time to renew, if it is not.
fn wait(situation: &Situation<'_>) -> Option<Idle> {
    let recorded = &situation.tag_state.recorded;
    match status(situation) {
        // Asked for, by us or by an operator: whatever the expiry, renew.
        Some(RenewalStatus::PendingRenewal) => just_failed(situation),
        // A claim that is too old is an attempt that crashed.
        Some(RenewalStatus::RenewalInProgress) => None,
        // A change by the operator may have resolved it.
        Some(RenewalStatus::RenewalFailed) if situation.occasion == Occasion::SettingsChanged => just_failed(situation),
        Some(RenewalStatus::RenewalFailed) => match recorded.reason.map(FailureReason::recovery) {
            Some(Recovery::Automatic) => (!pause_is_over(situation)).then_some(Idle::WaitingForRetry),
            // Each try would cost a certificate that ACM then refuses; only a person knows when that has changed.
            _ if recorded.reason.is_some_and(FailureReason::waits_for_a_request) => Some(Idle::WaitingForAPerson),
            Some(Recovery::Manual) | None => (!crossed_a_threshold(situation)).then_some(Idle::WaitingForAPerson),
        },
        None | Some(RenewalStatus::RenewalComplete) => (!is_due(situation)).then_some(Idle::NotDue),
    }
}

fn is_due(situation: &Situation<'_>) -> bool {
    let window = renewal_window(situation.renew_before_days, situation.facts);
    situation.facts.not_after.is_some_and(|end| days_left(end, situation.now) <= window)
}

fn pause_is_over(situation: &Situation<'_>) -> bool {
    let pause = retry_pause(situation.tag_state.recorded.attempts);
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
    situation.tag_state.recorded.since.filter(|since| since.duration_since(situation.now) <= CLOCK_SKEW)
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
