//! What was paid for too lately to be paid for again.

use certificates::tags::format_time;
use certificates::{CLOCK_SKEW, RenewalStatus};
use jiff::{SignedDuration, Timestamp};

use super::{Idle, Situation, progress};
use crate::budget::{AT_MOST_EVERY, QuotaReached};
use crate::certificate::normalize_serial;
use crate::event::Occasion;
use crate::last_failure::LastFailure;

/// ACM keeps the time of the first import as that of creation; the two are noted one after the other.
const FIRST_IMPORT: SignedDuration = SignedDuration::from_mins(1);
/// For how long no import is tried after ACM refused one because of the account's quota.
const QUOTA_RESTS: SignedDuration = SignedDuration::from_hours(24);

/// An attempt that may have been charged failed less than an hour ago, at this very certificate.
pub(super) fn just_failed(situation: &Situation<'_>) -> Option<Idle> {
    let failed = LastFailure::read(situation.facts, situation.tags, situation.tag_state)?;
    let possible_after = failed.at.checked_add(AT_MOST_EVERY).ok()?;
    let is_near = failed.at.duration_since(situation.now) <= CLOCK_SKEW && situation.now < possible_after;
    (is_near && failed.reason.may_have_cost()).then_some(Idle::JustFailed { possible_after })
}

/// It was replaced less than an hour ago, by ACM's own record, which nobody can forge. A first import replaces nothing.
pub(super) fn just_renewed(situation: &Situation<'_>) -> Option<Idle> {
    let imported = situation.facts.imported_at?;
    let possible_after = imported.checked_add(AT_MOST_EVERY).ok()?;
    let is_near = situation.now < possible_after && !is_first_import(situation, imported);
    is_near.then_some(Idle::JustRenewed { possible_after })
}

/// That the time of creation stays when a certificate is imported again is not documented. If it does not, each import
/// seems to be the first; so an import that our own record says was a renewal is none.
fn is_first_import(situation: &Situation<'_>, imported: Timestamp) -> bool {
    let seems_first = situation.facts.created_at.is_some_and(|created| imported.duration_since(created) < FIRST_IMPORT);
    let recorded = &situation.tag_state.recorded;
    let was_renewal = match recorded.status {
        Some(RenewalStatus::RenewalComplete) => progress(situation).age().is_some_and(|age| age < AT_MOST_EVERY),
        // A person who asks for the next one leaves the time of the import as it is; a request of the sweep is of its own
        // time, and names the certificate that is to be replaced.
        Some(RenewalStatus::PendingRenewal) if recorded.renewal_of.is_none() => {
            progress(situation).since().is_some_and(|since| since.duration_since(imported).abs() < FIRST_IMPORT)
        }
        _ => false,
    };
    seems_first && !was_renewal
}

/// This process ordered a certificate for it less than an hour ago, whatever the tags say.
pub(super) fn just_charged(situation: &Situation<'_>) -> Option<Idle> {
    let charge = situation.last_charge?;
    let possible_after = charge.at.checked_add(AT_MOST_EVERY).ok().filter(|after| situation.now < *after)?;
    let present = situation.facts.serial.as_deref().map(normalize_serial);
    if present == charge.replaces {
        return Some(Idle::JustFailed { possible_after });
    }
    (charge.imports.is_some() && present == charge.imports).then_some(Idle::JustRenewed { possible_after })
}

/// The account's quota of imports was reached: a certificate would be charged, and then not be imported. A person who
/// asks may have had it raised, which the first attempt shows.
pub(super) fn import_quota(situation: &Situation<'_>) -> Option<String> {
    let QuotaReached { at, again } = situation.quota_reached?;
    let rests = match (situation.occasion, again) {
        (Occasion::PendingSet | Occasion::SettingsChanged, false) => SignedDuration::ZERO,
        (Occasion::PendingSet | Occasion::SettingsChanged, true) => AT_MOST_EVERY,
        _ => QUOTA_RESTS,
    };
    (situation.now.duration_since(at) < rests).then(|| {
        let at = format_time(at);
        format!(
            "ACM refused an import at {at} because of the account's limit, so no certificate was ordered for this one"
        )
    })
}
