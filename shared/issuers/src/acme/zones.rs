//! In which hosted zone, and under which name, each validation record belongs.

use std::collections::{BTreeMap, BTreeSet};

use certificates::{Failure, FailureReason};
use route53::{
    DnsAnswer, DnsName, HostedZone, RecordQuery, RecordSet, Refusal, ZoneDirectory, ZoneProblem, ZoneSelection,
    ZoneSelector,
};

use super::failure::call_failure;
use super::services::AcmeServices;

/// `_acme-challenge` is a CNAME to a delegation zone; one more may be there, to move that zone.
const MOST_CNAMES: usize = 3;

/// Where records are to be written: per record name of the CA's, the zone and the name there.
pub(super) type Places = BTreeMap<DnsName, Place>;

#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) zone: HostedZone,
    pub(super) name: DnsName,
}

pub(super) struct Zones<'a> {
    pub(super) services: &'a AcmeServices,
    pub(super) zones: &'a ZoneDirectory<'a>,
}

/// What is at a name that a record is to be written under.
enum Found {
    Free,
    Cname(DnsName),
    Other(String),
}

impl Zones<'_> {
    /// Follows CNAMEs, but only into zones that are listed for that: whoever may write a CNAME must not decide where this
    /// function writes.
    pub(super) async fn locate(&self, names: &[String]) -> Result<Places, Failure> {
        self.services.dns.start_invocation();
        let mut places = Places::new();
        let mut open: BTreeMap<DnsName, DnsName> = names.iter().map(|name| (record(name), record(name))).collect();
        for _ in 0..=MOST_CNAMES {
            let (zones, elsewhere) = self.select(&open).await?;
            let mut next: BTreeMap<DnsName, DnsName> = BTreeMap::new();
            for (record, target) in elsewhere {
                next.insert(record.clone(), self.demand_listed(&record, target)?);
            }
            for (zone, names) in by_zone(&open, zones) {
                for (record, name, found) in self.read(&zone, names).await? {
                    match found {
                        Found::Free => drop(places.insert(record, Place { zone: zone.clone(), name })),
                        Found::Cname(target) => drop(next.insert(record.clone(), self.demand_listed(&record, target)?)),
                        Found::Other(what) => return Err(conflict(&name, &what)),
                    }
                }
            }
            if next.is_empty() {
                return Ok(places);
            }
            open = next;
        }
        let names: Vec<&str> = open.keys().map(DnsName::as_str).collect();
        Err(Failure::new(FailureReason::AcmeRecordConflict, format!("too many CNAMEs follow {}", names.join(", "))))
    }

    /// The zone of each name; or, where it is not in Route 53, the target of the CNAME that the public DNS has there.
    async fn select(
        &self,
        open: &BTreeMap<DnsName, DnsName>,
    ) -> Result<(BTreeMap<DnsName, HostedZone>, BTreeMap<DnsName, DnsName>), Failure> {
        let names: Vec<&DnsName> = open.values().collect();
        let indexed = self.zones.index(&names).await.map_err(|error| call_failure(&error))?;
        let selector =
            ZoneSelector { zones: self.zones, dns: &self.services.dns, delegations: &self.services.delegations };
        let (mut zones, mut elsewhere) = (BTreeMap::new(), BTreeMap::new());
        for (record, name) in open {
            match selector.select(name, &indexed).await {
                ZoneSelection::Zone(zone) => drop(zones.insert(record.clone(), zone)),
                ZoneSelection::Failed(error) => return Err(call_failure(&error)),
                ZoneSelection::Blocked(problem, detail) => match self.public_cname(problem, name).await? {
                    Some(target) => drop(elsewhere.insert(record.clone(), target)),
                    None => return Err(blocked(problem, name, &detail)),
                },
            }
        }
        Ok((zones, elsewhere))
    }

    async fn public_cname(&self, problem: ZoneProblem, name: &DnsName) -> Result<Option<DnsName>, Failure> {
        if !matches!(problem, ZoneProblem::NoZone | ZoneProblem::PrivateZoneOnly) {
            return Ok(None);
        }
        match self.services.dns.cname(name).await {
            DnsAnswer::Records(targets) => Ok(targets.into_iter().next()),
            DnsAnswer::ServerFailure | DnsAnswer::Unknown if self.services.dns.is_on() => {
                let detail = format!("no resolver answered whether {name} is a CNAME");
                Err(Failure::new(FailureReason::ServiceError, detail))
            }
            DnsAnswer::Nothing | DnsAnswer::ServerFailure | DnsAnswer::Unknown => Ok(None),
        }
    }

    async fn read(
        &self,
        zone: &HostedZone,
        names: BTreeMap<DnsName, DnsName>,
    ) -> Result<Vec<(DnsName, DnsName, Found)>, Failure> {
        let around: BTreeSet<RecordQuery> = names.values().cloned().map(RecordQuery::Name).collect();
        let present = self.zones.present(zone, &around).await.map_err(|error| call_failure(&error))?;
        let sets_at = |name: &DnsName| present.get(name).map_or(&[][..], Vec::as_slice);
        Ok(names
            .into_iter()
            .map(|(record, name)| {
                let found = found(sets_at(&name), name == zone.name);
                (record, name, found)
            })
            .collect())
    }

    fn demand_listed(&self, record: &DnsName, target: DnsName) -> Result<DnsName, Failure> {
        if self.services.delegation_zones.iter().any(|zone| target != *zone && target.is_within(zone)) {
            return Ok(target);
        }
        let detail = format!("{record} is a CNAME to {target}, which is in none of the delegation zones");
        Err(Failure::new(FailureReason::AcmeDelegationNotListed, detail))
    }
}

