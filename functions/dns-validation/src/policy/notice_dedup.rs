//! What was notified of a certificate already: the tag `validation-notified`.
//!
//! Up to 28 findings are remembered one by one, and each is notified once, however the others come and go. Of more, as
//! many as a certificate has names, the number and one digest of all are remembered: it is notified again when there are
//! more, or as many others, or a cause that comes before the one that was named. So a finding that is new at a check
//! at which more of the others were fixed is not reported.

use std::collections::BTreeSet;

use super::cause::{Blocked, Cause};

/// This many findings are remembered one by one: a tag's value holds 255 characters (user guide, "Tag restrictions"; 256
/// by the API reference, [Tag](https://docs.aws.amazon.com/acm/latest/APIReference/API_Tag.html)).
const SINGLY: usize = 28;
const DIGITS: usize = 8;
/// Separates a number of findings from their digest. Not a hexadecimal digit.
const COUNTED: char = ':';

/// What a check found: the cause that is named, and a digest of each finding, which changes when a person has to be
/// notified again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingDigest {
    cause: Cause,
    digests: BTreeSet<u32>,
}

impl FindingDigest {
    /// `None` when nothing needs a person.
    pub fn from_blocked(blocked: &[Blocked]) -> Option<Self> {
        let cause = blocked.iter().map(|blocked| blocked.cause).min()?;
        Some(Self { cause, digests: blocked.iter().map(|blocked| fnv1a(described(blocked).as_bytes())).collect() })
    }
}

/// What a certificate's tag says was notified, or would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifiedFindings {
    cause: Cause,
    digests: Digests,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Digests {
    /// Of each finding.
    Each(BTreeSet<u32>),
    /// Of all of them.
    Many { count: usize, digest: u32 },
}

impl Digests {
    fn of(digests: &BTreeSet<u32>) -> Self {
        if digests.len() <= SINGLY {
            return Self::Each(digests.clone());
        }
        let bytes: Vec<u8> = digests.iter().flat_map(|digest| digest.to_be_bytes()).collect();
        Self::Many { count: digests.len(), digest: fnv1a(&bytes) }
    }

    fn count(&self) -> usize {
        match self {
            Self::Each(digests) => digests.len(),
            Self::Many { count, .. } => *count,
        }
    }
}

impl NotifiedFindings {
    /// What is remembered when all of these are notified.
    pub fn new(assessment: &FindingDigest) -> Self {
        Self { cause: assessment.cause, digests: Digests::of(&assessment.digests) }
    }

    /// What a tag's value says; `None` when it is not a value of our making, to the letter.
    pub fn parse(value: &str) -> Option<Self> {
        let (word, text) = value.split_once('/')?;
        let cause = Cause::named(word)?;
        let digests = match text.split_once(COUNTED) {
            Some((count, of_all)) => Digests::Many { count: count.parse().ok()?, digest: digest(of_all.as_bytes())? },
            None => Digests::Each(text.as_bytes().chunks(DIGITS).map(digest).collect::<Option<_>>()?),
        };
        let notified = Self { cause, digests };
        let is_many = matches!(notified.digests, Digests::Many { .. });
        (is_many == (notified.digests.count() > SINGLY) && notified.value() == value).then_some(notified)
    }

    /// Whether these findings say nothing that was not notified.
    pub fn covers(&self, assessment: &FindingDigest) -> bool {
        let now = Self::new(assessment);
        match &self.digests {
            Digests::Each(notified) => assessment.digests.is_subset(notified),
            // A cause that is named before the one that was named was no part of what was notified.
            Digests::Many { .. } if now.cause < self.cause => false,
            Digests::Many { count, .. } => now.digests.count() < *count || now == *self,
        }
    }

    /// With what was notified before and may be so still, as far as a tag has room for both; else whichever is more.
    #[must_use]
    pub fn merged_with(self, before: &Self) -> Self {
        let cause = self.cause.min(before.cause);
        let digests = match (&self.digests, &before.digests) {
            (Digests::Each(now), Digests::Each(before)) if (now | before).len() <= SINGLY => {
                Digests::Each(now | before)
            }
            (now, before) if before.count() > now.count() => before.clone(),
            (now, _) => now.clone(),
        };
        Self { cause, digests }
    }

