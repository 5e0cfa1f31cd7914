//! The hosted zones of a world, what certificates need in them, and what operators do to them.

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, RoleRule};

/// The account that owns some of the zones.
const TEAM: &str = "111122223333";
/// The role that lets the function in there.
const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";
const EXTERNAL_ID: &str = "autopilot-1";
/// The zones, and whether the other account owns them.
const ZONES: [(&str, bool); 4] =
    [("alpha.example", false), ("dev.alpha.example", true), ("beta.example", false), ("gamma.example", true)];
/// A domain that nobody has a zone for.
pub(crate) const NOWHERE: &str = "nowhere.example";
/// A domain with a zone in the function's own account, which is not granted: somebody requests certificates for it.
pub(crate) const NOT_GRANTED: &str = "delta.example";

/// The template's parameter of the domains that may be validated.
pub(crate) fn granted_domains() -> String {
    // dev.alpha.example lies beneath alpha.example.
    ["alpha.example", "beta.example", "gamma.example", NOWHERE].join(",")
}

/// The template's parameter for the zones of the other account.
pub(crate) fn zone_roles() -> String {
    let roles = ZONES
        .iter()
        .filter(|(_, is_theirs)| *is_theirs)
        .map(|(zone, _)| serde_json::json!({ "zone": zone, "role": ROLE, "externalId": EXTERNAL_ID }));
    serde_json::Value::from_iter(roles).to_string()
}

/// A public zone.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    is_theirs: bool,
    /// Its id; another one when it was deleted and created again.
    pub(crate) id: String,
    /// When it is created again, while it is deleted.
    gone_until: Option<Timestamp>,
    undelegated_until: Option<Timestamp>,
    /// The last time that the function or ACM could not reach it.
    hindered: Timestamp,
}

/// A record that a certificate needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Its zone's place; none where nobody has one.
    pub(crate) zone: Option<usize>,
}

/// The place of a record: the zone's id, the name, the type.
pub(crate) type Place = (String, String, String);

/// The zones and their records, as they should be.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    pub(crate) all: Vec<Zone>,
    refused_until: Option<Timestamp>,
    /// What operators wrote, and until when it stays.
    pub(crate) kept: BTreeMap<Place, (String, Option<Timestamp>)>,
    /// The records that certificates need, by ARN.
    pub(crate) wanted: BTreeMap<String, Vec<Wanted>>,
    /// When an operator last did something to a name.
    touched: BTreeMap<String, Timestamp>,
    /// Operators are away: what they were to do before some call does not happen.
    pub(crate) quiet: bool,
    /// The last time that a sweep failed.
    pub(crate) sweep_failed: Timestamp,
}

/// Something that an operator does to zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Removes one validation record.
    RemoveRecord(Wanted),
    /// Removes all of a zone.
    RemoveRecords(usize),
    /// Deletes a zone, and creates it again days later.
    RemoveZone(usize, i64),
    /// Puts another value at the name of a validation record, for days.
    Occupy(Wanted, &'static str, i64),
    /// Refuses the role for days.
    RefuseRole(i64),
    /// Takes the delegation away for days.
    Undelegate(usize, i64),
}

