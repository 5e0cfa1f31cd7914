//! Names as the DNS compares them.

use std::fmt;

use serde::{Serialize, Serializer};

/// A domain name in one spelling: lower case, A-labels (`xn--...`), without the dot at its end.
///
/// ACM, Route 53 and people spell one name in several ways: with and without the dot, in capitals,
/// in another script, and Route 53 writes what is not a letter, digit, `-`, `_` or `.` as an octal
/// escape, `*` among them
/// ([DNS domain name format](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html)).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(String);

impl DnsName {
    /// Reads any spelling. A name that IDNA (UTS 46) refuses is kept as it is, in lower case: it matches
    /// itself and nothing else.
    pub fn new(text: &str) -> Self {
        let text = unescaped(text.trim());
        let text = text.strip_suffix('.').unwrap_or(&text);
        if text.is_ascii() {
            return Self(text.to_ascii_lowercase());
        }
        Self(idna::domain_to_ascii(text).unwrap_or_else(|_| text.to_lowercase()))
    }

    /// The domain whose control is proven for this name: `*.example.com` is proven by `example.com`
    /// ([DNS validation](https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)).
    pub fn base(&self) -> Self {
        Self(self.0.strip_prefix("*.").unwrap_or(&self.0).to_owned())
    }

    /// Without the dot at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this name or lies below it, label by label.
    pub fn is_within(&self, other: &Self) -> bool {
        let rest = self.0.strip_suffix(other.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The name itself and every name above it, the longest first; the root is left out.
    pub fn and_above(&self) -> impl Iterator<Item = &str> {
        let mut rest = Some(self.as_str()).filter(|name| !name.is_empty());
        std::iter::from_fn(move || {
            let name = rest?;
            rest = name.split_once('.').map(|(_, above)| above).filter(|above| !above.is_empty());
            Some(name)
        })
    }

    /// The name without its first label.
    pub fn parent(&self) -> Option<Self> {
        self.and_above().nth(1).map(|parent| Self(parent.to_owned()))
    }

    /// Whether people who registered a name own it: at least two labels.
    pub fn has_two_labels(&self) -> bool {
        self.0.split('.').count() >= 2 && self.0.split('.').all(|label| (1..=63).contains(&label.len()))
    }
}

/// With the dot at its end, as zone files and Route 53 write it.
impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.0)
    }
}

impl Serialize for DnsName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Route 53's octal escapes of ASCII characters. Those of other bytes stay: such a name is not the
/// A-label form of anything.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let code = code.and_then(|digits| u8::from_str_radix(digits, 8).ok()).filter(u8::is_ascii);
        match code {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[3..];
            }
            None => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_is_one_name() {
        for (text, name) in [
            ("Example.COM.", "example.com"),
            ("\\052.example.com.", "*.example.com"),
            ("*.example.com", "*.example.com"),
            ("Bücher.Example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example.", "xn--bcher-kva.example"),
            ("_abc.straße.example", "_abc.xn--strae-oqa.example"),
            ("a\\137b.example", "a_b.example"),
            ("\\303\\274.example", "\\303\\274.example"),
            ("back\\slash.example", "back\\slash.example"),
            ("cut\\05", "cut\\05"),
            ("", ""),
            (".", ""),
        ] {
            assert_eq!(DnsName::new(text).as_str(), name, "{text}");
        }
        assert_eq!(DnsName::new("*.Example.com").base().to_string(), "example.com.");
    }

    #[test]
    fn labels_not_letters_decide_what_is_within() {
        let zone = DnsName::new("example.com");
        for (name, within) in [
            ("example.com", true),
            ("www.example.com", true),
            ("_a.b.c.EXAMPLE.com.", true),
            ("notexample.com", false),
            ("example.com.evil.test", false),
            ("com", false),
        ] {
            assert_eq!(DnsName::new(name).is_within(&zone), within, "{name}");
        }
        let name = DnsName::new("a.b.example.com");
        assert_eq!(name.and_above().collect::<Vec<_>>(), ["a.b.example.com", "b.example.com", "example.com", "com"]);
        assert_eq!(name.parent(), Some(DnsName::new("b.example.com")));
        assert_eq!(DnsName::new("com").parent(), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_reading_twice_changes_nothing(text in any::<String>()) {
            let name = DnsName::new(&text);
            prop_assert!(name.is_within(&name));
            let _ = (name.base(), name.parent(), name.and_above().count());
        }
    }
}
