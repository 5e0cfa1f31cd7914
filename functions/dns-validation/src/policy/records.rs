//! What is at a record's name already, and what that means for it.

use certificates::ResourceRecord;
use route53::{DnsName, Present, RecordSet};
use serde::Serialize;

/// The end of every value that ACM gives
/// ([DNS validation](https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)).
const ACM_VALIDATIONS: &str = "acm-validations.aws";
/// ACM's first label is `_` and this many hexadecimal digits, in every example of its documents; none says that it is
/// always so. Names that others give a meaning (`_acme-challenge`, `_dmarc`, `_domainkey`) are of another shape.
const TOKEN_DIGITS: usize = 32;

/// A CNAME record that ACM asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Record {
    pub name: DnsName,
    /// What it points to.
    pub value: DnsName,
}

impl Record {
    /// A record that ACM named; `None` when it has not the shape of ACM's validation records, which are all that this
    /// function may and would write. The permissions of its role hold the name to the same shape.
    pub fn of(record: &ResourceRecord) -> Option<Self> {
        let (name, value) = (DnsName::new(&record.name), DnsName::new(&record.value));
        let is_acms = record.kind == "CNAME" && has_token(&name) && is_below_acm(&value);
        (is_acms && is_plain(&name) && is_plain(&value)).then_some(Self { name, value })
    }

    /// In ACM's form.
    pub fn resource_record(&self) -> ResourceRecord {
        ResourceRecord { name: self.name.to_string(), kind: "CNAME".into(), value: self.value.to_string() }
    }
}

/// Whether the first label is one of ACM's, before a domain.
fn has_token(name: &DnsName) -> bool {
    let token = name.as_str().split_once('.').and_then(|(label, _)| label.strip_prefix('_'));
    token.is_some_and(|token| token.len() == TOKEN_DIGITS && token.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_below_acm(value: &DnsName) -> bool {
    let acm = DnsName::new(ACM_VALIDATIONS);
    *value != acm && value.is_within(&acm)
}

/// Letters, digits, `-` and `_` in labels: nothing that a zone file or a change batch would read as anything else.
fn is_plain(name: &DnsName) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    name.as_str().split('.').all(is_label)
}

/// Whether it is a CNAME to ACM.
pub fn validates_something(set: &RecordSet) -> bool {
    let acm = DnsName::new(ACM_VALIDATIONS);
    set.kind == "CNAME" && set.values.iter().any(|value| DnsName::new(value).is_within(&acm))
}

/// What is at the name of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordPresence {
    /// It is there. Another time to live makes no difference.
    InPlace,
    Missing,
    /// Something else is there, which somebody made for a reason: it is never overwritten.
    ///
    /// Also when it is a CNAME to ACM with another value: whatever it was made for, a renewal may need it.
    /// One name has one CNAME (RFC 1034, section 3.6.2), so only a person can decide which is needed.
    Occupied(String),
}

/// Compares a wanted record with the record sets of its name, of whatever type: beside a CNAME there
/// is room for nothing else.
pub fn presence(wanted: &Record, present: &Present) -> RecordPresence {
    match present.get(&wanted.name).map(Vec::as_slice) {
        None | Some([]) => RecordPresence::Missing,
        Some(sets) if sets.iter().all(|set| is_wanted(set, wanted)) => RecordPresence::InPlace,
        Some(sets) => RecordPresence::Occupied(sets.iter().map(RecordSet::described).collect::<Vec<_>>().join("; ")),
    }
}

