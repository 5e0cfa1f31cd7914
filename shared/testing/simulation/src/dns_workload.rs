//! DNS-validated public certificates: requests, issuance, and ACM's renewals.

use jiff::Timestamp;
use serde_json::json;
use simulated_aws::Key;

use crate::aws_events::{OPERATOR, acm, cloudtrail, health};
use crate::dns_checker;
use crate::place::at;
use crate::population::{Blueprint, CertificateKind, LOAD_BALANCER};
use crate::report::Check;
use crate::source::Source;
use crate::world::World;
use crate::zones::{NOT_GRANTED, NOWHERE, Zones};

/// User guide, "Managed certificate renewal": up to 60 days before expiry.
const RENEWS_DAYS: i64 = 60;

#[derive(Debug, Clone)]
pub(crate) struct Requested {
    pub(crate) blueprint: Blueprint,
    pub(crate) at: Timestamp,
}

impl World {
    pub(crate) fn dns_daily(&mut self) -> Check {
        if self.state.lock().zones.is_empty() {
            return Ok(());
        }
        self.process_acm_results();
        {
            let mut state = self.state.lock();
            let state = &mut *state;
            let is_there = |arn: &String| state.certificates.contains_key(arn) || state.requested.contains_key(arn);
            state.zones.required.retain(|arn, _| is_there(arn));
            state.renewing.retain(|arn, _| state.certificates.contains_key(arn));
            state.zones.restore(&self.aws, false);
            dns_checker::check_zones(&self.aws, state)?;
        }
        if !self.quiet && self.chance(self.faults.zone_operator) {
            self.zone_operator_acts();
        }
        Ok(())
    }

    fn zone_operator_acts(&mut self) {
        let action = self.state.lock().zones.random_action(&mut self.rng);
        if let Some(action) = action {
            self.log.note(format!("{} operator of zones {action:?}", self.aws.now()));
            self.state.lock().zones.perform(&self.aws, &action);
        }
    }

    /// What ACM does about a DNS-validated certificate on a day.
    pub(crate) fn dns_validated_daily(&mut self, arn: &str, in_use: bool, left: i64) {
        let now = self.aws.now();
        if left == -1 {
            let event = acm("ACM Certificate Expired", &self.certificate(arn), now, &[]);
            self.publish("default", event, now);
        }
        // Somebody notices at last, or needs other names.
        if left < -10 || (!self.quiet && self.rng.u16(..400) == 0) {
            at(&self.aws, arn).remove_certificate(arn);
            self.state.lock().certificates.remove(arn);
            self.add_replacement(arn, CertificateKind::Validated);
            return;
        }
        if !in_use || !(0..=RENEWS_DAYS).contains(&left) || self.state.lock().renewing.contains_key(arn) {
            return;
        }
        if !at(&self.aws, arn).start_managed_renewal(arn) {
            return;
        }
        self.state.lock().renewing.insert(arn.to_owned(), now);
        self.process_acm_results();
        if !self.state.lock().renewing.contains_key(arn) {
            return;
        }
        let current = self.certificate(arn);
        self.log.note_about(arn, format!("{now} renewal of {} is waiting for records", short_id(arn)));
        let reason = [("RenewalStatusReason", "PENDING_DOMAIN_VALIDATION")];
        self.publish("default", acm("ACM Certificate Renewal Action Required", &current, now, &reason), now);
        self.publish("default", health("AWS_ACM_RENEWAL_STATE_CHANGE", &current, now), now);
    }

    /// Somebody requests a certificate that replaces another one.
    pub(crate) fn request_replacement(&mut self) {
        let number = self.numbered;
        self.numbered += 1;
        let count = name_count(number, &mut self.rng);
        let mut names = Zones::names(&mut self.rng, number, count);
        if self.faults.zone_operator > 0.0 {
            match self.rng.u8(..16) {
                0 => names.push(format!("host-{number}.{NOWHERE}")),
                1 => names.push(format!("host-{number}.{NOT_GRANTED}")),
                _ => {}
            }
        }
        let in_use = self.rng.u8(..10) < 8;
        self.request(Blueprint { in_use, ..Blueprint::validated(names) });
    }

