//! The certificates that a secret is for: those that its own tag names.
//!
//! A secret that consents for a whole account names none; its certificates are checked when the sweep asks for them.

use aws_client::CallErrorKind;
use aws_config::SdkConfig;
use certificates::{CertificateArn, Scope, SecretId};
use grants::SecretGrants;
use issuers::{ConsentError, SecretConsent};

use crate::error::Error;

/// What to check when a secret has another value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Certificates(Vec<CertificateArn>),
    /// None, for a documented reason.
    Nothing(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct SecretCertificates {
    aws: SdkConfig,
    granted: SecretGrants,
}

impl SecretCertificates {
    pub(crate) fn new(aws: &SdkConfig, granted: SecretGrants) -> Self {
        Self { aws: aws.clone(), granted }
    }

    /// # Errors
    /// Secrets Manager did not say; the same event finds out again.
    pub(crate) async fn find(&self, secret: &SecretId, scope: &Scope) -> Result<Found, Error> {
        // Events come of all secrets of the account, most of which have nothing to do with certificates.
        if !self.may_be_granted(secret) {
            return Ok(Found::Nothing("secret-not-granted"));
        }
        match SecretConsent::read(&self.aws, secret).await {
            Ok(consent) if !self.granted.cover(&consent.arn) => Ok(Found::Nothing("secret-not-granted")),
            Ok(consent) => Ok(certificates(&consent, scope)),
            Err(ConsentError::BeingDeleted) => Ok(Found::Nothing("secret-gone")),
            Err(ConsentError::Call(error)) => match error.kind {
                CallErrorKind::Denied => Ok(Found::Nothing("secret-not-granted")),
                CallErrorKind::Refused => Ok(Found::Nothing("secret-gone")),
                CallErrorKind::Throttled | CallErrorKind::Unavailable => Err(Error::secret(secret, error)),
            },
        }
    }

    fn may_be_granted(&self, secret: &SecretId) -> bool {
        match secret {
            SecretId::Arn(arn) => self.granted.cover(arn),
            SecretId::Name(_) => !self.granted.are_empty(),
        }
    }
}

fn certificates(consent: &SecretConsent, scope: &Scope) -> Found {
    let found: Vec<_> = consent.certificates().filter(|certificate| certificate.is_within(scope)).collect();
    if found.is_empty() { Found::Nothing("no-certificate-named") } else { Found::Certificates(found) }
}
