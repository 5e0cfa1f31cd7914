//! What a source that another tool fills has, and has not. Pure.

use certificates::{Failure, FailureReason, Recovery};
use x509::Certificate;

use super::outcome::AttemptOutcome;
use super::sources;
use crate::policy::{Plan, SkipReason};

/// Only a newer certificate replaces the present one; whatever else the tool wrote back, it has not delivered.
pub(super) fn demand_newer(current: &Certificate, found: &Certificate, plan: &Plan) -> Result<(), Failure> {
    let source = sources::name(&plan.source);
    if found.serial == current.serial {
        let detail = format!("{source} still has the certificate in place (serial {})", current.serial);
        return Err(Failure::new(FailureReason::SecretNotRenewed, detail));
    }
    if found.not_after <= current.not_after {
        let detail = format!("{source} has a certificate that expires no later than the one in place");
        return Err(Failure::new(FailureReason::SecretNotRenewed, detail));
    }
    Ok(())
}

/// Whether the message that asks returns to the queue: AWS did not say what the tool delivered, and nothing has to be there
/// yet. A failure on record would be tried again by a request, for which there has to be something.
pub(super) fn is_read_again(failure: &Failure, plan: &Plan) -> bool {
    !plan.is_delivery_due && failure.reason.recovery() == Recovery::Automatic
}

/// That there is nothing new is a failure only when it should be there: a notice at every event would be read by nobody.
pub(super) fn outcome(failure: Failure, plan: &Plan) -> AttemptOutcome {
    match failure.reason {
        FailureReason::SecretNotReady if !plan.is_delivery_due => AttemptOutcome::Skipped(SkipReason::SecretNotReady),
        FailureReason::SecretNotRenewed if !plan.is_delivery_due => {
            AttemptOutcome::Skipped(SkipReason::SecretNotRenewed)
        }
        _ => AttemptOutcome::Failed(failure),
    }
}
