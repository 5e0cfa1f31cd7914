//! Whether a renewal waits for a maintenance window or for the end of a freeze.

use certificates::RenewalStatus;
use certificates::tags::{Recorded, STATUS_REASON};

use super::{RenewalInput, SkipReason};
use crate::event::Occasion;

/// Why it waits, if it does. Windows and freezes are a plan for what happens automatically: a person who requests one
/// renewal has a reason, such as a key that leaked, and could lift a freeze only by a deployment.
pub(super) fn postponed(input: &RenewalInput<'_>) -> Option<SkipReason> {
    // What the CA revokes is of no use to anybody after the freeze.
    if input.occasion == Occasion::RevocationAhead || is_requested_by_a_person(input) {
        return None;
    }
    let possible_after = input.maintenance.postponed_until(input.state.certificate.not_after, input.now)?;
    Some(SkipReason::Postponed { possible_after })
}

/// Requests of the sweep, and of a renewal that waits, name the certificate that is to be replaced and have no reason of a
/// failure. A person sets the status alone.
fn is_requested_by_a_person(input: &RenewalInput<'_>) -> bool {
    let (tags, recorded) = (&input.state.tags, &input.state.tag_state.recorded);
    let is_a_persons =
        input.occasion == Occasion::PendingSet || recorded.renewal_of.is_none() || tags.contains(STATUS_REASON);
    recorded.status == Some(RenewalStatus::PendingRenewal) && is_a_persons
}

/// Whether the sweep has to be asked to request a renewal again that is postponed. What waits for a change by a person, and
/// a secret that was written before the certificate is due, nobody would request when the window opens.
pub(crate) fn has_to_be_requested(reason: SkipReason, recorded: &Recorded) -> bool {
    let is_requested =
        matches!(recorded.status, Some(RenewalStatus::PendingRenewal | RenewalStatus::RenewalInProgress));
    matches!(reason, SkipReason::Postponed { .. }) && !is_requested
}
