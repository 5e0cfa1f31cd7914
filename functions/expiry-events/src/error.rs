//! What can go wrong, and whether the same event may succeed later.

use aws_client::CallError;
use certificates::CertificateArn;
use lambda::RetryableError;

/// Why the function failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event is not one that this function takes.
    #[error("the event's field `{field}` {problem}")]
    BadEvent {
        /// The field that decides.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The certificates could not be listed.
    #[error("the sweep could not list the certificates")]
    List(#[source] CallError),
    /// A certificate could not be checked, or not everything that was decided could be applied.
    #[error("{certificate}: {cause}")]
    Look {
        /// The certificate.
        certificate: Box<CertificateArn>,
        /// The call that failed.
        cause: Box<CallError>,
    },
    /// Some of several certificates failed. The others were done.
    #[error("{} of {of} certificates failed{}, the first: {first}", failed, left_over(left))]
    Several {
        /// How many failed.
        failed: usize,
        /// How many there were to check.
        of: usize,
        /// How many were not started, because time ran out.
        left: usize,
        /// What happened to the first one that failed.
        first: Box<Error>,
        /// Whether one of the failures may pass with time.
        retryable: bool,
    },
    /// The function's time was nearly over.
    #[error("no time was left for {left} of {of} certificates")]
    OutOfTime {
        /// How many were not started.
        left: usize,
        /// How many there were to check.
        of: usize,
    },
}

fn left_over(left: &usize) -> String {
    if *left == 0 { String::new() } else { format!(" and no time was left for {left}") }
}

impl Error {
    pub(crate) fn look(certificate: &CertificateArn, cause: CallError) -> Self {
        Self::Look { certificate: Box::new(certificate.clone()), cause: Box::new(cause) }
    }

    pub(crate) fn bad_event(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadEvent { field: field.into(), problem: problem.into() }
    }
}

impl RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. } => false,
            Self::List(cause) => cause.is_retryable(),
            Self::Look { cause, .. } => cause.is_retryable(),
            Self::Several { left, retryable, .. } => *retryable || *left > 0,
            Self::OutOfTime { .. } => true,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Look { certificate, .. } => Some(certificate.as_str()),
            _ => None,
        }
    }
}
