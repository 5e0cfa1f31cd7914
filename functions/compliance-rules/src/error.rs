//! What can go wrong, and whether the same event may succeed later.
//!
//! Each of them means that something could not be checked. None of them ever becomes `NON_COMPLIANT`.

use aws_client::CallError;
use lambda::RetryableError;
use lookups::LookupError;
use rules::InvalidParameters;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one of those that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent { field: String, problem: String },
    /// The rule cannot be evaluated with its InputParameters.
    #[error("the AWS Config rule {config_rule} has wrong InputParameters: {cause}")]
    Parameters { config_rule: String, cause: InvalidParameters },
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// An item that is too large for its notification could not be fetched.
    #[error("cannot fetch the configuration item of {resource}: {cause}")]
    Fetch { resource: String, cause: CallError },
    #[error("cannot report results to AWS Config: {0}")]
    Put(CallError),
    /// AWS Config did not take some of the evaluations, though they were sent several times.
    #[error("AWS Config did not take {failed} evaluations, the first of {first}")]
    NotTaken { failed: usize, first: String },
    #[error("cannot read the rule's results in AWS Config, to clear those of resources that are gone: {0}")]
    Clear(CallError),
    /// Some of several resources failed. The others were reported.
    #[error("{failed} of {of} resources could not be checked{}, the first error: {first}", left_over(left))]
    Several {
        failed: usize,
        of: usize,
        /// How many were not started because time ran out.
        left: usize,
        first: Box<Error>,
        /// Whether one of the errors may pass.
        retryable: bool,
    },
    #[error("time ran out before {left} of {of} resources were checked")]
    OutOfTime { left: usize, of: usize },
}

fn left_over(left: &usize) -> String {
    if *left == 0 { String::new() } else { format!(", and time ran out before {left} others") }
}

impl Error {
    pub(crate) fn bad_event(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadEvent { field: field.into(), problem: problem.into() }
    }
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. } | Self::Parameters { .. } => false,
            Self::Lookup(error) => error.is_retryable(),
            Self::Put(cause) | Self::Clear(cause) | Self::Fetch { cause, .. } => cause.is_retryable(),
            Self::NotTaken { .. } | Self::OutOfTime { .. } => true,
            Self::Several { left, retryable, .. } => *retryable || *left > 0,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Fetch { resource, .. } => Some(resource),
            Self::Lookup(error) => error.resource(),
            _ => None,
        }
    }
}