    /// The tag's value. Equal states give equal values, in whatever order they were found.
    pub fn value(&self) -> String {
        let cause = self.cause.as_str();
        match &self.digests {
            Digests::Each(digests) => {
                let digits: Vec<String> = digests.iter().map(|digest| format!("{digest:0DIGITS$x}")).collect();
                format!("{cause}/{}", digits.concat())
            }
            Digests::Many { count, digest } => format!("{cause}/{count}{COUNTED}{digest:0DIGITS$x}"),
        }
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

fn digest(digits: &[u8]) -> Option<u32> {
    let is_ours = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_ours)?, 16).ok()
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
    use super::super::records::Record;
    use super::*;
    use route53::DnsName;

    fn blocked(cause: Cause, name: &str) -> Blocked {
        let record = Record { name: DnsName::new(name), value: DnsName::new("_b.acm-validations.aws") };
        Blocked { cause, domain: name.into(), record: Some(record), detail: "x".into(), known_missing: true }
    }

    #[test]
    fn the_published_digest() {
        assert_eq!((fnv1a(b""), fnv1a(b"foobar")), (0x811c_9dc5, 0xbf9c_f968));
    }

    fn value(blocked: &[Blocked]) -> String {
        NotifiedFindings::new(&FindingDigest::from_blocked(blocked).unwrap()).value()
    }

    #[test]
    fn the_value_changes_with_cause_and_records_only() {
        let (one, other) = (blocked(Cause::NoZone, "_a.example.com"), blocked(Cause::NoZone, "_b.example.com"));
        let both = value(&[one.clone(), other.clone()]);
        assert!(both.starts_with("no-zone/") && both.len() == "no-zone/".len() + 16, "{both}");
        assert_eq!(NotifiedFindings::parse(&both).unwrap().value(), both);
        assert_eq!(value(&[other.clone(), one.clone()]), both, "order");
        assert_eq!(value(&[Blocked { detail: "y".into(), ..one.clone() }, other.clone()]), both, "words");
        assert_ne!(value(std::slice::from_ref(&one)), both, "records");
        assert_ne!(value(&[Blocked { cause: Cause::NotDelegated, ..one }, other]), both, "cause");
        assert_eq!(FindingDigest::from_blocked(&[]), None);
    }

    #[test]
    fn only_what_was_not_notified_is_news() {
        let of = |names: &[&str]| {
            let blocked: Vec<Blocked> = names.iter().map(|name| blocked(Cause::NoZone, name)).collect();
            FindingDigest::from_blocked(&blocked).unwrap()
        };
        let both = NotifiedFindings::new(&of(&["_a.org", "_b.org"]));
        let notified = NotifiedFindings::parse(&both.value()).unwrap();
        assert_eq!(notified, both);
        assert!(notified.covers(&of(&["_a.org"])) && notified.covers(&of(&["_b.org", "_a.org"])));
        assert!(!notified.covers(&of(&["_a.org", "_c.org"])));
        assert!(
            NotifiedFindings::new(&of(&["_c.org"])).merged_with(&notified).covers(&of(&["_a.org", "_b.org", "_c.org"]))
        );
    }

    #[test]
    fn what_is_not_of_our_making_remembers_nothing() {
        for value in ["no-zone/0000000a", "no-zone/0000000a0000000b", "no-zone/29:0000000a"] {
            assert_eq!(NotifiedFindings::parse(value).map(|notified| notified.value()).as_deref(), Some(value));
        }
        for foreign in [
            "",
            "0000000a",
            "no-zone",
            "no-idea/0000000a",
            "no-zone/\u{e9}1f3",
            "no-zone/1f3",
            "no-zone/+000000a",
            "no-zone/0000000A",
            "no-zone/0000000b0000000a",
            "no-zone/0000000a0000000a",
            "no-zone/0000000a000",
            "no-zone/:",
            "no-zone/:AAAA",
            "no-zone/28:0000000a",
            "no-zone/029:0000000a",
            "no-zone/+29:0000000a",
            "no-zone/29:+000000a",
            "no-zone/29:000000a",
            "no-zone/99999999999999999999:0000000a",
        ] {
            assert_eq!(NotifiedFindings::parse(foreign), None, "{foreign}");
        }
        let singly: String = (0..29).map(|n| format!("{n:08x}")).collect();
        assert_eq!(NotifiedFindings::parse(&format!("no-zone/{singly}")), None);
    }

