//! What an operator writes into the tags of a certificate.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::arn::PrivateCaArn;
use crate::lifetime::utc_date;
use crate::secret::SecretId;

/// Where new certificates come from: the value of the tag [`RENEW_FROM`](super::RENEW_FROM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewFrom {
    /// AWS Private CA.
    PrivateCa,
    /// An ACME server.
    Acme,
    /// A Secrets Manager secret that another tool keeps up to date.
    Secret,
    /// An unknown value: the renewal fails and says so.
    Unknown(String),
}

impl RenewFrom {
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "private-ca" => Self::PrivateCa,
            "acme" => Self::Acme,
            "secret" => Self::Secret,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Whether imported-renewal can renew from it.
    pub fn is_available(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// The value of the tag.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PrivateCa => "private-ca",
            Self::Acme => "acme",
            Self::Secret => "secret",
            Self::Unknown(text) => text,
        }
    }
}

/// Whether an operator muted notices: the value of the tag [`NOTICES`](super::NOTICES).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mute {
    /// `on`: notices are sent.
    #[default]
    Never,
    /// `off`: none are sent.
    Always,
    /// `off-until:2026-12-24`: none are sent before this date (UTC).
    Until(Date),
}

impl Mute {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "on" => Some(Self::Never),
            "off" => Some(Self::Always),
            other => Some(Self::Until(other.strip_prefix("off-until:")?.parse().ok()?)),
        }
    }

    /// Whether notices are muted now.
    pub fn holds_at(self, now: Timestamp) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Until(date) => utc_date(now) < date,
        }
    }
}

/// What an operator asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorSettings {
    /// Source of new certificates; without it the certificate is only watched.
    pub renew_from: Option<RenewFrom>,
    /// The private CA; `Err` holds what the tag says when that is not the ARN of a CA.
    pub private_ca: Option<Result<PrivateCaArn, String>>,
    /// The secret; `Err` holds what the tag says when that names none.
    pub secret: Option<Result<SecretId, String>>,
    /// The configured ACME directory, as the tag names it.
    pub acme: Option<String>,
    /// The profile to order from it.
    pub acme_profile: Option<String>,
    /// Required lifetime in days.
    pub validity_days: Option<u16>,
    /// Whether notices are muted (those of failed renewals are still sent).
    pub mute: Mute,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_one_of_three() {
        for (text, is_available) in [("private-ca", true), ("acme", true), ("secret", true), ("Secret", false)] {
            let source = RenewFrom::parse(text);
            assert_eq!((source.as_str(), source.is_available()), (text, is_available));
        }
    }
}
