//! Gather, decide, apply.

use std::error::Error as _;

use aws_config::SdkConfig;
use certificates::tags::Instructions;
use certificates::{CertificateArn, CertificateFacts, FailureReason};
use events::EventBus;
use lambda::{Failure, Invocation, Metrics};
use notices::Topic;
use sdk::Clock;
use serde_json::{Value, json};

use crate::config::Config;
use crate::error::Error;
use crate::event::{Occasion, Request};
use crate::policy::{self, Decision, Idle, Plan, Situation, Source};
use crate::record::{Look, Recorder};
use crate::renewal::{Ending, Renewer};

/// The function: its configuration and its clients.
#[derive(Debug, Clone)]
pub struct Handler {
    config: Config,
    acm: aws_sdk_acm::Client,
    recorder: Recorder,
    renewer: Renewer,
    clock: Clock,
}

impl Handler {
    /// Makes the clients.
    #[must_use]
    pub fn new(config: Config, aws: &SdkConfig) -> Self {
        let clock = Clock::of(aws);
        let acm = aws_sdk_acm::Client::new(aws);
        let bus = EventBus::new(aws_sdk_eventbridge::Client::new(aws), &config.event_bus_name);
        let topic = Topic::new(aws, &config.notices);
        let recorder = Recorder::new(acm.clone(), bus, topic, clock.clone());
        let renewer = Renewer::new(acm.clone(), aws.clone(), recorder.clone(), clock.clone());
        Self { config, acm, recorder, renewer, clock }
    }

