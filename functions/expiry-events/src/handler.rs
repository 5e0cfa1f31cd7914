//! Gathers what a decision needs, and applies what was decided.

use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use aws_sdk_acm::Client;
use certificates::tags::Tags;
use certificates::{CertificateArn, CertificateDetail};
use events::EventBus;
use futures::future::try_join;
use lambda::{Invocation, Metrics};
use notices::{RecentNotices, Topic};
use serde_json::Value;

use crate::allowance::{Allowance, Hourly};
use crate::answer::{Answer, Looked};
use crate::apply::is_gone;
use crate::clients::Clients;
use crate::policy::news::News;
use crate::policy::succession::Successions;
use crate::policy::{Look, Plan, Reason, Settings, decide};
use crate::tally::Tally;
use crate::{Config, Error, Occasion, Trigger};

/// The function: clients, clock and configuration, made once.
#[derive(Debug)]
pub struct Handler {
    pub(crate) acm: Client,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) dry_run: bool,
    pub(crate) notices_per_sweep: u16,
    by_events: Hourly,
    pub(crate) recent: RecentNotices,
    pub(crate) clients: Clients,
    pub(crate) topic: Topic,
    pub(crate) bus: EventBus,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self {
            acm: Client::new(sdk),
            clock: Clock::of(sdk),
            settings: config.settings,
            dry_run: config.dry_run,
            notices_per_sweep: config.notices_per_sweep,
            by_events: Hourly::of(config.notices_per_sweep.into()),
            recent: RecentNotices::default(),
            clients: Clients::default(),
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
    /// decided again at the next check.
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

    /// Checks one certificate and does what is to be done.
    async fn look(&self, occasion: Occasion, arn: &CertificateArn) -> Result<Looked, Error> {
        let read = try_join(acm::describe(&self.acm, arn), acm::list_tags(&self.acm, arn)).await;
        match read.map_err(|cause| Error::look(arn, cause))? {
            (Some(facts), Some(tags)) => {
                let look = self.with_successor(self.at(occasion, facts, tags)).await;
                let allowance = self.by_events.at(self.clock.now());
                self.conclude(look.map_err(|cause| Error::look(arn, cause))?, &allowance).await
            }
            _ => Ok(log(occasion, Looked::gone(arn.clone()))),
        }
    }

    /// What was read, at this moment.
    pub(crate) fn at(&self, occasion: Occasion, facts: CertificateDetail, tags: Tags) -> Look {
        Look::new(occasion, facts, tags, self.clock.now())
    }

    /// Decides. What this process has reported within the hour is not reported again, whatever the tags say.
    pub(crate) fn decide(&self, look: &Look) -> Plan {
        decide(look, &self.settings).without(|notice| self.recent.hold(notice, look.now))
    }

    /// Decides and applies.
    pub(crate) async fn conclude(&self, look: Look, allowance: &Allowance) -> Result<Looked, Error> {
        let (arn, occasion) = (look.facts.arn.clone(), look.occasion);
        for unreadable in &look.tag_state.unreadable {
            tracing::warn!(certificate_arn = %arn, reason = "unreadable-tag", key = unreadable.key, "{unreadable}");
        }
        let plan = self.decide(&look);
        if self.dry_run {
            return Ok(log(occasion, Looked::planned(arn, plan)));
        }
        match self.apply(look, allowance.admit(plan)).await {
            Ok(applied) => Ok(log(occasion, Looked::of(arn, applied))),
            Err(cause) if is_gone(&cause) => Ok(log(occasion, Looked::gone(arn))),
            Err(cause) => Err(Error::look(&arn, cause)),
        }
    }

    /// Whether its ACME client has replaced it already, where that matters: only a complete listing shows it.
    async fn with_successor(&self, look: Look) -> Result<Look, CallError> {
        let is_about_expiry = |plan: Plan| matches!(plan.reason, Reason::News(News::Expiring | News::Expired));
        if !look.facts.is_acme() || !is_about_expiry(decide(&look, &self.settings)) {
            return Ok(look);
        }
        let listing = acm::list(&self.acm).await?;
        let successors = Successions::among(&listing.certificates).candidates(&look.facts);
        self.clients.add(&look.facts);
        let superseded = self.has_successor(&look.facts.arn, &successors, &Allowance::unlimited()).await? == Some(true);
        Ok(Look { superseded, ..look })
    }
}

/// One log line for each check. Checks of a sweep without a result are many, and of no interest.
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
