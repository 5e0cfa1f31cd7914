//! What can go wrong, and whether the same event may succeed later.

use aws_client::CallError;
use lambda::RetryableError;
use object_store::StoreError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one of those that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent { field: String, problem: String },
    /// The accounts of the organization could not be read, or their collection not be requested.
    #[error("the inventory of the organization could not be started")]
    Targets(#[source] CallError),
    /// An object of the bucket could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is read from the bucket is not what this function wrote.
    #[error(
        "the object `{key}` of the inventory's bucket is damaged: {problem}; delete it, and the next run writes it again"
    )]
    Damaged { key: String, problem: String },
    /// A digest could not be sent.
    #[error("the digest for {owner} could not be sent")]
    Digest {
        owner: String,
        #[source]
        cause: CallError,
    },
    /// A file of the report could not be written.
    #[error("the report could not be made: {0}")]
    Report(String),
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. } | Self::Damaged { .. } | Self::Report(_) => false,
            Self::Targets(cause) | Self::Store(StoreError { cause, .. }) | Self::Digest { cause, .. } => {
                cause.is_retryable()
            }
        }
    }
}
