//! Public certificates in a world with hosted zones: they are requested, issued, and renewed by ACM.

use jiff::Timestamp;
use serde_json::json;
use simulated_aws::Key;

use crate::aws_events::{OPERATOR, acm, cloudtrail, health};
use crate::dns_checker;
use crate::population::{Blueprint, LOAD_BALANCER, Type};
use crate::report::Check;
use crate::world::World;
use crate::zones::{NOT_GRANTED, NOWHERE, Zones};

/// User guide, "Managed certificate renewal": up to 60 days before the end.
const RENEWS_DAYS: i64 = 60;

/// A certificate that was requested and is not issued yet.
#[derive(Debug, Clone)]
pub(crate) struct Requested {
    pub(crate) blueprint: Blueprint,
    pub(crate) at: Timestamp,
}

impl World {
    /// A day of what DNS validates.
    pub(crate) fn validation_day(&mut self) -> Check {
        if self.ledger.open().zones.is_empty() {
            return Ok(());
        }
        self.catch_up();
        {
            let mut ledger = self.ledger.open();
            let ledger = &mut *ledger;
            let is_there = |arn: &String| ledger.known.contains_key(arn) || ledger.requested.contains_key(arn);
            ledger.zones.wanted.retain(|arn, _| is_there(arn));
            ledger.renewing.retain(|arn, _| ledger.known.contains_key(arn));
            ledger.zones.mend(&self.aws, false);
            dns_checker::all_is_well(&self.aws, ledger)?;
        }
        if !self.quiet && self.chance(self.weather.zones) {
            self.operator_of_zones();
        }
        Ok(())
    }

    fn operator_of_zones(&mut self) {
        let act = self.ledger.open().zones.random(&mut self.rng);
        if let Some(act) = act {
            self.record.remark(format!("{} operator of zones {act:?}", self.aws.now()));
            self.ledger.open().zones.perform(&self.aws, &act);
        }
    }

    /// What ACM does in a day about a certificate that DNS validates.
    pub(crate) fn validated_day(&mut self, arn: &str, in_use: bool, left: i64) {
        let now = self.aws.now();
        if left == -1 {
            let event = acm("ACM Certificate Expired", &self.present(arn), now, &[]);
            self.set_out("default", event, now);
        }
        // Somebody notices at last, or wants other names.
        if left < -10 || (!self.quiet && self.rng.u16(..400) == 0) {
            self.aws.remove_certificate(arn);
            self.ledger.open().known.remove(arn);
            self.request_another();
            return;
        }
        if !in_use || !(0..=RENEWS_DAYS).contains(&left) || self.ledger.open().renewing.contains_key(arn) {
            return;
        }
        if !self.aws.start_managed_renewal(arn) {
            return;
        }
        self.ledger.open().renewing.insert(arn.to_owned(), now);
        self.catch_up();
        if !self.ledger.open().renewing.contains_key(arn) {
            return;
        }
        let present = self.present(arn);
        self.record.remark_about(arn, format!("{now} renewal of {} waits for records", last_part(arn)));
        let reason = [("RenewalStatusReason", "PENDING_DOMAIN_VALIDATION")];
        self.set_out("default", acm("ACM Certificate Renewal Action Required", &present, now, &reason), now);
        self.set_out("default", health("AWS_ACM_RENEWAL_STATE_CHANGE", &present, now), now);
    }

    /// Somebody requests a certificate in place of another one.
    pub(crate) fn request_another(&mut self) {
        let number = self.numbered;
        self.numbered += 1;
        let count = names_of(number, &mut self.rng);
        let mut names = Zones::names(&mut self.rng, number, count);
        if self.weather.zones > 0.0 {
            match self.rng.u8(..16) {
                0 => names.push(format!("host-{number}.{NOWHERE}")),
                1 => names.push(format!("host-{number}.{NOT_GRANTED}")),
                _ => {}
            }
        }
        let in_use = self.rng.u8(..10) < 8;
        self.request(Blueprint { in_use, ..Blueprint::validated(names) });
    }

