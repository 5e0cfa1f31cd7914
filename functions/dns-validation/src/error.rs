//! What can go wrong, and whether the same event may succeed later.

use aws_client::CallError;
use certificates::CertificateArn;
use lambda::{InvalidBatch, PartialFailure, RetryableError};
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
    /// Which accounts there are, or whether one of them is ours, could not be found out.
    #[error("the accounts of the organization could not be read")]
    Organization(#[source] CallError),
    /// What was reported of a target could not be read or changed, or nobody could be notified of it.
    #[error("what was reported of the target could not be read or changed")]
    Reports(#[source] CallError),
    /// Not all targets were handed to the queue.
    #[error("the sweeps of the targets could not be queued")]
    Queue(#[source] CallError),
    /// The hosted zones could not be listed, so that nothing can be said of any name.
    #[error("the hosted zones could not be read")]
    Zones(#[source] CallError),
    /// A certificate could not be checked, or not everything that was decided could be applied.
    #[error("{certificate}: {cause}")]
    Certificate { certificate: Box<CertificateArn>, cause: Box<CallError> },
    /// ACM has not named every record yet. Those that it has named are in place.
    #[error("{certificate}: ACM has not named the validation records of {} yet", domains.join(", "))]
    NotNamed {
        certificate: Box<CertificateArn>,
        /// The domains that wait, at most ten of them.
        domains: Vec<String>,
    },
    /// Somebody asked for a change to DNS validation, and ACM's description of the certificate does not show it yet.
    #[error("{certificate}: ACM does not show the change to DNS validation yet")]
    NotShown { certificate: Box<CertificateArn> },
    /// Some of several certificates failed, or were not reached. The others were done.
    #[error("{0}")]
    Partial(PartialFailure<Error>),
}

impl Error {
    pub(crate) fn certificate(certificate: &CertificateArn, cause: CallError) -> Self {
        Self::Certificate { certificate: Box::new(certificate.clone()), cause: Box::new(cause) }
    }

    pub(crate) fn not_named(certificate: &CertificateArn, domains: &[String]) -> Self {
        let domains = domains.iter().take(10).cloned().collect();
        Self::NotNamed { certificate: Box::new(certificate.clone()), domains }
    }

    pub(crate) fn not_shown(certificate: &CertificateArn) -> Self {
        Self::NotShown { certificate: Box::new(certificate.clone()) }
    }

    /// Why nothing can be read of the target: its role is missing or refused, or its Region is off.
    pub(crate) fn target_unreadable(&self) -> Option<&CallError> {
        match self {
            Self::List(cause) if !cause.is_retryable() => Some(cause),
            _ => None,
        }
    }

    /// Whether the certificate's account lets nobody read it.
    pub(crate) fn is_account_refusal(&self) -> bool {
        match self {
            Self::Certificate { cause, .. } => is_account_refusal(cause),
            Self::Partial(partial) => {
                !partial.is_retryable() && partial.first.as_ref().is_some_and(|first| first.is_account_refusal())
            }
            _ => false,
        }
    }

    pub(crate) fn bad_event(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::BadEvent { field: field.into(), problem: problem.into() }
    }
}

impl From<InvalidBatch> for Error {
    fn from(batch: InvalidBatch) -> Self {
        Self::bad_event(batch.field, batch.problem)
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
            Self::List(cause)
            | Self::Organization(cause)
            | Self::Reports(cause)
            | Self::Queue(cause)
            | Self::Zones(cause) => cause.is_retryable(),
            Self::Certificate { cause, .. } => cause.is_retryable(),
            Self::Partial(partial) => partial.is_retryable(),
            Self::NotNamed { .. } | Self::NotShown { .. } => true,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Certificate { certificate, .. }
            | Self::NotNamed { certificate, .. }
            | Self::NotShown { certificate } => Some(certificate.as_str()),
            _ => None,
        }
    }
}
