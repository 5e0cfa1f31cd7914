//! The function: what is kept between invocations, and what it does with an event.

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::CertificateArn;
use events::BadField;
use jiff::SignedDuration;
use lambda::{BatchAnswer, Invocation, Metrics, SqsMessage};
use serde_json::Value;

use crate::answer::{Answer, CertificateReport};
use crate::event::{Occasion, Trigger};
use crate::queue::returns_to_queue;
use crate::reconcile::Reconciler;
use crate::secret_certificates::{Found, SecretCertificates};
use crate::{Config, Error, import_count};

/// What is kept between invocations.
#[derive(Debug, Clone)]
pub struct Handler {
    reconciler: Reconciler,
    secrets: SecretCertificates,
    clock: Clock,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, aws: &SdkConfig) -> Self {
        let secrets = SecretCertificates::new(aws, config.grants.secrets.clone());
        Self { reconciler: Reconciler::new(config, aws), secrets, clock: Clock::of(aws) }
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
        let (certificates, occasion) = match Trigger::read(event, &invocation.home)? {
            Trigger::Ignore { reason } => return Ok(vec![ignored(reason)]),
            Trigger::Reconcile { certificate, occasion } => (vec![certificate], occasion),
            Trigger::ReconcileSecret { secret } => match self.secrets.find(&secret, &invocation.home).await? {
                Found::Nothing(reason) => return Ok(vec![ignored(reason)]),
                Found::Certificates(certificates) => (certificates, Occasion::SecretChanged),
            },
        };
        let mut reports = Vec::new();
        let mut failed = None;
        for certificate in &certificates {
            match self.reconcile(certificate, occasion, waited, invocation, metrics).await {
                Ok(report) => reports.push(report),
                // What happens to one certificate of a secret must not stop the others.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(reports), Err)
    }

    async fn reconcile(
        &self,
        certificate: &CertificateArn,
        occasion: Occasion,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<CertificateReport, Error> {
        let report = match self.reconciler.reconcile(certificate, occasion, waited, invocation.deadline, metrics).await
        {
            Err(error) if error.is_certificate_gone() => CertificateReport::gone(certificate),
            result => result?,
        };
        report.log();
        Ok(report)
    }
}

fn ignored(reason: &'static str) -> CertificateReport {
    let report = CertificateReport::ignored(None, reason);
    report.log();
    report
}

#[cfg(test)]
mod tests;
