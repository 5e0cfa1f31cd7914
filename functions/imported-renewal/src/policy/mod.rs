//! Whether to renew, from where, and why not. Pure: what is known and what time it is go in, a decision comes out. Reads
//! like the table in the README.
//!
//! [`waiting`] says whether it is the time to renew by what the tags record, [`paid`] whether it is too soon to pay again
//! whatever they record, [`postponed`] whether it waits for a maintenance window, [`source`] where the new certificate
//! comes from.

mod maintenance;
mod paid;
mod postponed;
mod skip_reason;
mod source;
mod waiting;

use acme::settings::AcmeSettings;
use certificates::tags::{RENEWAL, RenewFrom};
use certificates::{CLOCK_SKEW, Failure, FailureReason, PrivateCaArn, RenewalProgress, RenewalState, Thresholds};
use grants::Grants;
use jiff::{SignedDuration, Timestamp};

use crate::event::Occasion;
use crate::state::CertificateState;
pub use maintenance::Maintenance;
pub(crate) use paid::{AT_MOST_EVERY, Charge, QuotaReached};
use paid::{import_quota, just_charged, just_renewed};
pub(crate) use postponed::has_to_be_requested;
use postponed::postponed;
pub(crate) use skip_reason::SkipReason;
pub(crate) use source::Source;
use source::select_source;
use waiting::{is_delivery_due, is_repeated_crash, reason_to_wait};

/// Everything that a decision is made from.
#[derive(Debug)]
pub(crate) struct RenewalInput<'a> {
    pub(crate) state: &'a CertificateState,
    /// Why it is checked.
    pub(crate) occasion: Occasion,
    pub(crate) grants: &'a Grants,
    /// The ACME directories that may be used.
    pub(crate) acme: &'a AcmeSettings,
    /// For certificates that name no CA. It is granted.
    pub(crate) default_private_ca: Option<&'a PrivateCaArn>,
    /// How long the message that asks has been waiting in the queue since its first delivery.
    pub(crate) waited: SignedDuration,
    /// What this process paid last for this certificate.
    pub(crate) last_charge: Option<&'a Charge>,
    /// Whether the account's quota of imports was reached, as far as this process knows.
    pub(crate) quota_reached: Option<QuotaReached>,
    /// A certificate is due this many days before it expires.
    pub(crate) renew_before_days: u16,
    /// Crossing one is a reason to try again what a person had to resolve.
    pub(crate) thresholds: &'a Thresholds,
    /// When certificates are replaced.
    pub(crate) maintenance: &'a Maintenance,
    pub(crate) now: Timestamp,
}

impl<'a> RenewalInput<'a> {
    fn progress(&self) -> RenewalProgress<'a> {
        RenewalProgress::new(&self.state.tag_state.recorded, self.now)
    }

    /// Whether somebody changed what the renewal depends on: it may succeed where it failed before.
    fn has_changed(&self) -> bool {
        matches!(self.occasion, Occasion::SettingsChanged | Occasion::SecretChanged)
    }

    /// Whether an attempt may be charged: a secret has its certificates already.
    fn may_be_charged(&self) -> bool {
        self.state.tag_state.settings.renew_from != Some(RenewFrom::Secret)
    }
}

/// A renewal that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) source: Source,
    /// Required lifetime in days; `None`: that of the current certificate.
    pub(crate) validity_days: Option<u16>,
    /// Whether the new certificate may be another CA's than the current one: that is granted, and the CA, secret or
    /// directory is named in the certificate's own tag.
    pub(crate) issuer_may_change: bool,
    /// The number of this attempt, counted from 1.
    pub(crate) attempt: u32,
    /// Why a certificate that the source has already must wait, if it must. An issuer is not even asked.
    pub(crate) too_soon: Option<SkipReason>,
    /// Whether it is a failure when the source has nothing newer than what is in place.
    pub(crate) is_delivery_due: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Skip(SkipReason),
    /// The certificate was replaced, and that was not recorded yet.
    RecordComplete,
    /// The tags are about a certificate that was replaced long ago, and nothing else is to be done: correct them. Whoever
    /// may tag can bring this about, so nothing is announced.
    CorrectRecord,
    /// It cannot even be tried; record why.
    RecordFailure {
        failure: Failure,
        attempt: u32,
    },
    Renew(Plan),
}

