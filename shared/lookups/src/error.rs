//! Why a resource could not be checked.

use aws_client::{CallError, CallErrorKind};
use rules::facts::{UnreadableCertificate, UnreadablePolicy};

/// Why there is no verdict.
#[allow(missing_docs, reason = "the messages say what each field is")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    #[error("cannot list the account's resources: {0}")]
    List(CallError),
    #[error("cannot read {resource}: {cause}")]
    Read { resource: String, cause: CallError },
    /// AWS said that a resource exists, and shortly afterwards does not find it.
    #[error("AWS does not find {resource} yet; it is new")]
    NotYetFound { resource: String },
    /// AWS services do not agree on a resource yet.
    #[error("cannot check {resource} yet: {what}")]
    NotYet { resource: String, what: &'static str },
    /// AWS left out a fact without which the rule cannot be evaluated.
    #[error("cannot check {resource}: AWS did not report {fact}")]
    NotReported { resource: String, fact: &'static str },
    #[error("cannot check {resource}: a certificate cannot be read: {cause}")]
    UnreadableCertificate { resource: String, cause: UnreadableCertificate },
    #[error("cannot check {resource}: {cause}")]
    UnreadablePolicy { resource: String, cause: UnreadablePolicy },
    #[error("not enough time is left")]
    OutOfTime,
}

impl LookupError {
    /// Whether the same lookup may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::List(cause) | Self::Read { cause, .. } => cause.is_retryable(),
            Self::NotYetFound { .. } | Self::NotYet { .. } | Self::OutOfTime => true,
            Self::NotReported { .. } | Self::UnreadableCertificate { .. } | Self::UnreadablePolicy { .. } => false,
        }
    }

    /// The resource that could not be checked.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::Read { resource, .. }
            | Self::NotYetFound { resource }
            | Self::NotYet { resource, .. }
            | Self::NotReported { resource, .. }
            | Self::UnreadableCertificate { resource, .. }
            | Self::UnreadablePolicy { resource, .. } => Some(resource),
            Self::List(_) | Self::OutOfTime => None,
        }
    }

    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self, Self::Read { cause, .. } if cause.kind == CallErrorKind::Throttled)
    }
}
