//! Lambda and SQS: invocations, retries and dead letters.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use certificates::Scope;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use lambda::Invocation;
use serde_json::{Value, json};
use simulated_aws::{Aws, Fault};

use crate::event_queue::{Message, OperatorAction, ScheduledEvent};
use crate::operators;
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects};
use crate::world::{ACCOUNT, COMPLIANCE_RULES, DNS_VALIDATION, EXPIRY_EVENTS, Functions, World};
use crate::zones::ZoneAction;

/// Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": one minute
/// before the first retry, two minutes before the second.
const RETRY_AFTER: [SignedDuration; 2] = [SignedDuration::from_mins(1), SignedDuration::from_mins(2)];

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

/// A handler at work.
pub(crate) type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Option<Value>> + 'a>>;

impl World {
    pub(crate) async fn invoke_async(&mut self, function: String, event: Value, attempt: u32) -> Check {
        for run in self.deliver(&function, &event).await? {
            if run.answer.is_some() {
                continue;
            }
            if attempt >= self.wiring.functions[&function].retries {
                self.summary.dead_letters += 1;
                self.record_dead_letter(&event);
                continue;
            }
            let pause = RETRY_AFTER[(attempt as usize).min(RETRY_AFTER.len() - 1)];
            let at = self.aws.now() + pause;
            self.schedule_operator_after_crash(&run, at);
            let (function, event) = (function.clone(), event.clone());
            self.events.schedule(at, ScheduledEvent::Invoke { function, event, attempt: attempt + 1 });
        }
        Ok(())
    }

    /// A queue delivers a message. SQS developer guide, "Dead-letter queues": a message is moved after it was received
    /// `maxReceiveCount` times without being deleted.
    pub(crate) async fn receive(&mut self, queue: String, mut message: Message) -> Check {
        let settings = self.wiring.queues[&queue].clone();
        let Some(function) = &settings.function else { return Ok(()) };
        if settings.most_receives.is_some_and(|most| message.receives >= most) {
            self.summary.dead_letters += 1;
            self.state.lock().abandon(self.aws.now(), &message.body);
            return Ok(());
        }
        message.receives += 1;
        let first_received = *message.first_received.get_or_insert(self.aws.now());
        let hidden_until = self.aws.now() + settings.visibility;
        let batch = json!({ "Records": [{
            "messageId": "message",
            "body": message.body.to_string(),
            "attributes": {
                "ApproximateReceiveCount": message.receives.to_string(),
                "ApproximateFirstReceiveTimestamp": first_received.as_millisecond().to_string(),
            },
            "eventSource": "aws:sqs",
        }] });
        let runs = self.deliver(function, &batch).await?;
        // Any successful run deletes the message.
        let done = runs.iter().filter_map(|run| run.answer.as_ref()).any(|answer| {
            let failures = answer["batchItemFailures"].as_array();
            !settings.reports_failures || failures.is_some_and(Vec::is_empty)
        });
        if !done {
            let at = hidden_until.max(self.aws.now());
            if let Some(run) = runs.iter().find(|run| run.terminated) {
                self.schedule_operator_after_crash(run, at);
            }
            self.events.schedule(at, ScheduledEvent::Receive { queue, message });
        }
        Ok(())
    }

    /// Delivers an event or message to a function, sometimes twice at the same time.
    async fn deliver(&mut self, id: &str, event: &Value) -> Result<Vec<Run>, Broken> {
        let is_alone = self.wiring.functions[id].concurrency == Some(1);
        let twice = !self.quiet && !is_alone && self.chance(self.faults.concurrent_delivery);
        if twice { self.invoke_concurrently(id, event).await } else { Ok(vec![self.invoke(id, event).await?]) }
    }

