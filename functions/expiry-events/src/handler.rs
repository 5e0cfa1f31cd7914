//! Gathers what a decision needs, and applies what was decided.

use aws_config::SdkConfig;
use aws_sdk_acm::Client;
use certificates::tags::{self, Tags};
use certificates::{CertificateArn, CertificateFacts, RenewalStatus};
use events::EventBus;
use futures::future::try_join;
use lambda::{Invocation, Metrics};
use notices::Topic;
use sdk::{CallError, Clock};
use serde_json::Value;

use crate::answer::{Answer, Looked, Outcome};
use crate::policy::{Look, Plan, Request, Settings, decide};
use crate::tally::Tally;
use crate::{Config, Error, Occasion, Trigger};

/// The function: clients, clock and configuration, made once.
#[derive(Debug)]
pub struct Handler {
    pub(crate) acm: Client,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) dry_run: bool,
    topic: Topic,
    bus: EventBus,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    #[must_use]
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self {
            acm: Client::new(sdk),
            clock: Clock::of(sdk),
            settings: config.settings,
            dry_run: config.dry_run,
            topic: Topic::new(sdk, &config.notices),
            bus: EventBus::new(aws_sdk_eventbridge::Client::new(sdk), config.event_bus),
        }
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("expiry-events");
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event.
    ///
    /// # Errors
    /// The event is not for this function, or a call failed. What was decided and not applied is
    /// decided again at the next look.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        match Trigger::read(event, &invocation.scope)? {
            Trigger::Sweep => self.sweep(invocation.deadline, metrics).await.map(Answer::Sweep),
            Trigger::Look { occasion, certificates, skipped } => {
                let of = certificates.len();
                let mut tally = Tally::default();
                for certificate in certificates {
                    tally.add(self.look(occasion, &certificate).await);
                }
                let looks = tally.finish(of, metrics)?;
                Ok(Answer::of_looks(looks, skipped))
            }
        }
    }

    /// Looks at one certificate and does what is to be done.
    async fn look(&self, occasion: Occasion, arn: &CertificateArn) -> Result<Looked, Error> {
        let read = try_join(acm::describe(&self.acm, arn), acm::list_tags(&self.acm, arn)).await;
        match read.map_err(|cause| Error::look(arn, cause))? {
            (Some(facts), Some(tags)) => self.conclude(self.at(occasion, facts, tags)).await,
            _ => Ok(log(occasion, Looked::gone(arn.clone()))),
        }
    }

    /// What was read, at this moment.
    pub(crate) fn at(&self, occasion: Occasion, facts: CertificateFacts, tags: Tags) -> Look {
        Look::new(occasion, facts, tags, self.clock.now())
    }

    /// Decides and applies.
    pub(crate) async fn conclude(&self, look: Look) -> Result<Looked, Error> {
        let arn = &look.facts.arn;
        for unreadable in &look.instructions.unreadable {
            tracing::warn!(certificate_arn = %arn, reason = "unreadable-tag", key = unreadable.key, "{unreadable}");
        }
        let plan = decide(&look, &self.settings);
        let outcome = if self.dry_run && !plan.is_empty() { Outcome::Planned } else { outcome(&plan) };
        let actions = plan.actions();
        if !self.dry_run {
            match self.apply(arn, &plan).await {
                Ok(()) => {}
                Err(cause) if cause.operation.starts_with("acm:") && cause.has_code("ResourceNotFoundException") => {
                    return Ok(log(look.occasion, Looked::gone(arn.clone())));
                }
                Err(cause) => return Err(Error::look(arn, cause)),
            }
        }
        let reason = plan.reason.as_str();
        let plan = (outcome == Outcome::Planned).then_some(plan);
        Ok(log(look.occasion, Looked { outcome, certificate: arn.clone(), reason, actions, plan }))
    }

    /// Applies a plan. A notice that cannot be sent does not keep a certificate from being renewed,
    /// nor the other way round; the first error is the answer.
    async fn apply(&self, arn: &CertificateArn, plan: &Plan) -> Result<(), CallError> {
        // First, while what was read of the tags is fresh: SNS may keep us waiting.
        let requested = match &plan.request {
            Some(request) => self.request(arn, request).await,
            None => Ok(()),
        };
        let told = self.tell(arn, plan).await;
        requested.and(told)
    }

    /// Publishes first and remembers then: a notice that is repeated after a crash is better than one
    /// that nobody got.
    async fn tell(&self, arn: &CertificateArn, plan: &Plan) -> Result<(), CallError> {
        for notice in &plan.publish {
            self.topic.publish(notice).await?;
        }
        match &plan.record_noticed {
            Some(noticed) => acm::add_tags(&self.acm, arn, &[(tags::NOTICED, noticed.to_string())]).await,
            None => Ok(()),
        }
    }

    /// Marks first and asks then: a request that is lost after the mark is found again by its age.
    async fn request(&self, arn: &CertificateArn, request: &Request) -> Result<(), CallError> {
        if let Some(mark) = &request.mark {
            let status = (tags::STATUS, RenewalStatus::PendingRenewal.to_string());
            let since = (tags::STATUS_SINCE, tags::format_time(mark.since));
            let renewal_of = mark.renewal_of.clone().map(|serial| (tags::RENEWAL_OF, serial));
            let marked: Vec<_> = [status, since].into_iter().chain(renewal_of).collect();
            acm::add_tags(&self.acm, arn, &marked).await?;
            if mark.clear_reason {
                acm::remove_tags(&self.acm, arn, &[tags::STATUS_REASON]).await?;
            }
        }
        self.bus.put(&request.send).await
    }
}

fn outcome(plan: &Plan) -> Outcome {
    match (plan.publish.is_empty(), &plan.request) {
        (true, None) if plan.reason == crate::policy::Reason::NotIssued => Outcome::Ignored,
        (true, None) => Outcome::NothingToDo,
        (false, None) => Outcome::Noticed,
        (true, Some(_)) => Outcome::RenewalRequested,
        (false, Some(_)) => Outcome::NoticedAndRenewalRequested,
    }
}

/// One log line for each look. Looks of a sweep that come to nothing are many, and of no interest.
pub(crate) fn log(occasion: Occasion, looked: Looked) -> Looked {
    let Looked { outcome, certificate, reason, actions, .. } = &looked;
    let (outcome, occasion_name) = (outcome.as_str(), occasion.as_str());
    let actions = lambda::json(actions);
    if occasion == Occasion::Sweep && looked.actions.is_empty() {
        tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
    } else {
        tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, %actions);
    }
    looked
}
