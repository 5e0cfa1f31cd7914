//! What can go wrong in the function itself. What can go wrong in a renewal is a
//! [`FailureReason`](certificates::FailureReason), recorded on the certificate.

use aws_client::{CallError, CallErrorKind};
use certificates::{CertificateArn, Failure, FailureReason, InvalidArn, RenewalStatus, SecretId, Target};
use events::BadField;
use organization::{OrganizationError, Refusal};

/// Why an event could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event does not have the shape of any that the function takes.
    #[error("the event's field `{field}` {problem}; send one of the events in this function's README")]
    BadEvent { field: String, problem: String },
    /// The event names something that is not a certificate.
    #[error("the event's field `{field}` does not name a certificate")]
    NotACertificate { field: &'static str, source: InvalidArn },
    /// The certificate is in another account or Region, where this function cannot see it.
    #[error("{certificate} is not in this function's Region {region} and account {account}; deploy the function there")]
    Elsewhere {
        certificate: Box<CertificateArn>,
        /// The function's own.
        region: String,
        /// The function's own.
        account: String,
    },
    /// The secret is in another account or Region than the event.
    #[error(
        "the event's field `{field}` names a secret of another account or Region; send one of the events in this \
         function's README"
    )]
    SecretElsewhere { field: &'static str },
    /// The function does not work in the account and Region that the event comes from.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// Whether the function works in the account and Region that the event comes from could not be read.
    #[error("could not read whether {target} belongs to the organization; nothing was changed")]
    Organization { target: Box<Target>, source: Box<CallError> },
    /// The state of the certificate could not be read, so nothing was decided or changed.
    #[error("could not read the state of {certificate}; nothing was changed")]
    Gather { certificate: Box<CertificateArn>, source: Box<CallError> },
    /// Which certificates a secret is for could not be read, so nothing was decided or changed.
    #[error("could not read for which certificates the secret {secret} is; nothing was changed")]
    Secret { secret: Box<SecretId>, source: Box<CallError> },
    /// What a secret has could not be read, and it need not have anything yet, so nothing was decided or changed.
    #[error("could not read the secret of {certificate}; nothing was changed")]
    Unread { certificate: Box<CertificateArn>, source: Box<Failure> },
    /// What happened could not be recorded. The next check finds out and records it.
    #[error("could not record `{status}` for {certificate}; the next check of it records it")]
    Record {
        certificate: Box<CertificateArn>,
        /// What should have been recorded.
        status: RenewalStatus,
        source: Box<CallError>,
    },
}

impl From<BadField> for Error {
    fn from(BadField { field, problem }: BadField) -> Self {
        Self::BadEvent { field, problem }
    }
}

impl Error {
    pub(crate) fn organization(target: Target, error: OrganizationError) -> Self {
        match error {
            OrganizationError::Refused(refusal) => Self::Refused(Box::new(refusal)),
            OrganizationError::Call(source) => {
                Self::Organization { target: Box::new(target), source: Box::new(source) }
            }
        }
    }

    pub(crate) fn gather(certificate: &CertificateArn, source: CallError) -> Self {
        Self::Gather { certificate: Box::new(certificate.clone()), source: Box::new(source) }
    }

    pub(crate) fn secret(secret: &SecretId, source: CallError) -> Self {
        Self::Secret { secret: Box::new(secret.clone()), source: Box::new(source) }
    }

    pub(crate) fn unread(certificate: &CertificateArn, failure: Failure) -> Self {
        Self::Unread { certificate: Box::new(certificate.clone()), source: Box::new(failure) }
    }

    pub(crate) fn record(certificate: &CertificateArn, status: RenewalStatus, source: CallError) -> Self {
        Self::Record { certificate: Box::new(certificate.clone()), status, source: Box::new(source) }
    }

    /// Whether the message can never be dealt with here, whatever happens: it is refused, not returned to the queue.
    pub(crate) fn is_of_the_message(&self) -> bool {
        matches!(
            self,
            Self::BadEvent { .. }
                | Self::NotACertificate { .. }
                | Self::Elsewhere { .. }
                | Self::SecretElsewhere { .. }
                | Self::Refused(_)
        )
    }

    pub(crate) fn certificate(&self) -> Option<&CertificateArn> {
        match self {
            Self::BadEvent { .. }
            | Self::NotACertificate { .. }
            | Self::SecretElsewhere { .. }
            | Self::Refused(_)
            | Self::Organization { .. }
            | Self::Secret { .. } => None,
            Self::Elsewhere { certificate, .. }
            | Self::Gather { certificate, .. }
            | Self::Unread { certificate, .. }
            | Self::Record { certificate, .. } => Some(certificate),
        }
    }

    /// Why AWS refuses the tags, where it does: it will do so again until a person changes something.
    pub(crate) fn refused_tags(&self) -> Option<FailureReason> {
        match self {
            Self::Record { source, .. } if source.operation.contains("Tags") => refused_tags(source),
            _ => None,
        }
    }

    /// Whether the cause is that the certificate was deleted in the meantime, which is not a fault.
    pub(crate) fn is_certificate_gone(&self) -> bool {
        match self {
            Self::Gather { source, .. } | Self::Record { source, .. } => {
                source.operation.starts_with("acm:") && source.has_code("ResourceNotFoundException")
            }
            _ => false,
        }
    }
}

/// [AddTagsToCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html): its errors.
pub(crate) fn refused_tags(error: &CallError) -> Option<FailureReason> {
    match (error.kind, error.code.as_deref()) {
        (CallErrorKind::Denied, _) => Some(FailureReason::PermissionMissing),
        (CallErrorKind::Refused, Some("TooManyTagsException")) => Some(FailureReason::NoRoomForTags),
        (CallErrorKind::Refused, Some("TagPolicyException" | "InvalidTagException" | "InvalidParameterException")) => {
            Some(FailureReason::TaggingRefused)
        }
        _ => None,
    }
}

impl lambda::RetryableError for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Self::BadEvent { .. }
            | Self::NotACertificate { .. }
            | Self::Elsewhere { .. }
            | Self::SecretElsewhere { .. }
            | Self::Refused(_) => false,
            Self::Organization { source, .. } | Self::Gather { source, .. } | Self::Secret { source, .. } => {
                source.is_retryable()
            }
            // What is recorded is decided again from what is there, so trying again is always right.
            Self::Record { .. } | Self::Unread { .. } => true,
        }
    }

    fn certificate_arn(&self) -> Option<&str> {
        self.certificate().map(CertificateArn::as_str)
    }
}
