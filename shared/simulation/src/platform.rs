//! Lambda and SQS: how functions are run, and run again.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use certificates::Scope;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use lambda::Invocation;
use serde_json::{Value, json};
use simulated_aws::{Aws, Fault};

use crate::agenda::{Happening, Message};
use crate::report::Check;
use crate::settle::Run;
use crate::world::{ACCOUNT, DNS_VALIDATION, EXPIRY_EVENTS, World};
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

impl World {
    pub(crate) async fn run_asynchronously(&mut self, function: String, event: Value, attempt: u32) -> Check {
        let run = self.invoke(&function, &event).await?;
        if run.answer.is_some() {
            return Ok(());
        }
        if attempt >= self.wiring.functions[&function].retries {
            self.summary.dead_letters += 1;
            return Ok(());
        }
        let pause = RETRY_AFTER[(attempt as usize).min(RETRY_AFTER.len() - 1)];
        let at = self.aws.now() + pause;
        self.agenda.enter(at, Happening::Invoke { function, event, attempt: attempt + 1 });
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
        let hidden_until = self.aws.now() + settings.visibility;
        let batch = json!({ "Records": [{
            "messageId": "message",
            "body": message.body.to_string(),
            "attributes": { "ApproximateReceiveCount": message.receives.to_string() },
            "eventSource": "aws:sqs",
        }] });
        let run = self.invoke(function, &batch).await?;
        let done = run.answer.is_some_and(|answer| {
            let failures = answer["batchItemFailures"].as_array();
            !settings.reports_failures || failures.is_some_and(Vec::is_empty)
        });
        if !done {
            let at = hidden_until.max(self.aws.now());
            self.agenda.enter(at, Happening::Receive { queue, message });
        }
        Ok(())
    }

    /// Runs a function once, and sees what came of it.
    pub(crate) async fn invoke(&mut self, id: &str, event: &Value) -> Result<Run, crate::report::Broken> {
        let begun = self.aws.now();
        let deadline = begun + self.wiring.functions[id].timeout;
        let scope = Scope { region: self.region().to_owned(), account: ACCOUNT.to_owned() };
        let invocation = Invocation { scope, deadline };
        let armed = self.arm(id);
        let functions = &mut self.functions;
        let work: Pin<Box<dyn Future<Output = Option<Value>>>> = if id == EXPIRY_EVENTS {
            let (handler, metrics) = (&functions.expiry_events, &mut functions.metrics);
            Box::pin(async move {
                let answer = handler.handle(event, &invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else if id == DNS_VALIDATION {
            let (handler, metrics) = (&functions.dns_validation, &mut functions.metrics);
            Box::pin(async move {
                let answer = handler.as_ref()?.handle(event, &invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else {
            let (handler, metrics) = (&functions.imported_renewal, &mut functions.metrics);
            Box::pin(async move { handler.handle(event, &invocation, metrics).await.ok() })
        };
        let answer = within(&self.aws, deadline, work).await;
        let killed = self.aws.crashed() || answer.is_none();
        if armed {
            self.aws.clear_faults();
        }
        if killed {
            self.aws.restart();
            self.restart();
        }
        let answer = answer.flatten().filter(|_| !killed);
        self.summary.runs += 1;
        self.summary.failed_runs += u64::from(answer.is_none());
        let run = Run { function: id.to_owned(), begun, answer, killed };
        self.settle(&run)?;
        Ok(run)
    }

    /// Prepares what goes wrong in the next run.
    fn arm(&mut self, function: &str) -> bool {
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

    /// In one of the next runs, an operator acts just before a call.
    fn prepare_an_operator(&mut self) {
        let known: Vec<_> =
            self.ledger.open().known.iter().map(|(arn, known)| (arn.clone(), known.blueprint.clone())).collect();
        if known.is_empty() {
            return;
        }
        let rng: &mut Rng = &mut self.rng;
        let (arn, blueprint) = known[rng.usize(..known.len())].clone();
        let act = operators::random(blueprint.kind, blueprint.days, &self.cas, rng);
        let ledger = self.ledger.clone();
        let moment = MOMENTS[rng.usize(..MOMENTS.len())];
        // ACM has no import on a condition: whoever imports between the last look and the import is too late.
        if moment == "ImportCertificate" && matches!(act, operators::Act::Reimport { .. }) {
            return;
        }
        self.aws.before(moment, 1, move |aws| operators::perform(aws, &ledger, &arn, &act));
    }
}

/// Does the work until the deadline, when Lambda ends the process. `None` when it was ended.
async fn within<T>(aws: &Aws, deadline: Timestamp, mut work: Pin<Box<dyn Future<Output = T> + '_>>) -> Option<T> {
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if aws.now() >= deadline => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
