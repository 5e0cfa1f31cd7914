//! How tags and events name a secret of AWS Secrets Manager.
//!
//! Formats: [CreateSecret], `Name`, and [resource types].
//!
//! [CreateSecret]: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
//! [resource types]: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html

use std::fmt;
use std::str::FromStr;

use crate::arn::{CertificateArn, Target};

/// The text does not name a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name or ARN of a secret")]
pub struct NotASecret;

/// A secret, by its name or by its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretId {
    /// In whatever account and Region it is asked for.
    Name(String),
    /// A certain one.
    Arn(SecretArn),
}

/// The ARN of a secret: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX`, with a suffix of six characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretArn {
    text: String,
    partition: String,
    region: String,
    account: String,
    name: String,
}

/// A name has 1 to 512 of these characters.
fn is_name(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b))
}

/// Secrets Manager adds a hyphen and six characters to the name, so that a new secret of the same name has another ARN.
fn without_suffix(resource: &str) -> Option<&str> {
    let (name, suffix) = resource.rsplit_once('-')?;
    (suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(name)
}

impl SecretArn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The secret's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the secret lives in this account and Region.
    pub fn is_within(&self, target: &Target) -> bool {
        (&self.partition, &self.region, &self.account) == (&target.partition, &target.region, &target.account)
    }

    /// Whether the secret lives where the certificate does.
    pub fn is_beside(&self, certificate: &CertificateArn) -> bool {
        (self.partition.as_str(), self.region.as_str(), self.account.as_str())
            == (certificate.partition(), certificate.region(), certificate.account())
    }
}

impl SecretId {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Arn(arn) => arn.as_str(),
        }
    }

    /// Whether the secret lives where the certificate does. A name does, by definition.
    pub fn is_beside(&self, certificate: &CertificateArn) -> bool {
        match self {
            Self::Name(_) => true,
            Self::Arn(arn) => arn.is_beside(certificate),
        }
    }
}

impl FromStr for SecretArn {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let mut parts = text.splitn(7, ':');
        let mut next = || parts.next().ok_or(NotASecret);
        let (arn, partition, service, region, account, kind, resource) =
            (next()?, next()?, next()?, next()?, next()?, next()?, next()?);
        let name = without_suffix(resource).filter(|name| is_name(name)).ok_or(NotASecret)?;
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let is_token = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !text.is_empty();
        let is_secret = (arn, service, kind) == ("arn", "secretsmanager", "secret");
        if !is_secret || !is_account || !partition.starts_with("aws") || !is_token(partition) || !is_token(region) {
            return Err(NotASecret);
        }
        Ok(Self {
            text: text.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl FromStr for SecretId {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        if is_name(text) {
            return Ok(Self::Name(text.to_owned()));
        }
        text.parse().map(Self::Arn)
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for SecretArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/cert-AbCd12";

    #[test]
    fn a_secret_is_named_by_its_name_or_its_arn() {
        let arn: SecretArn = ARN.parse().unwrap();
        assert_eq!((arn.as_str(), arn.name()), (ARN, "web/cert"));
        assert_eq!(arn.to_string(), ARN);
        let id = SecretId::Arn(arn);
        assert_eq!((ARN.parse().as_ref(), id.as_str(), id.to_string()), (Ok(&id), ARN, ARN.into()));
        let id = SecretId::Name("web/cert@2+a=b.c_d".into());
        assert_eq!((id.as_str().parse().as_ref(), id.as_str()), (Ok(&id), "web/cert@2+a=b.c_d"));
        let cn = ARN.replace("arn:aws:", "arn:aws-cn:");
        assert!(cn.parse::<SecretId>().is_ok());
    }

    #[test]
    fn an_arn_is_of_an_account_and_a_region() {
        let certificate = |text: &str| text.parse::<CertificateArn>().unwrap();
        let id: SecretId = ARN.parse().unwrap();
        for (arn, is) in [
            ("arn:aws:acm:us-east-1:123456789012:certificate/a", true),
            ("arn:aws:acm:us-east-1:210987654321:certificate/a", false),
            ("arn:aws:acm:eu-west-1:123456789012:certificate/a", false),
            ("arn:aws-cn:acm:us-east-1:123456789012:certificate/a", false),
        ] {
            assert_eq!(id.is_beside(&certificate(arn)), is, "{arn}");
            let secret: SecretArn = ARN.parse().unwrap();
            assert_eq!(secret.is_within(&certificate(arn).target()), is, "{arn}");
            assert!(SecretId::Name("web".into()).is_beside(&certificate(arn)));
        }
    }

    #[test]
    fn anything_else_is_not_a_secret() {
        let long = "x".repeat(513);
        for text in [
            "",
            "web cert",
            "https://evil.example/",
            long.as_str(),
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:web",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:-AbCd12",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:web-AbCd123",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:web-AbC=12",
            "arn:aws:secretsmanager:us-east-1:12345:secret:web-AbCd12",
            "arn:aws:secretsmanager::123456789012:secret:web-AbCd12",
            "arn:aws:ssm:us-east-1:123456789012:secret:web-AbCd12",
            "arn:aws:secretsmanager:us-east-1:123456789012:policy:web-AbCd12",
            "arn:azure:secretsmanager:us-east-1:123456789012:secret:web-AbCd12",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:web*-AbCd12",
        ] {
            assert_eq!(text.parse::<SecretId>(), Err(NotASecret), "{text}");
        }
    }
}
