//! What a day brings: ACM's events, ACM's own renewals, operators, CAs that go and come.

use certificates::days_left;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::Certificate;

use crate::aws_events::{acm, approaching};
use crate::model_state::Known;
use crate::operators::{self, Act};
use crate::population::{self, Blueprint, Type};
use crate::report::{Broken, Check};
use crate::world::{DNS_VALIDATION, EXPIRY_EVENTS, World};
use crate::{invariants, run_effects};

/// User guide, "Approaching Expiration": daily, from 45 days before the end.
const APPROACHING_DAYS: i64 = 45;
/// User guide, "Managed renewal": ACM begins 60 days before the end.
const ACM_RENEWS_DAYS: i64 = 60;

/// What a day asks about a certificate.
#[derive(Debug, Clone, Copy)]
struct Brief {
    kind: Type,
    in_use: bool,
    stuck: bool,
    revoked: bool,
    days: i64,
    left: i64,
}

impl Brief {
    fn of(known: &Known, now: Timestamp) -> Self {
        let Known { blueprint, stuck, seen, .. } = known;
        let left = days_left(seen.not_after, now);
        Self {
            kind: blueprint.kind,
            in_use: blueprint.in_use,
            stuck: *stuck,
            revoked: seen.status == "REVOKED",
            days: blueprint.days,
            left,
        }
    }
}

impl World {
    /// A day begins.
    pub(crate) fn day(&mut self) -> Check {
        let now = self.aws.now();
        {
            let mut ledger = self.ledger.open();
            let issuer_may_change = self.parameters.issuer_may_change();
            invariants::look_for_hindrances(&self.aws, &mut ledger, &self.cas, issuer_may_change);
            invariants::nothing_expired_for_nothing(now, &mut ledger, self.weather, &mut self.summary)?;
            invariants::statuses_tell_the_truth(now, &ledger, self.weather)?;
        }
        let all: Vec<(String, Brief)> =
            self.ledger.open().known.iter().map(|(arn, known)| (arn.clone(), Brief::of(known, now))).collect();
        for (arn, brief) in all {
            self.acms_day(&arn, brief);
            if !self.quiet {
                self.operators_day(&arn, brief);
                self.rare_news(&arn, brief.kind);
            }
        }
        if !self.quiet {
            self.cas_day();
        }
        self.validation_day()?;
        self.day_of_config()?;
        let caused: Vec<Value> = self.ledger.open().caused.drain(..).collect();
        for event in caused {
            let at = now + SignedDuration::from_secs(self.rng.i64(0..86_400));
            self.set_out("default", event, at);
        }
        Ok(())
    }

    /// What ACM does about a certificate in a day.
    fn acms_day(&mut self, arn: &str, brief: Brief) {
        let Brief { kind, in_use, stuck, revoked, left, .. } = brief;
        let now = self.aws.now();
        // ACM sends one every day, at best effort. A third of them is enough to show that none is needed.
        if (0..=APPROACHING_DAYS).contains(&left) && self.rng.u8(..3) == 0 {
            let at = now + SignedDuration::from_secs(self.rng.i64(0..86_400));
            let event = approaching(&self.present(arn), left, at);
            self.set_out("default", event, at);
        }
        if kind == Type::Validated {
            return self.validated_day(arn, in_use, left);
        }
        if kind == Type::Acme {
            return self.acme_clients_day(arn, left);
        }
        if !matches!(kind, Type::Amazon | Type::Private) {
            return;
        }
        if left == -1 {
            let event = acm("ACM Certificate Expired", &self.present(arn), now, &[]);
            self.set_out("default", event, now);
        }
        if left < -10 || (revoked && self.rng.u8(..10) == 0) {
            // Somebody notices at last, and requests another one.
            self.aws.remove_certificate(arn);
            self.ledger.open().known.remove(arn);
            self.another(kind);
            return;
        }
        if revoked || !in_use || !(0..=ACM_RENEWS_DAYS).contains(&left) {
            return;
        }
        if stuck {
            if self.rng.u8(..20) == 0 {
                self.acm_renews(arn);
            }
        } else if left == ACM_RENEWS_DAYS - 10 && self.rng.u8(..8) == 0 {
            let before = self.present(arn);
            let spec = self.blueprint(arn).spec(&self.aws, left, 0).not_after(before.not_after);
            self.aws.set_certificate(arn, spec.renewal("PENDING_VALIDATION", None));
            self.see(arn, true);
            let reason = [("RenewalStatusReason", "PENDING_DOMAIN_VALIDATION")];
            self.set_out("default", acm("ACM Certificate Renewal Action Required", &before, now, &reason), now);
        } else if self.rng.u8(..5) == 0 {
            self.acm_renews(arn);
        }
    }

