//! What a failed AWS call means.

use std::fmt;

use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The operation that gives the credentials of a role.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";
/// What people still read of AWS's words.
const LONGEST_MESSAGE: usize = 1_000;

/// What a failed call means for the one who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// Too many calls: later.
    Throttled,
    /// AWS's own fault, or no answer at all. Whether the call took effect is not known.
    Unavailable,
    /// The role may not do this.
    Denied,
    /// AWS understood and refused; the code says why.
    Refused,
}

/// A failed AWS call, after all retries.
///
/// The operation's name and AWS's code decide; the message is for people. AWS repeats texts that it refuses, but no keys:
/// those are blobs, of which it gives the length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} failed{}: {message}", Code(code))]
pub struct CallError {
    /// For instance `acm:ImportCertificate`: the name of the permission.
    pub operation: &'static str,
    /// AWS's error code, where AWS answered.
    pub code: Option<String>,
    /// AWS's words, or what went wrong on the way.
    pub message: String,
    /// What it means.
    pub kind: CallErrorKind,
}

struct Code<'a>(&'a Option<String>);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

impl CallError {
    /// Classifies the SDK's error of this operation; where the credentials of a role could not be had for it, that of
    /// [`ASSUME_ROLE`].
    pub fn new<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        role_failure(error).unwrap_or_else(|| Self::of_call(operation, error))
    }

    fn of_call<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let code = error.code().map(str::to_owned);
        let status = error.raw_response().map(|response| response.status().as_u16());
        let message = match error {
            SdkError::ServiceError(_) => shortened(error.message().unwrap_or("AWS gave no message")),
            SdkError::TimeoutError(_) => "no answer in time".to_owned(),
            other => with_causes(other),
        };
        let kind = match (&code, status) {
            (Some(code), _) if is_throttling(code) => CallErrorKind::Throttled,
            (_, Some(429)) => CallErrorKind::Throttled,
            (Some(code), _) if is_denial(code) => CallErrorKind::Denied,
            (_, Some(400..=499)) => CallErrorKind::Refused,
            // No answer, a cut-off or unreadable one, or a 5xx.
            _ if matches!(error, SdkError::ConstructionFailure(_)) => CallErrorKind::Refused,
            _ => CallErrorKind::Unavailable,
        };
        Self { operation, code, message, kind }
    }

    /// AWS answered, but without something that its API promises.
    pub fn incomplete_answer(operation: &'static str, missing: &str) -> Self {
        Self {
            operation,
            code: None,
            message: format!("AWS's answer has no {missing}"),
            kind: CallErrorKind::Unavailable,
        }
    }

    /// Whether the same call may succeed later without anybody's help.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, CallErrorKind::Throttled | CallErrorKind::Unavailable)
    }

    /// Whether AWS's code is this one.
    pub fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

/// A role is assumed in the middle of another call, whose error has that of the role among its causes.
fn role_failure(error: &(dyn std::error::Error + 'static)) -> Option<CallError> {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.skip(1).find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return Some(CallError::of_call(ASSUME_ROLE, error));
        }
        let error = cause.downcast_ref::<AssumeRoleError>()?;
        Some(CallError {
            operation: ASSUME_ROLE,
            code: error.code().map(str::to_owned),
            message: shortened(error.message().unwrap_or("AWS gave no message")),
            kind: CallErrorKind::Refused,
        })
    })
}

/// AWS repeats a text that is too long as a whole.
fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.to_owned(),
    }
}

/// An error and what led to it, in words. A cause that the text before it repeats already is left out.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// The codes by which AWS services say "too many". ACM models none of them on most operations, so
/// the code is all there is.
pub(crate) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "Throttled"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "PriorRequestNotComplete"
            | "SlowDown"
            | "KMSThrottling"
            | "KMSThrottlingException"
    )
}

fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "UnauthorizedOperation"
            | "KMSAccessDenied"
            | "KMSAccessDeniedException"
    )
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::{Response, StatusCode};
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use aws_smithy_types::error::metadata::ErrorMetadata as Metadata;

    use super::*;

    #[derive(Debug)]
    struct Modelled(Metadata);

    impl fmt::Display for Modelled {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("modelled")
        }
    }

    impl std::error::Error for Modelled {}

    impl ProvideErrorMetadata for Modelled {
        fn meta(&self) -> &Metadata {
            &self.0
        }
    }

    fn answered(code: Option<&str>, status: u16) -> CallError {
        let mut metadata = ErrorMetadata::builder().message("no");
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let response = Response::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        CallError::new("acm:Test", &SdkError::service_error(Modelled(metadata.build()), response))
    }

    #[test]
    fn codes_and_statuses_decide() {
        for (code, status, kind) in [
            (Some("ThrottlingException"), 400, CallErrorKind::Throttled),
            (Some("KMSThrottling"), 400, CallErrorKind::Throttled),
            (Some("KMSThrottlingException"), 400, CallErrorKind::Throttled),
            (Some("KMSDisabled"), 400, CallErrorKind::Refused),
            (None, 429, CallErrorKind::Throttled),
            (Some("AccessDeniedException"), 400, CallErrorKind::Denied),
            (Some("ResourceNotFoundException"), 400, CallErrorKind::Refused),
            (Some("InternalFailure"), 500, CallErrorKind::Unavailable),
            (None, 503, CallErrorKind::Unavailable),
        ] {
            let error = answered(code, status);
            assert_eq!(error.kind, kind, "{code:?} {status}");
            assert_eq!(error.is_retryable(), matches!(kind, CallErrorKind::Throttled | CallErrorKind::Unavailable));
        }
    }

    #[test]
    fn the_error_names_the_permission_and_the_code() {
        let error = answered(Some("AccessDeniedException"), 400);
        assert_eq!(error.to_string(), "acm:Test failed (AccessDeniedException): no");
    }

    #[test]
    fn a_lost_connection_is_told_in_words() {
        let refused = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "connection refused");
        let lost = ConnectorError::io(Box::new(refused));
        let error = CallError::new("acm:Test", &SdkError::<Modelled, HttpResponse>::dispatch_failure(lost));
        assert_eq!(error.message, "dispatch failure: io error: connection refused");
        assert_eq!(error.kind, CallErrorKind::Unavailable);
    }

    #[test]
    fn no_answer_may_have_taken_effect() {
        let error = CallError::new("acm:Test", &SdkError::<Modelled, HttpResponse>::timeout_error("late"));
        assert_eq!((error.kind, error.is_retryable()), (CallErrorKind::Unavailable, true));
    }

    #[test]
    fn words_of_aws_that_repeat_a_long_value_are_cut() {
        let text = |length| format!("Value '{}' at 'name'", "ä".repeat(length));
        assert_eq!(shortened(&text(10)), text(10));
        let cut = shortened(&text(9_000));
        assert!(cut.chars().count() == 1_003 && cut.ends_with("ä..."), "{cut}");
    }
}
