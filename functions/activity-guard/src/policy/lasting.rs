//! States that last, in a shard: what a call left behind is found without its event.

use std::collections::{BTreeMap, BTreeSet};

use grants::Grants;
use inventory::{Entry, Kind, SeenIn, Shard, Source};
use notices::Severity;
use serde::{Deserialize, Serialize};

use super::act::ActKind;
use crate::state::Known;

/// A state that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What must have happened.
    pub kind: ActKind,
    /// What is known of the thing.
    pub known: Known,
    /// The names that are not granted, where that is what is wrong.
    pub names: Vec<String>,
    /// How urgent it is.
    pub severity: Severity,
}

/// What a sweep remembers of an account and Region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// When the shard was read that it is of.
    pub as_of: Option<jiff::Timestamp>,
    /// The keys of what was found.
    pub found: BTreeSet<String>,
    /// Certificates that somebody would miss.
    pub missed: BTreeMap<String, Missed>,
    /// ARNs of certificates whose key was exported.
    pub exported: BTreeSet<String>,
    /// ARNs of certificates that a service had a grant for.
    pub granted: BTreeSet<String>,
}

/// A certificate that somebody would miss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missed {
    /// What people call it.
    pub name: String,
    /// Its names.
    pub names: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// What used it.
    pub uses: Vec<String>,
    /// Whether it was in use.
    pub in_use: bool,
    /// Whether its key was exported.
    pub exported: bool,
}

impl Finding {
    /// Under which a notice of the call itself is remembered.
    pub fn key(&self) -> String {
        key(self.kind, &self.known.arn)
    }

    /// Under which the next sweep remembers it: with other names it is another one.
    pub fn memory_key(&self) -> String {
        [self.key()].iter().chain(&self.names).cloned().collect::<Vec<_>>().join(" ")
    }
}

/// The key of a state that a kind of call leaves behind. Requests, imports and issuance leave the same.
pub fn key(kind: ActKind, arn: &str) -> String {
    let kind = if kind.brings_names() { "names" } else { kind.as_str() };
    format!("{kind}/{arn}")
}

/// All lasting states of a shard that are not as they should be.
pub fn findings(shard: &Shard, memory: &Memory, grants: &Grants) -> Vec<Finding> {
    let as_of = shard.header.taken_at;
    let lists_grants = is_known(shard, Source::Grants);
    let of_entries = shard.entries.iter().flat_map(|entry| {
        let known = Known::of_entry(entry, as_of);
        let mut states = of_entry(entry, &known, memory, grants);
        if lists_grants && lost_its_grant(entry, memory) {
            states.push((ActKind::GrantRevoked, Vec::new(), Severity::Critical));
        }
        states.into_iter().map(move |(kind, names, severity)| Finding { kind, known: known.clone(), names, severity })
    });
    of_entries.chain(gone(shard, memory)).collect()
}

type State = (ActKind, Vec<String>, Severity);

fn of_entry(entry: &Entry, known: &Known, memory: &Memory, grants: &Grants) -> Vec<State> {
    let state = |kind, severity| (kind, Vec::new(), severity);
    let mut states: Vec<State> = names(known, grants).into_iter().collect();
    match entry.kind {
        Kind::AcmeEndpoint => states.push(state(ActKind::AcmeEndpointCreated, Severity::Warning)),
        Kind::AcmeBinding => states.push(state(ActKind::AcmeBindingCreated, Severity::Warning)),
        Kind::PrivateCa if entry.status == "DISABLED" => states.push(state(ActKind::CaDisabled, Severity::Critical)),
        Kind::PrivateCa if entry.status == "DELETED" => states.push(state(ActKind::CaDeleted, Severity::Critical)),
        _ if entry.status == "REVOKED" => states.push(state(ActKind::CertificateRevoked, Severity::Critical)),
        _ => {}
    }
    if is_newly_exported(known, memory, grants) {
        states.push(state(ActKind::KeyExported, Severity::Warning));
    }
    states
}

fn names(known: &Known, grants: &Grants) -> Option<State> {
    if !known.is_of_acm() || grants.domains.is_empty() {
        return None;
    }
    let outside: Vec<String> = known.names.iter().filter(|name| !grants.domains.cover(name)).cloned().collect();
    let kind = if known.kind == Kind::Imported { ActKind::CertificateImported } else { ActKind::CertificateIssued };
    (!outside.is_empty()).then_some((kind, outside, Severity::Warning))
}

/// In the first shard every export is old.
fn is_newly_exported(known: &Known, memory: &Memory, grants: &Grants) -> bool {
    let is_granted = !known.names.is_empty() && known.names.iter().all(|name| grants.exportable_domains.cover(name));
    known.exported && memory.as_of.is_some() && !memory.exported.contains(&known.arn) && !is_granted
}

