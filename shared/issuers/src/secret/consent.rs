//! For which certificates the owner of a secret lets it be used: a tag of the secret says so.

use aws_client::CallError;
use aws_sdk_secretsmanager::Client;
use certificates::tags::CONSENT;
use certificates::{CertificateArn, SecretArn, SecretId};

const OPERATION: &str = "secretsmanager:DescribeSecret";

/// A secret, and for what its owner lets it be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretConsent {
    /// The secret.
    pub arn: SecretArn,
    /// The value of its tag [`CONSENT`]; empty where it has none.
    pub given_to: String,
}

/// Why it is not known for what a secret may be used.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// Secrets Manager did not say.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The secret is scheduled for deletion.
    #[error("the secret is scheduled for deletion")]
    BeingDeleted,
}

impl SecretConsent {
    /// Whether this certificate may be renewed from the secret.
    pub fn is_for(&self, certificate: &CertificateArn) -> bool {
        let names = |one: &str| one == certificate.as_str() || one == certificate.account();
        self.given_to.split_whitespace().any(names)
    }

    /// The certificates that it names by their ARNs.
    pub fn certificates(&self) -> impl Iterator<Item = CertificateArn> {
        self.given_to.split_whitespace().filter_map(|one| one.parse().ok())
    }

    /// Reads it.
    ///
    /// # Errors
    /// Secrets Manager did not say, or the secret is being deleted.
    pub async fn read(aws: &aws_config::SdkConfig, id: &SecretId) -> Result<Self, ConsentError> {
        read(&Client::new(aws), id).await
    }
}

pub(super) async fn read(client: &Client, id: &SecretId) -> Result<SecretConsent, ConsentError> {
    let answer = client.describe_secret().secret_id(id.as_str()).send().await;
    let answer = answer.map_err(|error| CallError::new(OPERATION, &error))?;
    if answer.deleted_date().is_some() {
        return Err(ConsentError::BeingDeleted);
    }
    let arn = answer.arn().and_then(|arn| arn.parse().ok());
    let arn = arn.ok_or_else(|| CallError::incomplete_answer(OPERATION, "ARN"))?;
    let tag = answer.tags().iter().find(|tag| tag.key() == Some(CONSENT));
    let given_to = tag.and_then(|tag| tag.value()).unwrap_or_default().to_owned();
    Ok(SecretConsent { arn, given_to })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web-AbCd12";
    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";

    #[test]
    fn a_tag_names_certificates_or_an_account() {
        let certificate: CertificateArn = ARN.parse().unwrap();
        let two = format!("arn:aws:acm:us-east-1:123456789012:certificate/b  {ARN}");
        for (given_to, is) in [
            (ARN, true),
            ("123456789012", true),
            (two.as_str(), true),
            ("", false),
            ("*", false),
            ("true", false),
            ("12345678901", false),
            ("210987654321", false),
            ("arn:aws:acm:us-east-1:123456789012:certificate/ab", false),
            ("arn:aws:acm:us-east-1:123456789012:certificate/*", false),
        ] {
            let consent = SecretConsent { arn: SECRET.parse().unwrap(), given_to: given_to.into() };
            assert_eq!(consent.is_for(&certificate), is, "{given_to}");
        }
        let consent = SecretConsent { arn: SECRET.parse().unwrap(), given_to: format!("123456789012 {two}") };
        assert_eq!(consent.certificates().count(), 2);
    }
}