    #[test]
    fn of_many_more_is_news_and_less_is_not() {
        let blocked = |cause, numbers: std::ops::Range<usize>| -> Vec<Blocked> {
            numbers.map(|n| blocked(cause, &format!("_{n}.example.com"))).collect()
        };
        let of =
            |numbers: std::ops::Range<usize>| FindingDigest::from_blocked(&blocked(Cause::NoZone, numbers)).unwrap();
        let notified = |count| NotifiedFindings::parse(&NotifiedFindings::new(&of(0..count)).value()).unwrap();
        assert!(notified(29).value().starts_with("no-zone/29:"));
        for (before, now, covers) in [
            (29, 0..29, true),
            (29, 0..30, false),
            (28, 0..29, false),
            (29, 0..28, true),
            (29, 1..30, false),
            (100, 60..100, true),
            (40, 60..101, false),
            (100, 0..1, true),
            // The price: more was fixed at the same check.
            (100, 2..101, true),
        ] {
            assert_eq!(notified(before).covers(&of(now.clone())), covers, "{before} {now:?}");
        }
        // A cause that is named first was not part of what was notified; that it was fixed is not news.
        let mixed = [blocked(Cause::ExistingRecord, 0..1), blocked(Cause::NoZone, 1..50)].concat();
        let mixed = FindingDigest::from_blocked(&mixed).unwrap();
        assert!(!notified(100).covers(&mixed));
        assert!(NotifiedFindings::new(&mixed).covers(&of(1..50)));
    }

    #[test]
    fn what_may_be_so_still_is_remembered_as_far_as_there_is_room() {
        let of = |numbers: std::ops::Range<usize>| {
            let blocked: Vec<Blocked> = numbers.map(|n| blocked(Cause::NoZone, &format!("_{n}.example.com"))).collect();
            FindingDigest::from_blocked(&blocked).unwrap()
        };
        let notified = |numbers| NotifiedFindings::new(&of(numbers));
        assert_eq!(notified(0..14).merged_with(&notified(14..28)), notified(0..28));
        assert_eq!(notified(0..20).merged_with(&notified(20..39)), notified(0..20));
        assert_eq!(notified(0..20).merged_with(&notified(20..60)), notified(20..60));
        assert_eq!(notified(20..60).merged_with(&notified(0..50)), notified(0..50));
        // However often, it does not grow.
        let mut remembered = notified(0..40);
        for n in 0..100 {
            remembered = notified(n..n + 40).merged_with(&remembered);
        }
        assert_eq!(remembered, notified(99..139));
        let existing = FindingDigest::from_blocked(&[blocked(Cause::ExistingRecord, "_0.example.com")]).unwrap();
        let both = NotifiedFindings::new(&existing).merged_with(&notified(0..40));
        assert!(both.covers(&existing) && both.covers(&of(0..39)), "notified once, whichever of them is unknown");
    }

    /// User guide, "Tag restrictions": 255 characters, one less than in the API reference.
    #[test]
    fn every_value_fits_into_a_tag() {
        for count in [1, SINGLY, SINGLY + 1, 100] {
            for cause in Cause::ALL {
                let blocked: Vec<Blocked> = (0..count).map(|n| blocked(cause, &format!("_{n}.example.com"))).collect();
                let value = value(&blocked);
                assert!(value.len() <= 255 && tags::is_allowed_value(&value), "{value}");
            }
        }
    }

    #[test]
    fn caa_is_one_finding_wherever_it_is() {
        let caa = |domain: &str| Blocked { record: None, ..blocked(Cause::CaaForbidsAmazon, domain) };
        assert_eq!(value(&[caa("example.com"), caa("example.org")]), value(&[caa("www.example.com")]));
    }
}
