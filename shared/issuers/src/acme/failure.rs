//! Why a renewal from an ACME server failed.

use acme::{Advice, Error, ProblemKind};
use aws_client::{CallError, CallErrorKind};
use certificates::{Failure, FailureReason};

/// Why the server, named by its directory, did not issue.
pub(super) fn failure(error: &Error, directory: &str) -> Failure {
    let pause = error.retry_at().map(|at| format!(" (try again after {})", certificates::tags::format_time(at)));
    Failure::new(reason(error), format!("{directory}: {error}{}", pause.unwrap_or_default()))
}

fn reason(error: &Error) -> FailureReason {
    match (error.advice(), error.kind()) {
        _ if matches!(error, Error::Unfinished { .. }) => FailureReason::IssuerTimeout,
        _ if matches!(error, Error::Account(_)) => FailureReason::AcmeAccountMissing,
        (Advice::Wait, Some(ProblemKind::RateLimited)) => FailureReason::AcmeRateLimited,
        (Advice::Wait | Advice::OrderAgain | Advice::OrderWithoutReplaces, _) => FailureReason::AcmeUnavailable,
        (Advice::CheckDns, Some(ProblemKind::Caa)) => FailureReason::AcmeCaaForbids,
        (Advice::CheckDns, _) => FailureReason::AcmeValidationFailed,
        (Advice::CheckAccount, _) => FailureReason::AcmeAccountRefused,
        (Advice::CheckConfiguration, Some(ProblemKind::InvalidProfile)) => FailureReason::AcmeProfileNotOffered,
        (Advice::CheckConfiguration, _) => FailureReason::AcmeNamesNotIssuable,
        (Advice::Report, _) => FailureReason::IssuerRefused,
    }
}

/// Why a call of AWS failed on the way.
pub(super) fn call_failure(error: &CallError) -> Failure {
    let reason = match error.kind {
        CallErrorKind::Throttled => FailureReason::Throttled,
        CallErrorKind::Unavailable => FailureReason::ServiceError,
        CallErrorKind::Denied => FailureReason::PermissionMissing,
        // Somebody changes the same records again and again.
        CallErrorKind::Refused if error.has_code("InvalidChangeBatch") => FailureReason::ServiceError,
        CallErrorKind::Refused => FailureReason::AcmeRecordConflict,
    };
    Failure::new(reason, error.to_string())
}
