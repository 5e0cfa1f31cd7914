//! What tests put into Route 53, and what they see of it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{normalized, records, zones};
use crate::Aws;

/// A record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// The name, lower case, with the final dot.
    pub name: String,
    /// The type, such as `CNAME`.
    pub kind: String,
    /// The values.
    pub values: Vec<String>,
}

impl Aws {
    /// How long changes take to reach every name server, those before this call too: until then GetChange
    /// answers PENDING, and ACME servers do not see what was added (default: a minute).
    pub fn set_insync_delay(&self, delay: SignedDuration) {
        self.state().route53.propagation = Some(delay);
    }

    /// Creates a public hosted zone in this model's own account and gives its id, such as
    /// `Z00000000000000000001`. It is delegated when no other zone of its name is: see [`Aws::delegate`].
    pub fn create_hosted_zone(&self, name: &str) -> String {
        self.create_hosted_zone_in(&self.account(), name)
    }

    /// Creates a public hosted zone in an account and gives its id, which no other account uses.
    pub fn create_hosted_zone_in(&self, account: &str, name: &str) -> String {
        self.insert_zone(account, name, false)
    }

    /// Creates a private hosted zone, which the public DNS does not see, and gives its id.
    pub fn create_private_hosted_zone(&self, name: &str) -> String {
        self.create_private_hosted_zone_in(&self.account(), name)
    }

    /// Creates a private hosted zone in an account and gives its id.
    pub fn create_private_hosted_zone_in(&self, account: &str, name: &str) -> String {
        self.insert_zone(account, name, true)
    }

    fn insert_zone(&self, account: &str, name: &str, private: bool) -> String {
        let mut state = self.state();
        let reference = state.next_uuid();
        zones::insert(&mut state, account, &normalized(name), &reference, None, private)
    }

    /// An operator sets a record with this one value. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn set_record(&self, zone_id: &str, name: &str, kind: &str, value: &str) {
        self.set_records(zone_id, name, kind, &[value]);
    }

    /// As [`Aws::set_record`], with several values.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn set_records(&self, zone_id: &str, name: &str, kind: &str, values: &[&str]) {
        let mut state = self.state();
        let values: Vec<Value> = values.iter().map(|value| json!({ "Value": value })).collect();
        let set = json!({ "Name": name, "Type": kind, "TTL": "300", "ResourceRecords": values });
        let zone = state.route53.zones.get_mut(zone_id).unwrap_or_else(|| panic!("there is no zone {zone_id}"));
        records::insert(zone, &set);
    }

    /// An operator removes a record set. Nothing is checked or recorded, and one that is missing is not an error.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn remove_record(&self, zone_id: &str, name: &str, kind: &str) {
        let mut state = self.state();
        let zone = state.route53.zones.get_mut(zone_id).unwrap_or_else(|| panic!("there is no zone {zone_id}"));
        zone.records.remove(&records::key(&json!({ "Name": name, "Type": kind })));
    }

    /// An operator deletes a zone with all that is in it. Nothing is checked or recorded.
    pub fn remove_hosted_zone(&self, zone_id: &str) {
        self.state().route53.remove(zone_id);
    }

    /// The record sets of a zone, in Route 53's order.
    ///
    /// # Panics
    /// When there is no such zone.
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
