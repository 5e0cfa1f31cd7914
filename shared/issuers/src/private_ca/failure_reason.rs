//! Why a call of AWS Private CA failed.

use aws_client::{CallError, CallErrorKind};
use certificates::FailureReason;

pub(super) fn failure_reason(error: &CallError) -> FailureReason {
    match (error.kind, error.code.as_deref()) {
        (CallErrorKind::Throttled, _) => FailureReason::Throttled,
        (CallErrorKind::Unavailable, _) => FailureReason::ServiceError,
        (CallErrorKind::Denied, _) => FailureReason::PermissionMissing,
        (CallErrorKind::Refused, Some("ResourceNotFoundException" | "InvalidArnException")) => {
            FailureReason::CaNotFound
        }
        (CallErrorKind::Refused, Some("InvalidStateException")) => FailureReason::CaNotActive,
        (CallErrorKind::Refused, Some("LimitExceededException")) => FailureReason::IssuanceLimit,
        (CallErrorKind::Refused, _) => FailureReason::IssuerRefused,
    }
}