pub(crate) fn decide(input: &RenewalInput<'_>) -> Decision {
    let certificate = &input.state.certificate;
    if !certificate.is_imported() {
        return Decision::Skip(SkipReason::NotImported);
    }
    let Some(renew_from) = &input.state.tag_state.settings.renew_from else {
        return Decision::Skip(SkipReason::NotManaged);
    };
    if input.occasion == Occasion::SecretChanged && *renew_from != RenewFrom::Secret {
        return Decision::Skip(SkipReason::AnotherSource);
    }
    if is_claimed(input) {
        return Decision::Skip(SkipReason::RenewalInProgress);
    }
    let state = input.progress().state(certificate.in_place());
    if state == RenewalState::Replaced {
        return Decision::RecordComplete;
    }
    if state == RenewalState::InProgress && is_repeated_crash(input) {
        let detail = "the function was terminated in the middle of it, and it was not the first attempt";
        let failure = Failure::new(FailureReason::Interrupted, detail);
        return Decision::RecordFailure { failure, attempt: input.state.tag_state.recorded.attempts };
    }
    let too_soon = just_renewed(input).or_else(|| just_charged(input));
    // What a secret has is known without a charge, and mostly it is nothing new: then it is not too soon for anything.
    let skip = reason_to_wait(state, input).or(too_soon.filter(|_| *renew_from != RenewFrom::Secret));
    if let Some(reason) = skip {
        let is_outdated = input.progress().is_about_another(certificate.in_place());
        let corrects = reason == SkipReason::NotDue && is_outdated;
        return if corrects { Decision::CorrectRecord } else { Decision::Skip(reason) };
    }
    let attempt = next_attempt(state, input);
    match plan(renew_from, attempt, input) {
        Ok(plan) => renew_or_wait(plan, too_soon.or_else(|| postponed(input)), state, input),
        Err(failure) => Decision::RecordFailure { failure, attempt },
    }
}

/// What a source has already is read and checked all the same.
fn renew_or_wait(plan: Plan, too_soon: Option<SkipReason>, state: RenewalState, input: &RenewalInput<'_>) -> Decision {
    let is_bundle = plan.source.is_bundle();
    match too_soon {
        Some(reason) if !is_bundle => Decision::Skip(reason),
        _ => Decision::Renew(Plan { too_soon, is_delivery_due: is_bundle && is_delivery_due(state, input), ..plan }),
    }
}

/// Another invocation is at work on it. A claim that is still new when a message is delivered again after an hour was
/// refreshed by somebody other than an attempt, which would never stop.
fn is_claimed(input: &RenewalInput<'_>) -> bool {
    // The third delivery comes after an hour, by clocks that may differ.
    input.progress().is_claimed() && input.waited < AT_MOST_EVERY - CLOCK_SKEW
}

/// Attempts belong to one renewal; a new one after a completed one starts over, even if the old count was left behind.
fn next_attempt(state: RenewalState, input: &RenewalInput<'_>) -> u32 {
    match state {
        RenewalState::NotStarted | RenewalState::Complete => 1,
        _ => input.state.tag_state.recorded.attempts.saturating_add(1),
    }
}

/// How it is renewed, unless what a renewal needs is missing.
fn plan(renew_from: &RenewFrom, attempt: u32, input: &RenewalInput<'_>) -> Result<Plan, Failure> {
    if let Some(detail) = import_quota(input) {
        return Err(Failure::new(FailureReason::ImportQuotaReached, detail));
    }
    if !input.state.tags.have_room_for(&RENEWAL) {
        let detail = "the certificate has no room for the tags that track its renewal";
        return Err(Failure::new(FailureReason::NoRoomForTags, detail));
    }
    let settings = &input.state.tag_state.settings;
    let source = select_source(renew_from, input)?;
    let is_named = match source {
        Source::PrivateCa(_) => matches!(settings.private_ca, Some(Ok(_))),
        Source::Secret(_) | Source::Acme(..) => true,
    };
    Ok(Plan {
        source,
        validity_days: settings.validity_days,
        issuer_may_change: input.grants.issuer_change && is_named,
        attempt,
        too_soon: None,
        is_delivery_due: false,
    })
}

#[cfg(test)]
mod tests;
