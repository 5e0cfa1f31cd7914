//! What stands at a record's name already, and what that means for it.

use std::collections::BTreeMap;

use certificates::ResourceRecord;
use serde::Serialize;

use super::name::DnsName;

/// The end of every value that ACM gives
/// ([DNS validation](https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)).
const ACM_VALIDATIONS: &str = "acm-validations.aws";

/// A CNAME record that ACM asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Record {
    /// Its name.
    pub name: DnsName,
    /// What it points to.
    pub value: DnsName,
}

impl Record {
    /// A record that ACM named; `None` when it is not a CNAME, which is all that this function may and
    /// would write.
    #[must_use]
    pub fn of(record: &ResourceRecord) -> Option<Self> {
        let (name, value) = (DnsName::new(&record.name), DnsName::new(&record.value));
        let usable = record.kind == "CNAME" && name.as_str().starts_with('_') && !value.as_str().is_empty();
        usable.then_some(Self { name, value })
    }

    /// In ACM's form.
    #[must_use]
    pub fn resource_record(&self) -> ResourceRecord {
        ResourceRecord { name: self.name.to_string(), kind: "CNAME".into(), value: self.value.to_string() }
    }
}

/// A record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its name.
    pub name: DnsName,
    /// Its type.
    pub kind: String,
    /// Its values as Route 53 shows them; for an alias what it stands for.
    pub values: Vec<String>,
    /// Whether it is an alias of Route 53's.
    pub alias: bool,
    /// Of several sets of one name and type, which one.
    pub set_identifier: Option<String>,
}

impl RecordSet {
    /// Whether it is a CNAME to ACM.
    #[must_use]
    pub fn validates_something(&self) -> bool {
        let acm = DnsName::new(ACM_VALIDATIONS);
        self.kind == "CNAME" && self.values.iter().any(|value| DnsName::new(value).is_within(&acm))
    }

    fn is(&self, wanted: &Record) -> bool {
        self.kind == "CNAME" && !self.alias && self.values.iter().all(|value| DnsName::new(value) == wanted.value)
    }

    /// For people: type and values.
    fn described(&self) -> String {
        let alias = if self.alias { " alias of" } else { "" };
        let set = self.set_identifier.as_ref().map(|set| format!(" (set {set})")).unwrap_or_default();
        format!("{}{alias} {}{set}", self.kind, self.values.join(", "))
    }
}

/// The record sets of a zone by name, as far as they were read.
pub type Present = BTreeMap<DnsName, Vec<RecordSet>>;

/// How a wanted record stands to what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is there. Another time to live is no difference.
    InPlace,
    /// Nothing is there.
    Missing,
    /// Something else is there, which somebody made for a reason: it is never overwritten.
    ///
    /// Also when it is a CNAME to ACM with another value: whatever it was made for, a renewal may need it.
    /// One name has one CNAME (RFC 1034, section 3.6.2), so only a person can decide which is needed.
    Occupied(String),
}

/// Compares a wanted record with the record sets of its name, of whatever type: beside a CNAME there
/// is room for nothing else.
#[must_use]
pub fn standing(wanted: &Record, present: &Present) -> Standing {
    match present.get(&wanted.name).map(Vec::as_slice) {
        None | Some([]) => Standing::Missing,
        Some(sets) if sets.iter().all(|set| set.is(wanted)) => Standing::InPlace,
        Some(sets) => Standing::Occupied(sets.iter().map(RecordSet::described).collect::<Vec<_>>().join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Record {
        Record { name: DnsName::new("_a.example.com."), value: DnsName::new("_b.acm-validations.aws.") }
    }

    fn set(kind: &str, values: &[&str]) -> RecordSet {
        RecordSet {
            name: wanted().name,
            kind: kind.into(),
            values: values.iter().map(|&value| value.into()).collect(),
            alias: false,
            set_identifier: None,
        }
    }

    fn stands(sets: Vec<RecordSet>) -> Standing {
        standing(&wanted(), &BTreeMap::from([(wanted().name, sets)]))
    }

    #[test]
    fn the_table_of_what_is_there() {
        let same = set("CNAME", &["_B.ACM-validations.aws"]);
        let other = set("CNAME", &["_other.acm-validations.aws."]);
        let weighted = RecordSet { set_identifier: Some("blue".into()), ..other.clone() };
        let alias = RecordSet { alias: true, ..set("A", &["lb.example.com."]) };
        assert_eq!(standing(&wanted(), &Present::new()), Standing::Missing);
        assert_eq!(stands(vec![same.clone()]), Standing::InPlace);
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
            assert_eq!(stands(sets), Standing::Occupied(says.into()));
        }
        // Every answer is the wanted one, whichever set gives it.
        assert_eq!(stands(vec![RecordSet { set_identifier: Some("green".into()), ..same }]), Standing::InPlace);
    }

    #[test]
    fn only_cnames_that_begin_with_an_underscore_are_taken_from_acm() {
        let given = |name: &str, kind: &str| ResourceRecord {
            name: name.into(),
            kind: kind.into(),
            value: "_b.acm-validations.aws.".into(),
        };
        assert_eq!(Record::of(&given("_A.example.com.", "CNAME")), Some(wanted()));
        assert_eq!(Record::of(&given("_a.example.com.", "TXT")), None);
        assert_eq!(Record::of(&given("www.example.com.", "CNAME")), None);
    }

    #[test]
    fn what_validates_something_points_to_acm() {
        assert!(set("CNAME", &["_x.abc.acm-validations.aws."]).validates_something());
        assert!(!set("CNAME", &["acm-validations.aws.example.com."]).validates_something());
        assert!(!set("TXT", &["_x.acm-validations.aws."]).validates_something());
    }
}
