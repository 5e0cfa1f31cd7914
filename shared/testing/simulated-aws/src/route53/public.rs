//! What the public DNS answers, from the delegated public zones.

use super::{Labels, RecordSet, Store, Zone, normalized, reversed};

/// More CNAMEs in a row are taken for a loop, as resolvers do (RFC 1034, 5.2.2).
const LONGEST_CHAIN: usize = 8;

/// A record set of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicRecords {
    /// With the final dot.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) ttl: u32,
    pub(crate) values: Vec<String>,
}

/// The outcome of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Found,
    /// The name exists, without records of this type (RFC 2308, NODATA).
    NoData,
    /// RFC 2308, NXDOMAIN: also for names that no delegated zone of the model holds.
    NoName,
    /// Other servers than the model's are responsible, and these do not answer.
    NoServer,
}

/// What a resolver gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicAnswer {
    pub(crate) outcome: Outcome,
    /// CNAMEs on the way first.
    pub(crate) records: Vec<PublicRecords>,
    /// The SOA of the zone that says that there is nothing.
    pub(crate) authority: Option<PublicRecords>,
}

impl Store {
    /// The CNAME that the public DNS answers for a name.
    pub(crate) fn public_cname(&self, name: &str) -> Option<String> {
        let answer = self.look_up(name, "CNAME");
        answer.records.into_iter().next().and_then(|set| set.values.into_iter().next())
    }

    /// Looks a name up, following CNAMEs unless they are asked for (RFC 1034, 3.6.2).
    pub(crate) fn look_up(&self, name: &str, kind: &str) -> PublicAnswer {
        let mut records = Vec::new();
        let mut name = normalized(name);
        for _ in 0..LONGEST_CHAIN {
            let labels = reversed(&name);
            let end = |outcome, zone: Option<&Zone>, records| PublicAnswer {
                outcome,
                records,
                authority: zone
                    .and_then(|zone| zone.set(&reversed(&zone.name), "SOA"))
                    .map(|set| shown(set, &set.name)),
            };
            if self.is_broken(&labels) {
                return end(Outcome::NoServer, None, records);
            }
            let Some(zone) = self.delegated_zone(&labels) else { return end(Outcome::NoName, None, records) };
            let zone = match self.below_cut(zone, &labels) {
                Below::Same => zone,
                Below::Child(child) => child,
                Below::Elsewhere(servers) => {
                    let asked = kind == "NS" && servers.name == name;
                    let outcome = if asked { Outcome::Found } else { Outcome::NoServer };
                    records.extend(asked.then(|| shown(servers, &name)));
                    return PublicAnswer { outcome, records, authority: None };
                }
            };
            let Some(owner) = zone.owner(&labels) else { return end(Outcome::NoName, Some(zone), records) };
            if let Some(set) = zone.set(&owner, kind).filter(|set| !set.values.is_empty()) {
                records.push(shown(set, &name));
                return PublicAnswer { outcome: Outcome::Found, records, authority: None };
            }
            let Some(cname) = zone.set(&owner, "CNAME") else { return end(Outcome::NoData, Some(zone), records) };
            records.push(shown(cname, &name));
            name = normalized(cname.values.first().map_or("", String::as_str));
        }
        PublicAnswer { outcome: Outcome::NoServer, records, authority: None }
    }

    /// RFC 1034, 4.2.1: an NS record set below a zone's apex hands the names under it to other servers, which
    /// may be those of a zone of the model.
    fn below_cut<'a>(&'a self, zone: &'a Zone, name: &Labels) -> Below<'a> {
        let apex = reversed(&zone.name).len();
        let cut = (apex + 1..=name.len()).find_map(|length| zone.set(&name[..length], "NS"));
        let Some(servers) = cut else { return Below::Same };
        let child = self.zones.values().find(|child| {
            let theirs = child.set(&reversed(&child.name), "NS");
            !child.private && child.name == servers.name && theirs.is_some_and(|set| same_servers(set, servers))
        });
        child.map_or(Below::Elsewhere(servers), Below::Child)
    }
}

/// Who answers for a name in a zone.
enum Below<'a> {
    Same,
    Child(&'a Zone),
    Elsewhere(&'a RecordSet),
}

impl Zone {
    /// Of record sets that differ in their SetIdentifier, the first: how Route 53 chooses is not modelled.
    fn set(&self, name: &[String], kind: &str) -> Option<&RecordSet> {
        let from = (name.to_vec(), kind.to_owned(), String::new());
        let (key, set) = self.records.range(from..).next()?;
        (key.0 == name && key.1 == kind).then_some(set)
    }

    /// The name whose records answer for this one: itself, or the wildcard that answers for it (RFC 4592, 3.3.1:
    /// the asterisk under the closest ancestor that exists).
    fn owner(&self, name: &Labels) -> Option<Labels> {
        if self.exists(name) {
            return Some(name.clone());
        }
        let closest = (0..name.len()).rev().find(|length| self.exists(&name[..*length]))?;
        let mut wildcard = name[..closest].to_vec();
        wildcard.push("*".to_owned());
        self.exists(&wildcard).then_some(wildcard)
    }

    /// Whether there are records at the name or below it (RFC 4592, 2.2.2: empty non-terminals exist).
    fn exists(&self, name: &[String]) -> bool {
        let from = (name.to_vec(), String::new(), String::new());
        self.records.range(from..).next().is_some_and(|(key, _)| key.0.starts_with(name))
    }
}

fn same_servers(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| {
        let mut servers: Vec<_> = set.values.iter().map(|server| normalized(server)).collect();
        servers.sort();
        servers
    };
    sorted(one) == sorted(other)
}

fn shown(set: &RecordSet, name: &str) -> PublicRecords {
    PublicRecords {
        name: name.to_owned(),
        kind: set.kind.clone(),
        ttl: set.members["TTL"].as_str().and_then(|ttl| ttl.parse().ok()).unwrap_or(300),
        values: set.values.clone(),
    }
}
