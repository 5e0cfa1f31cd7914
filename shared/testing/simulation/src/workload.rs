//! What happens on a day: ACM's events and renewals, operators, and CAs that are disabled.

use certificates::days_left;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::Certificate;

use crate::aws_events::{acm, approaching};
use crate::model_state::TrackedCertificate;
use crate::operators::{self, Action};
use crate::place::{Place, at};
use crate::population::{self, Blueprint, CertificateKind};
use crate::report::{Broken, Check};
use crate::world::{DNS_VALIDATION, EXPIRY_EVENTS, World};
use crate::{invariants, run_effects, secrets};

/// User guide, "Approaching Expiration": daily, from 45 days before expiry.
const APPROACHING_DAYS: i64 = 45;
/// User guide, "Managed renewal": ACM starts 60 days before expiry.
const ACM_RENEWS_DAYS: i64 = 60;

/// What the day's decisions depend on.
#[derive(Debug, Clone, Copy)]
struct CertificateSnapshot {
    kind: CertificateKind,
    in_use: bool,
    stuck: bool,
    revoked: bool,
    days: i64,
    left: i64,
}

impl CertificateSnapshot {
    fn new(tracked: &TrackedCertificate, now: Timestamp) -> Self {
        let TrackedCertificate { blueprint, stuck, seen, .. } = tracked;
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
    pub(crate) fn run_day(&mut self) -> Check {
        let now = self.aws.now();
        {
            let mut state = self.state.lock();
            let issuer_may_change = self.parameters.issuer_may_change();
            invariants::record_hindrances(&self.aws, &mut state, &self.cas, issuer_may_change);
            invariants::check_expirations(now, &mut state, self.faults, &mut self.summary)?;
            invariants::check_statuses(now, &state, self.faults)?;
            secrets::checker::check_daily(now, &state, self.faults)?;
        }
        let all: Vec<(String, CertificateSnapshot)> = self
            .state
            .lock()
            .certificates
            .iter()
            .map(|(arn, tracked)| (arn.clone(), CertificateSnapshot::new(tracked, now)))
            .collect();
        for (arn, snapshot) in all {
            self.acm_daily(&arn, snapshot);
            if !self.quiet {
                self.operator_daily(&arn, snapshot);
                self.rare_event(&arn, snapshot.kind);
            }
        }
        if !self.quiet {
            self.ca_daily();
        }
        self.secrets_daily();
        self.attacks_daily();
        if self.parameters.has_acme() {
            self.acme_daily()?;
        }
        self.dns_daily()?;
        self.config_daily()?;
        self.organization_daily()?;
        let caused: Vec<Value> = self.state.lock().operator_events.drain(..).collect();
        for event in caused {
            let at = now + SignedDuration::from_secs(self.rng.i64(0..86_400));
            self.publish("default", event, at);
        }
        Ok(())
    }

    /// What ACM does about a certificate on a day.
    fn acm_daily(&mut self, arn: &str, snapshot: CertificateSnapshot) {
        let CertificateSnapshot { kind, in_use, stuck, revoked, left, .. } = snapshot;
        let now = self.aws.now();
        // ACM sends one daily, at best effort. A third of them shows well enough that none is needed.
        if (0..=APPROACHING_DAYS).contains(&left) && self.rng.u8(..3) == 0 {
            let at = now + SignedDuration::from_secs(self.rng.i64(0..86_400));
            let event = approaching(&self.certificate(arn), left, at);
            self.publish("default", event, at);
        }
        if kind == CertificateKind::Validated {
            return self.dns_validated_daily(arn, in_use, left);
        }
        if kind == CertificateKind::Acme {
            return self.acme_client_daily(arn, left);
        }
        if !matches!(kind, CertificateKind::Amazon | CertificateKind::Private) {
            return;
        }
        if left == -1 {
            let event = acm("ACM Certificate Expired", &self.certificate(arn), now, &[]);
            self.publish("default", event, now);
        }
        if left < -10 || (revoked && self.rng.u8(..10) == 0) {
            // Somebody notices at last and requests another one.
            at(&self.aws, arn).remove_certificate(arn);
            self.state.lock().certificates.remove(arn);
            self.add_replacement(arn, kind);
            return;
        }
        if revoked || !in_use || !(0..=ACM_RENEWS_DAYS).contains(&left) {
            return;
        }
        if stuck {
            if self.rng.u8(..20) == 0 {
                self.acm_renew(arn);
            }
        } else if left == ACM_RENEWS_DAYS - 10 && self.rng.u8(..8) == 0 {
            let before = self.certificate(arn);
            let spec = self.blueprint(arn).spec(&self.aws, left, 0).not_after(before.not_after);
            at(&self.aws, arn).set_certificate(arn, spec.renewal("PENDING_VALIDATION", None));
            self.refresh(arn, true);
            let reason = [("RenewalStatusReason", "PENDING_DOMAIN_VALIDATION")];
            self.publish("default", acm("ACM Certificate Renewal Action Required", &before, now, &reason), now);
        } else if self.rng.u8(..5) == 0 {
            self.acm_renew(arn);
        }
    }

    /// A working ACME client requests the next certificate when a third of the lifetime is left; sometimes it fails for weeks.
    /// ACM removes the old one long after its expiry.
    fn acme_client_daily(&mut self, arn: &str, left: i64) {
        let blueprint = self.blueprint(arn);
        let superseded = self.state.lock().certificates[arn].superseded;
        if left < -10 && superseded {
            self.aws.remove_certificate(arn);
            self.state.lock().certificates.remove(arn);
            return;
        }
        if superseded || left > blueprint.days / 3 || self.rng.u8(..40) != 0 {
            return;
        }
        let next = self.aws.insert_certificate(blueprint.spec(&self.aws, blueprint.days, 0));
        self.state.enter(&self.aws, &next, blueprint);
        if let Some(tracked) = self.state.lock().certificates.get_mut(arn) {
            tracked.superseded = true;
        }
    }

    pub(crate) fn certificate(&self, arn: &str) -> Certificate {
        at(&self.aws, arn).certificate(arn).expect("it is tracked")
    }

    pub(crate) fn blueprint(&self, arn: &str) -> Blueprint {
        self.state.lock().certificates[arn].blueprint.clone()
    }

    fn acm_renew(&mut self, arn: &str) {
        let now = self.aws.now();
        let blueprint = self.blueprint(arn);
        let spec = blueprint.spec(&self.aws, blueprint.days, 0).renewal("SUCCESS", None);
        at(&self.aws, arn).set_certificate(arn, spec);
        self.refresh(arn, false);
        let event = acm("ACM Certificate Available", &self.certificate(arn), now, &[("Action", "RENEWAL")]);
        self.publish("default", event, now);
    }

    pub(crate) fn refresh(&mut self, arn: &str, stuck: bool) {
        let now = self.aws.now();
        let current = self.certificate(arn);
        if let Some(tracked) = self.state.lock().certificates.get_mut(arn) {
            tracked.update(now, current);
            tracked.stuck = stuck;
        }
    }

    /// What operators do about a certificate on a day.
    fn operator_daily(&mut self, arn: &str, CertificateSnapshot { kind, days, left, .. }: CertificateSnapshot) {
        let now = self.aws.now();
        // It may have been removed on this day already.
        if !self.state.lock().certificates.contains_key(arn) {
            return;
        }
        let by_hand = match kind {
            CertificateKind::Watched => left < 30 && self.rng.u8(..8) == 0,
            // It was not renewed automatically.
            CertificateKind::Managed => left < -10,
            CertificateKind::Amazon | CertificateKind::Validated | CertificateKind::Private | CertificateKind::Acme => {
                false
            }
        };
        if by_hand {
            let seconds = self.rng.i64(0..86_400);
            self.log.note_about(
                arn,
                format!("{now} operator imports {} by hand", arn.rsplit('/').next().unwrap_or_default()),
            );
            operators::perform(&self.aws, &self.state, arn, &Action::Reimport { days_left: days, seconds });
        }
        if self.chance(self.faults.operator_action / 365.0) {
            let blueprint = self.blueprint(arn);
            let action = operators::random_action(now, &blueprint, &self.cas, &mut self.rng);
            self.log
                .note_about(arn, format!("{now} operator {} {action:?}", arn.rsplit('/').next().unwrap_or_default()));
            operators::perform(&self.aws, &self.state, arn, &action);
            if action == Action::Delete {
                self.add_replacement(arn, kind);
            }
        }
    }

    /// Somebody needs another certificate in place of one that is gone.
    pub(crate) fn add_replacement(&mut self, gone: &str, kind: CertificateKind) {
        if let Some(place) = Place::of_arn(gone).filter(|place| !place.is_of_hub()) {
            return self.add_to_spoke(&place, kind);
        }
        if kind == CertificateKind::Validated {
            return self.request_replacement();
        }
        let number = self.numbered;
        self.numbered += 1;
        // Only the first numbers give rare kinds.
        let number = number - number % 50 + 10 + number % 40;
        let World { aws, state, cas, rng, .. } = self;
        population::insert(aws, state, cas, kind, number, rng);
    }

    /// Disables a CA for some days.
    fn ca_daily(&mut self) {
        let now = self.aws.now();
        let today = now.duration_since(self.start).as_hours() / 24;
        let (ca, status) = match self.disabled.clone() {
            Some((ca, until)) if until <= today => {
                self.disabled = None;
                (ca, "ACTIVE")
            }
            None if self.chance(self.faults.disabled_ca) => {
                let ca = self.cas.all()[self.rng.usize(..3)].clone();
                self.disabled = Some((ca.clone(), today + self.rng.i64(1..30)));
                (ca, "DISABLED")
            }
            _ => return,
        };
        self.aws.set_ca_status(&ca, status);
        self.log.note(format!("{now} CA {} is {status}", ca.rsplit('/').next().unwrap_or_default()));
        let mut state = self.state.lock();
        for tracked in state.certificates.values_mut() {
            tracked.hinder(now, "the state of a CA changed");
        }
    }

    /// Without faults and operators everything is done within two daily sweeps and what they start, and a sweep that
    /// reports what came of that: another sweep changes nothing and sends no notice.
    pub(crate) async fn check_quiescence(&mut self) -> Check {
        self.quiet = true;
        self.end_outages();
        if let Some((ca, _)) = self.disabled.take() {
            self.aws.set_ca_status(&ca, "ACTIVE");
            self.state.lock().hinder_all(self.aws.now(), "the state of a CA changed");
        }
        {
            let zones = &mut self.state.lock().zones;
            zones.quiet = true;
            zones.restore(&self.aws, true);
        }
        let until = self.aws.now() + SignedDuration::from_hours(50);
        self.run_until(until).await?;
        let before = self.aws.now();
        // Handles what became due since the last sweep.
        let sweep = serde_json::json!({ "source": "acm-autopilot", "detail-type": "Certificate Sweep Requested", "detail": {} });
        for _ in 0..2 {
            self.sweep(&sweep).await?;
            self.run_until(self.aws.now() + SignedDuration::from_mins(30)).await?;
        }
        let lines = self.log.effects;
        self.sweep(&sweep).await?;
        let effects = self.log.effects - lines;
        if effects > 0 && !invariants::became_due(&self.state.lock(), before, self.aws.now()) {
            let what = format!("one more sweep had {effects} effects; see the last calls");
            return Err(Broken::new(invariants::QUIESCES, "", what));
        }
        self.quiet = false;
        self.state.lock().zones.quiet = false;
        Ok(())
    }

    /// Invokes both functions that sweep.
    async fn sweep(&mut self, event: &Value) -> Check {
        self.invoke(EXPIRY_EVENTS, event).await?;
        if self.functions.dns_validation.is_some() {
            self.invoke(DNS_VALIDATION, event).await?;
        }
        match self.organization {
            // What the queues have.
            Some(_) => self.run_until(self.aws.now()).await,
            None => Ok(()),
        }
    }
}

/// Whether a call changes something or sends a notice.
pub(crate) fn is_effect(call: &simulated_aws::Call) -> bool {
    run_effects::took_effect(call)
        && !["List", "Describe", "Get", "AssumeRole"].iter().any(|prefix| call.operation.starts_with(prefix))
        && call.operation != "SendMessageBatch"
        && !removes_notified_tag(call)
}

/// A sweep describes one in 24 of the certificates without findings. Until then, the tag of a notice that no longer
/// applies may remain.
fn removes_notified_tag(call: &simulated_aws::Call) -> bool {
    let removed = call.input["Tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    call.operation == "RemoveTagsFromCertificate"
        && removed.iter().all(|tag| tag["Key"] == certificates::tags::VALIDATION_NOTIFIED)
}
