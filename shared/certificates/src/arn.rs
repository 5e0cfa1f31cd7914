//! Amazon Resource Names of certificates and private CAs.
//!
//! Formats: [ACM resource types], [AWS Private CA resource types].
//!
//! [ACM resource types]: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html#awscertificatemanager-resources-for-iam-policies
//! [AWS Private CA resource types]: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsprivatecertificateauthority.html#awsprivatecertificateauthority-resources-for-iam-policies

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not the ARN that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the ARN of {expected}: {problem}")]
pub struct InvalidArn {
    text: String,
    expected: &'static str,
    problem: &'static str,
}

/// Where certificates are: an account in a Region. The unit of work of every function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// `aws`, `aws-cn`, `aws-us-gov` or another of AWS's partitions.
    pub partition: String,
    /// For instance `eu-central-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

/// The ARN of an ACM certificate:
/// `arn:aws:acm:REGION:ACCOUNT:certificate/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateArn(Parsed);

/// The ARN of a private certificate authority:
/// `arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrivateCaArn(Parsed);

/// An ARN kept whole, with the borders of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Parsed {
    text: String,
    partition: String,
    region: String,
    account: String,
    id: String,
}

impl Parsed {
    fn is_within(&self, target: &Target) -> bool {
        (&self.partition, &self.region, &self.account) == (&target.partition, &target.region, &target.account)
    }

    fn target(&self) -> Target {
        Target { partition: self.partition.clone(), account: self.account.clone(), region: self.region.clone() }
    }

    /// Splits `arn:PARTITION:SERVICE:REGION:ACCOUNT:KIND/ID`.
    fn new(text: &str, service: &str, kind: &str, expected: &'static str) -> Result<Self, InvalidArn> {
        let refuse = |problem| InvalidArn { text: excerpt(text), expected, problem };
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().unwrap_or_default();
        let (prefix, partition, found_service, region, account, resource) =
            (next(), next(), next(), next(), next(), next());
        if prefix != "arn" {
            return Err(refuse("it does not begin with `arn:`"));
        }
        if !partition.starts_with("aws") || !is_token(partition) {
            return Err(refuse("its partition is not one of AWS's"));
        }
        if found_service != service {
            return Err(refuse("it names another service"));
        }
        if region.is_empty() || !is_token(region) {
            return Err(refuse("its Region is missing or malformed"));
        }
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse("its account is not twelve digits"));
        }
        let id = resource
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or_else(|| refuse("it names another kind of resource"))?;
        if id.is_empty() || id.len() > 100 || !is_token(id) {
            return Err(refuse("its id is missing or malformed"));
        }
        Ok(Self {
            text: text.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            id: id.to_owned(),
        })
    }
}

fn is_token(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What an error repeats of a text from outside: enough to find it, never a flood.
fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(150).filter(|c| !c.is_control()).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {} in {}", self.account, self.region)
    }
}

impl CertificateArn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The Region that the certificate lives in.
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// The account that the certificate belongs to.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    /// `aws`, `aws-us-gov` or `aws-cn`.
    pub fn partition(&self) -> &str {
        &self.0.partition
    }

    /// The part after `certificate/`.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whether the certificate lives in this account and Region, where the functions can see it.
    pub fn is_within(&self, target: &Target) -> bool {
        self.0.is_within(target)
    }

    /// The account and Region of the certificate.
    pub fn target(&self) -> Target {
        self.0.target()
    }
}

impl PrivateCaArn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether the CA lives in this account and Region.
    pub fn is_within(&self, target: &Target) -> bool {
        self.0.is_within(target)
    }

    /// The account and Region of the CA.
    pub fn target(&self) -> Target {
        self.0.target()
    }

    /// `aws`, `aws-us-gov` or `aws-cn`: template ARNs have to name the same one.
    pub fn partition(&self) -> &str {
        &self.0.partition
    }
}

impl FromStr for CertificateArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        Parsed::new(text, "acm", "certificate", "an ACM certificate").map(Self)
    }
}

impl FromStr for PrivateCaArn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, InvalidArn> {
        Parsed::new(text, "acm-pca", "certificate-authority", "a private certificate authority").map(Self)
    }
}

impl fmt::Display for CertificateArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PrivateCaArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CertificateArn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CertificateArn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b";

    #[test]
    fn parts_of_a_certificate_arn() {
        let arn: CertificateArn = GOOD.parse().unwrap();
        assert_eq!((arn.as_str(), arn.to_string()), (GOOD, GOOD.to_owned()));
        assert_eq!((arn.region(), arn.account()), ("us-east-1", "123456789012"));
        assert_eq!(arn.id(), "61f50cd4-45b9-4259-b049-d0a53682fa4b");
        let here = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
        assert!(arn.is_within(&here));
        assert_eq!((arn.target(), here.to_string()), (here.clone(), "account 123456789012 in us-east-1".into()));
        assert!(!arn.is_within(&Target { region: "eu-west-1".into(), ..here.clone() }));
        assert!(!arn.is_within(&Target { partition: "aws-cn".into(), ..here.clone() }));
        assert!(!arn.is_within(&Target { account: "210987654321".into(), ..here }));
    }

    #[test]
    fn other_partitions_are_arns_too() {
        for partition in ["aws-us-gov", "aws-cn"] {
            assert!(GOOD.replace("arn:aws:", &format!("arn:{partition}:")).parse::<CertificateArn>().is_ok());
        }
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        for (text, problem) in [
            ("", "does not begin"),
            ("certificate/61f5", "does not begin"),
            ("arn:azure:acm:us-east-1:123456789012:certificate/a", "partition"),
            ("arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a", "another service"),
            ("arn:aws:acm::123456789012:certificate/a", "Region"),
            ("arn:aws:acm:us-east-1:12345:certificate/a", "twelve digits"),
            ("arn:aws:acm:us-east-1:123456789012:account/a", "another kind"),
            ("arn:aws:acm:us-east-1:123456789012:certificate/", "id is missing"),
            ("arn:aws:acm:us-east-1:123456789012:certificate/a b", "malformed"),
        ] {
            let error = text.parse::<CertificateArn>().unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn an_error_repeats_little_of_a_foreign_text() {
        let long = "x".repeat(151);
        assert_eq!(excerpt(&long[..150]), long[..150]);
        assert_eq!(excerpt(&long), format!("{}…", &long[..150]));
        assert_eq!(excerpt("arn:aws\u{1b}[2J\n:acm"), "arn:aws[2J:acm…");
    }

    #[test]
    fn a_ca_is_not_a_certificate() {
        let ca = "arn:aws-us-gov:acm-pca:us-gov-west-1:123456789012:certificate-authority/6f5";
        let parsed: PrivateCaArn = ca.parse().unwrap();
        assert_eq!((parsed.partition(), parsed.as_str(), parsed.to_string()), ("aws-us-gov", ca, ca.to_owned()));
        for (region, account, is) in [
            ("us-gov-west-1", "123456789012", true),
            ("us-gov-east-1", "123456789012", false),
            ("us-gov-west-1", "999988887777", false),
        ] {
            let target = Target { partition: "aws-us-gov".into(), region: region.into(), account: account.into() };
            assert_eq!(ca.parse::<PrivateCaArn>().unwrap().is_within(&target), is, "{target}");
        }
        assert!(ca.parse::<CertificateArn>().is_err());
        assert!(GOOD.parse::<PrivateCaArn>().is_err());
    }

    #[test]
    fn an_error_never_repeats_a_flood() {
        let error = "x".repeat(100_000).parse::<CertificateArn>().unwrap_err().to_string();
        assert!(error.len() < 400, "{}", error.len());
    }
}