/// RFC 8555, 8.4. Apex and wildcard share it.
fn record(name: &str) -> DnsName {
    DnsName::new(&format!("_acme-challenge.{}", DnsName::new(name).base().as_str()))
}

/// Per zone: the records that belong there, with their names.
fn by_zone(
    open: &BTreeMap<DnsName, DnsName>,
    zones: BTreeMap<DnsName, HostedZone>,
) -> Vec<(HostedZone, BTreeMap<DnsName, DnsName>)> {
    let mut grouped: BTreeMap<String, (HostedZone, BTreeMap<DnsName, DnsName>)> = BTreeMap::new();
    for (record, zone) in zones {
        let Some(name) = open.get(&record).cloned() else { continue };
        grouped.entry(zone.id.clone()).or_insert_with(|| (zone, BTreeMap::new())).1.insert(record, name);
    }
    grouped.into_values().collect()
}

/// Below an NS record that is not the zone's own, other name servers answer.
fn found(sets: &[RecordSet], is_apex: bool) -> Found {
    let is_relevant = |set: &&RecordSet| match set.kind.as_str() {
        "CNAME" | "TXT" => true,
        "NS" => !is_apex,
        _ => false,
    };
    let relevant = sets.iter().filter(is_relevant);
    let mut found = Found::Free;
    for set in relevant {
        match (set.alias || set.set_identifier.is_some(), set.kind.as_str(), set.values.first()) {
            (false, "TXT", _) => {}
            (false, "CNAME", Some(target)) => found = Found::Cname(DnsName::new(target)),
            _ => return Found::Other(set.described()),
        }
    }
    found
}

fn conflict(name: &DnsName, what: &str) -> Failure {
    Failure::new(FailureReason::AcmeRecordConflict, format!("at {name} there is {what}"))
}

fn blocked(problem: ZoneProblem, name: &DnsName, detail: &str) -> Failure {
    let reason = match problem {
        ZoneProblem::Refused(Refusal::Access) => FailureReason::PermissionMissing,
        ZoneProblem::Refused(Refusal::Change) => FailureReason::AcmeRecordConflict,
        ZoneProblem::Ambiguous => FailureReason::AcmeZoneAmbiguous,
        ZoneProblem::DelegationBroken => FailureReason::AcmeDelegationBroken,
        ZoneProblem::NoZone | ZoneProblem::PrivateZoneOnly | ZoneProblem::Refused(Refusal::Role) => {
            FailureReason::AcmeZoneMissing
        }
    };
    Failure::new(reason, format!("the record {name} cannot be written: {}", detail.trim_end_matches('.')))
}