    /// Takes a batch of an SQS queue, or one event by itself.
    ///
    /// A batch is answered with the messages that have to be delivered again (`batchItemFailures`);
    /// an event with what came of it.
    ///
    /// # Errors
    /// The event by itself could not be dealt with. Errors of messages in a batch are logged, and
    /// the messages given back to the queue, which moves them to its dead-letter queue in the end.
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("imported-renewal");
        let answer = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        answer
    }

    /// Does the same, and leaves the metrics to the caller.
    ///
    /// # Errors
    /// See [`Handler::answer`].
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Value, Error> {
        match event.get("Records") {
            Some(records) => self.batch(records, invocation, metrics).await,
            None => self.event(event, invocation, metrics).await,
        }
    }

    async fn batch(&self, records: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Value, Error> {
        let unexpected = |field, problem: &str| Error::UnexpectedEvent { field, problem: problem.to_owned() };
        let records = records.as_array().ok_or_else(|| unexpected("Records", "is not a list"))?;
        let mut failures = Vec::new();
        for record in records {
            let id = record
                .get("messageId")
                .and_then(Value::as_str)
                .ok_or_else(|| unexpected("Records[].messageId", "is missing, so the message cannot be given back"))?;
            let body = record.get("body").and_then(Value::as_str).unwrap_or_default();
            let result = match lambda::read_event(body) {
                Ok(event) => self.event(&event, invocation, metrics).await,
                Err(_) => Err(unexpected("Records[].body", "is not JSON")),
            };
            if let Err(error) = result {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                let certificate_arn = error.certificate_arn();
                let outcome = "given-back-to-the-queue";
                tracing::error!(certificate_arn, outcome, message_id = id, reason = %error, cause);
                metrics.count("MessagesGivenBack", 1);
                failures.push(json!({ "itemIdentifier": id }));
            }
        }
        Ok(json!({ "batchItemFailures": failures }))
    }

    async fn event(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Value, Error> {
        let answer = match Request::read(event, &invocation.scope)? {
            Request::Look { certificate, occasion } => {
                match self.look(&certificate, occasion, invocation, metrics).await {
                    Err(error) if error.is_for_want_of_the_certificate() => gone(&certificate),
                    answer => answer?,
                }
            }
            Request::Ignore { reason } => json!({ "outcome": "ignored", "reason": reason }),
        };
        log(&answer);
        Ok(answer)
    }

    async fn look(
        &self,
        certificate: &CertificateArn,
        occasion: Occasion,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Value, Error> {
        let Some(look) = self.gather(certificate).await? else { return Ok(gone(certificate)) };
        let decision = policy::decide(&Situation {
            facts: &look.facts,
            tags: &look.tags,
            instructions: &look.instructions,
            occasion,
            default_private_ca: self.config.default_private_ca.as_ref(),
            renew_before_days: self.config.renew_before_days,
            thresholds: &self.config.thresholds,
            now: self.clock.now(),
        });
        if self.config.dry_run {
            return Ok(planned(certificate, &decision));
        }
        if occasion == Occasion::SteeringChanged && decision == Decision::Nothing(Idle::RenewalInProgress) {
            return Err(Error::Busy { certificate: Box::new(certificate.clone()) });
        }
        self.apply(&look, decision, invocation, metrics).await
    }

    async fn gather(&self, certificate: &CertificateArn) -> Result<Option<Look>, Error> {
        let failed = |source| Error::gather(certificate, source);
        let Some(facts) = acm::describe(&self.acm, certificate).await.map_err(failed)? else { return Ok(None) };
        let Some(tags) = acm::list_tags(&self.acm, certificate).await.map_err(failed)? else { return Ok(None) };
        let instructions = Instructions::read(&tags);
        for unreadable in &instructions.unreadable {
            tracing::warn!(certificate_arn = %certificate, reason = "unreadable-tag", "{unreadable}");
        }
        let owner = tags.get(&self.config.owner_tag_key).map(str::to_owned);
        Ok(Some(Look { facts, tags, instructions, owner }))
    }

    async fn apply(
        &self,
        look: &Look,
        decision: Decision,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Value, Error> {
        let arn = &look.facts.arn;
        let attempts = look.instructions.recorded.attempts;
        match decision {
            Decision::Nothing(idle) => Ok(json!({ "outcome": "ignored", "certificate": arn, "reason": idle })),
            Decision::RecordComplete => {
                self.recorder.complete(look, &look.facts, attempts, &[]).await?;
                metrics.count("RenewalsCompleted", 1);
                Ok(json!({ "outcome": "recorded-complete", "certificate": arn }))
            }
            Decision::RecordFailure { reason, detail, attempt } => {
                self.recorder.failure(look, reason, &detail, attempt).await?;
                metrics.count("RenewalsFailed", 1);
                Ok(failed(arn, reason, &detail, attempt))
            }
            Decision::Renew(plan) => {
                let ending = self.renewer.attempt(look, &plan, invocation.deadline).await?;
                Ok(ended(look, &plan, ending, metrics))
            }
        }
    }
}

/// One log line for each event. A failed renewal is a warning, which the log level WARN shows too.
fn log(answer: &Value) {
    let text = |key: &str| answer[key].as_str();
    let (certificate_arn, outcome, reason, detail) =
        (text("certificate"), text("outcome"), text("reason"), text("detail"));
    if outcome == Some("renewal-failed") {
        tracing::warn!(certificate_arn, outcome, reason, detail);
        return;
    }
    let actions = answer.get("actions").map(tracing::field::display);
    let (serial, not_after) = (text("serialAfter"), text("notAfterAfter"));
    tracing::info!(certificate_arn, outcome, reason, detail, actions, serial, not_after);
}

fn ended(look: &Look, plan: &Plan, ending: Ending, metrics: &mut Metrics) -> Value {
    let arn = &look.facts.arn;
    match ending {
        Ending::Renewed(after) => {
            metrics.count("RenewalsCompleted", 1);
            renewed(&look.facts, &after, plan)
        }
        Ending::Failed(reason, detail) => {
            metrics.count("RenewalsFailed", 1);
            failed(arn, reason, &detail, plan.attempt)
        }
        Ending::StoodDown => json!({ "outcome": "ignored", "certificate": arn, "reason": "another-renewal" }),
        Ending::Gone => gone(arn),
    }
}

fn failed(certificate: &CertificateArn, reason: FailureReason, detail: &str, attempt: u32) -> Value {
    json!({
        "outcome": "renewal-failed", "certificate": certificate, "reason": reason, "detail": detail,
        "attempt": attempt,
    })
}

fn gone(certificate: &CertificateArn) -> Value {
    json!({ "outcome": "ignored", "certificate": certificate, "reason": "certificate-gone" })
}

fn renewed(before: &CertificateFacts, after: &CertificateFacts, plan: &Plan) -> Value {
    json!({
        "outcome": "renewed",
        "certificate": after.arn,
        "attempt": plan.attempt,
        "serialBefore": before.serial,
        "serialAfter": after.serial,
        "notAfterBefore": before.not_after,
        "notAfterAfter": after.not_after,
    })
}

/// What would be done: the answer of a dry run.
fn planned(certificate: &CertificateArn, decision: &Decision) -> Value {
    let actions = match decision {
        Decision::Nothing(idle) => {
            return json!({ "outcome": "ignored", "certificate": certificate, "reason": idle, "dryRun": true });
        }
        Decision::RecordComplete => json!([{ "action": "record-complete" }]),
        Decision::RecordFailure { reason, detail, attempt } => {
            json!([{ "action": "record-failure", "reason": reason, "detail": detail, "attempt": attempt }])
        }
        Decision::Renew(plan) => {
            let Source::PrivateCa(ca) = &plan.source;
            json!([{
                "action": "renew", "from": "private-ca", "privateCa": ca.as_str(), "attempt": plan.attempt,
                "validityDays": plan.validity_days,
            }])
        }
    };
    json!({ "outcome": "planned", "certificate": certificate, "actions": actions, "dryRun": true })
}

#[cfg(test)]
mod tests;
