//! Faults and operators that disturb runs.

use std::collections::BTreeSet;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::Fault;

use crate::event_queue::{OperatorAction, ScheduledEvent};
use crate::operators;
use crate::organization::Subject;
use crate::run_effects::Run;
use crate::secrets::actions::{self, SecretAction};
use crate::world::{DNS_VALIDATION, IMPORTED_RENEWAL, World};
use crate::zones::ZoneAction;

/// Operations before which operators may act.
const MOMENTS: [&str; 7] = [
    "ListTagsForCertificate",
    "DescribeCertificate",
    "AddTagsToCertificate",
    "IssueCertificate",
    "GetCertificate",
    "ImportCertificate",
    "RemoveTagsFromCertificate",
];

/// The same for dns-validation.
const MOMENTS_OF_ZONES: [&str; 6] = [
    "DescribeCertificate",
    "AssumeRole",
    "ListHostedZones",
    "ListResourceRecordSets",
    "ChangeResourceRecordSets",
    "AddTagsToCertificate",
];

/// The same for what happens to secrets.
const MOMENTS_OF_SECRETS: [&str; 4] = ["DescribeSecret", "GetSecretValue", "AddTagsToCertificate", "ImportCertificate"];

impl World {
    /// Plans what goes wrong during the next run.
    pub(crate) fn arm_faults(&mut self, function: &str, about: &Subject) -> bool {
        self.delay_secrets();
        let throttles = self.throttle(about);
        self.arm_random_faults(function) || throttles
    }

    fn arm_random_faults(&mut self, function: &str) -> bool {
        if self.quiet {
            return false;
        }
        let faults = self.faults;
        let is_of_zones = function == DNS_VALIDATION;
        if is_of_zones && self.chance(faults.operator_during_run) {
            self.plan_zone_operator();
        }
        if function == IMPORTED_RENEWAL && self.chance(faults.operator_during_run) {
            self.plan_secret_operator();
        }
        if self.chance(faults.operator_during_run) {
            self.plan_operator();
        }
        if !self.chance(faults.failing_run) {
            return false;
        }
        let rng = &mut self.rng;
        let k = rng.u64(1..=16);
        match rng.u8(..10) {
            0 => self.aws.fail_call(k, Fault::Crash),
            1 => self.aws.fail_call(k, Fault::CrashAfter),
            2 => self.aws.fail_call(k, Fault::AnswerLost),
            3 => self.aws.fail_call(k, Fault::ConnectionReset),
            4 | 5 => self.aws.fail_call(k, Fault::ServerError),
            // More failures than the SDK makes attempts.
            6 => (k..k + 3).for_each(|k| self.aws.fail_call(k, Fault::ServerError)),
            7 => (k..k + 3).for_each(|k| self.aws.fail_call(k, Fault::AnswerLost)),
            _ => {
                let moments: &[&str] = if is_of_zones { &MOMENTS_OF_ZONES } else { &MOMENTS };
                let operation = moments[rng.usize(..moments.len())];
                self.aws.fail_next(operation, rng.u64(1..=8), Fault::Throttled);
            }
        }
        true
    }

    /// Before some later call, an operator changes a zone.
    fn plan_zone_operator(&mut self) {
        let action = self.state.lock().zones.random_action(&mut self.rng);
        let Some(action) = action else { return };
        let moment = match action {
            // Route 53's only conditional change is CREATE, which would fail the whole batch. A write between the function's
            // last read and its change cannot be detected.
            ZoneAction::Overwrite(..) => "DescribeCertificate",
            _ => MOMENTS_OF_ZONES[self.rng.usize(..MOMENTS_OF_ZONES.len())],
        };
        self.log.note(format!("{} operator of zones, before the next {moment}: {action:?}", self.aws.now()));
        let state = self.state.clone();
        self.aws.before(moment, 1, move |aws| state.lock().zones.perform(aws, &action));
    }

    /// Before some later call, somebody changes a secret.
    fn plan_secret_operator(&mut self) {
        let names: Vec<String> = self.state.lock().secrets.all.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let name = names[self.rng.usize(..names.len())].clone();
        let action = SecretAction::random(&mut self.rng);
        let moment = MOMENTS_OF_SECRETS[self.rng.usize(..MOMENTS_OF_SECRETS.len())];
        let state = self.state.clone();
        self.aws.before(moment, 1, move |aws| actions::perform(aws, &state, &name, action));
    }

