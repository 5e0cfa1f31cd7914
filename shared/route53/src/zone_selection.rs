//! Which zone a record goes into, or why none: the choice by names, and the public DNS where that leaves it open.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_client::{CallError, CallErrorKind};
use jiff::{SignedDuration, Timestamp};
use notices::{foreign, foreign_message as message};

use crate::public_dns::{DnsAnswer, PublicDns, are_private};
use crate::{DnsName, HostedZone, IndexedZones, Refusal, ZoneChoice, ZoneDirectory, ZoneOwner};

/// How long it is remembered which of several zones with one name the public DNS uses.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Why no zone can be selected, which only a person can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneProblem {
    /// No public zone that the function can see holds the name.
    NoZone,
    /// Only a private zone does.
    PrivateZoneOnly,
    /// Several do, and the DNS does not show which of them it uses.
    Ambiguous,
    /// Resolvers get no valid answer for the zone.
    DelegationBroken,
    /// AWS refused to show a zone that may hold the name.
    Refused(Refusal),
}

/// The zone of a name.
#[derive(Debug, Clone)]
pub enum ZoneSelection {
    /// This one.
    Zone(HostedZone),
    /// None, for this reason, which notices describe in these words.
    Blocked(ZoneProblem, String),
    /// A call failed, so that it is not known.
    Failed(CallError),
}

/// Of several zones with one name, the id of the one that the public DNS uses, and when that was found out. Kept
/// between invocations.
#[derive(Debug, Default)]
pub struct Delegations(Mutex<BTreeMap<DnsName, (String, Timestamp)>>);

impl Delegations {
    /// A sweep, which has time, asks again.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn recent(&self, name: &DnsName, now: Timestamp) -> Option<String> {
        let delegations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, at) = delegations.get(name)?;
        (now.duration_since(*at) < MAX_AGE).then(|| id.clone())
    }

    fn remember(&self, name: &DnsName, id: &str, now: Timestamp) {
        let mut delegations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        delegations.insert(name.clone(), (id.to_owned(), now));
    }
}

/// Finds the zone of a name.
#[derive(Debug, Clone, Copy)]
pub struct ZoneSelector<'a> {
    /// The zones.
    pub zones: &'a ZoneDirectory<'a>,
    /// What decides between several.
    pub dns: &'a PublicDns,
    /// What it decided.
    pub delegations: &'a Delegations,
}

