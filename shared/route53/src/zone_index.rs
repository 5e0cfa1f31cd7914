//! Which hosted zone a record belongs into.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::DnsName;

/// Whose zones: the account that the function runs in, or one that a configured role opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum ZoneOwner {
    /// The account that the function runs in.
    OwnAccount,
    /// That of the role at this place of the configuration.
    Role(RoleIndex),
}

/// The index of a role in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct RoleIndex(pub usize);

/// A hosted zone, as ListHostedZones shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// Its domain.
    pub name: DnsName,
    /// Whether only VPCs see it. ACM never does.
    pub private: bool,
    /// In which account it is.
    pub owner: ZoneOwner,
    /// How many record sets it holds, where Route 53 shows it.
    pub record_sets: Option<u64>,
}

/// Names that a role answers for, and that could not be asked for its zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadZones {
    /// The names at and below it.
    pub suffix: DnsName,
    /// The account.
    pub owner: ZoneOwner,
    /// Whether AWS refused, which time does not fix; else nobody answered.
    pub refused: bool,
}

/// What was found for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneChoice<'a> {
    /// This one.
    Zone(&'a HostedZone),
    /// Several public zones of the same name: the delegation says which one counts.
    Several(Vec<&'a HostedZone>),
    /// A role that could not be used answers for the name, more closely than any zone that was read.
    RoleRefused(ZoneOwner),
    /// An account that did not answer may have a zone that is closer to the name than any that was read.
    Unanswered(ZoneOwner),
    /// Only private zones, which are not in the public DNS.
    PrivateOnly(Vec<&'a HostedZone>),
    /// No zone at all.
    None,
}

/// All zones that were read, by name.
#[derive(Debug, Default)]
pub struct ZoneIndex {
    zones: BTreeMap<String, Vec<HostedZone>>,
    /// Per role: the names it answers for. Its zones count for these only.
    suffixes: Vec<Vec<DnsName>>,
    unread: Vec<UnreadZones>,
}

impl ZoneIndex {
    /// Takes the zones of all accounts, the suffixes of each role, and what could not be read.
    pub fn new(zones: Vec<HostedZone>, suffixes: Vec<Vec<DnsName>>, unread: Vec<UnreadZones>) -> Self {
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
    pub fn choose(&self, name: &DnsName) -> ZoneChoice<'_> {
        let mut private = Vec::new();
        let refused =
            self.unread.iter().filter(|unread| name.is_within(&unread.suffix)).max_by_key(|u| u.suffix.as_str().len());
        for candidate in name.and_above() {
            // A zone that could not be seen may be the right one from its suffix on upwards.
            if let Some(unread) = refused.filter(|unread| candidate.len() <= unread.suffix.as_str().len()) {
                let choice = if unread.refused { ZoneChoice::RoleRefused } else { ZoneChoice::Unanswered };
                return choice(unread.owner);
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
                [zone] => return ZoneChoice::Zone(zone),
                _ => return ZoneChoice::Several(public),
            }
        }
        if private.is_empty() { ZoneChoice::None } else { ZoneChoice::PrivateOnly(private) }
    }

    /// The closest public zone above this zone of another account that is not of that account too and may hold this
    /// name, if there is exactly one.
    pub fn zone_above(&self, zone: &HostedZone, name: &DnsName) -> Option<&HostedZone> {
        if zone.owner == ZoneOwner::OwnAccount {
            return None;
        }
        let is_other =
            |other: &&HostedZone| other.owner != zone.owner && !other.private && self.closeness(other, name).is_some();
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
        match zone.owner {
            ZoneOwner::OwnAccount => Some(usize::MAX),
            ZoneOwner::Role(role) => {
                let covering = self.suffixes.get(role.0)?.iter().filter(|suffix| name.is_within(suffix));
                covering.map(|suffix| suffix.as_str().len()).max()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str, name: &str, private: bool, owner: ZoneOwner) -> HostedZone {
        HostedZone { id: id.into(), name: DnsName::new(name), private, owner, record_sets: None }
    }

    fn unread(suffix: &str, refused: bool) -> UnreadZones {
        UnreadZones { suffix: DnsName::new(suffix), owner: ZoneOwner::Role(RoleIndex(1)), refused }
    }

    fn zones() -> ZoneIndex {
        let own = |id: &str, name: &str| zone(id, name, false, ZoneOwner::OwnAccount);
        let team = ZoneOwner::Role(RoleIndex(0));
        ZoneIndex::new(
            vec![
                own("Z1", "example.com."),
                own("Z2", "dev.example.com."),
                own("Z3", "xn--bcher-kva.example."),
                own("Z4", "twice.test."),
                own("Z5", "twice.test."),
                zone("P1", "corp.test.", true, ZoneOwner::OwnAccount),
                zone("P2", "example.com.", true, ZoneOwner::OwnAccount),
                zone("P3", "api.example.com.", true, ZoneOwner::OwnAccount),
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
                ZoneChoice::Zone(zone) => zone.id.clone(),
                ZoneChoice::Several(_) => "several".into(),
                ZoneChoice::PrivateOnly(_) => "private".into(),
                ZoneChoice::RoleRefused(_) => "refused".into(),
                ZoneChoice::Unanswered(_) => "unanswered".into(),
                ZoneChoice::None => "none".into(),
            };
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn what_is_above_a_zone_of_another_account() {
        let zones = zones();
        let team = |name: &str| zone("R9", name, false, ZoneOwner::Role(RoleIndex(0)));
        let of_a_third = |name: &str| zone("R8", name, false, ZoneOwner::Role(RoleIndex(1)));
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
            (zone("Z2", "dev.example.com", false, ZoneOwner::OwnAccount), None),
        ] {
            let name = DnsName::new(&format!("_a.{}", below.name.as_str()));
            assert_eq!(zones.zone_above(&below, &name).map(|zone| zone.id.as_str()), above, "{}", below.name);
        }
    }

    #[test]
    fn a_zone_below_the_refused_suffix_is_used() {
        let own = zone("Z1", "deep.closed.test", false, ZoneOwner::OwnAccount);
        let zones = ZoneIndex::new(vec![own.clone()], vec![Vec::new()], vec![unread("closed.test", true)]);
        assert_eq!(zones.choose(&DnsName::new("_a.deep.closed.test")), ZoneChoice::Zone(&own));
        assert_eq!(
            zones.choose(&DnsName::new("_a.closed.test")),
            ZoneChoice::RoleRefused(ZoneOwner::Role(RoleIndex(1)))
        );
    }

    #[test]
    fn a_zone_that_several_accounts_list_is_one_zone() {
        let listed = |account| zone("Z1", "example.com", false, account);
        let roles = [ZoneOwner::Role(RoleIndex(0)), ZoneOwner::Role(RoleIndex(1))];
        let suffixes = || vec![vec![DnsName::new("example.com")], vec![DnsName::new("team.example.com")]];
        let zones = ZoneIndex::new(roles.map(listed).to_vec(), suffixes(), Vec::new());
        for (name, account) in [("_a.team.example.com", roles[1]), ("_a.example.com", roles[0])] {
            assert_eq!(zones.choose(&DnsName::new(name)), ZoneChoice::Zone(&listed(account)), "{name}");
        }
        let everywhere =
            [ZoneOwner::Role(RoleIndex(1)), ZoneOwner::OwnAccount, ZoneOwner::Role(RoleIndex(0))].map(listed).to_vec();
        let zones = ZoneIndex::new(everywhere, suffixes(), Vec::new());
        assert_eq!(
            zones.choose(&DnsName::new("_a.team.example.com")),
            ZoneChoice::Zone(&listed(ZoneOwner::OwnAccount))
        );
    }
}
