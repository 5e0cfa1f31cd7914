//! Where a record belongs: the zone, the account that owns it, or why there is none.

use aws_client::{CallError, CallErrorKind};
use notices::foreign;

use crate::Handler;
use crate::lookups::{Found, are_private};
use crate::place::{Manner, refused};
use crate::policy::{AccountId, Cause, Choice, DnsName, HostedZone, message};
use crate::route53::Known;

/// Where a record belongs.
pub(crate) enum Home {
    /// Into this zone.
    Zone(HostedZone),
    /// Nowhere, for this cause, which is told with these words.
    Blocked(Cause, String),
    /// That could not be found out.
    Failed(CallError),
}

impl Handler {
    /// Where a record of this name belongs.
    pub(crate) async fn home(&self, name: &DnsName, known: &Known, manner: Manner<'_>) -> Home {
        match known.zones.choose(name) {
            Choice::Zone(zone) => match known.zones.above(zone, name) {
                Some(above) => self.used_one(zone, above, manner).await,
                None => Home::Zone(zone.clone()),
            },
            Choice::Several(several) => match self.delegated(&several, manner).await {
                Ok(Some(zone)) => Home::Zone(zone),
                Ok(None) => Home::Blocked(Cause::AmbiguousZone, self.several(&several)),
                Err(error) => unread(&several, error),
            },
            Choice::RoleRefused(account) => Home::Blocked(Cause::RoleRefused, self.refusal(account)),
            Choice::Unanswered(account) => match known.errors.get(&account) {
                Some(error) => Home::Failed(error.clone()),
                None => Home::Blocked(Cause::RoleRefused, self.refusal(account)),
            },
            Choice::PrivateOnly(private) => {
                let ids: Vec<&str> = private.iter().map(|zone| zone.id.as_str()).collect();
                let domain = foreign(&below(name));
                let detail =
                    format!("Only a private hosted zone holds {domain}, which ACM does not see: {}.", ids.join(", "));
                Home::Blocked(Cause::PrivateZoneOnly, detail)
            }
            Choice::None => {
                let domain = foreign(&below(name));
                let detail = format!("No public hosted zone that acm-autopilot can see holds {domain}.");
                Home::Blocked(Cause::NoZone, detail)
            }
        }
    }

    fn several(&self, zones: &[&HostedZone]) -> String {
        let name = zones.first().map_or("", |zone| zone.name.as_str());
        let described: Vec<String> = zones
            .iter()
            .map(|zone| format!("{} in {}", zone.id, self.book.accounts().described(zone.account)))
            .collect();
        format!(
            "Several public hosted zones are called {} ({}), and the DNS does not show which of them it uses.",
            foreign(name),
            described.join(", ")
        )
    }

    fn refusal(&self, account: AccountId) -> String {
        let described = self.book.accounts().described(account);
        let why = self.book.refusal(account).map(|error| format!(": {}", message(&error))).unwrap_or_default();
        format!("The hosted zones of {described} cannot be read{why}.")
    }

    /// Of several zones with one name, the one that the public DNS uses: its name servers are those that the
    /// DNS answers.
    async fn delegated(&self, zones: &[&HostedZone], manner: Manner<'_>) -> Result<Option<HostedZone>, CallError> {
        let Some(name) = zones.first().map(|zone| &zone.name) else { return Ok(None) };
        let known = self.book.known_delegation(name);
        if let Some(zone) = zones.iter().find(|zone| known.as_deref() == Some(&zone.id)) {
            return Ok(Some((*zone).clone()));
        }
        let answered = match self.dns.name_servers(name.as_str()).await {
            Found::Records(answered) => answered,
            Found::Unknown if self.dns.is_on() => return Err(no_answer(name)),
            Found::ServerFailure if self.dns.broken_at(name).await.is_none() => return Err(no_answer(name)),
            Found::Nothing | Found::ServerFailure | Found::Unknown => return Ok(None),
        };
        let mut delegated = Vec::new();
        for zone in zones {
            let own = self.book.name_servers(zone, manner.pace).await?;
            if own.iter().any(|server| answered.contains(server)) {
                delegated.push(*zone);
            }
        }
        let [zone] = delegated[..] else { return Ok(None) };
        self.book.remember_delegation(name, &zone.id);
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
    /// Of a zone of another account and the one above it, of the function's own or a third account, the one that the
    /// public DNS uses. The lower one needs nobody's consent: made by mistake, or to keep a name from being validated, it
    /// would get the record that belongs into the other. So it gets none before the DNS has shown that it is used.
    async fn used_one(&self, zone: &HostedZone, above: &HostedZone, manner: Manner<'_>) -> Home {
        match self.delegation(zone, manner).await {
            Ok(Delegation::ToZone) => Home::Zone(zone.clone()),
            Ok(Delegation::Elsewhere) => Home::Zone(above.clone()),
            Ok(Delegation::Hidden) => {
                let why = "the resolver of this function answers from a private zone of that name";
                Home::Blocked(Cause::AmbiguousZone, self.undecided(zone, above, why))
            }
            Ok(Delegation::Broken(name)) => {
                let why = format!("resolvers get no valid answer for {} (SERVFAIL)", foreign(&name));
                Home::Blocked(Cause::DelegationBroken, self.undecided(zone, above, &why))
            }
            Err(error) => unread(&[zone], error),
        }
    }

    async fn delegation(&self, zone: &HostedZone, manner: Manner<'_>) -> Result<Delegation, CallError> {
        let name = &zone.name;
        if !self.dns.is_on() || self.book.known_delegation(name).as_deref() == Some(&zone.id) {
            return Ok(Delegation::ToZone);
        }
        let answered = match self.dns.name_servers(name.as_str()).await {
            Found::Records(servers) if are_private(&servers) => return Ok(Delegation::Hidden),
            Found::Records(servers) => servers,
            Found::Nothing => return Ok(Delegation::Elsewhere),
            Found::ServerFailure => {
                return self.dns.broken_at(name).await.map(Delegation::Broken).ok_or_else(|| no_answer(name));
            }
            Found::Unknown => return Err(no_answer(name)),
        };
        let own = self.book.name_servers(zone, manner.pace).await?;
        if !own.iter().any(|server| answered.contains(server)) {
            return Ok(Delegation::Elsewhere);
        }
        self.book.remember_delegation(name, &zone.id);
        Ok(Delegation::ToZone)
    }

    fn undecided(&self, zone: &HostedZone, above: &HostedZone, why: &str) -> String {
        let described = |zone: &HostedZone| {
            let account = self.book.accounts().described(zone.account);
            format!("{} ({}) of {account}", foreign(zone.name.as_str()), zone.id)
        };
        format!(
            "The hosted zone {} lies below {}, and the DNS does not show whether it is used: {why}.",
            described(zone),
            described(above)
        )
    }
}

/// What it means that the name servers of these zones could not be read.
fn unread(zones: &[&HostedZone], error: CallError) -> Home {
    let Some(cause) = refused(&error) else { return Home::Failed(error) };
    let ids: Vec<&str> = zones.iter().map(|zone| zone.id.as_str()).collect();
    let name = zones.first().map_or("", |zone| zone.name.as_str());
    let said = message(&error);
    Home::Blocked(cause, format!("Whether {} is delegated to {} is not known: {said}.", foreign(name), ids.join(", ")))
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
