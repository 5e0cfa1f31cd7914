//! The certificates that a secret is for: those that its own tag names, and where it consents for the whole account, those
//! whose tags name the secret.

use accounts::is_role_refusal;
use aws_client::{CallError, CallErrorKind};
use aws_sdk_resourcegroupstagging::Client;
use certificates::{CertificateArn, SecretId, Target, tags};
use grants::SecretGrants;
use issuers::{ConsentError, SecretConsent};

use crate::credentials::TargetSdk;
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
    sdk: TargetSdk,
    granted: SecretGrants,
}

impl SecretCertificates {
    pub(crate) fn new(sdk: &TargetSdk, granted: SecretGrants) -> Self {
        Self { sdk: sdk.clone(), granted }
    }

    /// # Errors
    /// Secrets Manager did not say; the same event finds out again.
    pub(crate) async fn find(&self, secret: &SecretId, target: &Target) -> Result<Found, Error> {
        // Events come of all secrets of the account, most of which have nothing to do with certificates.
        if !self.may_be_granted(secret) {
            return Ok(Found::Nothing("secret-not-granted"));
        }
        match SecretConsent::read(self.sdk.config(), secret).await {
            Ok(consent) if !self.granted.cover(&consent.arn) => Ok(Found::Nothing("secret-not-granted")),
            Ok(consent) => self.certificates(&consent, target).await.map_err(|error| Error::secret(secret, error)),
            Err(ConsentError::BeingDeleted) => Ok(Found::Nothing("secret-gone")),
            // Not a word about the secret.
            Err(ConsentError::Call(error)) if is_role_refusal(&error) => Err(Error::secret(secret, error)),
            Err(ConsentError::Call(error)) => match error.kind {
                CallErrorKind::Denied => Ok(Found::Nothing("secret-not-granted")),
                CallErrorKind::Refused => Ok(Found::Nothing("secret-gone")),
                CallErrorKind::Throttled | CallErrorKind::Unavailable => Err(Error::secret(secret, error)),
            },
        }
    }

    async fn certificates(&self, consent: &SecretConsent, target: &Target) -> Result<Found, CallError> {
        let mut found: Vec<_> = consent.certificates().filter(|certificate| certificate.is_within(target)).collect();
        if is_for_account(consent, &target.account) {
            let tagged = self.tagged(consent).await?;
            found
                .extend(tagged.into_iter().filter(|certificate| consent.certificates().all(|one| one != *certificate)));
        }
        Ok(if found.is_empty() { Found::Nothing("no-certificate-named") } else { Found::Certificates(found) })
    }

    /// Certificates whose tags name the secret, by either of its names.
    async fn tagged(&self, consent: &SecretConsent) -> Result<Vec<CertificateArn>, CallError> {
        let names = [consent.arn.name(), consent.arn.as_str()];
        match tagged_certificates::list(&Client::new(self.sdk.config()), tags::SECRET, &names).await {
            // The sweep finds them too, later.
            Err(error) if !error.is_retryable() => {
                tracing::warn!(secret = %consent.arn, reason = "tags-not-searched", "{error}");
                Ok(Vec::new())
            }
            result => result,
        }
    }

    fn may_be_granted(&self, secret: &SecretId) -> bool {
        match secret {
            SecretId::Arn(arn) => self.granted.cover(arn),
            SecretId::Name(_) => !self.granted.are_empty(),
        }
    }
}

fn is_for_account(consent: &SecretConsent, account: &str) -> bool {
    consent.given_to.split_whitespace().any(|one| one == account)
}
