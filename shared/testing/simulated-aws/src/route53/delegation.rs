//! Name servers, and to which zone the public DNS delegates a name.
//!
//! The model has no registrar and no parent zones outside Route 53, so a delegation is a fact of its own: a
//! zone of a name is delegated, or none is. A zone that is not delegated is not part of the public DNS, whoever
//! owns it and whatever records it has; names in it are answered from the next delegated zone above.

use super::{Labels, Store, Zone, normalized, reversed};
use crate::Aws;

/// Route 53's name servers are 2,048 in four top-level domains.
const DOMAINS: [&str; 4] = ["com", "net", "org", "co.uk"];
const SERVERS_PER_DOMAIN: u64 = 512;

/// A zone's name servers, such as `ns-5.awsdns-00.com`. Developer guide, "Getting the name servers for a public
/// hosted zone": four; those of two zones of one name differ. Number 0 is for private zones, which all have the
/// same ones in their NS record set.
pub(super) fn name_servers(number: u64) -> Vec<String> {
    let shift = number / SERVERS_PER_DOMAIN;
    let server = |(domain, place): (&&str, u64)| {
        let n = (number + place * shift) % SERVERS_PER_DOMAIN;
        format!("ns-{}.awsdns-{:02}.{domain}", place * SERVERS_PER_DOMAIN + n, n / 8)
    };
    DOMAINS.iter().zip(0..).map(server).collect()
}

impl Aws {
    /// The public DNS's delegation of the zone's name points to the zone's name servers from now on, and no
    /// longer to another zone's. A new public zone is delegated automatically when no other zone of its name is.
    ///
    /// # Panics
    /// When there is no such public zone.
    pub fn delegate(&self, zone_id: &str) {
        let mut state = self.state();
        let zone = state.route53.zones.get(zone_id).filter(|zone| !zone.private);
        let name = reversed(&zone.unwrap_or_else(|| panic!("there is no public zone {zone_id}")).name);
        state.route53.delegations.insert(name, zone_id.to_owned());
    }

    /// The public DNS no longer delegates the zone's name to the zone, nor to another one.
    pub fn undelegate(&self, zone_id: &str) {
        self.state().route53.delegations.retain(|_, id| id != zone_id);
    }

    /// Resolvers get no valid answer for this name and those below it any more (SERVFAIL): the servers that it is
    /// delegated to do not answer for it, or its DNSSEC is broken.
    pub fn break_delegation(&self, name: &str) {
        self.state().route53.broken.insert(reversed(&normalized(name)));
    }

    /// Undoes [`Aws::break_delegation`].
    pub fn repair_delegation(&self, name: &str) {
        self.state().route53.broken.remove(&reversed(&normalized(name)));
    }

    /// The four name servers of a zone.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn name_servers(&self, zone_id: &str) -> Vec<String> {
        let state = self.state();
        let zone = state.route53.zones.get(zone_id).unwrap_or_else(|| panic!("there is no zone {zone_id}"));
        zone.name_servers.clone()
    }
}

impl Store {
    pub(super) fn insert(&mut self, zone: Zone) {
        let name = reversed(&zone.name);
        if !zone.private {
            self.delegations.entry(name.clone()).or_insert_with(|| zone.id.clone());
        }
        self.by_name.insert((name, zone.id.clone()));
        self.zones.insert(zone.id.clone(), zone);
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(zone) = self.zones.remove(id) {
            self.by_name.remove(&(reversed(&zone.name), zone.id));
            self.delegations.retain(|_, delegated| delegated != id);
        }
    }

    /// The zone whose name servers the public DNS asks for a name: the delegated one with the longest name.
    pub(super) fn delegated_zone(&self, name: &Labels) -> Option<&Zone> {
        let lengths = (1..=name.len()).rev();
        let id = lengths.into_iter().find_map(|length| self.delegations.get(&name[..length]))?;
        self.zones.get(id)
    }

    /// Whether the name, or one above it, is one that resolvers get no valid answer for.
    pub(super) fn is_broken(&self, name: &Labels) -> bool {
        (1..=name.len()).any(|length| self.broken.contains(&name[..length]))
    }
}
