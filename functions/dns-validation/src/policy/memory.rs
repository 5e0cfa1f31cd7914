//! What was told of a certificate already: the tag `validation-noticed`.

use std::collections::BTreeSet;

use super::cause::{Blocked, Cause};

/// So many findings are remembered one by one: a tag's value holds 256 characters
/// ([Tag](https://docs.aws.amazon.com/acm/latest/APIReference/API_Tag.html)). Of more, one digest of all.
const SINGLY: usize = 28;
/// Hexadecimal digits of a digest.
const DIGITS: usize = 8;

/// What a certificate's tag says was told, or would say: the cause that was named, and a digest of each
/// finding that a person would have to know anew if it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    cause: String,
    digests: BTreeSet<String>,
}

impl Findings {
    /// Those of a look; `None` when nothing needs a person.
    #[must_use]
    pub fn of(blocked: &[Blocked]) -> Option<Self> {
        let cause = blocked.iter().map(|blocked| blocked.cause).min()?.as_str().to_owned();
        let findings: BTreeSet<String> = blocked.iter().map(described).collect();
        if findings.len() > SINGLY {
            let all: Vec<String> = findings.into_iter().collect();
            return Some(Self { cause, digests: BTreeSet::from([digest(&all.join("\n"))]) });
        }
        Some(Self { cause, digests: findings.iter().map(|finding| digest(finding)).collect() })
    }

    /// Those of a tag's value. What is not of our making remembers nothing.
    #[must_use]
    pub fn told(value: &str) -> Self {
        let (cause, digests) = value.split_once('/').unwrap_or((value, ""));
        let digests = digests.as_bytes().chunks(DIGITS).map(|digest| String::from_utf8_lossy(digest).into_owned());
        Self { cause: cause.to_owned(), digests: digests.collect() }
    }

    /// Whether these say nothing that those do not.
    #[must_use]
    pub fn are_known_of(&self, told: &Self) -> bool {
        self.digests.is_subset(&told.digests)
    }

    /// These and those, as far as there is room.
    #[must_use]
    pub fn and(self, told: &Self) -> Self {
        let digests: BTreeSet<String> = self.digests.union(&told.digests).cloned().collect();
        if digests.len() > SINGLY { self } else { Self { digests, ..self } }
    }

    /// The tag's value. Equal states give equal values, in whatever order they were found.
    #[must_use]
    pub fn value(&self) -> String {
        let digests: Vec<&str> = self.digests.iter().map(String::as_str).collect();
        format!("{}/{}", self.cause, digests.concat())
    }
}

/// CAA is one finding, whichever of the names it was found at: ACM's own word names none.
fn described(blocked: &Blocked) -> String {
    let cause = blocked.cause.as_str();
    match &blocked.record {
        _ if blocked.cause == Cause::CaaForbidsAmazon => cause.to_owned(),
        Some(record) => format!("{cause} {} {}", record.name, record.value),
        None => format!("{cause} {}", blocked.domain),
    }
}

fn digest(text: &str) -> String {
    format!("{:0DIGITS$x}", fnv1a(text.as_bytes()))
}

/// FNV-1a, 32 bits: enough to see a change, and the same in every version of this program
/// ([description](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv)).
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use certificates::tags;

    use super::super::cause::Cause;
    use super::super::name::DnsName;
    use super::super::records::Record;
    use super::*;

    fn blocked(cause: Cause, name: &str) -> Blocked {
        let record = Record { name: DnsName::new(name), value: DnsName::new("_b.acm-validations.aws") };
        Blocked { cause, domain: name.into(), record: Some(record), detail: "x".into(), known_missing: true }
    }

    #[test]
    fn the_published_digest() {
        assert_eq!((fnv1a(b""), fnv1a(b"foobar")), (0x811c_9dc5, 0xbf9c_f968));
    }

    fn value(blocked: &[Blocked]) -> String {
        Findings::of(blocked).unwrap().value()
    }

    #[test]
    fn the_value_changes_with_cause_and_records_only() {
        let (one, other) = (blocked(Cause::NoZone, "_a.example.com"), blocked(Cause::NoZone, "_b.example.com"));
        let both = value(&[one.clone(), other.clone()]);
        assert!(both.starts_with("no-zone/") && both.len() == "no-zone/".len() + 16, "{both}");
        assert_eq!(Findings::told(&both).value(), both);
        assert_eq!(value(&[other.clone(), one.clone()]), both, "order");
        assert_eq!(value(&[Blocked { detail: "y".into(), ..one.clone() }, other.clone()]), both, "words");
        assert_ne!(value(std::slice::from_ref(&one)), both, "records");
        assert_ne!(value(&[Blocked { cause: Cause::NotDelegated, ..one }, other]), both, "cause");
        assert_eq!(Findings::of(&[]), None);
    }

    #[test]
    fn only_what_was_not_told_is_news() {
        let of = |names: &[&str]| {
            let blocked: Vec<Blocked> = names.iter().map(|name| blocked(Cause::NoZone, name)).collect();
            Findings::of(&blocked).unwrap()
        };
        let told = Findings::told(&of(&["_a.org", "_b.org"]).value());
        assert!(of(&["_a.org"]).are_known_of(&told) && of(&["_b.org", "_a.org"]).are_known_of(&told));
        assert!(!of(&["_a.org", "_c.org"]).are_known_of(&told));
        assert!(of(&["_a.org", "_b.org"]).are_known_of(&of(&["_c.org"]).and(&told)));
        assert!(!of(&["_a.org"]).are_known_of(&Findings::told("")));
        assert!(!of(&["_a.org"]).are_known_of(&Findings::told("no-zone/\u{e9}1f3")));
    }

    #[test]
    fn every_value_fits_into_a_tag() {
        for count in [1, SINGLY, SINGLY + 1, 100] {
            for cause in Cause::ALL {
                let blocked: Vec<Blocked> = (0..count).map(|n| blocked(cause, &format!("_{n}.example.com"))).collect();
                let value = value(&blocked);
                assert!(value.len() <= 256 && tags::is_allowed_value(&value), "{value}");
            }
        }
    }

    #[test]
    fn caa_is_one_finding_wherever_it_is() {
        let caa = |domain: &str| Blocked { record: None, ..blocked(Cause::CaaForbidsAmazon, domain) };
        assert_eq!(value(&[caa("example.com"), caa("example.org")]), value(&[caa("www.example.com")]));
    }
}
