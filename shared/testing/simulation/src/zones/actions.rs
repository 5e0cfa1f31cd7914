//! What operators do to hosted zones.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, RoleRule};

use super::{EXTERNAL_ID, ROLE, RecordKey, RequiredRecord, Zones};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ZoneAction {
    /// Removes one validation record.
    RemoveRecord(RequiredRecord),
    /// Removes all validation records of a zone.
    RemoveRecords(usize),
    /// Deletes a zone and creates it again days later.
    RemoveZone(usize, i64),
    /// Sets another value at the name of a validation record, for some days.
    Overwrite(RequiredRecord, &'static str, i64),
    /// Denies the role for some days.
    RefuseRole(i64),
    /// Removes the delegation for some days.
    Undelegate(usize, i64),
}

impl Zones {
    pub(crate) fn random_action(&self, rng: &mut Rng) -> Option<ZoneAction> {
        let certificate = self.required.values().nth(rng.usize(..self.required.len().max(1)))?;
        let required = certificate[rng.usize(..certificate.len())].clone();
        let zone = rng.usize(..self.all.len());
        let days = rng.i64(1..8);
        Some(match rng.u8(..12) {
            0..=3 => ZoneAction::RemoveRecord(required),
            4 | 5 => ZoneAction::RemoveRecords(zone),
            6 => ZoneAction::RemoveZone(zone, days),
            7 | 8 => {
                let value =
                    ["www.example.org.", "_0123456789abcdef.fedcba9876.acm-validations.aws."][usize::from(rng.bool())];
                ZoneAction::Overwrite(required, value, days)
            }
            9 | 10 => ZoneAction::RefuseRole(days),
            _ => ZoneAction::Undelegate(zone, days),
        })
    }

    /// Performs an action if it is possible.
    pub(crate) fn perform(&mut self, aws: &Aws, action: &ZoneAction) {
        if self.quiet {
            return;
        }
        let now = aws.now();
        let until = |days: i64| Some(now + SignedDuration::from_hours(24 * days));
        match action {
            ZoneAction::RemoveRecord(required) => {
                if let Some(zone) = required.zone.filter(|zone| self.all[*zone].gone_until.is_none()) {
                    self.remove(aws, zone, &required.name);
                }
            }
            ZoneAction::RemoveRecords(zone) if self.all[*zone].gone_until.is_none() => {
                let names = aws.records(&self.all[*zone].id).into_iter();
                let names = names.filter(|record| record.kind == "CNAME" && record.name.starts_with('_'));
                names.for_each(|record| self.remove(aws, *zone, &record.name));
            }
            ZoneAction::RemoveZone(zone, days) if self.all[*zone].gone_until.is_none() => {
                let zone = &mut self.all[*zone];
                aws.remove_hosted_zone(&zone.id);
                zone.gone_until = until(*days);
                let id = &zone.id;
                self.operator_records.retain(|(zone, ..), _| zone != id);
            }
            ZoneAction::Overwrite(required, value, days) => {
                if let Some(zone) = required.zone.filter(|zone| self.all[*zone].gone_until.is_none()) {
                    let id = &self.all[zone].id;
                    aws.set_record(id, &required.name, "CNAME", value);
                    let index = (id.clone(), required.name.clone(), "CNAME".to_owned());
                    self.operator_records.insert(index, ((*value).to_owned(), until(*days)));
                }
            }
            ZoneAction::RefuseRole(days) => {
                aws.set_role(ROLE, RoleRule::Refused);
                self.refused_until = until(*days);
            }
            ZoneAction::Undelegate(zone, days) if self.all[*zone].gone_until.is_none() => {
                aws.undelegate(&self.all[*zone].id);
                self.all[*zone].undelegated_until = until(*days);
            }
            ZoneAction::RemoveRecords(_) | ZoneAction::RemoveZone(..) | ZoneAction::Undelegate(..) => {}
        }
        self.refresh_hindrances(now);
    }

    fn remove(&mut self, aws: &Aws, zone: usize, name: &str) {
        let id = &self.all[zone].id;
        aws.remove_record(id, name, "CNAME");
        self.operator_records.remove(&(id.clone(), name.to_owned(), "CNAME".to_owned()));
        self.touched.insert(name.to_owned(), aws.now());
    }

    /// Reverts what operators did, after the planned days or, with `all`, at once.
    pub(crate) fn restore(&mut self, aws: &Aws, all: bool) {
        let now = aws.now();
        let is_over = |until: Option<Timestamp>| until.is_some_and(|until| all || until <= now);
        for index in 0..self.all.len() {
            if is_over(self.all[index].gone_until) {
                self.all[index].gone_until = None;
                self.create_zone(aws, index);
                self.all[index].hindered = now;
            }
            let zone = &mut self.all[index];
            if is_over(zone.undelegated_until) && zone.gone_until.is_none() {
                zone.undelegated_until = None;
                zone.hindered = now;
                aws.delegate(&zone.id);
            }
        }
        if is_over(self.refused_until) {
            self.refused_until = None;
            self.hinder_other_account(now);
            aws.set_role(ROLE, RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
        }
        let over: Vec<RecordKey> = self
            .operator_records
            .iter()
            .filter(|(_, (_, until))| is_over(*until))
            .map(|(index, _)| index.clone())
            .collect();
        for index in over {
            self.operator_records.remove(&index);
            let (zone, name, kind) = index;
            aws.remove_record(&zone, &name, &kind);
            self.touched.insert(name, now);
        }
        self.refresh_hindrances(now);
    }
}
