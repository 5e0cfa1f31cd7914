//! What can go wrong in the function itself. What can go wrong in a renewal is a
//! [`FailureReason`](certificates::FailureReason), recorded on the certificate.

use certificates::{CertificateArn, InvalidArn};
use sdk::CallError;

/// Why an event could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event has not the shape of any that the function takes.
    #[error("the event's field `{field}` {problem}; send one of the events in this function's README")]
    UnexpectedEvent {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The event names something that is not a certificate.
    #[error("the event's field `{field}` names no certificate")]
    NotACertificate {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: InvalidArn,
    },
    /// The certificate is in another account or Region, where this function cannot see it.
    #[error("{certificate} is not in this function's Region {region} and account {account}; deploy the function there")]
    Elsewhere {
        /// The certificate.
        certificate: Box<CertificateArn>,
        /// The function's Region.
        region: String,
        /// The function's account.
        account: String,
    },
    /// The state of the certificate could not be read, so nothing was decided or changed.
    #[error("could not look at {certificate}; nothing was changed")]
    Gather {
        /// The certificate.
        certificate: Box<CertificateArn>,
        /// The call that failed.
        source: Box<CallError>,
    },
    /// An operator changed what steers the renewal while it was in progress. Whether the attempt saw
    /// the change is not known, so the message has to come again when it has ended.
    #[error(
        "{certificate} is being renewed while its tags were changed; its renewal is looked at again when that has ended"
    )]
    Busy {
        /// The certificate.
        certificate: Box<CertificateArn>,
    },
    /// What happened could not be recorded. The next look finds out and records it.
    #[error("could not record `{what}` for {certificate}; the next look at it records it")]
    Record {
        /// The certificate.
        certificate: Box<CertificateArn>,
        /// What should have been recorded.
        what: &'static str,
        /// The call that failed.
        source: Box<CallError>,
    },
}

impl Error {
    /// The certificate could not be looked at.
    pub(crate) fn gather(certificate: &CertificateArn, source: CallError) -> Self {
        Self::Gather { certificate: Box::new(certificate.clone()), source: Box::new(source) }
    }

    /// This could not be recorded.
    pub(crate) fn record(certificate: &CertificateArn, what: &'static str, source: CallError) -> Self {
        Self::Record { certificate: Box::new(certificate.clone()), what, source: Box::new(source) }
    }

    /// Whether the cause is that the certificate was deleted in the meantime, which is no fault.
    pub(crate) fn is_for_want_of_the_certificate(&self) -> bool {
        match self {
            Self::Gather { source, .. } | Self::Record { source, .. } => {
                source.operation.starts_with("acm:") && source.has_code("ResourceNotFoundException")
            }
            _ => false,
        }
    }
}

impl lambda::Failure for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::UnexpectedEvent { .. } | Self::NotACertificate { .. } | Self::Elsewhere { .. } => false,
            Self::Gather { source, .. } => source.is_retryable(),
            // What is recorded is decided anew from what is there, so trying again is always right.
            Self::Record { .. } | Self::Busy { .. } => true,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        match self {
            Self::Elsewhere { certificate, .. }
            | Self::Gather { certificate, .. }
            | Self::Busy { certificate }
            | Self::Record { certificate, .. } => Some(certificate.as_str()),
            Self::UnexpectedEvent { .. } | Self::NotACertificate { .. } => None,
        }
    }
}
