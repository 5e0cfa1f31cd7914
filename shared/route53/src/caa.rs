//! Whether CAA records allow Amazon to issue
//! ([RFC 8659](https://www.rfc-editor.org/rfc/rfc8659),
//! [ACM's own page](https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html)).

use crate::DnsName;

/// The names by which CAA records allow Amazon.
const AMAZON: [&str; 4] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/// A record of type CAA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caa {
    /// Whether an issuer that does not know the tag must not issue.
    pub critical: bool,
    /// `issue`, `issuewild`, `iodef` and so on.
    pub tag: String,
    /// For instance `amazon.com; accounturi=...`.
    pub value: String,
}

impl Caa {
    fn is(&self, tag: &str) -> bool {
        self.tag.eq_ignore_ascii_case(tag)
    }

    /// Section 4.2: the issuer's name, then parameters.
    fn allows_amazon(&self) -> bool {
        let issuer = DnsName::new(self.value.split(';').next().unwrap_or_default());
        AMAZON.iter().any(|amazon| issuer.as_str() == *amazon)
    }
}

/// Whether this relevant record set allows Amazon to issue for the domain.
pub fn allows_amazon(set: &[Caa], wildcard: bool) -> bool {
    // Section 4.1: a critical property that the issuer does not know forbids everything.
    let known = ["issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail", "issuevmc"];
    if set.iter().any(|caa| caa.critical && !known.iter().any(|tag| caa.is(tag))) {
        return false;
    }
    // Section 4.3: for a wildcard, issuewild counts in the place of issue where there is any.
    let tag = if wildcard && set.iter().any(|caa| caa.is("issuewild")) { "issuewild" } else { "issue" };
    let mut named = set.iter().filter(|caa| caa.is(tag)).peekable();
    named.peek().is_none() || named.any(Caa::allows_amazon)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(records: &[(&str, &str)]) -> Vec<Caa> {
        let caa = |(tag, value): &(&str, &str)| Caa { critical: false, tag: (*tag).into(), value: (*value).into() };
        records.iter().map(caa).collect()
    }

    #[test]
    fn the_table_of_record_sets() {
        for (records, name, wildcard) in [
            (&[][..], true, true),
            (&[("issue", "amazon.com")], true, true),
            (&[("issue", "letsencrypt.org"), ("issue", "AmazonTrust.com; policy=ev")], true, true),
            (&[("ISSUE", " amazonaws.com ")], true, true),
            (&[("issue", "letsencrypt.org")], false, false),
            (&[("issue", ";")], false, false),
            (&[("issue", "notamazon.com")], false, false),
            (&[("issue", "amazon.com"), ("issuewild", ";")], true, false),
            (&[("issue", ";"), ("issuewild", "awstrust.com")], false, true),
            (&[("issuewild", "letsencrypt.org")], true, false),
            (&[("iodef", "mailto:security@example.com")], true, true),
        ] {
            let set = set(records);
            assert_eq!((allows_amazon(&set, false), allows_amazon(&set, true)), (name, wildcard), "{records:?}");
        }
    }

    #[test]
    fn an_unknown_critical_property_forbids() {
        let mut unknown = set(&[("issue", "amazon.com"), ("tbs", "Unknown")]);
        assert!(allows_amazon(&unknown, false));
        unknown[1].critical = true;
        assert!(!allows_amazon(&unknown, false));
    }
}
