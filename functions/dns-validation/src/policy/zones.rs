//! Which hosted zone a record belongs into.

use std::collections::BTreeMap;

use serde::Serialize;

use super::name::DnsName;

/// Whose zones: the account that the function runs in, or one that a configured role opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum AccountId {
    /// The function's own.
    Home,
    /// That of the role at this place of the configuration.
    Role(usize),
}

/// A hosted zone, as ListHostedZones shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// Its apex.
    pub name: DnsName,
    /// Whether only VPCs see it. ACM never does.
    pub private: bool,
    /// Whose it is.
    pub account: AccountId,
    /// How many record sets it holds, where Route 53 told.
    pub record_sets: Option<u64>,
}

/// Names that a role answers for, and that could not be asked for its zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The configured suffix.
    pub suffix: DnsName,
    /// The role's account.
    pub account: AccountId,
    /// Whether AWS refused, which time does not mend; else nobody answered.
    pub refused: bool,
}

/// What was found for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The one zone.
    Zone(&'a HostedZone),
    /// Several public zones of the same name: the delegation says which one counts.
    Several(Vec<&'a HostedZone>),
    /// A role that could not be used answers for the name, more closely than any zone that was read.
    RoleRefused(AccountId),
    /// An account that did not answer may have a zone that is closer to the name than any that was read.
    Unanswered(AccountId),
    /// Only private zones, which ACM does not see.
    PrivateOnly(Vec<&'a HostedZone>),
    /// No zone at all.
    None,
}

/// All zones that were read, by name.
#[derive(Debug, Default)]
pub struct Zones {
    zones: BTreeMap<String, Vec<HostedZone>>,
    /// Per role: the names it answers for. Its zones count for these only.
    suffixes: Vec<Vec<DnsName>>,
    unread: Vec<Unread>,
}

impl Zones {
    /// Takes the zones of all accounts, the suffixes of each role, and what could not be read.
    pub fn new(zones: Vec<HostedZone>, suffixes: Vec<Vec<DnsName>>, unread: Vec<Unread>) -> Self {
        let mut by_name: BTreeMap<String, Vec<HostedZone>> = BTreeMap::new();
        for zone in zones {
            by_name.entry(zone.name.as_str().to_owned()).or_default().push(zone);
        }
        Self { zones: by_name, suffixes, unread }
    }

    /// The zone with the longest name that the given name lies in
    /// ([the most specific zone answers](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-working-with.html)).
    ///
    /// A private zone is never chosen, and hides no public one above it: ACM asks the public DNS.
    pub fn choose(&self, name: &DnsName) -> Choice<'_> {
        let mut private = Vec::new();
        let refused =
            self.unread.iter().filter(|unread| name.is_within(&unread.suffix)).max_by_key(|u| u.suffix.as_str().len());
        for candidate in name.and_above() {
            // A zone that could not be seen may be the right one from its suffix on upwards.
            if let Some(unread) = refused.filter(|unread| candidate.len() <= unread.suffix.as_str().len()) {
                let choice = if unread.refused { Choice::RoleRefused } else { Choice::Unanswered };
                return choice(unread.account);
            }
            // A zone is listed by each role of its account, and by the account itself.
            let mut here: BTreeMap<&str, (usize, &HostedZone)> = BTreeMap::new();
            for zone in self.zones.get(candidate).into_iter().flatten() {
                let Some(closeness) = self.closeness(zone, name) else { continue };
                let best = here.entry(&zone.id).or_insert((closeness, zone));
                if closeness > best.0 {
                    *best = (closeness, zone);
                }
            }
            let zones = here.into_values().map(|(_, zone)| zone);
            let (hidden, public): (Vec<_>, Vec<_>) = zones.partition(|zone| zone.private);
            match public[..] {
                [] => private.extend(hidden),
                [zone] => return Choice::Zone(zone),
                _ => return Choice::Several(public),
            }
        }
        if private.is_empty() { Choice::None } else { Choice::PrivateOnly(private) }
    }

    /// The closest public zone above this zone of another account that is not of that account too and may hold this
    /// name, if there is exactly one.
    pub fn above(&self, zone: &HostedZone, name: &DnsName) -> Option<&HostedZone> {
        if zone.account == AccountId::Home {
            return None;
        }
        let is_other = |other: &&HostedZone| {
            other.account != zone.account && !other.private && self.closeness(other, name).is_some()
        };
        let others = |name| self.zones.get(name).into_iter().flatten().filter(is_other).collect::<Vec<_>>();
        let closest = zone.name.and_above().skip(1).map(others).find(|zones| !zones.is_empty())?;
        match closest[..] {
            [zone] => Some(zone),
            _ => None,
        }
    }

    /// How closely the account that lists the zone answers for the name: the function's own before every
    /// role, and of roles the one with the longest suffix. `None` when it does not.
    fn closeness(&self, zone: &HostedZone, name: &DnsName) -> Option<usize> {
        match zone.account {
            AccountId::Home => Some(usize::MAX),
            AccountId::Role(role) => {
                let covering = self.suffixes.get(role)?.iter().filter(|suffix| name.is_within(suffix));
                covering.map(|suffix| suffix.as_str().len()).max()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str, name: &str, private: bool, account: AccountId) -> HostedZone {
        HostedZone { id: id.into(), name: DnsName::new(name), private, account, record_sets: None }
    }

    fn unread(suffix: &str, refused: bool) -> Unread {
        Unread { suffix: DnsName::new(suffix), account: AccountId::Role(1), refused }
    }

    fn zones() -> Zones {
        let home = |id: &str, name: &str| zone(id, name, false, AccountId::Home);
        let team = AccountId::Role(0);
        Zones::new(
            vec![
                home("Z1", "example.com."),
                home("Z2", "dev.example.com."),
                home("Z3", "xn--bcher-kva.example."),
                home("Z4", "twice.test."),
                home("Z5", "twice.test."),
                zone("P1", "corp.test.", true, AccountId::Home),
                zone("P2", "example.com.", true, AccountId::Home),
                zone("P3", "api.example.com.", true, AccountId::Home),
                zone("R1", "team.example.com.", false, team),
                zone("R2", "example.net.", false, team),
                zone("R3", "stranger.test.", false, team),
            ],
            vec![vec![DnsName::new("team.example.com"), DnsName::new("shop.example.net")], Vec::new()],
            vec![unread("closed.example.com", true), unread("closed.test", true), unread("silent.example.com", false)],
        )
    }

    #[test]
    fn the_table_of_names_and_zones() {
        let zones = zones();
        for (name, expected) in [
            ("_a.example.com.", "Z1"),
            ("_a.www.example.com.", "Z1"),
            ("_a.dev.example.com.", "Z2"),
            ("_a.x.dev.example.com", "Z2"),
            ("_a.notdev.example.com", "Z1"),
            // A private zone hides no public one above it.
            ("_a.api.example.com", "Z1"),
            ("_a.bücher.example", "Z3"),
            ("_a.XN--BCHER-KVA.example", "Z3"),
            ("_a.twice.test", "several"),
            ("_a.corp.test", "private"),
            ("_a.team.example.com", "R1"),
            // The role's zone lies above the suffix that it answers for.
            ("_a.shop.example.net", "R2"),
            ("_a.example.net", "none"),
            ("_a.stranger.test", "none"),
            ("_a.closed.example.com", "refused"),
            ("_a.b.closed.test", "refused"),
            ("_a.silent.example.com", "unanswered"),
            ("_a.closed.test.example.com", "Z1"),
            ("com", "none"),
            ("", "none"),
        ] {
            let found = match zones.choose(&DnsName::new(name)) {
                Choice::Zone(zone) => zone.id.clone(),
                Choice::Several(_) => "several".into(),
                Choice::PrivateOnly(_) => "private".into(),
                Choice::RoleRefused(_) => "refused".into(),
                Choice::Unanswered(_) => "unanswered".into(),
                Choice::None => "none".into(),
            };
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_is_above_a_zone_of_another_account() {
        let zones = zones();
        let team = |name: &str| zone("R9", name, false, AccountId::Role(0));
        let of_a_third = |name: &str| zone("R8", name, false, AccountId::Role(1));
        for (below, above) in [
            (team("team.example.com"), Some("Z1")),
            // The role of that account does not answer for other names.
            (of_a_third("x.shop.example.net"), Some("R2")),
            (of_a_third("x.example.net"), None),
            (team("a.dev.example.com"), Some("Z2")),
            // A private zone is none, and of two nobody knows which.
            (team("a.corp.test"), None),
            (team("a.twice.test"), None),
            (team("example.com"), None),
            (zone("Z2", "dev.example.com", false, AccountId::Home), None),
        ] {
            let name = DnsName::new(&format!("_a.{}", below.name.as_str()));
            assert_eq!(zones.above(&below, &name).map(|zone| zone.id.as_str()), above, "{}", below.name);
        }
    }

    #[test]
    fn a_zone_below_the_refused_suffix_is_used() {
        let home = zone("Z1", "deep.closed.test", false, AccountId::Home);
        let zones = Zones::new(vec![home.clone()], vec![Vec::new()], vec![unread("closed.test", true)]);
        assert_eq!(zones.choose(&DnsName::new("_a.deep.closed.test")), Choice::Zone(&home));
        assert_eq!(zones.choose(&DnsName::new("_a.closed.test")), Choice::RoleRefused(AccountId::Role(1)));
    }

    #[test]
    fn a_zone_that_several_accounts_list_is_one_zone() {
        let listed = |account| zone("Z1", "example.com", false, account);
        let roles = [AccountId::Role(0), AccountId::Role(1)];
        let suffixes = || vec![vec![DnsName::new("example.com")], vec![DnsName::new("team.example.com")]];
        let zones = Zones::new(roles.map(listed).to_vec(), suffixes(), Vec::new());
        for (name, account) in [("_a.team.example.com", roles[1]), ("_a.example.com", roles[0])] {
            assert_eq!(zones.choose(&DnsName::new(name)), Choice::Zone(&listed(account)), "{name}");
        }
        let everywhere = [AccountId::Role(1), AccountId::Home, AccountId::Role(0)].map(listed).to_vec();
        let zones = Zones::new(everywhere, suffixes(), Vec::new());
        assert_eq!(zones.choose(&DnsName::new("_a.team.example.com")), Choice::Zone(&listed(AccountId::Home)));
    }
}
