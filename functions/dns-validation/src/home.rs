//! Where a record belongs: the zone, the account that owns it, or why there is none.

use sdk::{CallError, CallErrorKind};

use crate::Handler;
use crate::lookups::Found;
use crate::place::Manner;
use crate::policy::{AccountId, Cause, Choice, DnsName, HostedZone};
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
            Choice::Zone(zone) => Home::Zone(zone.clone()),
            Choice::Several(several) => match self.delegated(&several, manner).await {
                Ok(Some(zone)) => Home::Zone(zone),
                Ok(None) => Home::Blocked(Cause::AmbiguousZone, self.several(&several)),
                Err(error) => Home::Failed(error),
            },
            Choice::RoleRefused(account) => Home::Blocked(Cause::RoleRefused, self.refusal(account)),
            Choice::Unanswered(account) => match known.errors.get(&account) {
                Some(error) => Home::Failed(error.clone()),
                None => Home::Blocked(Cause::RoleRefused, self.refusal(account)),
            },
            Choice::PrivateOnly(private) => {
                let ids: Vec<&str> = private.iter().map(|zone| zone.id.as_str()).collect();
                let domain = below(name);
                let detail =
                    format!("Only a private hosted zone holds {domain}, which ACM does not see: {}.", ids.join(", "));
                Home::Blocked(Cause::PrivateZoneOnly, detail)
            }
            Choice::None => {
                let detail = format!("No public hosted zone that this function can see holds {}.", below(name));
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
            "Several public hosted zones are called {name} ({}), and the DNS does not tell which of them it uses.",
            described.join(", ")
        )
    }

    fn refusal(&self, account: AccountId) -> String {
        let described = self.book.accounts().described(account);
        let why = self.book.refusal(account).map(|error| format!(": {error}")).unwrap_or_default();
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
            Found::Nothing | Found::Unknown => return Ok(None),
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
