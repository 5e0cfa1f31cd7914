//! The function: what is kept between invocations, and what it does with an event.

use std::sync::Arc;

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::Target;
use events::BadField;
use jiff::SignedDuration;
use lambda::{BatchAnswer, Invocation, Metrics, SqsMessage};
use organization::Organization;
use serde_json::Value;

use crate::answer::{Answer, CertificateReport};
use crate::event::Trigger;
use crate::queue::returns_to_queue;
use crate::refused::Refused;
use crate::workers::Workers;
use crate::{Config, Error, import_count};

/// What is kept between invocations.
#[derive(Debug, Clone)]
pub struct Handler {
    organization: Arc<Organization>,
    workers: Workers,
    clock: Clock,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, aws: &SdkConfig) -> Self {
        let organization = Arc::new(Organization::new(config.organization.settings.clone(), aws));
        Self { organization, workers: Workers::new(config, aws), clock: Clock::of(aws) }
    }

    /// Handles a batch of an SQS queue, or one event alone, and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new(import_count::FUNCTION);
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles a batch or an event.
    ///
    /// # Errors
    /// The event alone could not be dealt with. Errors of messages in a batch are logged. Such a message returns to the
    /// queue, which moves it to its dead-letter queue after its last delivery, unless it can never be dealt with.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let messages = SqsMessage::read_batch(event).map_err(|batch| BadField::new(batch.field, batch.problem))?;
        let Some(messages) = messages else {
            let reports = self.handle_event(event, SignedDuration::ZERO, invocation, metrics).await?;
            return Ok(Answer::from(reports));
        };
        let mut answer = BatchAnswer::default();
        for message in &messages {
            let result = self.handle_message(message, invocation, metrics).await;
            if returns_to_queue(message, &result, metrics) {
                answer.add(message);
            }
        }
        Ok(Answer::Batch(answer))
    }

    async fn handle_message(
        &self,
        message: &SqsMessage<'_>,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Vec<CertificateReport>, Error> {
        let event = lambda::read_event(message.body).map_err(|_| BadField::new("Records[].body", "is not JSON"))?;
        self.handle_event(&event, message.waited(self.clock.now()), invocation, metrics).await
    }

    async fn handle_event(
        &self,
        event: &Value,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Vec<CertificateReport>, Error> {
        let target = self.organization.target_of(event, &invocation.home);
        let is_of_spoke = target != invocation.home;
        let error = match self.work(event, target, waited, invocation, metrics).await {
            Ok(reports) => return Ok(reports),
            Err(error) => error,
        };
        let refused =
            Refused::because_of(&error, is_of_spoke).filter(|_| self.organization.has_spokes()).ok_or(error)?;
        metrics.count(refused.metric, 1);
        let report = refused.into_report();
        report.log();
        Ok(vec![report])
    }

    /// An event is worked on in the account and Region that it comes from, and nowhere else.
    async fn work(
        &self,
        event: &Value,
        target: Target,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Vec<CertificateReport>, Error> {
        let member = self.organization.member(&target, &invocation.home).await;
        let member = member.map_err(|error| Error::organization(target, error))?;
        let trigger = Trigger::read(event, &member.target)?;
        self.workers.get(&member).await.handle(trigger, waited, invocation, metrics).await
    }
}

#[cfg(test)]
mod tests;
