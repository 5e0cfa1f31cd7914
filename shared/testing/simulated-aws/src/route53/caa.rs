//! CAA (RFC 8659): whether Amazon may issue a certificate for a name.

use serde_json::{Value, json};

use super::{Store, normalized, records, reversed};
use crate::Aws;

/// ACM user guide, "Configure a CAA record": any of these lets Amazon issue.
const AMAZON: [&str; 4] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

impl Aws {
    /// An operator sets the CAA records of a name, such as `0 issue "amazon.com"`, in the delegated public zone
    /// that holds the name; no values remove them.
    ///
    /// # Panics
    /// When no delegated public zone holds the name.
    pub fn set_caa(&self, name: &str, values: &[&str]) {
        let mut state = self.state();
        let labels = reversed(&normalized(name));
        let id = state.route53.delegated_zone(&labels).map(|zone| zone.id.clone());
        let id = id.unwrap_or_else(|| panic!("no delegated public zone holds {name}"));
        let zone = state.route53.zones.get_mut(&id).unwrap_or_else(|| panic!("there is no zone {id}"));
        let values: Vec<Value> = values.iter().map(|value| json!({ "Value": value })).collect();
        let set = json!({ "Name": name, "Type": "CAA", "TTL": "300", "ResourceRecords": values });
        if values.is_empty() {
            zone.records.remove(&records::key(&set));
        } else {
            records::insert(zone, &set);
        }
    }
}

impl Store {
    /// Whether the public DNS's CAA records let Amazon issue for a name, which may be a wildcard.
    pub(crate) fn caa_allows_amazon(&self, name: &str) -> bool {
        self.caa_allows(name, |value| AMAZON.contains(&issuer(value).as_str()))
    }

    /// Whether a CA may issue for a name: `permits` says whether the value of a property is for it.
    pub(crate) fn caa_allows(&self, name: &str, permits: impl Fn(&str) -> bool) -> bool {
        let (wildcard, base) = name.strip_prefix("*.").map_or((false, name), |base| (true, base));
        let records = self.relevant_caa(base);
        let records: Vec<_> = records.iter().filter_map(|record| Caa::parse(record)).collect();
        // RFC 8659, 4.1: a critical property that the CA does not know forbids.
        if records.iter().any(|record| record.critical && !record.known()) {
            return false;
        }
        let of = |tag: &str| records.iter().filter(|record| record.tag == tag).collect::<Vec<_>>();
        // RFC 8659, 4.3: for wildcards, issuewild takes the place of issue.
        let mut deciding = if wildcard { of("issuewild") } else { Vec::new() };
        if deciding.is_empty() {
            deciding = of("issue");
        }
        deciding.is_empty() || deciding.iter().any(|record| permits(&record.value))
    }

    /// RFC 8659, 3: the CAA record set of the name, or of the closest ancestor that has one. CNAMEs are followed
    /// for each of them; the ancestors of their targets do not count.
    fn relevant_caa(&self, name: &str) -> Vec<String> {
        let mut name = normalized(name);
        loop {
            let answer = self.look_up(&name, "CAA").records.into_iter().find(|set| set.kind == "CAA");
            if let Some(set) = answer {
                return set.values;
            }
            match name.split_once('.') {
                Some((_, parent)) if !parent.is_empty() => name = parent.to_owned(),
                _ => return Vec::new(),
            }
        }
    }
}

/// RFC 8659, 4.1.1: flags, tag and value.
struct Caa {
    critical: bool,
    tag: String,
    value: String,
}

impl Caa {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let flags: u8 = parts.next()?.parse().ok()?;
        let tag = parts.next()?.to_ascii_lowercase();
        let value = parts.next()?.trim().trim_matches('"').to_owned();
        Some(Self { critical: flags & 128 != 0, tag, value })
    }

    fn known(&self) -> bool {
        matches!(self.tag.as_str(), "issue" | "issuewild" | "iodef")
    }
}

/// RFC 8659, 4.2: the issuer's domain is before the parameters; an empty one is nobody.
fn issuer(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