impl Zones {
    /// Creates the zones, among them a private one, with some records of their own.
    pub(crate) fn create(aws: &Aws) -> Self {
        let now = aws.now();
        aws.set_role(ROLE, RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
        aws.create_private_hosted_zone("beta.example");
        aws.create_hosted_zone(NOT_GRANTED);
        let mut zones = Self::default();
        for (name, is_theirs) in ZONES {
            let zone =
                Zone { name, is_theirs, id: String::new(), gone_until: None, undelegated_until: None, hindered: now };
            zones.all.push(zone);
            zones.make(aws, zones.all.len() - 1);
        }
        zones
    }

    /// Creates a zone, for the first time or again.
    fn make(&mut self, aws: &Aws, place: usize) {
        let zone = &mut self.all[place];
        zone.id =
            if zone.is_theirs { aws.create_hosted_zone_in(TEAM, zone.name) } else { aws.create_hosted_zone(zone.name) };
        for (name, kind, value) in [
            (format!("www.{}.", zone.name), "A", "192.0.2.1".to_owned()),
            (format!("_dmarc.{}.", zone.name), "TXT", "\"v=DMARC1; p=none\"".to_owned()),
            (format!("shop.{}.", zone.name), "CNAME", format!("www.{}.", zone.name)),
        ] {
            aws.set_record(&zone.id, &name, kind, &value);
            self.kept.insert((zone.id.clone(), name, kind.to_owned()), (value, None));
        }
    }

    /// Whether this world has any.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Names for a certificate: in one zone or several, sometimes a wildcard.
    pub(crate) fn names(rng: &mut Rng, number: usize, count: usize) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for each in 0..count {
            let zone = ZONES[rng.usize(..ZONES.len())].0;
            let name = match rng.u8(..8) {
                0 => format!("*.{zone}"),
                1 => zone.to_owned(),
                2 => format!("*.host-{number}-{each}.{zone}"),
                _ => format!("host-{number}-{each}.{zone}"),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Notes what a certificate with these names needs.
    pub(crate) fn want(&mut self, aws: &Aws, arn: &str, names: &[String]) {
        let mut wanted: Vec<Wanted> = Vec::new();
        for name in names {
            let record = aws.validation_record(name);
            let base = name.trim_start_matches("*.");
            let holds = |zone: &Zone| base == zone.name || base.ends_with(&format!(".{}", zone.name));
            let zone = (0..self.all.len()).filter(|zone| holds(&self.all[*zone]));
            let zone = zone.max_by_key(|zone| self.all[*zone].name.len());
            let record = Wanted { name: record.name, value: record.values[0].clone(), zone };
            if !wanted.contains(&record) {
                wanted.push(record);
            }
        }
        self.wanted.insert(arn.to_owned(), wanted);
    }

    /// Puts the records of a certificate into the zones, as if that had been done long ago.
    pub(crate) fn provide(&self, aws: &Aws, arn: &str) {
        for wanted in self.wanted.get(arn).into_iter().flatten() {
            if let Some(zone) = wanted.zone {
                aws.set_record(&self.all[zone].id, &wanted.name, "CNAME", &wanted.value);
            }
        }
    }

    /// The last time that something kept a record from being put into place or found; none when nobody can.
    pub(crate) fn hindered(&self, wanted: &Wanted) -> Option<Timestamp> {
        let zone = &self.all[wanted.zone?];
        let touched = self.touched.get(&wanted.name).copied().unwrap_or(Timestamp::UNIX_EPOCH);
        Some(zone.hindered.max(touched).max(self.sweep_failed))
    }

    /// As [`Zones::hindered`], for all that a certificate needs.
    pub(crate) fn all_hindered(&self, arn: &str) -> Option<Timestamp> {
        let wanted = self.wanted.get(arn)?.iter();
        wanted.map(|wanted| self.hindered(wanted)).try_fold(Timestamp::UNIX_EPOCH, |last, one| Some(last.max(one?)))
    }

    /// A day begins: what operators did for some days comes to its end. All of it does where nothing is to
    /// be in the way any more.
    pub(crate) fn mend(&mut self, aws: &Aws, all: bool) {
        let now = aws.now();
        let is_over = |until: Option<Timestamp>| until.is_some_and(|until| all || until <= now);
        for place in 0..self.all.len() {
            if is_over(self.all[place].gone_until) {
                self.all[place].gone_until = None;
                self.make(aws, place);
                self.all[place].hindered = now;
            }
            let zone = &mut self.all[place];
            if is_over(zone.undelegated_until) && zone.gone_until.is_none() {
                zone.undelegated_until = None;
                zone.hindered = now;
                aws.delegate(&zone.id);
            }
        }
        if is_over(self.refused_until) {
            self.refused_until = None;
            self.hinder_theirs(now);
            aws.set_role(ROLE, RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
        }
        let over: Vec<Place> =
            self.kept.iter().filter(|(_, (_, until))| is_over(*until)).map(|(place, _)| place.clone()).collect();
        for place in over {
            self.kept.remove(&place);
            let (zone, name, kind) = place;
            aws.remove_record(&zone, &name, &kind);
            self.touched.insert(name, now);
        }
        self.keep_in_mind(now);
    }

    /// What is in the way now still is.
    fn keep_in_mind(&mut self, now: Timestamp) {
        for zone in &mut self.all {
            let refused = zone.is_theirs && self.refused_until.is_some();
            if refused || zone.gone_until.is_some() || zone.undelegated_until.is_some() {
                zone.hindered = now;
            }
        }
        for ((_, name, _), (_, until)) in &self.kept {
            if until.is_some() {
                self.touched.insert(name.clone(), now);
            }
        }
    }

    fn hinder_theirs(&mut self, now: Timestamp) {
        self.all.iter_mut().filter(|zone| zone.is_theirs).for_each(|zone| zone.hindered = now);
    }

    /// Something random.
    pub(crate) fn random(&self, rng: &mut Rng) -> Option<Act> {
        let certificate = self.wanted.values().nth(rng.usize(..self.wanted.len().max(1)))?;
        let wanted = certificate[rng.usize(..certificate.len())].clone();
        let zone = rng.usize(..self.all.len());
        let days = rng.i64(1..8);
        Some(match rng.u8(..12) {
            0..=3 => Act::RemoveRecord(wanted),
            4 | 5 => Act::RemoveRecords(zone),
            6 => Act::RemoveZone(zone, days),
            7 | 8 => {
                let value =
                    ["www.example.org.", "_0123456789abcdef.fedcba9876.acm-validations.aws."][usize::from(rng.bool())];
                Act::Occupy(wanted, value, days)
            }
            9 | 10 => Act::RefuseRole(days),
            _ => Act::Undelegate(zone, days),
        })
    }

    /// Does it, as far as it can be done.
    pub(crate) fn perform(&mut self, aws: &Aws, act: &Act) {
        if self.quiet {
            return;
        }
        let now = aws.now();
        let until = |days: i64| Some(now + SignedDuration::from_hours(24 * days));
        match act {
            Act::RemoveRecord(wanted) => {
                if let Some(zone) = wanted.zone.filter(|zone| self.all[*zone].gone_until.is_none()) {
                    self.remove(aws, zone, &wanted.name);
                }
            }
            Act::RemoveRecords(zone) if self.all[*zone].gone_until.is_none() => {
                let names = aws.records(&self.all[*zone].id).into_iter();
                let names = names.filter(|record| record.kind == "CNAME" && record.name.starts_with('_'));
                names.for_each(|record| self.remove(aws, *zone, &record.name));
            }
            Act::RemoveZone(zone, days) if self.all[*zone].gone_until.is_none() => {
                let zone = &mut self.all[*zone];
                aws.remove_hosted_zone(&zone.id);
                zone.gone_until = until(*days);
                let id = &zone.id;
                self.kept.retain(|(zone, ..), _| zone != id);
            }
            Act::Occupy(wanted, value, days) => {
                if let Some(zone) = wanted.zone.filter(|zone| self.all[*zone].gone_until.is_none()) {
                    let id = &self.all[zone].id;
                    aws.set_record(id, &wanted.name, "CNAME", value);
                    let place = (id.clone(), wanted.name.clone(), "CNAME".to_owned());
                    self.kept.insert(place, ((*value).to_owned(), until(*days)));
                }
            }
            Act::RefuseRole(days) => {
                aws.set_role(ROLE, RoleRule::Refused);
                self.refused_until = until(*days);
            }
            Act::Undelegate(zone, days) if self.all[*zone].gone_until.is_none() => {
                aws.undelegate(&self.all[*zone].id);
                self.all[*zone].undelegated_until = until(*days);
            }
            Act::RemoveRecords(_) | Act::RemoveZone(..) | Act::Undelegate(..) => {}
        }
        self.keep_in_mind(now);
    }

    fn remove(&mut self, aws: &Aws, zone: usize, name: &str) {
        let id = &self.all[zone].id;
        aws.remove_record(id, name, "CNAME");
        self.kept.remove(&(id.clone(), name.to_owned(), "CNAME".to_owned()));
        self.touched.insert(name.to_owned(), aws.now());
    }

    /// Whether a zone is there.
    pub(crate) fn is_there(&self, zone: usize) -> bool {
        self.all[zone].gone_until.is_none()
    }
}