    /// Runs a function once and checks its effects.
    pub(crate) async fn invoke(&mut self, id: &str, event: &Value) -> Result<Run, Broken> {
        let started = self.aws.now();
        let invocation = self.invocation(id);
        let armed = self.arm_faults(id);
        let work = self.functions.work(id, event, &invocation);
        let answer = run_until_deadline(&self.aws, invocation.deadline, work).await;
        let terminated = self.aws.crashed() || answer.is_none();
        if armed {
            self.aws.clear_faults();
        }
        if terminated {
            self.aws.restart();
            self.restart();
        }
        let answer = answer.flatten().filter(|_| !terminated);
        let effects = RunEffects::from_single_run(self.aws.take_record());
        let run = Run { function: id.to_owned(), started, answer, terminated, touched: effects.touched() };
        self.process_runs(std::slice::from_ref(&run), effects)?;
        Ok(run)
    }

    pub(crate) fn invocation(&self, id: &str) -> Invocation {
        let deadline = self.aws.now() + self.wiring.functions[id].timeout;
        let scope = Scope { region: self.region().to_owned(), account: ACCOUNT.to_owned() };
        Invocation { scope, deadline }
    }

    /// Plans what goes wrong during the next run.
    pub(crate) fn arm_faults(&mut self, function: &str) -> bool {
        if self.quiet {
            return false;
        }
        let faults = self.faults;
        let is_of_zones = function == DNS_VALIDATION;
        if is_of_zones && self.chance(faults.operator_during_run) {
            self.plan_zone_operator();
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

    /// After a crash, an operator may act before the retry, mostly on what the run was about.
    fn schedule_operator_after_crash(&mut self, run: &Run, again: Timestamp) {
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
        let action = operators::random_action(self.aws.now(), blueprint.kind, blueprint.days, &self.cas, &mut self.rng);
        Some(OperatorAction::Certificate(arn, action))
    }

    /// An operator acts after a crash.
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
            OperatorAction::Certificate(arn, action) => {
                let short = arn.rsplit('/').next().unwrap_or_default();
                self.log.note_about(&arn, format!("{now} operator {short}, after a crash: {action:?}"));
                let kind = self.state.lock().certificates.get(&arn).map(|tracked| tracked.blueprint.kind);
                operators::perform(&self.aws, &self.state, &arn, &action);
                if let (Some(kind), operators::Action::Delete) = (kind, action) {
                    self.add_replacement(kind);
                }
            }
        }
        self.publish_operator_events();
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
        let action = operators::random_action(self.aws.now(), blueprint.kind, blueprint.days, &self.cas, rng);
        let state = self.state.clone();
        let moment = MOMENTS[rng.usize(..MOMENTS.len())];
        // ACM has no conditional import. An import between the function's last read and its own cannot be detected.
        if moment == "ImportCertificate" && matches!(action, operators::Action::Reimport { .. }) {
            return;
        }
        self.aws.before(moment, 1, move |aws| operators::perform(aws, &state, &arn, &action));
    }
}

impl Functions {
    /// Runs a function's handler. `None` if it fails.
    pub(crate) fn work<'a>(&'a mut self, id: &str, event: &'a Value, invocation: &'a Invocation) -> HandlerFuture<'a> {
        let Self { expiry_events, imported_renewal, dns_validation, compliance_rules, metrics } = self;
        if id == EXPIRY_EVENTS {
            Box::pin(async move {
                let answer = expiry_events.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else if id == DNS_VALIDATION {
            Box::pin(async move {
                let answer = dns_validation.as_ref()?.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else if id == COMPLIANCE_RULES {
            Box::pin(async move {
                let answer = compliance_rules.as_ref()?.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else {
            Box::pin(async move { imported_renewal.handle(event, invocation, metrics).await.ok() })
        }
    }
}

/// Runs a handler until the deadline, at which Lambda terminates the process. `None` if it was terminated.
async fn run_until_deadline(aws: &Aws, deadline: Timestamp, mut work: HandlerFuture<'_>) -> Option<Option<Value>> {
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if aws.now() >= deadline => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