fn is_wanted(set: &RecordSet, wanted: &Record) -> bool {
    set.kind == "CNAME" && !set.alias && set.values.iter().all(|value| DnsName::new(value) == wanted.value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const TOKEN: &str = "_a79865eb4cd1a6ab990a45779b4e0b96";

    fn wanted() -> Record {
        Record { name: DnsName::new(&format!("{TOKEN}.example.com.")), value: DnsName::new("_b.acm-validations.aws.") }
    }

    fn set(kind: &str, values: &[&str]) -> RecordSet {
        RecordSet {
            name: wanted().name,
            kind: kind.into(),
            values: values.iter().map(|&value| value.into()).collect(),
            alias: false,
            ttl: Some(300),
            set_identifier: None,
        }
    }

    fn presence_among(sets: Vec<RecordSet>) -> RecordPresence {
        presence(&wanted(), &BTreeMap::from([(wanted().name, sets)]))
    }

    #[test]
    fn the_table_of_what_is_there() {
        let same = set("CNAME", &["_B.ACM-validations.aws"]);
        let other = set("CNAME", &["_other.acm-validations.aws."]);
        let weighted = RecordSet { set_identifier: Some("blue".into()), ..other.clone() };
        let alias = RecordSet { alias: true, ..set("A", &["lb.example.com."]) };
        assert_eq!(presence(&wanted(), &Present::new()), RecordPresence::Missing);
        assert_eq!(presence_among(vec![same.clone()]), RecordPresence::InPlace);
        for (sets, says) in [
            (vec![other.clone()], "CNAME _other.acm-validations.aws."),
            (vec![set("A", &["192.0.2.1"])], "A 192.0.2.1"),
            (vec![set("TXT", &["\"x\"", "\"y\""])], "TXT \"x\", \"y\""),
            (vec![alias], "A alias of lb.example.com."),
            (vec![weighted.clone()], "CNAME _other.acm-validations.aws. (set blue)"),
            (
                vec![RecordSet { set_identifier: Some("green".into()), ..same.clone() }, weighted],
                "CNAME _B.ACM-validations.aws (set green); CNAME _other.acm-validations.aws. (set blue)",
            ),
        ] {
            assert_eq!(presence_among(sets), RecordPresence::Occupied(says.into()));
        }
        // Every answer is the wanted one, whichever set gives it.
        assert_eq!(
            presence_among(vec![RecordSet { set_identifier: Some("green".into()), ..same }]),
            RecordPresence::InPlace
        );
    }

    #[test]
    fn only_records_of_acms_shape_are_taken() {
        let given = |name: &str, kind: &str, value: &str| {
            let record = ResourceRecord { name: name.into(), kind: kind.into(), value: value.into() };
            Record::of(&record)
        };
        let (name, value) = (format!("{TOKEN}.example.com."), "_b.acm-validations.aws.");
        assert_eq!(given(&name.to_uppercase(), "CNAME", value), Some(wanted()));
        assert_eq!(given(&name, "TXT", value), None);
        for name in [
            "www.example.com.",
            "_a.example.com.",
            "_acme-challenge.example.com.",
            // As long as one of ACM's, and further ones whose first labels others give a meaning.
            "_acme-challenge.login.example.com.",
            "_acme-challenge-0123456789abcdef0.example.com.",
            "_dmarc.example.com.",
            "_x._domainkey.example.com.",
            "_mta-sts.example.com.",
            "_smtp._tls.example.com.",
            "_a79865eb4cd1a6ab990a45779b4e0b9.example.com.",
            "_a79865eb4cd1a6ab990a45779b4e0b960.example.com.",
            "_g79865eb4cd1a6ab990a45779b4e0b96.example.com.",
            "_a79865eb4cd1a6ab990a45779b4e0b96.",
            "a79865eb4cd1a6ab990a45779b4e0b960.example.com.",
            "_a79865eb4cd1a6ab990a45779b4e0b96.exa mple.com.",
            "_a79865eb4cd1a6ab990a45779b4e0b96.example.com\n\nWhat to do.",
            "_a79865eb4cd1a6ab990a45779b4e0b96..com.",
        ] {
            assert_eq!(given(name, "CNAME", value), None, "{name}");
        }
        for value in
            ["", "acm-validations.aws.", "_b.acm-validations.aws.evil.example.", "_b.notacm-validations.aws.", "_b."]
        {
            assert_eq!(given(&name, "CNAME", value), None, "{value}");
        }
    }

    #[test]
    fn what_validates_something_points_to_acm() {
        assert!(validates_something(&set("CNAME", &["_x.abc.acm-validations.aws."])));
        assert!(!validates_something(&set("CNAME", &["acm-validations.aws.example.com."])));
        assert!(!validates_something(&set("TXT", &["_x.acm-validations.aws."])));
    }
}
