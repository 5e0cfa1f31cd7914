//! Where the new certificate comes from: a tag selects, a grant allows.

use acme::settings::{AcmeDirectory, is_profile};
use certificates::tags::RenewFrom;
use certificates::{Failure, FailureReason, PrivateCaArn, SecretId};

use super::RenewalInput;

/// A source that may be used. To add one, see the list in `shared/issuers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    PrivateCa(PrivateCaArn),
    Secret(SecretId),
    /// The directory, and the profile that the certificate's own tag names.
    Acme(Box<AcmeDirectory>, Option<String>),
}

impl Source {
    /// Whether it delivers a key with the certificate, so that nothing is issued or charged here.
    pub(crate) fn is_bundle(&self) -> bool {
        match self {
            Self::PrivateCa(_) | Self::Acme(..) => false,
            Self::Secret(_) => true,
        }
    }
}

/// The source that the tags name.
pub(super) fn select_source(renew_from: &RenewFrom, input: &RenewalInput<'_>) -> Result<Source, Failure> {
    match renew_from {
        RenewFrom::PrivateCa => select_private_ca(input).map(Source::PrivateCa),
        RenewFrom::Secret => select_secret(input).map(Source::Secret),
        RenewFrom::Acme => select_acme(input),
        // Whatever anybody wrote there is not repeated in a notice that people trust.
        RenewFrom::Unknown(_) => Err(Failure::new(
            FailureReason::UnknownSource,
            "the tag acm-autopilot:renew-from does not hold a known source",
        )),
    }
}

/// A tag only selects among the CAs that are granted.
fn select_private_ca(input: &RenewalInput<'_>) -> Result<PrivateCaArn, Failure> {
    let arn = match (&input.state.tag_state.settings.private_ca, input.default_private_ca) {
        (Some(Ok(arn)), _) => arn,
        // A tag that cannot be read must not mean another CA than the operator wanted.
        (Some(Err(_)), _) => {
            let detail = "the tag acm-autopilot:private-ca does not hold the ARN of a private CA";
            return Err(Failure::new(FailureReason::CaNotFound, detail));
        }
        (None, Some(arn)) => arn,
        (None, None) => return Err(Failure::new(FailureReason::CaNotConfigured, "no private CA is named for it")),
    };
    let is_granted = input.default_private_ca == Some(arn) || input.grants.allow_private_ca(arn);
    if is_granted {
        return Ok(arn.clone());
    }
    let detail = format!("the private CA {arn} is not among those that may be used");
    Err(Failure::new(FailureReason::CaNotGranted, detail))
}

/// A tag only selects among the secrets that are granted. Whatever else it names is not repeated in a notice that people
/// trust.
fn select_secret(input: &RenewalInput<'_>) -> Result<SecretId, Failure> {
    let failed = |reason, detail: &str| Err(Failure::new(reason, detail));
    let certificate = input.state.arn();
    match &input.state.tag_state.settings.secret {
        None => failed(FailureReason::SecretNotConfigured, "the tag acm-autopilot:secret names no secret"),
        Some(Err(_)) => {
            let detail = "the tag acm-autopilot:secret does not hold the name or ARN of a secret";
            failed(FailureReason::SecretNotFound, detail)
        }
        Some(Ok(secret)) if !secret.is_beside(certificate) => {
            let detail = "the secret in the tag acm-autopilot:secret is in another account or Region";
            failed(FailureReason::SecretNotFound, detail)
        }
        Some(Ok(secret)) if !input.grants.secrets.may_cover(secret, certificate) => {
            let detail = "the secret in the tag acm-autopilot:secret is not among those that may be used";
            failed(FailureReason::SecretNotGranted, detail)
        }
        Some(Ok(secret)) => Ok(secret.clone()),
    }
}

/// A tag only selects among the directories that are configured. Whatever else it names is not repeated in a notice that
/// people trust. For which names a directory may issue is checked by the names in the certificate itself.
fn select_acme(input: &RenewalInput<'_>) -> Result<Source, Failure> {
    let failed = |reason, detail: &str| Err(Failure::new(reason, detail));
    let settings = &input.state.tag_state.settings;
    let Some(name) = &settings.acme else {
        return failed(FailureReason::AcmeNotConfigured, "the tag acm-autopilot:acme names no ACME directory");
    };
    let Some(directory) = input.acme.directory(name) else {
        let detail = "the ACME directory in the tag acm-autopilot:acme is not among those that are configured";
        return failed(FailureReason::AcmeNotConfigured, detail);
    };
    match &settings.acme_profile {
        Some(profile) if !is_profile(profile) => {
            let detail = "the tag acm-autopilot:acme-profile does not hold the name of a profile";
            failed(FailureReason::AcmeProfileNotOffered, detail)
        }
        profile => Ok(Source::Acme(Box::new(directory.clone()), profile.clone())),
    }
}
