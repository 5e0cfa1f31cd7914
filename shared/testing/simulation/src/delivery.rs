//! Lambda and SQS: invocations, retries and dead letters.

use certificates::Target;
use jiff::SignedDuration;
use lambda::Invocation;
use serde_json::{Value, json};

use crate::dead_letters::Tries;
use crate::event_queue::{Message, ScheduledEvent};
use crate::processes::run_until_deadline;
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects};
use crate::world::{ACCOUNT, World};

/// Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation": one minute
/// before the first retry, two minutes before the second.
const RETRY_AFTER: [SignedDuration; 2] = [SignedDuration::from_mins(1), SignedDuration::from_mins(2)];

impl World {
    pub(crate) async fn invoke_async(&mut self, function: String, event: Value, tries: Tries) -> Check {
        let attempt = tries.count();
        for run in self.deliver(&function, &event).await? {
            if run.answer.is_some() {
                continue;
            }
            let mut tries = tries.clone();
            tries.add(std::slice::from_ref(&run));
            if attempt >= self.wiring.functions[&function].retries {
                self.record_dead_letter(&event);
                self.add_dead_letter(&function, &event, &tries)?;
                continue;
            }
            let pause = RETRY_AFTER[(attempt as usize).min(RETRY_AFTER.len() - 1)];
            let at = self.aws.now() + pause;
            self.schedule_operator_after_crash(&run, at);
            let (function, event) = (function.clone(), event.clone());
            self.events.schedule(at, ScheduledEvent::Invoke { function, event, tries });
        }
        Ok(())
    }

    /// A queue delivers a message. SQS developer guide, "Dead-letter queues": a message is moved after it was received
    /// `maxReceiveCount` times without being deleted.
    pub(crate) async fn receive(&mut self, queue: String, mut message: Message) -> Check {
        let settings = self.wiring.queues[&queue].clone();
        let Some(function) = &settings.function else { return Ok(()) };
        if settings.most_receives.is_some_and(|most| message.tries.count() >= most) {
            self.state.lock().abandon(self.aws.now(), &message.body);
            self.give_up_sweep(&message.body);
            return self.add_dead_letter(&queue, &message.body, &message.tries);
        }
        let first_received = *message.first_received.get_or_insert(self.aws.now());
        let hidden_until = self.aws.now() + settings.visibility;
        let batch = json!({ "Records": [{
            "messageId": "message",
            "body": message.body.to_string(),
            "attributes": {
                "ApproximateReceiveCount": (message.tries.count() + 1).to_string(),
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
            message.tries.add(&runs);
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
        let about = self.subject(event);
        let armed = self.arm_faults(id, &about);
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
        let (touched, hindrance) = (effects.touched(), effects.hindrance(event, started, terminated));
        let run = Run { function: id.to_owned(), about, started, answer, terminated, touched, hindrance };
        self.process_runs(std::slice::from_ref(&run), effects)?;
        Ok(run)
    }

    pub(crate) fn invocation(&self, id: &str) -> Invocation {
        let deadline = self.aws.now() + self.wiring.functions[id].timeout;
        let home = Target { partition: "aws".into(), region: self.region().to_owned(), account: ACCOUNT.to_owned() };
        Invocation { home, deadline }
    }
}
