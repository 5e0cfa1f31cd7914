//! Why a call of Secrets Manager failed.

use aws_client::{CallError, CallErrorKind};
use certificates::FailureReason;

pub(super) fn failure_reason(error: &CallError) -> FailureReason {
    match (error.kind, error.code.as_deref()) {
        (CallErrorKind::Throttled, _) => FailureReason::Throttled,
        (CallErrorKind::Unavailable, _) => FailureReason::ServiceError,
        (CallErrorKind::Denied, _) => FailureReason::PermissionMissing,
        (CallErrorKind::Refused, Some("ResourceNotFoundException")) => FailureReason::SecretNotFound,
        // DecryptionFailure, or a secret that is being deleted.
        (CallErrorKind::Refused, _) => FailureReason::SecretUnreadable,
    }
}
