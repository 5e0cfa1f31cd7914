//! Lambda and SQS: how functions are run, and run again.

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

use crate::event_queue::{Deed, Happening, Message};
use crate::report::{Broken, Check};
use crate::run_effects::{Deeds, Run};
use crate::world::{ACCOUNT, COMPLIANCE_RULES, DNS_VALIDATION, EXPIRY_EVENTS, Functions, World};
use crate::{operators, zones};

/// Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": one minute
/// before the first retry, two minutes before the second.
const RETRY_AFTER: [SignedDuration; 2] = [SignedDuration::from_mins(1), SignedDuration::from_mins(2)];

/// Operations during which operators do things, by function.
const MOMENTS: [&str; 7] = [
    "ListTagsForCertificate",
    "DescribeCertificate",
    "AddTagsToCertificate",
    "IssueCertificate",
    "GetCertificate",
    "ImportCertificate",
    "RemoveTagsFromCertificate",
];
/// The same, of those that dns-validation calls.
const MOMENTS_OF_ZONES: [&str; 6] = [
    "DescribeCertificate",
    "AssumeRole",
    "ListHostedZones",
    "ListResourceRecordSets",
    "ChangeResourceRecordSets",
    "AddTagsToCertificate",
];

/// What a process is doing.
pub(crate) type Work<'a> = Pin<Box<dyn Future<Output = Option<Value>> + 'a>>;

impl World {
    pub(crate) async fn run_asynchronously(&mut self, function: String, event: Value, attempt: u32) -> Check {
        for run in self.deliver(&function, &event).await? {
            if run.answer.is_some() {
                continue;
            }
            if attempt >= self.wiring.functions[&function].retries {
                self.summary.dead_letters += 1;
                self.gives_up(&event);
                continue;
            }
            let pause = RETRY_AFTER[(attempt as usize).min(RETRY_AFTER.len() - 1)];
            let at = self.aws.now() + pause;
            self.meddle(&run, at);
            let (function, event) = (function.clone(), event.clone());
            self.agenda.enter(at, Happening::Invoke { function, event, attempt: attempt + 1 });
        }
        Ok(())
    }

