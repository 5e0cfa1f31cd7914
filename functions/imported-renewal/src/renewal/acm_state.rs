//! What ACM shows after an import, and what follows from it. Pure.
//!
//! What ACM shows decides, not what it answered: no answer does not mean no effect, and a refusal may be that of a
//! repeated call whose first answer was lost.
//!
//! | ACM shows | the import was accepted | it was refused, or not answered |
//! |---|---|---|
//! | the new certificate | installed | installed |
//! | the old one | failed: `verification-failed` | failed, by the answer |
//! | another one | replaced by another | replaced by another |
//! | none | deleted | deleted |
//! | nothing (no answer) | failed: `verification-failed` | failed, by the answer |

use aws_client::{CallError, CallErrorKind};
use certificates::{CertificateDetail, Failure, FailureReason};
use x509::SerialNumber;

use super::outcome::AttemptOutcome;
use super::poll::POLLS_AFTER_IMPORT;

const POLLS_WITHOUT_ANSWER: u32 = 3;

/// What ACM shows under the ARN.
#[derive(Debug, Clone)]
pub(super) enum AcmState {
    /// The certificate with the serial number that was imported.
    New(Box<CertificateDetail>),
    /// Still the one before.
    Old,
    /// Neither of the two: another attempt's, or a person's.
    Other(Box<CertificateDetail>),
    /// It was deleted.
    Deleted,
    /// ACM did not answer.
    Unknown(CallError),
}

impl AcmState {
    pub(super) fn classify(
        described: Result<Option<CertificateDetail>, CallError>,
        before: &CertificateDetail,
        serial: &SerialNumber,
    ) -> Self {
        match described {
            Ok(None) => Self::Deleted,
            Ok(Some(shown)) if is_new(&shown, before, serial) => Self::New(Box::new(shown)),
            Ok(Some(shown)) if shown.serial == before.serial => Self::Old,
            Ok(Some(shown)) => Self::Other(Box::new(shown)),
            Err(error) => Self::Unknown(error),
        }
    }

    /// Whether nothing else is worth waiting for.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::New(_) | Self::Deleted)
    }
}

/// Whether this is the certificate with this serial number, and not the one before: a CA may use a serial number twice.
fn is_new(shown: &CertificateDetail, before: &CertificateDetail, serial: &SerialNumber) -> bool {
    let has_changed = (shown.not_after, shown.imported_at) != (before.not_after, before.imported_at);
    has_changed && shown.serial.as_deref().and_then(SerialNumber::parse).as_ref() == Some(serial)
}

/// How many times ACM is asked what it shows.
pub(super) fn polls_after(imported: &Result<(), CallError>) -> u32 {
    match imported {
        Ok(()) => POLLS_AFTER_IMPORT,
        Err(error) if error.is_retryable() => POLLS_WITHOUT_ANSWER,
        Err(_) => 1,
    }
}

/// The new certificate, if it is installed, or how the attempt ends otherwise.
pub(super) fn conclude(
    shown: AcmState,
    imported: Result<(), CallError>,
    serial: &SerialNumber,
) -> Result<Box<CertificateDetail>, AttemptOutcome> {
    match (shown, imported) {
        (AcmState::New(after), _) => Ok(after),
        (AcmState::Other(after), _) => Err(AttemptOutcome::ReplacedByAnother(after)),
        (AcmState::Deleted, _) => Err(AttemptOutcome::Deleted),
        (AcmState::Old | AcmState::Unknown(_), Err(error)) => Err(AttemptOutcome::Failed(refused(&error))),
        (AcmState::Old, Ok(())) => {
            Err(unverified(format!("ACM accepted the certificate with serial {serial} but does not show it")))
        }
        (AcmState::Unknown(error), Ok(())) => Err(unverified(format!("the import could not be verified: {error}"))),
    }
}

fn unverified(detail: String) -> AttemptOutcome {
    AttemptOutcome::Failed(Failure::new(FailureReason::VerificationFailed, detail))
}

fn refused(error: &CallError) -> Failure {
    let reason = match error.kind {
        CallErrorKind::Throttled => FailureReason::Throttled,
        CallErrorKind::Unavailable => FailureReason::ServiceError,
        CallErrorKind::Denied => FailureReason::PermissionMissing,
        CallErrorKind::Refused if error.has_code("LimitExceededException") => FailureReason::ImportQuotaReached,
        CallErrorKind::Refused => FailureReason::ImportRefused,
    };
    Failure::new(reason, error.to_string())
}

#[cfg(test)]
mod tests;
