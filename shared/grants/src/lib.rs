//! What requests and tags may obtain.
//!
//! Whoever may call RequestCertificate or tag a certificate asks for something; only a grant allows it. Grants are
//! configured by the operator, never read from a certificate. Without a grant the answer is a refusal.
//!
//! They come as JSON in the environment variable `GRANTS`, which the deployment template fills from its parameters:
//!
//! ```json
//! {
//!   "domains": ["example.com"],
//!   "exportableDomains": [],
//!   "privateCas": ["arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/4d215512-45b4-4243-997a-459a60c7ee0f"],
//!   "secrets": ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:web/*"],
//!   "issuerChange": false
//! }
//! ```

mod domains;
mod secrets;

use std::str::FromStr;

use certificates::PrivateCaArn;
use serde::Deserialize;

pub use domains::{DomainGrants, NotADomain};
pub use secrets::{NotASecretPattern, SecretGrants};

/// In place of a list of CAs.
const EVERY: &str = "*";

/// What may be obtained in one account. The default grants nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Domains that may be validated for ACM.
    pub domains: DomainGrants,
    /// Domains of which certificates with an exportable private key may be validated; they must be among
    /// [`domains`](Self::domains) too.
    pub exportable_domains: DomainGrants,
    /// Private CAs that may issue.
    pub private_cas: Vec<PrivateCaArn>,
    /// Whether every private CA that the function's role reaches may issue: `*` among the CAs.
    pub every_private_ca: bool,
    /// Secrets from which certificates may be renewed.
    pub secrets: SecretGrants,
    /// Whether a renewal may replace a certificate by one of another issuer.
    pub issuer_change: bool,
}

/// The text holds no grants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidGrants(String);

/// Grants as they are written: the texts are not checked yet.
#[derive(Debug, Clone, Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WrittenGrants {
    /// See [`Grants::domains`].
    pub domains: Vec<String>,
    /// See [`Grants::exportable_domains`].
    pub exportable_domains: Vec<String>,
    /// ARNs, or `*`.
    pub private_cas: Vec<String>,
    /// Patterns of ARNs.
    pub secrets: Vec<String>,
    /// See [`Grants::issuer_change`].
    pub issuer_change: bool,
}

impl Grants {
    /// Whether this private CA may issue.
    pub fn allow_private_ca(&self, ca: &PrivateCaArn) -> bool {
        self.every_private_ca || self.private_cas.contains(ca)
    }
}

impl FromStr for Grants {
    type Err = InvalidGrants;

    fn from_str(text: &str) -> Result<Self, InvalidGrants> {
        let written: WrittenGrants = serde_json::from_str(text).map_err(|error| {
            InvalidGrants(format!(
                "use JSON such as {{\"domains\": [\"example.com\"], \"issuerChange\": false}}: {error}"
            ))
        })?;
        Self::try_from(written)
    }
}

impl TryFrom<WrittenGrants> for Grants {
    type Error = InvalidGrants;

    fn try_from(written: WrittenGrants) -> Result<Self, InvalidGrants> {
        let domains = |field: &str, written: &[String]| {
            DomainGrants::parse(written).map_err(|error| InvalidGrants(format!("in `{field}`: {error}")))
        };
        Ok(Self {
            domains: domains("domains", &written.domains)?,
            exportable_domains: domains("exportableDomains", &written.exportable_domains)?,
            private_cas: written
                .private_cas
                .iter()
                .filter(|arn| !arn.is_empty() && *arn != EVERY)
                .map(|arn| {
                    arn.parse().map_err(|_| InvalidGrants(format!("in `privateCas`: `{arn}` is not a CA's ARN")))
                })
                .collect::<Result<_, _>>()?,
            every_private_ca: written.private_cas.iter().any(|arn| arn == EVERY),
            secrets: SecretGrants::parse(&written.secrets)
                .map_err(|error| InvalidGrants(format!("in `secrets`: {error}")))?,
            issuer_change: written.issuer_change,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CA: &str = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1";

    #[test]
    fn nothing_is_granted_by_default() {
        let grants: Grants = "{}".parse().unwrap();
        assert_eq!(grants, Grants::default());
        assert!(!grants.domains.cover("example.com") && !grants.allow_private_ca(&CA.parse().unwrap()));
        assert!(!grants.issuer_change && grants.secrets == SecretGrants::default());
    }

    #[test]
    fn what_a_template_writes_is_read() {
        // An empty list parameter of CloudFormation arrives as one empty text.
        let text = format!(
            r#"{{"domains": ["example.com"], "exportableDomains": [""], "privateCas": ["{CA}", ""], "issuerChange": true}}"#
        );
        let grants: Grants = text.parse().unwrap();
        assert!(grants.domains.cover("www.example.com") && !grants.exportable_domains.cover("www.example.com"));
        assert!(grants.allow_private_ca(&CA.parse().unwrap()) && grants.issuer_change);
    }

    #[test]
    fn every_private_ca_can_be_granted() {
        let grants: Grants = r#"{"privateCas": ["*", ""]}"#.parse().unwrap();
        assert!(grants.allow_private_ca(&CA.parse().unwrap()) && grants.private_cas.is_empty());
    }

    #[test]
    fn a_mistake_names_its_field() {
        for (text, named) in [
            ("example.com", "JSON"),
            (r#"{"domain": ["example.com"]}"#, "domain"),
            (r#"{"domains": "example.com"}"#, "sequence"),
            (r#"{"domains": ["exa mple.com"]}"#, "in `domains`: `exa mple.com`"),
            (r#"{"exportableDomains": ["*.example.com"]}"#, "in `exportableDomains`"),
            (r#"{"privateCas": ["the-moon"]}"#, "in `privateCas`: `the-moon`"),
            (r#"{"secrets": ["web"]}"#, "in `secrets`: `web`"),
            (r#"{"issuerChange": "yes"}"#, "boolean"),
        ] {
            let error = text.parse::<Grants>().unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
