//! What tests put into Route 53, what they see of it, and what the public DNS answers.

use serde_json::json;

use super::{Store, Zone, normalized, records, reversed, zones};
use crate::Aws;

/// A record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// The name, lower case, with the dot at its end.
    pub name: String,
    /// The type, such as `CNAME`.
    pub kind: String,
    /// The values.
    pub values: Vec<String>,
}

impl Aws {
    /// Creates a public hosted zone and gives its id, such as `Z00000000000000000001`.
    pub fn create_hosted_zone(&self, name: &str) -> String {
        self.insert_zone(name, false)
    }

    /// Creates a private hosted zone, which the public DNS does not see, and gives its id.
    pub fn create_private_hosted_zone(&self, name: &str) -> String {
        self.insert_zone(name, true)
    }

    fn insert_zone(&self, name: &str, private: bool) -> String {
        let mut state = self.state();
        let reference = state.next_uuid();
        zones::insert(&mut state, &normalized(name), &reference, None, private)
    }

    /// An operator sets a record with this one value. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn set_record(&self, zone_id: &str, name: &str, kind: &str, value: &str) {
        let mut state = self.state();
        let set = json!({ "Name": name, "Type": kind, "TTL": "300", "ResourceRecords": [{ "Value": value }] });
        let zone = state.route53.zones.get_mut(zone_id).unwrap_or_else(|| panic!("there is no zone {zone_id}"));
        records::insert(zone, &set);
    }

    /// The record sets of a zone, in Route 53's order.
    ///
    /// # Panics
    /// When there is no such zone.
    #[must_use]
    pub fn records(&self, zone_id: &str) -> Vec<DnsRecord> {
        let state = self.state();
        let zone = state.route53.zones.get(zone_id).unwrap_or_else(|| panic!("there is no zone {zone_id}"));
        let shown = zone.records.values().map(|set| DnsRecord {
            name: set.name.clone(),
            kind: set.kind.clone(),
            values: set.values.clone(),
        });
        shown.collect()
    }
}

impl Store {
    /// The CNAME that the public DNS answers for a name: from the public zone with the longest matching
    /// name (that its parent delegates to it is taken for granted).
    pub(crate) fn public_cname(&self, name: &str) -> Option<&str> {
        let wanted = reversed(&normalized(name));
        let public = self.zones.values().filter(|zone| !zone.private);
        let zone: &Zone =
            public.filter(|zone| wanted.starts_with(&reversed(&zone.name))).max_by_key(|zone| zone.name.len())?;
        let set = zone.records.get(&(wanted, "CNAME".to_owned(), String::new()))?;
        set.values.first().map(String::as_str)
    }
}