impl ZoneSelector<'_> {
    /// The zone that a record of this name belongs in.
    pub async fn select(&self, name: &DnsName, indexed: &IndexedZones) -> ZoneSelection {
        match indexed.zones.choose(name) {
            ZoneChoice::Zone(zone) => match indexed.zones.zone_above(zone, name) {
                Some(above) => self.select_delegated(zone, above).await,
                None => ZoneSelection::Zone(zone.clone()),
            },
            ZoneChoice::Several(several) => match self.delegated_one(&several).await {
                Ok(Some(zone)) => ZoneSelection::Zone(zone),
                Ok(None) => ZoneSelection::Blocked(ZoneProblem::Ambiguous, self.several(&several)),
                Err(error) => unknown_delegation(&several, error),
            },
            ZoneChoice::RoleRefused(owner) => {
                ZoneSelection::Blocked(ZoneProblem::Refused(Refusal::Role), self.refusal(owner))
            }
            ZoneChoice::Unanswered(owner) => match indexed.errors.get(&owner) {
                Some(error) => ZoneSelection::Failed(error.clone()),
                None => ZoneSelection::Blocked(ZoneProblem::Refused(Refusal::Role), self.refusal(owner)),
            },
            ZoneChoice::PrivateOnly(private) => {
                let ids: Vec<&str> = private.iter().map(|zone| zone.id.as_str()).collect();
                let domain = foreign(&proven_domain(name));
                let detail = format!(
                    "Only a private hosted zone ({}) holds {domain}, and domains are validated by the public DNS.",
                    ids.join(", ")
                );
                ZoneSelection::Blocked(ZoneProblem::PrivateZoneOnly, detail)
            }
            ZoneChoice::None => {
                let domain = foreign(&proven_domain(name));
                let detail = format!("No public hosted zone that acm-autopilot can see holds {domain}.");
                ZoneSelection::Blocked(ZoneProblem::NoZone, detail)
            }
        }
    }

    fn several(&self, zones: &[&HostedZone]) -> String {
        let name = zones.first().map_or("", |zone| zone.name.as_str());
        let described: Vec<String> =
            zones.iter().map(|zone| format!("{} in {}", zone.id, self.zones.described(zone.owner))).collect();
        format!(
            "Several public hosted zones are called {} ({}), and the DNS does not show which of them it uses.",
            foreign(name),
            described.join(", ")
        )
    }

    fn refusal(&self, owner: ZoneOwner) -> String {
        let why = self.zones.refusal(owner).map(|error| format!(": {}", message(&error))).unwrap_or_default();
        format!("The hosted zones of {} cannot be read{why}.", self.zones.described(owner))
    }

    /// Of several zones with one name, the one whose name servers the public DNS answers.
    async fn delegated_one(&self, zones: &[&HostedZone]) -> Result<Option<HostedZone>, CallError> {
        let Some(name) = zones.first().map(|zone| &zone.name) else { return Ok(None) };
        let recent = self.delegations.recent(name, self.zones.now());
        if let Some(zone) = zones.iter().find(|zone| recent.as_deref() == Some(&zone.id)) {
            return Ok(Some((*zone).clone()));
        }
        let answered = match self.dns.name_servers(name.as_str()).await {
            DnsAnswer::Records(answered) => answered,
            DnsAnswer::Unknown if self.dns.is_on() => return Err(no_answer(name)),
            DnsAnswer::ServerFailure if self.dns.broken_at(name).await.is_none() => return Err(no_answer(name)),
            DnsAnswer::Nothing | DnsAnswer::ServerFailure | DnsAnswer::Unknown => return Ok(None),
        };
        let mut delegated = Vec::new();
        for zone in zones {
            let own = self.zones.name_servers(zone).await?;
            if own.iter().any(|server| answered.contains(server)) {
                delegated.push(*zone);
            }
        }
        let [zone] = delegated[..] else { return Ok(None) };
        self.delegations.remember(name, &zone.id, self.zones.now());
        Ok(Some(zone.clone()))
    }

    /// Of a zone of another account and the one above it, of the function's own or a third account, the one that the
    /// public DNS uses. The lower one needs nobody's consent: created by mistake, or to keep a name from being validated,
    /// it would get the record that belongs in the other. So it gets none before the DNS has shown that it is used.
    async fn select_delegated(&self, zone: &HostedZone, above: &HostedZone) -> ZoneSelection {
        match self.delegation(zone).await {
            Ok(Delegation::ToZone) => ZoneSelection::Zone(zone.clone()),
            Ok(Delegation::Elsewhere) => ZoneSelection::Zone(above.clone()),
            Ok(Delegation::Hidden) => {
                let why = "the resolver of this function answers from a private zone of that name";
                ZoneSelection::Blocked(ZoneProblem::Ambiguous, self.undecided(zone, above, why))
            }
            Ok(Delegation::Broken(name)) => {
                let why = format!("resolvers get no valid answer for {} (SERVFAIL)", foreign(&name));
                ZoneSelection::Blocked(ZoneProblem::DelegationBroken, self.undecided(zone, above, &why))
            }
            Err(error) => unknown_delegation(&[zone], error),
        }
    }

    async fn delegation(&self, zone: &HostedZone) -> Result<Delegation, CallError> {
        let name = &zone.name;
        if !self.dns.is_on() || self.delegations.recent(name, self.zones.now()).as_deref() == Some(&zone.id) {
            return Ok(Delegation::ToZone);
        }
        let answered = match self.dns.name_servers(name.as_str()).await {
            DnsAnswer::Records(servers) if are_private(&servers) => return Ok(Delegation::Hidden),
            DnsAnswer::Records(servers) => servers,
            DnsAnswer::Nothing => return Ok(Delegation::Elsewhere),
            DnsAnswer::ServerFailure => {
                return self.dns.broken_at(name).await.map(Delegation::Broken).ok_or_else(|| no_answer(name));
            }
            DnsAnswer::Unknown => return Err(no_answer(name)),
        };
        let own = self.zones.name_servers(zone).await?;
        if !own.iter().any(|server| answered.contains(server)) {
            return Ok(Delegation::Elsewhere);
        }
        self.delegations.remember(name, &zone.id, self.zones.now());
        Ok(Delegation::ToZone)
    }

    fn undecided(&self, zone: &HostedZone, above: &HostedZone, why: &str) -> String {
        let described = |zone: &HostedZone| {
            format!("{} ({}) of {}", foreign(zone.name.as_str()), zone.id, self.zones.described(zone.owner))
        };
        format!(
            "The hosted zone {} lies below {}, and the DNS does not show whether it is used: {why}.",
            described(zone),
            described(above)
        )
    }
}

/// Which servers the public DNS names for a zone.
enum Delegation {
    /// Its own; or the DNS may not be asked, so that the closest zone is the best guess.
    ToZone,
    /// Others, or none.
    Elsewhere,
    /// The resolver answers from a private zone of that name.
    Hidden,
    /// Resolvers get no valid answer for this name.
    Broken(String),
}

/// The name servers of these zones could not be read.
fn unknown_delegation(zones: &[&HostedZone], error: CallError) -> ZoneSelection {
    let Some(refusal) = Refusal::from_error(&error) else { return ZoneSelection::Failed(error) };
    let ids: Vec<&str> = zones.iter().map(|zone| zone.id.as_str()).collect();
    let name = zones.first().map_or("", |zone| zone.name.as_str());
    let said = message(&error);
    let detail = format!("Whether {} is delegated to {} is not known: {said}.", foreign(name), ids.join(", "));
    ZoneSelection::Blocked(ZoneProblem::Refused(refusal), detail)
}

/// A later check may get an answer.
fn no_answer(name: &DnsName) -> CallError {
    CallError {
        operation: "dns:NS",
        code: None,
        message: format!("no resolver answered which name servers {name} has"),
        kind: CallErrorKind::Unavailable,
    }
}

/// The domain that a record proves.
fn proven_domain(record: &DnsName) -> String {
    record.parent().map_or_else(String::new, |domain| domain.as_str().to_owned())
}
