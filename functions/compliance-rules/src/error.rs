//! What can go wrong, and whether the same event may succeed later.
//!
//! Each of them means that something could not be checked. None of them ever becomes `NON_COMPLIANT`.

use aws_client::CallError;
use lambda::RetryableError;

use crate::facts::{UnreadableCertificate, UnreadablePolicy};
use crate::rules::InvalidParameters;

/// Why the function failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one of those that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent {
        /// The field that decides.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The rule cannot be evaluated with its InputParameters.
    #[error("the AWS Config rule {config_rule} has wrong InputParameters: {cause}")]
    Parameters {
        /// The rule in AWS Config.
        config_rule: String,
        cause: InvalidParameters,
    },
    /// What the rule is about could not be listed.
    #[error("the resources could not be listed")]
    List(#[source] CallError),
    /// An item that is too large for its notification could not be fetched.
    #[error("{resource}: its configuration item could not be fetched: {cause}")]
    Fetch {
        resource: String,
        /// The call that failed.
        cause: CallError,
    },
    /// A resource could not be looked at, or not whether it is gone.
    #[error("{resource}: {cause}")]
    Look {
        resource: String,
        /// The call that failed.
        cause: CallError,
    },
    /// AWS said that a resource is there, and a moment later does not find it.
    #[error("{resource}: it is new, and AWS does not find it yet")]
    NotYetFound { resource: String },
    /// AWS Config said that a CA was deleted, and AWS Private CA does not say so yet.
    #[error("{resource}: its item tells that it was deleted, and AWS Private CA does not tell so yet")]
    NotYetDeleted { resource: String },
    /// AWS did not tell a fact without which the rule cannot be evaluated.
    #[error("{resource}: AWS does not tell {fact}, without which it cannot be checked")]
    Untold { resource: String, fact: &'static str },
    /// A certificate of the chain cannot be read.
    #[error("{resource}: {cause}")]
    Unreadable {
        resource: String,
        /// What is wrong with it.
        cause: UnreadableCertificate,
    },
    /// A CA's resource policy cannot be read.
    #[error("{resource}: {cause}")]
    UnreadablePolicy {
        resource: String,
        /// What is wrong with it.
        cause: UnreadablePolicy,
    },
    /// AWS Config could not be told.
    #[error("the evaluations could not be put")]
    Put(#[source] CallError),
    /// AWS Config did not take some of the evaluations, though they were sent several times.
    #[error("AWS Config did not take {failed} evaluations, the first of {first}")]
    NotTaken { failed: usize, first: String },
    /// What AWS Config says of resources that are gone could not be read.
    #[error("the rule's results could not be read, to clear those of resources that are gone")]
    Clear(#[source] CallError),
    /// Some of several resources failed. The others were reported.
    #[error("{} of {of} resources could not be checked{}, the first: {first}", failed, left_over(left))]
    Several {
        failed: usize,
        /// How many there were.
        of: usize,
        /// How many were not begun, for want of time.
        left: usize,
        /// What happened to the first one that failed.
        first: Box<Error>,
        /// Whether one of the failures may pass with time.
        retryable: bool,
    },
    /// The function's time was nearly over.
    #[error("no time was left for {left} of {of} resources")]
    OutOfTime {
        /// How many were not begun.
        left: usize,
        /// How many there were.
        of: usize,
    },
}

fn left_over(left: &usize) -> String {
    if *left == 0 { String::new() } else { format!(" and no time was left for {left}") }
}

impl Error {
    pub(crate) fn bad_event(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadEvent { field: field.into(), problem: problem.into() }
    }
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. }
            | Self::Parameters { .. }
            | Self::Untold { .. }
            | Self::Unreadable { .. }
            | Self::UnreadablePolicy { .. } => false,
            Self::List(cause)
            | Self::Put(cause)
            | Self::Clear(cause)
            | Self::Fetch { cause, .. }
            | Self::Look { cause, .. } => cause.is_retryable(),
            Self::NotTaken { .. } | Self::OutOfTime { .. } | Self::NotYetFound { .. } | Self::NotYetDeleted { .. } => {
                true
            }
            Self::Several { left, retryable, .. } => *retryable || *left > 0,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Fetch { resource, .. }
            | Self::Look { resource, .. }
            | Self::NotYetFound { resource }
            | Self::NotYetDeleted { resource }
            | Self::Untold { resource, .. }
            | Self::Unreadable { resource, .. }
            | Self::UnreadablePolicy { resource, .. } => Some(resource),
            _ => None,
        }
    }
}