    /// Somebody requests a certificate, and CloudTrail tells of it.
    pub(crate) fn request(&mut self, blueprint: Blueprint) -> String {
        let now = self.aws.now();
        let names: Vec<&str> = blueprint.names.iter().map(String::as_str).collect();
        let arn = self.aws.request_certificate(&names, &[("Owner", "team-1")]);
        self.record.remark_about(&arn, format!("{now} {} is requested for {} names", last_part(&arn), names.len()));
        let mut event = cloudtrail(OPERATOR, "RequestCertificate", json!({ "domainName": names[0] }), now);
        event["detail"]["responseElements"] = json!({ "certificateArn": arn });
        {
            let mut ledger = self.ledger.open();
            ledger.zones.want(&self.aws, &arn, &blueprint.names);
            ledger.requested.insert(arn.clone(), Requested { blueprint, at: now });
        }
        self.summary.requests += 1;
        self.set_out("default", event, now);
        arn
    }

    /// Sees which requests ACM has answered, and which renewals it has made.
    pub(crate) fn catch_up(&mut self) {
        let (requested, renewing) = {
            let ledger = self.ledger.open();
            let requested: Vec<(String, Requested)> =
                ledger.requested.iter().map(|(arn, requested)| (arn.clone(), requested.clone())).collect();
            (requested, ledger.renewing.keys().cloned().collect::<Vec<String>>())
        };
        for (arn, Requested { blueprint, .. }) in requested {
            self.see_request(&arn, blueprint);
        }
        for arn in renewing {
            self.see_renewal(&arn);
        }
    }

    fn see_request(&mut self, arn: &str, blueprint: Blueprint) {
        let now = self.aws.now();
        let status = self.aws.certificate(arn).map(|present| present.status).unwrap_or_default();
        match status.as_str() {
            "PENDING_VALIDATION" => {}
            "ISSUED" => {
                if blueprint.in_use {
                    self.aws.set_in_use_by(arn, &[LOAD_BALANCER]);
                }
                self.ledger.open().requested.remove(arn);
                self.ledger.enter(&self.aws, arn, blueprint);
                self.summary.issued += 1;
                self.record.remark_about(arn, format!("{now} {} is issued", last_part(arn)));
                let event = acm("ACM Certificate Available", &self.present(arn), now, &[("Action", "ISSUANCE")]);
                self.set_out("default", event, now);
            }
            status => {
                self.record.remark_about(arn, format!("{now} {} is {status}", last_part(arn)));
                self.ledger.open().requested.remove(arn);
                self.aws.remove_certificate(arn);
                self.request_another();
            }
        }
    }

    fn see_renewal(&mut self, arn: &str) {
        let now = self.aws.now();
        let Some(present) = self.aws.certificate(arn) else { return };
        {
            let mut ledger = self.ledger.open();
            let Some(known) = ledger.known.get_mut(arn) else { return };
            if known.seen.serial == present.serial {
                return;
            }
            known.hinder(now, "ACM renewed it");
            known.see(now, present.clone());
            ledger.renewing.remove(arn);
        }
        self.record.remark_about(arn, format!("{now} ACM renewed {}", last_part(arn)));
        self.summary.issued += 1;
        let event = acm("ACM Certificate Available", &present, now, &[("Action", "RENEWAL")]);
        self.set_out("default", event, now);
    }
}

impl Blueprint {
    /// A public certificate that DNS validates.
    pub(crate) fn validated(names: Vec<String>) -> Self {
        let (key, issuer) = (Key::P256, String::new());
        Self { kind: Type::Validated, key, names, days: 198, ca: None, issuer, in_use: true, is_n2: false }
    }
}

/// One of fifty has as many names as ACM allows, some have dozens, most a few.
pub(crate) fn names_of(number: usize, rng: &mut fastrand::Rng) -> usize {
    match number % 50 {
        15 => 100,
        16 | 17 => rng.usize(10..40),
        _ => rng.usize(1..5),
    }
}

pub(crate) fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}
