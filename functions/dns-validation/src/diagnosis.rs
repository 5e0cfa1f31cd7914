//! Why ACM goes on waiting although every record is in place: questions to the public DNS, asked only
//! then.

use std::collections::BTreeMap;

use certificates::CertificateFacts;

use crate::Handler;
use crate::lookups::Found;
use crate::place::Manner;
use crate::policy::{Blocked, Cause, DnsName, HostedZone, Record, WantedRecord, caa};

/// A certificate has at most so many domains asked about. What is wrong is nearly always wrong for a
/// whole zone.
const MOST_QUESTIONS: usize = 20;

/// What was found, and whether everything that was asked was answered.
#[derive(Debug, Default)]
pub(crate) struct Diagnosis {
    pub(crate) blocked: Vec<Blocked>,
    pub(crate) unanswered: bool,
}

impl Diagnosis {
    pub(crate) fn add(&mut self, other: Self) {
        self.blocked.extend(other.blocked);
        self.unanswered |= other.unanswered;
    }

    fn unanswered() -> Self {
        Self { blocked: Vec::new(), unanswered: true }
    }
}

impl Handler {
    /// The records that are in place in zones which the public DNS does not use.
    pub(crate) async fn not_seen(&self, in_place: &[(&WantedRecord, &HostedZone)], manner: Manner<'_>) -> Diagnosis {
        let mut found = Diagnosis::default();
        if self.dns.is_on() {
            let mut zones: BTreeMap<&str, (&HostedZone, Vec<&WantedRecord>)> = BTreeMap::new();
            for (wanted, zone) in in_place {
                zones.entry(&zone.id).or_insert_with(|| (zone, Vec::new())).1.push(wanted);
            }
            for (zone, wanted) in zones.into_values() {
                found.add(self.not_delegated(zone, &wanted, manner).await);
            }
        }
        found
    }

    /// Takes out what the public DNS shows all the same: somebody else's server has it.
    pub(crate) async fn without_seen_elsewhere(&self, blocked: Vec<Blocked>) -> Vec<Blocked> {
        let mut left = Vec::new();
        let mut questions = 0;
        for blocked in blocked {
            let record = blocked.record.as_ref().filter(|_| !blocked.known_missing && questions < MOST_QUESTIONS);
            if let Some(record) = record.filter(|_| self.dns.is_on()) {
                questions += 1;
                if self.dns.cname(&record.name).await == Found::Records(vec![record.value.clone()]) {
                    continue;
                }
            }
            left.push(blocked);
        }
        left
    }

    /// The records of a zone that the public DNS does not use.
    async fn not_delegated(&self, zone: &HostedZone, wanted: &[&WantedRecord], manner: Manner<'_>) -> Diagnosis {
        let mut unseen = Vec::new();
        for wanted in wanted.iter().take(MOST_QUESTIONS) {
            // A record that is seen is delegated, whatever the name servers are called.
            match self.dns.cname(&wanted.record.name).await {
                Found::Records(targets) if targets.first() == Some(&wanted.record.value) => {}
                Found::Records(_) | Found::Nothing => unseen.push(*wanted),
                Found::Unknown => return Diagnosis::unanswered(),
            }
        }
        if unseen.is_empty() {
            return Diagnosis::default();
        }
        let Ok(own) = self.book.name_servers(zone, manner.pace).await else {
            return Diagnosis::unanswered();
        };
        let mut found = Diagnosis::default();
        let mut whole_zone = None;
        for wanted in unseen {
            let away = self.delegated_away(&wanted.record, zone).await;
            let detail = match away {
                Ok(Some(detail)) => Ok(Some(detail)),
                Err(Silence) => Err(Silence),
                Ok(None) => {
                    if whole_zone.is_none() {
                        whole_zone = Some(self.zone_not_delegated(zone, &own).await);
                    }
                    whole_zone.clone().unwrap_or(Ok(None))
                }
            };
            found.unanswered |= detail.is_err();
            found.blocked.extend(detail.ok().flatten().map(|detail| Blocked {
                cause: Cause::NotDelegated,
                domain: wanted.domain.clone(),
                record: Some(wanted.record.clone()),
                detail,
                known_missing: true,
            }));
        }
        found
    }

    /// Whether a name between the zone and the record is delegated to other servers.
    async fn delegated_away(&self, record: &Record, zone: &HostedZone) -> Result<Option<String>, Silence> {
        let Some(domain) = record.name.parent() else { return Ok(None) };
        for name in domain.and_above().take_while(|name| *name != zone.name.as_str()) {
            match self.dns.name_servers(name).await {
                Found::Records(servers) => {
                    return Ok(Some(format!(
                        "The record {} is in the hosted zone {} ({}), but {name} is delegated to {}.",
                        record.name,
                        zone.name.as_str(),
                        zone.id,
                        joined(&servers)
                    )));
                }
                Found::Nothing => {}
                Found::Unknown => return Err(Silence),
            }
        }
        Ok(None)
    }

    async fn zone_not_delegated(&self, zone: &HostedZone, own: &[DnsName]) -> Result<Option<String>, Silence> {
        let says = match self.dns.name_servers(zone.name.as_str()).await {
            Found::Records(servers) if servers.iter().any(|server| own.contains(server)) => return Ok(None),
            Found::Records(servers) => format!("delegated to {}", joined(&servers)),
            Found::Nothing => "delegated to nobody".into(),
            Found::Unknown => return Err(Silence),
        };
        Ok(Some(format!(
            "The records are in the hosted zone {} ({}), whose name servers are {}, but the name is {says}.",
            zone.name.as_str(),
            zone.id,
            joined(own)
        )))
    }

    /// The domains for which CAA does not allow Amazon. When ACM says so and nothing is found, ACM's word
    /// is told.
    pub(crate) async fn forbidden_by_caa(&self, facts: &CertificateFacts, acm_says_so: bool) -> Diagnosis {
        let mut found = Diagnosis::default();
        let names = facts.domain_name.iter().chain(&facts.subject_alternative_names);
        let mut seen: Vec<DnsName> = Vec::new();
        for name in names {
            let domain = DnsName::new(name);
            if seen.contains(&domain) || seen.len() >= MOST_QUESTIONS || !self.dns.is_on() {
                continue;
            }
            let base = domain.base();
            let Some((at, set)) = self.dns.caa(&base).await else {
                found.unanswered = true;
                seen.push(domain);
                continue;
            };
            if !caa::allows_amazon(&set, base != domain) {
                let records: Vec<String> =
                    set.iter().map(|caa| format!("{} \"{}\"", caa.tag, caa.value.trim())).collect();
                found.blocked.push(caa_blocked(
                    domain.as_str(),
                    format!("CAA records at {at} do not allow Amazon to issue for {name}: {}.", records.join(", ")),
                ));
            }
            seen.push(domain);
        }
        if found.blocked.is_empty() && acm_says_so {
            let name = facts.display_name();
            found.blocked.push(caa_blocked(
                name,
                "ACM says that a CAA record does not allow Amazon to issue (CAA_ERROR).".into(),
            ));
        }
        found
    }
}

/// The DNS did not answer.
#[derive(Debug, Clone, Copy)]
struct Silence;

fn caa_blocked(domain: &str, detail: String) -> Blocked {
    Blocked { cause: Cause::CaaForbidsAmazon, domain: domain.to_owned(), record: None, detail, known_missing: true }
}

fn joined(servers: &[DnsName]) -> String {
    let mut names: Vec<&str> = servers.iter().map(DnsName::as_str).collect();
    names.sort_unstable();
    names.join(", ")
}
