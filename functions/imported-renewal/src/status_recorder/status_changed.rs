//! The event that a status changed.

use certificates::RenewalStatus;
use events::StatusChanged;

use crate::completion::Completion;
use crate::domain_names::for_machines;
use crate::state::CertificateState;

pub(super) fn status_changed(state: &CertificateState, to: RenewalStatus, attempt: u32) -> StatusChanged {
    let settings = &state.tag_state.settings;
    StatusChanged {
        certificate_arn: state.arn().clone(),
        from: state.tag_state.recorded.status,
        to,
        reason: None,
        attempt,
        renew_from: settings.renew_from.as_ref().map(|source| source.as_str().to_owned()),
        serial_before: state.certificate.serial.clone(),
        serial_after: None,
        not_after_before: state.certificate.not_after,
        not_after_after: None,
        issuer_change: None,
        pending_domain_names: Vec::new(),
    }
}

pub(super) fn completed(state: &CertificateState, completion: &Completion) -> StatusChanged {
    let mut event = StatusChanged {
        serial_after: completion.after.serial.clone(),
        not_after_after: completion.after.not_after,
        issuer_change: completion.issuer_change.clone(),
        pending_domain_names: for_machines(&completion.pending_domain_names),
        ..status_changed(state, RenewalStatus::RenewalComplete, completion.attempt)
    };
    // It was found replaced: of the certificate before, only the tag is left.
    if event.serial_before == event.serial_after {
        event.serial_before.clone_from(&state.tag_state.recorded.renewal_of);
        event.not_after_before = None;
    }
    event
}
