//! Gather, decide, apply.

mod answer;
mod queue;

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::tags::TagState;
use certificates::{CertificateArn, RenewalStatus};
use events::EventBus;
use jiff::SignedDuration;
use lambda::{Invocation, Metrics};
use notices::Topic;
use serde_json::{Value, json};

use crate::budget::{AT_MOST_EVERY, Budget};
use crate::config::Config;
use crate::domain_names::DomainNames;
use crate::error::Error;
use crate::event::{Occasion, Request};
use crate::imports;
use crate::last_failure::LastFailure;
use crate::policy::{self, Decision, Situation};
use crate::record::{Completion, Look, Recorder};
use crate::renewal::Renewer;
use answer::Answer;
use queue::Message;

/// The function: its configuration and its clients.
#[derive(Debug, Clone)]
pub struct Handler {
    config: Config,
    acm: aws_sdk_acm::Client,
    recorder: Recorder,
    renewer: Renewer,
    budget: Budget,
    domain_names: DomainNames,
    clock: Clock,
}

impl Handler {
    /// Makes the clients.
    pub fn new(config: Config, aws: &SdkConfig) -> Self {
        let clock = Clock::of(aws);
        let acm = aws_sdk_acm::Client::new(aws);
        let bus = EventBus::new(aws_sdk_eventbridge::Client::new(aws), &config.event_bus_name);
        let topic = Topic::new(aws, &config.notices);
        let recorder = Recorder::new(acm.clone(), bus, topic, clock.clone(), config.log_group.clone());
        let domain_names = DomainNames::new(aws_sdk_apigateway::Client::new(aws), clock.clone());
        let budget = Budget::default();
        let renewer = Renewer {
            acm: acm.clone(),
            aws: aws.clone(),
            recorder: recorder.clone(),
            domain_names: domain_names.clone(),
            budget: budget.clone(),
            clock: clock.clone(),
            max_validity_days: config.max_validity_days,
        };
        Self { config, acm, recorder, renewer, domain_names, budget, clock }
    }

    /// Takes a batch of an SQS queue, or one event alone.
    ///
    /// A batch is answered with the messages that have to be delivered again (`batchItemFailures`);
    /// an event with what came of it.
    ///
    /// # Errors
    /// The event alone could not be dealt with. Errors of messages in a batch are logged. Such a message returns to
    /// the queue, which moves it to its dead-letter queue in the end, unless it can never be dealt with.
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new(imports::FUNCTION);
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
            None => Ok(self.event(event, SignedDuration::ZERO, invocation, metrics).await?.json),
        }
    }

    async fn batch(&self, records: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Value, Error> {
        let unexpected = |field, problem: &str| Error::UnexpectedEvent { field, problem: problem.to_owned() };
        let records = records.as_array().ok_or_else(|| unexpected("Records", "is not a list"))?;
        let mut returned = Vec::new();
        for record in records {
            let Some(message) = Message::read(record) else {
                return Err(unexpected("Records[].messageId", "is missing, so the message cannot be returned"));
            };
            let result = match lambda::read_event(message.body) {
                Ok(event) => self.event(&event, message.waited(self.clock.now()), invocation, metrics).await,
                Err(_) => Err(unexpected("Records[].body", "is not JSON")),
            };
            if message.is_to_be_returned(&result, metrics) {
                returned.push(json!({ "itemIdentifier": message.id }));
            }
        }
        Ok(json!({ "batchItemFailures": returned }))
    }

    async fn event(
        &self,
        event: &Value,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let answer = match Request::read(event, &invocation.scope)? {
            Request::Look { certificate, occasion } => {
                match self.look(&certificate, occasion, waited, invocation, metrics).await {
                    Err(error) if error.is_for_want_of_the_certificate() => answer::gone(&certificate).into(),
                    answer => answer?,
                }
            }
            Request::Ignore { reason } => json!({ "outcome": "ignored", "reason": reason }).into(),
        };
        answer::log(&answer.json);
        Ok(answer)
    }

    async fn look(
        &self,
        certificate: &CertificateArn,
        occasion: Occasion,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let Some(look) = self.gather(certificate).await? else { return Ok(answer::gone(certificate).into()) };
        let decision = self.decide(&look, occasion, waited);
        if waited >= AT_MOST_EVERY && look.tag_state.recorded.status == Some(RenewalStatus::RenewalInProgress) {
            tracing::warn!(certificate_arn = %certificate, reason = "claim-not-honoured", "in progress for over an hour");
        }
        if self.config.dry_run {
            return Ok(answer::planned(&look.facts, &decision, self.config.max_validity_days).into());
        }
        let is_too_early = matches!(&decision, Decision::Nothing(idle) if idle.is_too_early(occasion));
        Ok(Answer { json: self.apply(&look, decision, invocation, metrics).await?, is_too_early })
    }

    fn decide(&self, look: &Look, occasion: Occasion, waited: SignedDuration) -> Decision {
        policy::decide(&Situation {
            facts: &look.facts,
            tags: &look.tags,
            tag_state: &look.tag_state,
            occasion,
            grants: &self.config.grants,
            default_private_ca: self.config.default_private_ca.as_ref(),
            waited,
            last_charge: self.budget.last_charge(&look.facts.arn).as_ref(),
            quota_reached: self.budget.quota_reached(),
            renew_before_days: self.config.renew_before_days,
            thresholds: &self.config.thresholds,
            now: self.clock.now(),
        })
    }

    async fn gather(&self, certificate: &CertificateArn) -> Result<Option<Look>, Error> {
        let failed = |source| Error::gather(certificate, source);
        let Some(facts) = acm::describe(&self.acm, certificate).await.map_err(failed)? else { return Ok(None) };
        let Some(tags) = acm::list_tags(&self.acm, certificate).await.map_err(failed)? else { return Ok(None) };
        let tag_state = TagState::read(&tags);
        for unreadable in &tag_state.unreadable {
            tracing::warn!(certificate_arn = %certificate, reason = "unreadable-tag", "{unreadable}");
        }
        let owner = tags.get(&self.config.owner_tag_key).map(str::to_owned);
        let last_failure = LastFailure::read(&facts, &tags, &tag_state);
        Ok(Some(Look { facts, tags, tag_state, owner, last_failure }))
    }

    async fn apply(
        &self,
        look: &Look,
        decision: Decision,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Value, Error> {
        let arn = &look.facts.arn;
        let attempts = look.tag_state.recorded.attempts;
        match decision {
            Decision::Nothing(idle) => Ok(answer::idle(arn, idle)),
            Decision::RecordComplete => {
                let mut completion = Completion::found(&look.facts, attempts);
                completion.pending_domain_names =
                    self.domain_names.pending(&look.facts, &look.facts, invocation.deadline).await;
                self.recorder.complete(look, &completion).await?;
                metrics.count("RenewalsCompleted", 1);
                Ok(answer::found(&completion))
            }
            Decision::CorrectRecord => {
                self.recorder.correct(look, &Completion::found(&look.facts, attempts)).await?;
                Ok(answer::corrected(arn))
            }
            Decision::RecordFailure { reason, detail, attempt } => {
                self.recorder.failure(look, reason, &detail, attempt).await?;
                metrics.count("RenewalsFailed", 1);
                Ok(answer::failed(arn, reason, &detail, attempt))
            }
            Decision::Renew(plan) => {
                let ending = self.renewer.attempt(look, &plan, invocation.deadline).await?;
                Ok(answer::ended(look, &plan, ending, metrics))
            }
        }
    }
}

#[cfg(test)]
mod tests;