/// A use that had a grant before and has none now: the key cannot be decrypted there any more.
fn lost_its_grant(entry: &Entry, memory: &Memory) -> bool {
    let is_in_use_by = |seen: SeenIn| entry.uses.iter().any(|usage| usage.seen_in.contains(&seen));
    memory.granted.contains(&entry.arn) && is_in_use_by(SeenIn::InUseBy) && !is_in_use_by(SeenIn::Grant)
}

/// Certificates that somebody misses and that are not listed any more, by a list that could be read.
fn gone(shard: &Shard, memory: &Memory) -> Vec<Finding> {
    let is_listed = is_known(shard, Source::Certificates);
    let present: BTreeSet<&str> = shard.entries.iter().map(|entry| entry.arn.as_str()).collect();
    let gone = memory.missed.iter().filter(|(arn, _)| is_listed && !present.contains(arn.as_str()));
    gone.map(|(arn, missed)| missed.finding(arn, memory.as_of.unwrap_or(shard.header.taken_at))).collect()
}

fn is_known(shard: &Shard, source: Source) -> bool {
    shard.header.sources.iter().any(|reading| reading.source == source && reading.found.known().is_some())
}

impl Missed {
    fn finding(&self, arn: &str, as_of: jiff::Timestamp) -> Finding {
        let Self { name, names, owner, purpose, uses, in_use, exported } = self.clone();
        let known = Known {
            arn: arn.to_owned(),
            kind: Kind::Imported,
            name,
            names,
            owner,
            purpose,
            uses,
            in_use,
            exported,
            as_of,
        };
        let severity = if in_use && known.is_production() { Severity::Critical } else { Severity::Warning };
        Finding { kind: ActKind::CertificateDeleted, known, names: Vec::new(), severity }
    }
}

/// What the next sweep has to know of this shard.
pub fn remembered(shard: &Shard, before: &Memory, findings: &[Finding]) -> Memory {
    let known = || shard.entries.iter().map(|entry| (entry, Known::of_entry(entry, shard.header.taken_at)));
    let is_missed = |known: &Known| known.in_use || known.exported || known.is_production();
    let missed = known().filter(|(entry, known)| entry.kind != Kind::PrivateCa && is_missed(known));
    let missed = missed.map(|(entry, known)| (entry.arn.clone(), Missed::of(known)));
    let has_grant = |entry: &&Entry| entry.uses.iter().any(|usage| usage.seen_in.contains(&SeenIn::Grant));
    let granted = shard.entries.iter().filter(has_grant).map(|entry| entry.arn.clone());
    let (lists_certificates, lists_grants) = (is_known(shard, Source::Certificates), is_known(shard, Source::Grants));
    // A revoked grant stays a finding until the certificate is not in use any more or has one again.
    let still = findings.iter().filter(|one| one.kind == ActKind::GrantRevoked).map(|one| one.known.arn.clone());
    let exported = known().filter(|(_, known)| known.exported).map(|(_, known)| known.arn);
    let found = findings.iter().map(Finding::memory_key);
    // What could not be listed is not gone.
    let kept = |before: &BTreeSet<String>, is_listed: bool| if is_listed { BTreeSet::new() } else { before.clone() };
    Memory {
        as_of: Some(shard.header.taken_at),
        found: found.chain(kept(&before.found, lists_certificates)).collect(),
        missed: if lists_certificates { missed.collect() } else { before.missed.clone() },
        exported: exported.chain(kept(&before.exported, lists_certificates)).collect(),
        granted: granted.chain(still).chain(kept(&before.granted, lists_grants)).collect(),
    }
}

