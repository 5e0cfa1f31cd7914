//! Where a record belongs: the zone, the account that owns it, or why there is none.

use aws_client::{CallError, CallErrorKind};
use notices::foreign;

use crate::Handler;
use crate::policy::{Cause, DnsName, HostedZone, ZoneChoice, ZoneOwner, message};
use crate::provision::{CallBudget, refused};
use crate::public_dns::{DnsAnswer, are_private};
use crate::route53::IndexedZones;

/// Where a record belongs.
pub(crate) enum ZoneSelection {
    /// Into this zone.
    Zone(HostedZone),
    /// Nowhere, for this cause, which is told with these words.
    Blocked(Cause, String),
    /// That could not be found out.
    Failed(CallError),
}

impl Handler {
    /// Where a record of this name belongs.
    pub(crate) async fn select_zone(
        &self,
        name: &DnsName,
        known: &IndexedZones,
        budget: CallBudget<'_>,
    ) -> ZoneSelection {
        match known.zones.choose(name) {
            ZoneChoice::Zone(zone) => match known.zones.own_above(zone) {
                Some(own) => self.used_one(zone, own, budget).await,
                None => ZoneSelection::Zone(zone.clone()),
            },
            ZoneChoice::Several(several) => match self.delegated(&several, budget).await {
                Ok(Some(zone)) => ZoneSelection::Zone(zone),
                Ok(None) => ZoneSelection::Blocked(Cause::AmbiguousZone, self.several(&several)),
                Err(error) => unread(&several, error),
            },
            ZoneChoice::RoleRefused(account) => ZoneSelection::Blocked(Cause::RoleRefused, self.refusal(account)),
            ZoneChoice::Unanswered(account) => match known.errors.get(&account) {
                Some(error) => ZoneSelection::Failed(error.clone()),
                None => ZoneSelection::Blocked(Cause::RoleRefused, self.refusal(account)),
            },
            ZoneChoice::PrivateOnly(private) => {
                let ids: Vec<&str> = private.iter().map(|zone| zone.id.as_str()).collect();
                let domain = foreign(&below(name));
                let detail =
                    format!("Only a private hosted zone holds {domain}, which ACM does not see: {}.", ids.join(", "));
                ZoneSelection::Blocked(Cause::PrivateZoneOnly, detail)
            }
            ZoneChoice::None => {
                let domain = foreign(&below(name));
                let detail = format!("No public hosted zone that acm-autopilot can see holds {domain}.");
                ZoneSelection::Blocked(Cause::NoZone, detail)
            }
        }
    }

    fn several(&self, zones: &[&HostedZone]) -> String {
        let name = zones.first().map_or("", |zone| zone.name.as_str());
        let described: Vec<String> = zones
            .iter()
            .map(|zone| format!("{} in {}", zone.id, self.zones.accounts().described(zone.account)))
            .collect();
        format!(
            "Several public hosted zones are called {} ({}), and the DNS does not show which of them it uses.",
            foreign(name),
            described.join(", ")
        )
    }

    fn refusal(&self, account: ZoneOwner) -> String {
        let described = self.zones.accounts().described(account);
        let why = self.zones.refusal(account).map(|error| format!(": {}", message(&error))).unwrap_or_default();
        format!("The hosted zones of {described} cannot be read{why}.")
    }

    /// Of several zones with one name, the one that the public DNS uses: its name servers are those that the
    /// DNS answers.
    async fn delegated(&self, zones: &[&HostedZone], budget: CallBudget<'_>) -> Result<Option<HostedZone>, CallError> {
        let Some(name) = zones.first().map(|zone| &zone.name) else { return Ok(None) };
        let known = self.zones.known_delegation(name);
        if let Some(zone) = zones.iter().find(|zone| known.as_deref() == Some(&zone.id)) {
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
            let own = self.zones.name_servers(zone, budget.pace).await?;
            if own.iter().any(|server| answered.contains(server)) {
                delegated.push(*zone);
            }
        }
        let [zone] = delegated[..] else { return Ok(None) };
        self.zones.remember_delegation(name, &zone.id);
        Ok(Some(zone.clone()))
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

impl Handler {
    /// Of a zone of another account and one of the function's own above it, the one that the public DNS uses. The lower
    /// one needs nobody's consent: made by mistake, or to keep a name from being validated, it would get the record that
    /// belongs into the other. So it gets none before the DNS has shown that it is used.
    async fn used_one(&self, zone: &HostedZone, own: &HostedZone, budget: CallBudget<'_>) -> ZoneSelection {
        match self.delegation(zone, budget).await {
            Ok(Delegation::ToZone) => ZoneSelection::Zone(zone.clone()),
            Ok(Delegation::Elsewhere) => ZoneSelection::Zone(own.clone()),
            Ok(Delegation::Hidden) => {
                let why = "the resolver of this function answers from a private zone of that name";
                ZoneSelection::Blocked(Cause::AmbiguousZone, self.undecided(zone, own, why))
            }
            Ok(Delegation::Broken(name)) => {
                let why = format!("resolvers get no valid answer for {} (SERVFAIL)", foreign(&name));
                ZoneSelection::Blocked(Cause::DelegationBroken, self.undecided(zone, own, &why))
            }
            Err(error) => unread(&[zone], error),
        }
    }

    async fn delegation(&self, zone: &HostedZone, budget: CallBudget<'_>) -> Result<Delegation, CallError> {
        let name = &zone.name;
        if !self.dns.is_on() || self.zones.known_delegation(name).as_deref() == Some(&zone.id) {
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
        let own = self.zones.name_servers(zone, budget.pace).await?;
        if !own.iter().any(|server| answered.contains(server)) {
            return Ok(Delegation::Elsewhere);
        }
        self.zones.remember_delegation(name, &zone.id);
        Ok(Delegation::ToZone)
    }

    fn undecided(&self, zone: &HostedZone, above: &HostedZone, why: &str) -> String {
        let described = |zone: &HostedZone| {
            let account = self.book.accounts().described(zone.account);
            format!("{} ({}) of {account}", foreign(zone.name.as_str()), zone.id)
        };
        format!(
            "The hosted zone {} ({}) of {} lies below {} ({}) of this account, and the DNS does not show whether it is \
             used: {why}.",
            foreign(zone.name.as_str()),
            zone.id,
            self.zones.accounts().described(zone.account),
            foreign(own.name.as_str()),
            own.id
        )
    }
}

/// What it means that the name servers of these zones could not be read.
fn unread(zones: &[&HostedZone], error: CallError) -> ZoneSelection {
    let Some(cause) = refused(&error) else { return ZoneSelection::Failed(error) };
    let ids: Vec<&str> = zones.iter().map(|zone| zone.id.as_str()).collect();
    let name = zones.first().map_or("", |zone| zone.name.as_str());
    let said = message(&error);
    ZoneSelection::Blocked(
        cause,
        format!("Whether {} is delegated to {} is not known: {said}.", foreign(name), ids.join(", ")),
    )
}

/// Which zone counts may be known at the next look.
fn no_answer(name: &DnsName) -> CallError {
    CallError {
        operation: "dns:NS",
        code: None,
        message: format!("no resolver answered which name servers {name} has"),
        kind: CallErrorKind::Unavailable,
    }
}

/// The domain that a record proves, for people.
fn below(record: &DnsName) -> String {
    record.parent().map_or_else(String::new, |domain| domain.as_str().to_owned())
}