    /// A message is received. SQS developer guide, "Dead-letter queues": it is moved when it was received
    /// `maxReceiveCount` times without being deleted.
    pub(crate) async fn receive(&mut self, queue: String, mut message: Message) -> Check {
        let settings = self.wiring.queues[&queue].clone();
        let Some(function) = &settings.function else { return Ok(()) };
        if settings.most_receives.is_some_and(|most| message.receives >= most) {
            self.summary.dead_letters += 1;
            self.ledger.open().abandon(self.aws.now(), &message.body);
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
        // Whoever is done deletes the message for all.
        let done = runs.iter().filter_map(|run| run.answer.as_ref()).any(|answer| {
            let failures = answer["batchItemFailures"].as_array();
            !settings.reports_failures || failures.is_some_and(Vec::is_empty)
        });
        if !done {
            let at = hidden_until.max(self.aws.now());
            if let Some(run) = runs.iter().find(|run| run.killed) {
                self.meddle(run, at);
            }
            self.agenda.enter(at, Happening::Receive { queue, message });
        }
        Ok(())
    }

    /// An event or message comes to a function: now and then twice at the same time.
    async fn deliver(&mut self, id: &str, event: &Value) -> Result<Vec<Run>, Broken> {
        let is_alone = self.wiring.functions[id].concurrency == Some(1);
        let twice = !self.quiet && !is_alone && self.chance(self.weather.together);
        if twice { self.invoke_twice(id, event).await } else { Ok(vec![self.invoke(id, event).await?]) }
    }

    /// Runs a function once, and sees what came of it.
    pub(crate) async fn invoke(&mut self, id: &str, event: &Value) -> Result<Run, Broken> {
        let begun = self.aws.now();
        let invocation = self.invocation(id);
        let armed = self.arm(id);
        let work = self.functions.work(id, event, &invocation);
        let answer = within(&self.aws, invocation.deadline, work).await;
        let killed = self.aws.crashed() || answer.is_none();
        if armed {
            self.aws.clear_faults();
        }
        if killed {
            self.aws.restart();
            self.restart();
        }
        let answer = answer.flatten().filter(|_| !killed);
        let deeds = Deeds::of_one(self.aws.take_record());
        let run = Run { function: id.to_owned(), begun, answer, killed, touched: deeds.touched() };
        self.settle(std::slice::from_ref(&run), deeds)?;
        Ok(run)
    }

    pub(crate) fn invocation(&self, id: &str) -> Invocation {
        let deadline = self.aws.now() + self.wiring.functions[id].timeout;
        let scope = Scope { region: self.region().to_owned(), account: ACCOUNT.to_owned() };
        Invocation { scope, deadline }
    }

    /// Prepares what goes wrong in the next run.
    pub(crate) fn arm(&mut self, function: &str) -> bool {
        if self.quiet {
            return false;
        }
        let weather = self.weather;
        let is_of_zones = function == DNS_VALIDATION;
        if is_of_zones && self.chance(weather.worst_moment) {
            self.prepare_an_operator_of_zones();
        }
        if self.chance(weather.worst_moment) {
            self.prepare_an_operator();
        }
        if !self.chance(weather.fault) {
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
            // More often than the SDK tries.
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

    /// In one of the next runs, an operator does something to a zone just before a call.
    fn prepare_an_operator_of_zones(&mut self) {
        let act = self.ledger.open().zones.random(&mut self.rng);
        let Some(act) = act else { return };
        let moment = match act {
            // Route 53 has no change on a condition but CREATE, which would fail a whole batch: whoever writes
            // between the last look at a name and the change is too late.
            zones::Act::Occupy(..) => "DescribeCertificate",
            _ => MOMENTS_OF_ZONES[self.rng.usize(..MOMENTS_OF_ZONES.len())],
        };
        self.record.remark(format!("{} operator of zones, before the next {moment}: {act:?}", self.aws.now()));
        let ledger = self.ledger.clone();
        self.aws.before(moment, 1, move |aws| ledger.open().zones.perform(aws, &act));
    }

    /// A run died. Before it is tried again, an operator acts, mostly on what the run was about.
    fn meddle(&mut self, run: &Run, again: Timestamp) {
        if !run.killed || self.quiet || !self.chance(self.weather.aftermath) {
            return;
        }
        let left = again.duration_since(self.aws.now()).as_secs().max(1);
        let at = self.aws.now() + SignedDuration::from_secs(self.rng.i64(0..left));
        let to_zones = run.function == DNS_VALIDATION && self.rng.bool();
        let deed = if to_zones {
            self.ledger.open().zones.random(&mut self.rng).map(Deed::Zones)
        } else {
            self.random_deed(&run.touched)
        };
        if let Some(deed) = deed {
            self.agenda.enter(at, Happening::Operator(deed));
        }
    }

    /// Something that an operator does to one of these, or to any certificate where they are none.
    fn random_deed(&mut self, of: &BTreeSet<String>) -> Option<Deed> {
        let all: Vec<_> = {
            let ledger = self.ledger.open();
            let known = |arn: &String| ledger.known.get(arn).map(|known| (arn.clone(), known.blueprint.clone()));
            let touched: Vec<_> = of.iter().filter_map(known).collect();
            if touched.is_empty() { ledger.known.keys().filter_map(known).collect() } else { touched }
        };
        if all.is_empty() {
            return None;
        }
        let (arn, blueprint) = all[self.rng.usize(..all.len())].clone();
        let act = operators::random(self.aws.now(), blueprint.kind, blueprint.days, &self.cas, &mut self.rng);
        Some(Deed::Certificate(arn, act))
    }

    /// An operator acts after the death of a run.
    pub(crate) fn operator_acts(&mut self, deed: Deed) {
        if self.quiet {
            return;
        }
        let now = self.aws.now();
        match deed {
            Deed::Zones(act) => {
                self.record.remark(format!("{now} operator of zones, after a death: {act:?}"));
                self.ledger.open().zones.perform(&self.aws, &act);
            }
            Deed::Certificate(arn, act) => {
                let short = arn.rsplit('/').next().unwrap_or_default();
                self.record.remark_about(&arn, format!("{now} operator {short}, after a death: {act:?}"));
                let kind = self.ledger.open().known.get(&arn).map(|known| known.blueprint.kind);
                operators::perform(&self.aws, &self.ledger, &arn, &act);
                if let (Some(kind), operators::Act::Delete) = (kind, act) {
                    self.another(kind);
                }
            }
        }
        self.send_what_was_caused();
    }

    /// In one of the next runs, an operator acts just before a call.
    fn prepare_an_operator(&mut self) {
        let known: Vec<_> =
            self.ledger.open().known.iter().map(|(arn, known)| (arn.clone(), known.blueprint.clone())).collect();
        if known.is_empty() {
            return;
        }
        let rng: &mut Rng = &mut self.rng;
        let (arn, blueprint) = known[rng.usize(..known.len())].clone();
        let act = operators::random(self.aws.now(), blueprint.kind, blueprint.days, &self.cas, rng);
        let ledger = self.ledger.clone();
        let moment = MOMENTS[rng.usize(..MOMENTS.len())];
        // ACM has no import on a condition: whoever imports between the last look and the import is too late.
        if moment == "ImportCertificate" && matches!(act, operators::Act::Reimport { .. }) {
            return;
        }
        self.aws.before(moment, 1, move |aws| operators::perform(aws, &ledger, &arn, &act));
    }
}

impl Functions {
    /// What a process of this function does about an event. `None`: it fails.
    pub(crate) fn work<'a>(&'a mut self, id: &str, event: &'a Value, invocation: &'a Invocation) -> Work<'a> {
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

/// Does the work until the deadline, when Lambda ends the process. `None` when it was ended.
async fn within(aws: &Aws, deadline: Timestamp, mut work: Work<'_>) -> Option<Option<Value>> {
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if aws.now() >= deadline => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
