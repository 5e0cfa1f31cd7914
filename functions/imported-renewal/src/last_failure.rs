//! The last failure that the tags record.

use certificates::tags::{STATUS_REASON, TagState, Tags};
use certificates::{CertificateDetail, FailureReason, RenewalStatus};
use jiff::Timestamp;
use x509::SerialNumber;

/// A failure of the renewal of the certificate that is in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastFailure {
    pub(crate) reason: FailureReason,
    /// When it was recorded first, if it was recorded several times in a row.
    pub(crate) at: Timestamp,
}

impl LastFailure {
    /// Reads it. A person who sets the status to `pending-renewal` leaves reason and time as they are.
    pub(crate) fn read(certificate: &CertificateDetail, tags: &Tags, tag_state: &TagState) -> Option<Self> {
        let recorded = &tag_state.recorded;
        let failed = [RenewalStatus::RenewalFailed, RenewalStatus::PendingRenewal];
        if !recorded.status.is_some_and(|status| failed.contains(&status)) {
            return None;
        }
        let is_of_this = |serial: &String| {
            recorded.renewal_of.as_ref().is_none_or(|of| SerialNumber::parse(of) == SerialNumber::parse(serial))
        };
        if !certificate.serial.as_ref().is_none_or(is_of_this) {
            return None;
        }
        Some(Self { reason: tags.get(STATUS_REASON)?.parse().ok()?, at: recorded.since? })
    }
}