    /// Somebody requests a certificate; CloudTrail reports it.
    pub(crate) fn request(&mut self, blueprint: Blueprint) -> String {
        let now = self.aws.now();
        let names: Vec<&str> = blueprint.names.iter().map(String::as_str).collect();
        let arn = self.aws.request_certificate(&names, &[("Owner", "team-1")]);
        self.log.note_about(&arn, format!("{now} {} is requested for {} names", short_id(&arn), names.len()));
        let mut event = cloudtrail(OPERATOR, "RequestCertificate", json!({ "domainName": names[0] }), now);
        event["detail"]["responseElements"] = json!({ "certificateArn": arn });
        {
            let mut state = self.state.lock();
            state.zones.require(&self.aws, &arn, &blueprint.names);
            state.requested.insert(arn.clone(), Requested { blueprint, at: now });
        }
        self.summary.requests += 1;
        self.publish("default", event, now);
        arn
    }

    /// Notes which requested certificates ACM has issued and which it has renewed.
    pub(crate) fn process_acm_results(&mut self) {
        let (requested, renewing) = {
            let state = self.state.lock();
            let requested: Vec<(String, Requested)> =
                state.requested.iter().map(|(arn, requested)| (arn.clone(), requested.clone())).collect();
            (requested, state.renewing.keys().cloned().collect::<Vec<String>>())
        };
        for (arn, Requested { blueprint, .. }) in requested {
            self.process_request(&arn, blueprint);
        }
        for arn in renewing {
            self.process_renewal(&arn);
        }
    }

    fn process_request(&mut self, arn: &str, blueprint: Blueprint) {
        let now = self.aws.now();
        let status = self.aws.certificate(arn).map(|current| current.status).unwrap_or_default();
        match status.as_str() {
            "PENDING_VALIDATION" => {}
            "ISSUED" => {
                if blueprint.in_use {
                    self.aws.set_in_use_by(arn, &[LOAD_BALANCER]);
                }
                self.state.lock().requested.remove(arn);
                self.state.enter(&self.aws, arn, blueprint);
                self.summary.issued += 1;
                self.log.note_about(arn, format!("{now} {} is issued", short_id(arn)));
                let event = acm("ACM Certificate Available", &self.certificate(arn), now, &[("Action", "ISSUANCE")]);
                self.publish("default", event, now);
            }
            status => {
                self.log.note_about(arn, format!("{now} {} is {status}", short_id(arn)));
                self.state.lock().requested.remove(arn);
                self.aws.remove_certificate(arn);
                self.request_replacement();
            }
        }
    }

    fn process_renewal(&mut self, arn: &str) {
        let now = self.aws.now();
        let Some(current) = at(&self.aws, arn).certificate(arn) else { return };
        {
            let mut state = self.state.lock();
            let Some(tracked) = state.certificates.get_mut(arn) else { return };
            if tracked.seen.serial == current.serial {
                return;
            }
            tracked.hinder(now, "ACM renewed it");
            tracked.update(now, current.clone());
            state.renewing.remove(arn);
        }
        self.log.note_about(arn, format!("{now} ACM renewed {}", short_id(arn)));
        self.summary.issued += 1;
        let event = acm("ACM Certificate Available", &current, now, &[("Action", "RENEWAL")]);
        self.publish("default", event, now);
    }
}

impl Blueprint {
    pub(crate) fn validated(names: Vec<String>) -> Self {
        Self {
            kind: CertificateKind::Validated,
            key: Key::P256,
            names,
            days: 198,
            ca: None,
            issuer: String::new(),
            source: Source::PrivateCa(None),
            in_use: true,
            is_n2: false,
        }
    }
}

/// One in fifty has as many names as ACM allows, some have dozens, most a few.
pub(crate) fn name_count(number: usize, rng: &mut fastrand::Rng) -> usize {
    match number % 50 {
        15 => 100,
        16 | 17 => rng.usize(10..40),
        _ => rng.usize(1..5),
    }
}

pub(crate) fn short_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}
