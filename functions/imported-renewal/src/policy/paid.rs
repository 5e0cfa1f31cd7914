//! What was paid for too recently to be paid for again.

use certificates::tags::format_time;
use certificates::{CLOCK_SKEW, RenewalStatus};
use jiff::{SignedDuration, Timestamp};
use x509::SerialNumber;

use super::{RenewalInput, SkipReason};
use crate::event::Occasion;

/// Each issuance is charged, and an account has a quota of imports in a year: whatever asks, a certificate is not
/// replaced twice in this time, nor is a failure that was charged repeated.
pub(crate) const AT_MOST_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// ACM keeps the time of the first import as that of creation; the two are noted one after the other.
const FIRST_IMPORT: SignedDuration = SignedDuration::from_mins(1);
/// For how long no import is tried after ACM refused one because of the account's quota.
const QUOTA_RESTS: SignedDuration = SignedDuration::from_hours(24);

/// A certificate that was requested, and may have been charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) at: Timestamp,
    /// Serial number of the certificate that it is to replace.
    pub(crate) replaces: Option<SerialNumber>,
    /// Serial number of the new one, as soon as its import was requested.
    pub(crate) imports: Option<SerialNumber>,
}

/// ACM refused an import because of the account's quota of imports in 365 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuotaReached {
    /// When, the last time.
    pub(crate) at: Timestamp,
    /// Whether it was refused before that too.
    pub(crate) again: bool,
}

/// An attempt that may have been charged failed less than an hour ago, at this very certificate.
pub(super) fn just_failed(input: &RenewalInput<'_>) -> Option<SkipReason> {
    let failed = input.state.last_failure?;
    let possible_after = failed.at.checked_add(AT_MOST_EVERY).ok()?;
    let is_near = failed.at.duration_since(input.now) <= CLOCK_SKEW && input.now < possible_after;
    (is_near && failed.reason.may_have_cost() && input.may_be_charged())
        .then_some(SkipReason::JustFailed { possible_after })
}

/// It was replaced less than an hour ago, by ACM's own record, which nobody can forge. A first import replaces nothing.
pub(super) fn just_renewed(input: &RenewalInput<'_>) -> Option<SkipReason> {
    let imported = input.state.certificate.imported_at?;
    let possible_after = imported.checked_add(AT_MOST_EVERY).ok()?;
    let is_near = input.now < possible_after && !is_first_import(input, imported);
    is_near.then_some(SkipReason::JustRenewed { possible_after })
}

/// That the time of creation stays when a certificate is imported again is not documented. If it does not, each import
/// seems to be the first; so an import that our own record says was a renewal does not count as one.
fn is_first_import(input: &RenewalInput<'_>, imported: Timestamp) -> bool {
    let seems_first =
        input.state.certificate.created_at.is_some_and(|created| imported.duration_since(created) < FIRST_IMPORT);
    let recorded = &input.state.tag_state.recorded;
    let was_renewal = match recorded.status {
        Some(RenewalStatus::RenewalComplete) => input.progress().age().is_some_and(|age| age < AT_MOST_EVERY),
        // A person who asks for the next one leaves the time of the import as it is; a request of the sweep is of its own
        // time, and names the certificate that is to be replaced.
        Some(RenewalStatus::PendingRenewal) if recorded.renewal_of.is_none() => {
            input.progress().since().is_some_and(|since| since.duration_since(imported).abs() < FIRST_IMPORT)
        }
        _ => false,
    };
    seems_first && !was_renewal
}

/// This process requested a certificate for it less than an hour ago, whatever the tags say.
pub(super) fn just_charged(input: &RenewalInput<'_>) -> Option<SkipReason> {
    let charge = input.last_charge?;
    let possible_after = charge.at.checked_add(AT_MOST_EVERY).ok().filter(|after| input.now < *after)?;
    let present = input.state.certificate.serial.as_deref().and_then(SerialNumber::parse);
    if present == charge.replaces {
        return Some(SkipReason::JustFailed { possible_after });
    }
    (charge.imports.is_some() && present == charge.imports).then_some(SkipReason::JustRenewed { possible_after })
}

/// The account's quota of imports was reached: a certificate would be charged, and then not be imported. A person who
/// asks may have had it raised, which the first attempt shows.
pub(super) fn import_quota(input: &RenewalInput<'_>) -> Option<String> {
    let QuotaReached { at, again } = input.quota_reached?;
    let rests = match (input.occasion, again) {
        (Occasion::PendingSet | Occasion::SettingsChanged, false) => SignedDuration::ZERO,
        (Occasion::PendingSet | Occasion::SettingsChanged, true) => AT_MOST_EVERY,
        _ => QUOTA_RESTS,
    };
    (input.now.duration_since(at) < rests).then(|| {
        let at = format_time(at);
        format!(
            "ACM refused an import at {at} because of the account's limit, so no certificate was requested for this one"
        )
    })
}
