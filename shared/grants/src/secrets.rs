//! Which secrets may be read.

use certificates::{CertificateArn, SecretArn, SecretId};

/// Names that begin so belong to this project's own secrets, such as accounts at ACME servers: they are the source of no
/// certificate, whatever is granted.
const RESERVED: &str = "acm-autopilot/acme/";
/// In place of the six characters at the end of an ARN that only Secrets Manager knows.
const ANY_SUFFIX: &str = "AAAAAA";

/// ARNs of secrets, in which `*` is any text and `?` one character, as in IAM's policies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretGrants(Vec<String>);

/// The text is not a pattern of ARNs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the ARN of secrets, such as arn:aws:secretsmanager:eu-central-1:123456789012:secret:web/*")]
pub struct NotASecretPattern(String);

impl SecretGrants {
    /// Reads patterns. An empty text is left out: that is what an empty list of CloudFormation has.
    pub(crate) fn parse(written: &[String]) -> Result<Self, NotASecretPattern> {
        let patterns = written.iter().filter(|pattern| !pattern.is_empty());
        let is_pattern = |pattern: &&String| {
            *pattern == "*" || (pattern.starts_with("arn:aws") && pattern.contains(":secretsmanager:"))
        };
        if let Some(other) = patterns.clone().find(|pattern| !is_pattern(pattern)) {
            return Err(NotASecretPattern(other.clone()));
        }
        Ok(Self(patterns.cloned().collect()))
    }

    /// Whether this secret may be read.
    pub fn cover(&self, secret: &SecretArn) -> bool {
        !secret.name().starts_with(RESERVED) && self.0.iter().any(|pattern| matches(pattern, secret.as_str()))
    }

    /// Whether no secret may be read.
    pub fn are_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a secret may be read that is named beside this certificate. Of a name the end of the ARN is not known:
    /// whoever asked for the secret has to [check](Self::cover) the ARN.
    pub fn may_cover(&self, secret: &SecretId, certificate: &CertificateArn) -> bool {
        let name = match secret {
            SecretId::Arn(arn) => return self.cover(arn),
            SecretId::Name(name) => name,
        };
        let (partition, region, account) = (certificate.partition(), certificate.region(), certificate.account());
        let arn = format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-");
        let fits = |pattern: &String| matches(pattern, &format!("{arn}{}", suffix(pattern)));
        !name.starts_with(RESERVED) && self.0.iter().any(fits)
    }
}

/// The six characters at the end of a pattern, where they are certain.
fn suffix(pattern: &str) -> &str {
    let suffix = pattern.rsplit_once('-').map(|(_, suffix)| suffix);
    let is_certain = |suffix: &&str| suffix.len() == 6 && suffix.bytes().all(|b| b.is_ascii_alphanumeric());
    suffix.filter(is_certain).unwrap_or(ANY_SUFFIX)
}

/// Whether a pattern fits a text; in time that grows with the product of their lengths, whatever the pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for wanted in pattern.bytes() {
        let mut before = fits[0];
        fits[0] &= wanted == b'*';
        for (at, found) in text.bytes().enumerate() {
            let here = match wanted {
                b'*' => fits[at + 1] || fits[at],
                b'?' => before,
                _ => before && wanted == found,
            };
            before = std::mem::replace(&mut fits[at + 1], here);
        }
    }
    fits[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";

    fn grants(patterns: &[&str]) -> SecretGrants {
        SecretGrants::parse(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn patterns_are_iams() {
        for (pattern, arn, is) in [
            ("web-AbCd12", "web-AbCd12", true),
            ("web-AbCd12", "web-AbCd13", false),
            ("web-??????", "web-AbCd12", true),
            ("web-??????", "web-2-AbCd12", false),
            ("web/*", "web/cert-AbCd12", true),
            ("web/*", "webb/cert-AbCd12", false),
            ("*", "web-AbCd12", true),
            ("*b*-A*", "web-AbCd12", true),
            ("*b*-B*", "web-AbCd12", false),
        ] {
            let covers = grants(&[&format!("{HERE}{pattern}")]).cover(&format!("{HERE}{arn}").parse().unwrap());
            assert_eq!(covers, is, "{pattern} {arn}");
        }
        assert!(grants(&["", "*"]).cover(&format!("{HERE}web-AbCd12").parse().unwrap()));
        assert!(!grants(&[""]).cover(&format!("{HERE}web-AbCd12").parse().unwrap()));
    }

    #[test]
    fn of_a_name_the_suffix_is_not_known() {
        let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a".parse().unwrap();
        for (pattern, name, is) in [
            ("web-AbCd12", "web", true),
            ("web-AbCd12", "web2", false),
            ("web-??????", "web", true),
            ("web/*", "web/cert", true),
            ("web/*", "web", false),
            ("web/certificate-*", "web/certificate", true),
        ] {
            let may = grants(&[&format!("{HERE}{pattern}")]).may_cover(&name.parse().unwrap(), &certificate);
            assert_eq!(may, is, "{pattern} {name}");
        }
        let elsewhere = "arn:aws:acm:eu-west-1:123456789012:certificate/a".parse().unwrap();
        assert!(!grants(&[&format!("{HERE}*")]).may_cover(&"web".parse().unwrap(), &elsewhere));
    }

    #[test]
    fn secrets_of_acme_accounts_are_never_covered() {
        let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a".parse().unwrap();
        let all = grants(&["*"]);
        assert!(!all.cover(&format!("{HERE}acm-autopilot/acme/letsencrypt-AbCd12").parse().unwrap()));
        assert!(!all.may_cover(&"acm-autopilot/acme/letsencrypt".parse().unwrap(), &certificate));
        assert!(all.may_cover(&"web".parse().unwrap(), &certificate));
    }
}
