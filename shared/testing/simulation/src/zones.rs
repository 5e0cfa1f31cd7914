//! Hosted zones: the records that certificates require, and operators' changes.

mod actions;

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::Timestamp;
use simulated_aws::{Aws, RoleRule};

use crate::place::at;

pub(crate) use self::actions::ZoneAction;

/// The account that owns some of the zones.
const TEAM: &str = "111122223333";
/// The role that gives the function access to that account.
const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";
const EXTERNAL_ID: &str = "autopilot-1";
/// The zones, and whether the other account owns them.
const ZONES: [(&str, bool); 4] =
    [("alpha.example", false), ("dev.alpha.example", true), ("beta.example", false), ("gamma.example", true)];
/// A domain without any zone.
pub(crate) const NOWHERE: &str = "nowhere.example";
/// A domain with a zone in the function's own account that is not granted, and for which certificates are requested.
pub(crate) const NOT_GRANTED: &str = "delta.example";

/// The template parameter with the domains that may be validated.
pub(crate) fn granted_domains() -> String {
    // dev.alpha.example is below alpha.example.
    ["alpha.example", "beta.example", "gamma.example", NOWHERE].join(",")
}

/// The template parameter with the zones of the other account.
pub(crate) fn zone_roles() -> String {
    let roles = ZONES
        .iter()
        .filter(|(_, in_other_account)| *in_other_account)
        .map(|(zone, _)| serde_json::json!({ "zone": zone, "role": ROLE, "externalId": EXTERNAL_ID }));
    serde_json::Value::from_iter(roles).to_string()
}

/// A public zone.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    in_other_account: bool,
    /// Changes when the zone is deleted and created again.
    pub(crate) id: String,
    /// When the deleted zone is created again.
    gone_until: Option<Timestamp>,
    undelegated_until: Option<Timestamp>,
    /// When the function or ACM last could not reach it.
    hindered: Timestamp,
}

/// A record that a certificate requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequiredRecord {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The zone's index; none if nobody has a zone for it.
    pub(crate) zone: Option<usize>,
}

/// The zone's id, the record's name and its type.
pub(crate) type RecordKey = (String, String, String);

/// The zones and their records, as they should be.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    pub(crate) all: Vec<Zone>,
    refused_until: Option<Timestamp>,
    /// Operators' records, and when each is removed.
    pub(crate) operator_records: BTreeMap<RecordKey, (String, Option<Timestamp>)>,
    /// Required records by certificate ARN.
    pub(crate) required: BTreeMap<String, Vec<RequiredRecord>>,
    /// When an operator last changed a name.
    touched: BTreeMap<String, Timestamp>,
    /// Operators do nothing, not even what was planned before.
    pub(crate) quiet: bool,
    /// When a sweep last failed.
    pub(crate) sweep_failed: Timestamp,
}

impl Zones {
    /// Creates the zones, including a private one, with some records of operators.
    pub(crate) fn create(aws: &Aws) -> Self {
        let now = aws.now();
        aws.set_role(ROLE, RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
        aws.create_private_hosted_zone("beta.example");
        aws.create_hosted_zone(NOT_GRANTED);
        let mut zones = Self::default();
        for (name, in_other_account) in ZONES {
            let zone = Zone {
                name,
                in_other_account,
                id: String::new(),
                gone_until: None,
                undelegated_until: None,
                hindered: now,
            };
            zones.all.push(zone);
            zones.create_zone(aws, zones.all.len() - 1);
        }
        zones
    }

    /// Creates a zone, for the first time or again.
    fn create_zone(&mut self, aws: &Aws, index: usize) {
        let zone = &mut self.all[index];
        zone.id = if zone.in_other_account {
            aws.create_hosted_zone_in(TEAM, zone.name)
        } else {
            aws.create_hosted_zone(zone.name)
        };
        for (name, kind, value) in [
            (format!("www.{}.", zone.name), "A", "192.0.2.1".to_owned()),
            (format!("_dmarc.{}.", zone.name), "TXT", "\"v=DMARC1; p=none\"".to_owned()),
            (format!("shop.{}.", zone.name), "CNAME", format!("www.{}.", zone.name)),
        ] {
            aws.set_record(&zone.id, &name, kind, &value);
            self.operator_records.insert((zone.id.clone(), name, kind.to_owned()), (value, None));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Names for a certificate, in one zone or several, sometimes with a wildcard.
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

    /// Notes the records that a certificate with these names requires.
    pub(crate) fn require(&mut self, aws: &Aws, arn: &str, names: &[String]) {
        let aws = at(aws, arn);
        let mut required: Vec<RequiredRecord> = Vec::new();
        for name in names {
            let record = aws.validation_record(name);
            let base = name.trim_start_matches("*.");
            let holds = |zone: &Zone| base == zone.name || base.ends_with(&format!(".{}", zone.name));
            let zone = (0..self.all.len()).filter(|zone| holds(&self.all[*zone]));
            let zone = zone.max_by_key(|zone| self.all[*zone].name.len());
            let record = RequiredRecord { name: record.name, value: record.values[0].clone(), zone };
            if !required.contains(&record) {
                required.push(record);
            }
        }
        self.required.insert(arn.to_owned(), required);
    }

    /// Adds the records of a certificate, as if that had been done long ago. Nobody can add one to a zone that is gone.
    pub(crate) fn insert_records(&self, aws: &Aws, arn: &str) {
        for required in self.required.get(arn).into_iter().flatten() {
            if let Some(zone) = required.zone.filter(|zone| self.exists(*zone)) {
                aws.set_record(&self.all[zone].id, &required.name, "CNAME", &required.value);
            }
        }
    }

    /// When something last prevented this record from being created or found; none if nobody can create it.
    pub(crate) fn hindered(&self, required: &RequiredRecord) -> Option<Timestamp> {
        let zone = &self.all[required.zone?];
        let touched = self.touched.get(&required.name).copied().unwrap_or(Timestamp::UNIX_EPOCH);
        Some(zone.hindered.max(touched).max(self.sweep_failed))
    }

    /// The latest of [`Zones::hindered`] over all records of a certificate.
    pub(crate) fn all_hindered(&self, arn: &str) -> Option<Timestamp> {
        let required = self.required.get(arn)?.iter();
        required
            .map(|required| self.hindered(required))
            .try_fold(Timestamp::UNIX_EPOCH, |last, one| Some(last.max(one?)))
    }

    /// Whatever prevents records now is a hindrance until now.
    fn refresh_hindrances(&mut self, now: Timestamp) {
        for zone in &mut self.all {
            let refused = zone.in_other_account && self.refused_until.is_some();
            if refused || zone.gone_until.is_some() || zone.undelegated_until.is_some() {
                zone.hindered = now;
            }
        }
        for ((_, name, _), (_, until)) in &self.operator_records {
            if until.is_some() {
                self.touched.insert(name.clone(), now);
            }
        }
    }

    fn hinder_other_account(&mut self, now: Timestamp) {
        self.all.iter_mut().filter(|zone| zone.in_other_account).for_each(|zone| zone.hindered = now);
    }

    pub(crate) fn exists(&self, zone: usize) -> bool {
        self.all[zone].gone_until.is_none()
    }
}