impl Missed {
    fn of(known: Known) -> Self {
        let Known { name, names, owner, purpose, uses, in_use, exported, .. } = known;
        Self { name, names, owner, purpose, uses, in_use, exported }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use serde_json::{Value, json};

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";

    fn shard(entries: &[Value], sources: &[&str]) -> Shard {
        let known =
            |source: &&str| json!({"source": source, "found": {"known": {"value": 1, "asOf": "2026-11-28T03:00:00Z"}}});
        let header = json!({"schema": 1, "partition": "aws", "account": {"id": "123456789012"}, "region": "us-east-1",
            "takenAt": "2026-11-28T03:00:00Z", "sources": sources.iter().map(known).collect::<Vec<_>>()});
        let lines = std::iter::once(&header).chain(entries).map(|line| format!("{line}\n"));
        let text = lines.collect::<String>() + &format!("{{\"entries\": {}}}\n", entries.len());
        Shard::read(BufReader::new(text.as_bytes())).unwrap()
    }

    fn entry(kind: &str, more: &Value) -> Value {
        let mut entry = json!({"arn": ARN, "kind": kind, "name": "a.example.com", "names": ["a.example.com"],
            "status": "ISSUED", "identity": "notAsked", "tags": "notAsked", "described": "notAsked", "chain": "notAsked",
            "owner": "notAsked"});
        let more = more.as_object().cloned().unwrap_or_default();
        entry.as_object_mut().unwrap().extend(more);
        entry
    }

    fn used(seen_in: &[&str]) -> Value {
        json!({"uses": [{"resource": "lb", "service": "elasticloadbalancing", "label": "lb", "seenIn": seen_in}]})
    }

    fn kinds(entries: &[Value], sources: &[&str], memory: &Memory) -> Vec<ActKind> {
        let grants: Grants =
            r#"{"domains": ["example.com"], "exportableDomains": ["vpn.example.com"]}"#.parse().unwrap();
        findings(&shard(entries, sources), memory, &grants).iter().map(|finding| finding.kind).collect()
    }

    const ALL: [&str; 2] = ["certificates", "grants"];

    #[test]
    fn states_of_single_entries() {
        let before = Memory { as_of: Some("2026-11-27T03:00:00Z".parse().unwrap()), ..Memory::default() };
        let foreign = json!({"names": ["a.example.com", "bank.example"]});
        for (kind, more, expected) in [
            ("imported", json!({}), vec![]),
            ("imported", foreign.clone(), vec![ActKind::CertificateImported]),
            ("amazonIssued", foreign.clone(), vec![ActKind::CertificateIssued]),
            ("acme", foreign.clone(), vec![ActKind::CertificateIssued]),
            ("iamServer", foreign, vec![]),
            ("imported", json!({"exported": true}), vec![ActKind::KeyExported]),
            (
                "imported",
                json!({"exported": true, "name": "a.vpn.example.com", "names": ["a.vpn.example.com"]}),
                vec![],
            ),
            ("imported", json!({"status": "REVOKED"}), vec![ActKind::CertificateRevoked]),
            ("privateCa", json!({"status": "DISABLED"}), vec![ActKind::CaDisabled]),
            ("privateCa", json!({"status": "DELETED"}), vec![ActKind::CaDeleted]),
            ("privateCa", json!({"status": "ACTIVE"}), vec![]),
            ("acmeEndpoint", json!({}), vec![ActKind::AcmeEndpointCreated]),
            ("acmeBinding", json!({}), vec![ActKind::AcmeBindingCreated]),
        ] {
            assert_eq!(kinds(&[entry(kind, &more)], &ALL, &before), expected, "{kind} {more}");
        }
    }

    #[test]
    fn an_export_before_the_first_sweep_is_old() {
        let exported = entry("imported", &json!({"exported": true}));
        assert!(kinds(std::slice::from_ref(&exported), &ALL, &Memory::default()).is_empty());
        let known = Memory {
            as_of: Some("2026-11-27T03:00:00Z".parse().unwrap()),
            exported: BTreeSet::from([ARN.to_owned()]),
            ..Memory::default()
        };
        assert!(kinds(&[exported], &ALL, &known).is_empty());
    }

    #[test]
    fn a_grant_is_lost_where_there_was_one_and_the_list_could_be_read() {
        let before = Memory { granted: BTreeSet::from([ARN.to_owned()]), ..Memory::default() };
        for (seen_in, sources, memory, expected) in [
            (&["inUseBy"][..], &ALL[..], &before, true),
            (&["inUseBy", "grant"], &ALL[..], &before, false),
            (&["inUseBy"], &ALL[..1], &before, false),
            (&["inUseBy"], &ALL[..], &Memory::default(), false),
            (&["lookup"], &ALL[..], &before, false),
        ] {
            let found = kinds(&[entry("imported", &used(seen_in))], sources, memory);
            assert_eq!(found == [ActKind::GrantRevoked], expected, "{seen_in:?} {sources:?}");
        }
    }

    #[test]
    fn what_is_gone_is_found_once_and_only_by_a_list_that_could_be_read() {
        let grants = Grants::default();
        let first = shard(&[entry("imported", &used(&["inUseBy"]))], &ALL);
        let memory = remembered(&first, &Memory::default(), &[]);
        assert_eq!(memory.missed.len(), 1);
        let without_list = shard(&[], &["grants"]);
        assert!(findings(&without_list, &memory, &grants).is_empty());
        assert_eq!(remembered(&without_list, &memory, &[]).missed.len(), 1, "it is remembered");
        let gone = findings(&shard(&[], &ALL), &memory, &grants);
        assert_eq!(gone.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [ActKind::CertificateDeleted]);
        let after = remembered(&shard(&[], &ALL), &memory, &gone);
        assert!(findings(&shard(&[], &ALL), &after, &grants).is_empty());
    }
}