    /// An ACME client requests the next certificate when a third of the lifetime is left, if it works; now and then it
    /// does not for weeks. ACM removes the old one long after it has expired.
    fn acme_clients_day(&mut self, arn: &str, left: i64) {
        let blueprint = self.blueprint(arn);
        let superseded = self.ledger.open().known[arn].superseded;
        if left < -10 && superseded {
            self.aws.remove_certificate(arn);
            self.ledger.open().known.remove(arn);
            return;
        }
        if superseded || left > blueprint.days / 3 || self.rng.u8(..40) != 0 {
            return;
        }
        let next = self.aws.insert_certificate(blueprint.spec(&self.aws, blueprint.days, 0));
        self.ledger.enter(&self.aws, &next, blueprint);
        if let Some(known) = self.ledger.open().known.get_mut(arn) {
            known.superseded = true;
        }
    }

    pub(crate) fn present(&self, arn: &str) -> Certificate {
        self.aws.certificate(arn).expect("it is in the ledger")
    }

    pub(crate) fn blueprint(&self, arn: &str) -> Blueprint {
        self.ledger.open().known[arn].blueprint.clone()
    }

    fn acm_renews(&mut self, arn: &str) {
        let now = self.aws.now();
        let blueprint = self.blueprint(arn);
        let spec = blueprint.spec(&self.aws, blueprint.days, 0).renewal("SUCCESS", None);
        self.aws.set_certificate(arn, spec);
        self.see(arn, false);
        let event = acm("ACM Certificate Available", &self.present(arn), now, &[("Action", "RENEWAL")]);
        self.set_out("default", event, now);
    }

    pub(crate) fn see(&mut self, arn: &str, stuck: bool) {
        let now = self.aws.now();
        let present = self.aws.certificate(arn).expect("it was there");
        if let Some(known) = self.ledger.open().known.get_mut(arn) {
            known.see(now, present);
            known.stuck = stuck;
        }
    }

    /// What operators do about a certificate in a day.
    fn operators_day(&mut self, arn: &str, Brief { kind, days, left, .. }: Brief) {
        let now = self.aws.now();
        // ACM's part of the day may have removed it.
        if !self.ledger.open().known.contains_key(arn) {
            return;
        }
        let by_hand = match kind {
            Type::Watched => left < 30 && self.rng.u8(..8) == 0,
            // What was not renewed by itself.
            Type::Managed => left < -10,
            Type::Amazon | Type::Validated | Type::Private | Type::Acme => false,
        };
        if by_hand {
            let seconds = self.rng.i64(0..86_400);
            self.record.remark_about(
                arn,
                format!("{now} operator imports {} by hand", arn.rsplit('/').next().unwrap_or_default()),
            );
            operators::perform(&self.aws, &self.ledger, arn, &Act::Reimport { days_left: days, seconds });
        }
        if self.chance(self.weather.operators / 365.0) {
            let act = operators::random(now, kind, days, &self.cas, &mut self.rng);
            self.record
                .remark_about(arn, format!("{now} operator {} {act:?}", arn.rsplit('/').next().unwrap_or_default()));
            operators::perform(&self.aws, &self.ledger, arn, &act);
            if act == Act::Delete {
                self.another(kind);
            }
        }
    }