    /// Before some later call, an operator changes a certificate.
    fn plan_operator(&mut self) {
        let tracked: Vec<_> = self
            .state
            .lock()
            .certificates
            .iter()
            .map(|(arn, tracked)| (arn.clone(), tracked.blueprint.clone()))
            .collect();
        if tracked.is_empty() {
            return;
        }
        let rng: &mut Rng = &mut self.rng;
        let (arn, blueprint) = tracked[rng.usize(..tracked.len())].clone();
        let action = operators::random_action(self.aws.now(), &blueprint, &self.cas, rng);
        let state = self.state.clone();
        let moment = MOMENTS[rng.usize(..MOMENTS.len())];
        // ACM has no conditional import. An import between the function's last read and its own cannot be detected.
        if moment == "ImportCertificate" && matches!(action, operators::Action::Reimport { .. }) {
            return;
        }
        self.aws.before(moment, 1, move |aws| operators::perform(aws, &state, &arn, &action));
    }

    /// After a crash, an operator may act before the retry, mostly on what the run was about.
    pub(crate) fn schedule_operator_after_crash(&mut self, run: &Run, again: Timestamp) {
        if !run.terminated || self.quiet || !self.chance(self.faults.operator_after_crash) {
            return;
        }
        let left = again.duration_since(self.aws.now()).as_secs().max(1);
        let at = self.aws.now() + SignedDuration::from_secs(self.rng.i64(0..left));
        let to_zones = run.function == DNS_VALIDATION && self.rng.bool();
        let action = if to_zones {
            self.state.lock().zones.random_action(&mut self.rng).map(OperatorAction::Zones)
        } else {
            self.random_action(&run.touched)
        };
        if let Some(action) = action {
            self.events.schedule(at, ScheduledEvent::Operator(action));
        }
    }

    /// A random action on one of these certificates, or on any if the list is empty.
    fn random_action(&mut self, of: &BTreeSet<String>) -> Option<OperatorAction> {
        let all: Vec<_> = {
            let state = self.state.lock();
            let tracked =
                |arn: &String| state.certificates.get(arn).map(|tracked| (arn.clone(), tracked.blueprint.clone()));
            let touched: Vec<_> = of.iter().filter_map(tracked).collect();
            if touched.is_empty() { state.certificates.keys().filter_map(tracked).collect() } else { touched }
        };
        if all.is_empty() {
            return None;
        }
        let (arn, blueprint) = all[self.rng.usize(..all.len())].clone();
        let action = operators::random_action(self.aws.now(), &blueprint, &self.cas, &mut self.rng);
        Some(OperatorAction::Certificate(arn, action))
    }

    /// An operator acts, or a tool that writes secrets.
    pub(crate) fn perform_operator_action(&mut self, action: OperatorAction) {
        if self.quiet {
            return;
        }
        let now = self.aws.now();
        match action {
            OperatorAction::Zones(action) => {
                self.log.note(format!("{now} operator of zones, after a crash: {action:?}"));
                self.state.lock().zones.perform(&self.aws, &action);
            }
            OperatorAction::Secret(name, action) => {
                let about = self.state.lock().secrets.all.get(&name).map(|secret| secret.certificate.clone());
                self.log.note_about(&about.unwrap_or_default(), format!("{now} secret {name}: {action:?}"));
                actions::perform(&self.aws, &self.state, &name, action);
            }
            OperatorAction::Certificate(arn, action) => {
                let short = arn.rsplit('/').next().unwrap_or_default();
                self.log.note_about(&arn, format!("{now} operator {short}, after a crash: {action:?}"));
                let kind = self.state.lock().certificates.get(&arn).map(|tracked| tracked.blueprint.kind);
                operators::perform(&self.aws, &self.state, &arn, &action);
                if let (Some(kind), operators::Action::Delete) = (kind, action) {
                    self.add_replacement(&arn, kind);
                }
            }
        }
        self.publish_operator_events();
    }
}
