//! Domains that are granted.

/// A list of domains, each with everything beneath it; or all domains. The default is none.
///
/// `example.com` covers `example.com`, `www.example.com` and `*.example.com`, but not `badexample.com`. `*` alone covers
/// every name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainGrants {
    all: bool,
    domains: Vec<String>,
}

/// The text is not a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a domain: use names such as example.com, which cover everything beneath them, or * for every name"
)]
pub struct NotADomain(String);

impl DomainGrants {
    /// Reads a list of domains. Empty entries are left out.
    ///
    /// # Errors
    /// An entry is neither a domain name in ASCII (of an internationalized name the A-label) nor `*`.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, NotADomain> {
        let mut grants = Self::default();
        for entry in entries.iter().map(|entry| entry.as_ref().trim()).filter(|entry| !entry.is_empty()) {
            let name = entry.trim_end_matches('.').to_ascii_lowercase();
            match name.as_str() {
                "*" => grants.all = true,
                name if is_domain(name) => grants.domains.push(name.to_owned()),
                _ => return Err(NotADomain(entry.chars().take(80).collect())),
            }
        }
        Ok(grants)
    }

    /// Whether a name, possibly a wildcard, is one of the domains or beneath one of them.
    pub fn cover(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.all || self.domains.iter().any(|domain| is_beneath(&name, domain))
    }

    /// What both cover.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let covered = |some: &Self, by: &Self| -> Vec<String> {
            some.domains.iter().filter(|domain| by.cover(domain)).cloned().collect()
        };
        let domains = covered(self, other).into_iter().chain(covered(other, self)).collect();
        Self { all: self.all && other.all, domains }
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        !self.all && self.domains.is_empty()
    }
}

/// Whether a name is this domain or beneath it.
fn is_beneath(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_domain_covers_what_is_beneath_it() {
        let grants = DomainGrants::parse(&["Example.com.", "", "login.example.net"]).unwrap();
        for (name, covered) in [
            ("example.com", true),
            ("EXAMPLE.com.", true),
            ("www.example.com", true),
            ("*.example.com", true),
            ("badexample.com", false),
            ("com", false),
            ("example.com.evil.example", false),
            ("example.net", false),
            ("a.login.example.net", true),
            ("", false),
        ] {
            assert_eq!(grants.cover(name), covered, "{name}");
        }
        assert!(DomainGrants::parse(&["*"]).unwrap().cover("anything.example"));
        assert!(DomainGrants::default().is_empty() && !grants.is_empty());
    }

    #[test]
    fn patterns_are_no_domains() {
        for entry in ["*.example.com", "exa mple.com", "example..com", ".", "http://example.com", "müller.example"] {
            assert!(DomainGrants::parse(&[entry]).is_err(), "{entry}");
        }
    }

    proptest! {
        #[test]
        fn an_intersection_covers_what_both_cover(
            one in proptest::collection::vec(r"\*|([ab]\.){0,2}(com|net)", 0..4),
            other in proptest::collection::vec(r"\*|([ab]\.){0,2}(com|net)", 0..4),
            name in r"(\*\.)?([ab]\.){0,3}(com|net)",
        ) {
            let (one, other) = (DomainGrants::parse(&one).unwrap(), DomainGrants::parse(&other).unwrap());
            prop_assert_eq!(one.intersection(&other).cover(&name), one.cover(&name) && other.cover(&name));
        }

        #[test]
        fn what_is_not_beneath_is_not_covered(name in "[a-z.*-]{0,30}") {
            let grants = DomainGrants::parse(&["granted.example"]).unwrap();
            let beneath = name == "granted.example" || name.ends_with(".granted.example");
            let bare = name.trim_end_matches('.');
            prop_assert_eq!(grants.cover(&name), beneath || bare == "granted.example" || bare.ends_with(".granted.example"));
        }
    }
}