    pub(crate) fn another(&mut self, kind: Type) {
        if kind == Type::Validated {
            return self.request_another();
        }
        let number = self.numbered;
        self.numbered += 1;
        // Rare kinds come from the first numbers only.
        let number = number - number % 50 + 10 + number % 40;
        let World { aws, ledger, cas, rng, .. } = self;
        population::insert(aws, ledger, cas, kind, number, rng);
    }

    /// A CA is disabled for some days.
    fn cas_day(&mut self) {
        let now = self.aws.now();
        let today = now.duration_since(self.begin).as_hours() / 24;
        let (ca, status) = match self.disabled.clone() {
            Some((ca, until)) if until <= today => {
                self.disabled = None;
                (ca, "ACTIVE")
            }
            None if self.chance(self.weather.disabled) => {
                let ca = self.cas.all()[self.rng.usize(..3)].clone();
                self.disabled = Some((ca.clone(), today + self.rng.i64(1..30)));
                (ca, "DISABLED")
            }
            _ => return,
        };
        self.aws.set_ca_status(&ca, status);
        self.record.remark(format!("{now} CA {} is {status}", ca.rsplit('/').next().unwrap_or_default()));
        let mut ledger = self.ledger.open();
        for known in ledger.known.values_mut() {
            known.hinder(now, "the state of a CA changed");
        }
    }

    /// Faults and operators stop. Within two sweeps a day apart and what follows from them, everything is
    /// done: a sweep then changes nothing and tells nobody.
    pub(crate) async fn settles_down(&mut self) -> Check {
        self.quiet = true;
        if let Some((ca, _)) = self.disabled.take() {
            self.aws.set_ca_status(&ca, "ACTIVE");
            self.ledger.open().hinder_all(self.aws.now(), "the state of a CA changed");
        }
        {
            let zones = &mut self.ledger.open().zones;
            zones.quiet = true;
            zones.mend(&self.aws, true);
        }
        let until = self.aws.now() + SignedDuration::from_hours(50);
        self.until(until).await?;
        let looked = self.aws.now();
        // What came to be due since the last sweep.
        let sweep = serde_json::json!({ "source": "acm-autopilot", "detail-type": "Certificate Sweep Requested", "detail": {} });
        self.sweep(&sweep).await?;
        self.until(self.aws.now() + SignedDuration::from_mins(30)).await?;
        let lines = self.record.effects;
        self.sweep(&sweep).await?;
        let effects = self.record.effects - lines;
        if effects > 0 && !invariants::something_came_due(&self.ledger.open(), looked, self.aws.now()) {
            let what = format!("a second sweep had {effects} effects; see the last calls");
            return Err(Broken::new(invariants::SETTLES, "", what));
        }
        self.quiet = false;
        self.ledger.open().zones.quiet = false;
        Ok(())
    }

    /// Both functions that sweep do.
    async fn sweep(&mut self, event: &Value) -> Check {
        self.invoke(EXPIRY_EVENTS, event).await?;
        if self.functions.dns_validation.is_some() {
            self.invoke(DNS_VALIDATION, event).await?;
        }
        Ok(())
    }
}

/// Whether a call changes something or tells somebody.
pub(crate) fn is_effect(call: &simulated_aws::Call) -> bool {
    run_effects::took_effect(call)
        && !["List", "Describe", "Get", "AssumeRole"].iter().any(|prefix| call.operation.starts_with(prefix))
        && !forgets_a_notice(call)
}

/// A sweep describes one in 24 of the certificates with which all looks well. Until its turn comes, a
/// certificate may keep the note of a notice that is over.
fn forgets_a_notice(call: &simulated_aws::Call) -> bool {
    let removed = call.input["Tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    call.operation == "RemoveTagsFromCertificate"
        && removed.iter().all(|tag| tag["Key"] == certificates::tags::VALIDATION_NOTIFIED)
}
