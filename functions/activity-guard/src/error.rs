//! What can go wrong, and whether the same event may succeed later.

use aws_client::CallError;
use lambda::RetryableError;
use object_store::StoreError;
use organization::OrganizationError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one of those that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent { field: String, problem: String },
    /// The accounts of the organization could not be read.
    #[error(transparent)]
    Organization(#[from] OrganizationError),
    /// An object of the bucket could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A certificate could not be described, so that its names and uses are not known.
    #[error("the certificate {arn} could not be described")]
    Certificate {
        arn: String,
        #[source]
        cause: CallError,
    },
    /// A notice could not be sent.
    #[error("the notice of {kind} on {resource} could not be sent")]
    Notice {
        kind: &'static str,
        resource: String,
        #[source]
        cause: CallError,
    },
    /// Accounts and Regions of which the sweep failed; the others are done.
    #[error("the sweep failed for {} accounts and Regions, first for {}", .failed.len(), .failed.first().map_or("", String::as_str))]
    Sweep {
        failed: Vec<String>,
        #[source]
        cause: Box<Error>,
    },
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. } => false,
            Self::Organization(cause) => cause.is_retryable(),
            Self::Store(StoreError { cause, .. }) | Self::Certificate { cause, .. } | Self::Notice { cause, .. } => {
                cause.is_retryable()
            }
            Self::Sweep { cause, .. } => cause.is_retryable(),
        }
    }
}
