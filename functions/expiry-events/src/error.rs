//! What can go wrong, and whether the same event may succeed later.

use aws_client::CallError;
use certificates::CertificateArn;
use lambda::{PartialFailure, RetryableError};
use organization::is_account_refusal;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one of those that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent { field: String, problem: String },
    /// The certificates could not be listed.
    #[error("the sweep could not list the certificates")]
    List(#[source] CallError),
    /// The accounts of the organization could not be read, or their sweeps not be requested.
    #[error("the sweep of the organization could not be started")]
    Targets(#[source] CallError),
    /// A certificate could not be checked, or not everything that was decided could be applied.
    #[error("{certificate}: {cause}")]
    Certificate { certificate: Box<CertificateArn>, cause: Box<CallError> },
    /// Some of several certificates failed, or were not reached. The others were done.
    #[error("{0}")]
    Partial(PartialFailure<Error>),
}

impl Error {
    pub(crate) fn certificate(certificate: &CertificateArn, cause: CallError) -> Self {
        Self::Certificate { certificate: Box::new(certificate.clone()), cause: Box::new(cause) }
    }

    /// The call that the certificate's account refused, if nothing can be read there.
    pub(crate) fn account_refusal(&self) -> Option<&CallError> {
        match self {
            Self::Certificate { cause, .. } if is_account_refusal(cause) => Some(cause.as_ref()),
            Self::Partial(partial) => partial.first.as_ref()?.account_refusal().filter(|_| !partial.is_retryable()),
            _ => None,
        }
    }

    pub(crate) fn bad_event(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadEvent { field: field.into(), problem: problem.into() }
    }
}

impl From<PartialFailure<Error>> for Error {
    fn from(partial: PartialFailure<Error>) -> Self {
        Self::Partial(partial)
    }
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. } => false,
            Self::List(cause) | Self::Targets(cause) => cause.is_retryable(),
            Self::Certificate { cause, .. } => cause.is_retryable(),
            Self::Partial(partial) => partial.is_retryable(),
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Certificate { certificate, .. } => Some(certificate.as_str()),
            _ => None,
        }
    }
}
