//! Why ACM still waits although every record is in place: questions to the public DNS, asked only
//! then.

use std::collections::BTreeMap;

use certificates::CertificateDetail;
use notices::{foreign, foreign_up_to};
use route53::{DnsAnswer, PublicDns, ZoneDirectory, are_private, caa};

use crate::policy::diagnosis_plan::CaaReporter;
use crate::policy::{Blocked, Cause, DnsName, HostedZone, Record, RequiredRecord};

/// A certificate has at most this many domains asked about. What is wrong is nearly always wrong for a
/// whole zone.
const MOST_QUESTIONS: usize = 20;

/// The values of CAA records, which whoever owns the domain chose.
const LONGEST_CAA: usize = 200;
/// The names of a domain's servers: a dozen.
const LONGEST_SERVERS: usize = 400;

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

/// Asks the public DNS why ACM waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Diagnoser<'a> {
    pub(crate) dns: &'a PublicDns,
    pub(crate) zones: &'a ZoneDirectory<'a>,
}

impl Diagnoser<'_> {
    /// The records that are in place in zones which the public DNS does not use.
    pub(crate) async fn not_seen(&self, in_place: &[(&RequiredRecord, &HostedZone)]) -> Diagnosis {
        let mut found = Diagnosis::default();
        if self.dns.is_on() {
            let mut zones: BTreeMap<&str, (&HostedZone, Vec<&RequiredRecord>)> = BTreeMap::new();
            for (wanted, zone) in in_place {
                zones.entry(&zone.id).or_insert_with(|| (zone, Vec::new())).1.push(wanted);
            }
            for (zone, wanted) in zones.into_values() {
                found.add(self.not_delegated(zone, &wanted).await);
            }
        }
        found
    }

    /// Takes out what the public DNS shows all the same: somebody else's server has it.
    pub(crate) async fn without_served_elsewhere(&self, blocked: Vec<Blocked>) -> Vec<Blocked> {
        let mut left = Vec::new();
        let mut questions = 0;
        for blocked in blocked {
            let record = blocked.record.as_ref().filter(|_| !blocked.known_missing && questions < MOST_QUESTIONS);
            if let Some(record) = record.filter(|_| self.dns.is_on()) {
                questions += 1;
                if self.dns.cname(&record.name).await == DnsAnswer::Records(vec![record.value.clone()]) {
                    continue;
                }
            }
            left.push(blocked);
        }
        left
    }

    /// The records of a zone that the public DNS does not use.
    async fn not_delegated(&self, zone: &HostedZone, wanted: &[&RequiredRecord]) -> Diagnosis {
        let (mut unseen, mut is_odd) = (Vec::new(), false);
        for wanted in wanted.iter().take(MOST_QUESTIONS) {
            // A record that is seen is delegated, whatever the name servers are called.
            match self.dns.cname(&wanted.record.name).await {
                DnsAnswer::Records(targets) if targets.first() == Some(&wanted.record.value) => {}
                DnsAnswer::Records(_) | DnsAnswer::Nothing => unseen.push(*wanted),
                DnsAnswer::ServerFailure => {
                    is_odd = true;
                    unseen.push(*wanted);
                }
                DnsAnswer::Unknown => return Diagnosis::unanswered(),
            }
        }
        if unseen.is_empty() {
            return Diagnosis::default();
        }
        let Ok(own) = self.zones.name_servers(zone).await else {
            return Diagnosis::unanswered();
        };
        let mut found = Diagnosis::default();
        let mut whole_zone = None;
        for wanted in unseen {
            let reason = match self.delegated_away(&wanted.record, zone).await {
                Ok(None) => {
                    if whole_zone.is_none() {
                        whole_zone = Some(self.zone_not_delegated(zone, &own).await);
                    }
                    whole_zone.clone().unwrap_or(Ok(None))
                }
                found => found,
            };
            found.unanswered |= reason.is_err();
            found.blocked.extend(reason.ok().flatten().map(|(cause, detail)| Blocked {
                cause,
                domain: wanted.domain.clone(),
                record: Some(wanted.record.clone()),
                detail,
                known_missing: true,
            }));
        }
        // No valid answer for the record, though its delegation seems well.
        found.unanswered |= is_odd && found.blocked.is_empty();
        found
    }

    /// Whether a name between the zone and the record is delegated to other servers.
    async fn delegated_away(&self, record: &Record, zone: &HostedZone) -> Result<Option<Reason>, NoDnsAnswer> {
        let Some(domain) = record.name.parent() else { return Ok(None) };
        for name in domain.and_above().take_while(|name| *name != zone.name.as_str()) {
            match self.dns.name_servers(name).await {
                DnsAnswer::Records(servers) if are_private(&servers) => return Err(NoDnsAnswer),
                DnsAnswer::Records(servers) => {
                    let detail = format!(
                        "The record {} is in the hosted zone {}, but {} is delegated to {}.",
                        record.name,
                        described(zone),
                        foreign(name),
                        joined(&servers)
                    );
                    return Ok(Some((Cause::NotDelegated, detail)));
                }
                DnsAnswer::Nothing => {}
                DnsAnswer::ServerFailure => return self.delegation_broken(&DnsName::new(name), zone).await,
                DnsAnswer::Unknown => return Err(NoDnsAnswer),
            }
        }
        Ok(None)
    }

    /// Whether the zone itself is delegated to other servers, or to others besides its own: those do not have the
    /// record, since it is not seen.
    async fn zone_not_delegated(&self, zone: &HostedZone, own: &[DnsName]) -> Result<Option<Reason>, NoDnsAnswer> {
        let says = match self.dns.name_servers(zone.name.as_str()).await {
            DnsAnswer::Records(servers) if are_private(&servers) => return Err(NoDnsAnswer),
            DnsAnswer::Records(servers) if servers.iter().all(|server| own.contains(server)) => return Ok(None),
            DnsAnswer::Records(servers) => {
                let strangers: Vec<DnsName> = servers.iter().filter(|server| !own.contains(server)).cloned().collect();
                let besides = if strangers.len() < servers.len() { " besides, which do not have them" } else { "" };
                format!("delegated to {}{besides}", joined(&strangers))
            }
            DnsAnswer::Nothing => "delegated to nobody".into(),
            DnsAnswer::ServerFailure => return self.delegation_broken(&zone.name, zone).await,
            DnsAnswer::Unknown => return Err(NoDnsAnswer),
        };
        let detail = format!(
            "The records are in the hosted zone {}, whose name servers are {}, but the name is {says}.",
            described(zone),
            joined(own)
        );
        Ok(Some((Cause::NotDelegated, detail)))
    }

    /// The resolver answers for what is above a name, and not for the name. Where it answers for nothing above it
    /// either, the resolver may be what is broken.
    async fn delegation_broken(&self, name: &DnsName, zone: &HostedZone) -> Result<Option<Reason>, NoDnsAnswer> {
        let Some(broken) = self.dns.broken_at(name).await else { return Err(NoDnsAnswer) };
        let detail = format!(
            "The records are in the hosted zone {}, but resolvers get no valid answer for {} (SERVFAIL): the name servers \
             that the registrar, or the zone above, names do not answer for it, or its DNSSEC is broken.",
            described(zone),
            foreign(&broken)
        );
        Ok(Some((Cause::DelegationBroken, detail)))
    }

    /// The domains for which CAA does not allow Amazon. When somebody says so and nothing is found, that one's word
    /// is passed on.
    pub(crate) async fn forbidden_by_caa(
        &self,
        certificate: &CertificateDetail,
        reporter: Option<CaaReporter>,
    ) -> Diagnosis {
        let mut found = Diagnosis::default();
        let names = certificate.domain_name.iter().chain(&certificate.subject_alternative_names);
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
                let detail = format!(
                    "CAA records at {} do not allow Amazon to issue for {}: {}.",
                    foreign(&at),
                    foreign(name),
                    foreign_up_to(&records.join(", "), LONGEST_CAA)
                );
                found.blocked.push(caa_blocked(domain.as_str(), detail));
            }
            seen.push(domain);
        }
        if let Some(reporter) = reporter.filter(|_| found.blocked.is_empty()) {
            let detail = format!("{} that a CAA record does not allow Amazon to issue.", reporter.says());
            found.blocked.push(caa_blocked(certificate.display_name(), detail));
        }
        found
    }
}

/// Why a record that is in place is not seen, in a sentence for people.
type Reason = (Cause, String);

/// The DNS did not answer.
#[derive(Debug, Clone, Copy)]
struct NoDnsAnswer;

fn caa_blocked(domain: &str, detail: String) -> Blocked {
    Blocked { cause: Cause::CaaForbidsAmazon, domain: domain.to_owned(), record: None, detail, known_missing: true }
}

fn described(zone: &HostedZone) -> String {
    format!("{} ({})", foreign(zone.name.as_str()), zone.id)
}

fn joined(servers: &[DnsName]) -> String {
    let mut names: Vec<&str> = servers.iter().map(DnsName::as_str).collect();
    names.sort_unstable();
    foreign_up_to(&names.join(", "), LONGEST_SERVERS)
}
