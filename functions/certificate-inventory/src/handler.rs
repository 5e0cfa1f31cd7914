//! Takes events and messages, and does what they ask for.

use std::collections::BTreeSet;

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::Target;
use inventory::Source;
use inventory_collector::Collector;
use jiff::{SignedDuration, Timestamp};
use lambda::{BatchAnswer, Invocation, Metrics, SqsMessage};
use notices::{TagKeys, Topic};
use object_store::Store;
use organization::{Member, Organization, Refusal, SpokeRole, SweepQueue, TargetSweep, Targets};
use serde_json::{Value, json};

use crate::Error;
use crate::answer::{Answer, CollectionReport, FanOutReport, ReportReport};
use crate::collection::Collection;
use crate::config::Config;
use crate::digests::Digests;
use crate::event::Trigger;
use crate::measures::Measures;
use crate::owners::target_facts;
use crate::report::ReportRun;
use crate::shards::Shards;

/// What a run keeps of its time for the shard's last writing, and where there is one target only for the report.
const RESERVE: SignedDuration = SignedDuration::from_secs(120);

/// The function.
#[derive(Debug)]
pub struct Handler {
    targets: Targets<Collector>,
    organization: Organization,
    queue: Option<SweepQueue>,
    store: Store,
    topic: Topic,
    clock: Clock,
    sources: BTreeSet<Source>,
    tag_keys: TagKeys,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        let organization = config.organization.settings;
        Self {
            targets: Targets::new(sdk, SpokeRole::Inventory, organization.as_ref()),
            organization: Organization::new(organization, sdk),
            queue: config.target_queue_url.map(|url| SweepQueue::new(sdk, &url)),
            store: Store::new(sdk, &config.bucket),
            topic: Topic::new(sdk, &config.notices),
            clock: Clock::of(sdk),
            sources: config.sources,
            tag_keys: config.tag_keys,
        }
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("certificate-inventory");
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event, or a batch of messages.
    ///
    /// # Errors
    /// The event is not for this function, or the bucket, the queue, the topic or AWS Organizations could not be used.
    /// What could not be read of an account is no error: it is in its shard.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let messages = SqsMessage::read_batch(event);
        let messages = messages.map_err(|batch| events::BadField::new(batch.field, batch.problem))?;
        let Some(messages) = messages else { return self.handle_event(event, invocation, metrics).await };
        let mut answer = BatchAnswer::default();
        for message in &messages {
            if let Err(error) = self.handle_message(message, invocation, metrics).await {
                tracing::error!(outcome = "returned-to-queue", message_id = message.id, reason = %error);
                metrics.count("MessagesReturned", 1);
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
    ) -> Result<Answer, Error> {
        let bad = |problem: &str| events::BadField::new("Records[].body", problem);
        let event = lambda::read_event(message.body).map_err(|_| bad("is not JSON"))?;
        let sweep = TargetSweep::read(&event).ok_or_else(|| bad("does not ask for a target"))?;
        let (home, target) = (&invocation.home, sweep.target(&invocation.home));
        match self.organization.known_member(&target, sweep.account, home) {
            Ok(member) => self.collect(&member, invocation, metrics).await.map(Answer::Collection),
            Err(refusal) => Ok(refused(&refusal, &target, metrics)),
        }
    }

    async fn handle_event(
        &self,
        event: &Value,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let home = &invocation.home;
        match (Trigger::read(event)?, &self.queue) {
            (Trigger::Collect, Some(queue)) if self.organization.has_spokes() => {
                self.fan_out(queue, home, metrics).await.map(Answer::FanOut)
            }
            // One target: its report follows at once.
            (Trigger::Collect, _) => {
                let own = Member { target: home.clone(), spoke: None };
                self.collect(&own, invocation, metrics).await?;
                self.report(home, metrics).await.map(Answer::Report)
            }
            (Trigger::Report, _) => self.report(home, metrics).await.map(Answer::Report),
            (Trigger::Measure, _) => self.measure().await,
        }
    }

    async fn fan_out(&self, queue: &SweepQueue, home: &Target, metrics: &mut Metrics) -> Result<FanOutReport, Error> {
        let members = self.organization.members(home).await.map_err(Error::Targets)?;
        let sweeps: Vec<_> = members.iter().map(|member| TargetSweep::new(member, &json!({}))).collect();
        queue.send(&sweeps).await.map_err(Error::Targets)?;
        let targets = sweeps.len();
        metrics.count("TargetsSwept", targets as u64);
        tracing::info!(outcome = "fanned-out", targets);
        Ok(FanOutReport { outcome: "fanned-out", targets })
    }

    async fn collect(
        &self,
        member: &Member,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<CollectionReport, Error> {
        let make = |sdk: &SdkConfig| Collector::new(sdk, self.sources.clone()).with_tag_keys(self.tag_keys.clone());
        let collector = self.targets.get(member, make).await;
        let has_global_services = self.organization.has_global_services(&member.target, &invocation.home);
        let facts = target_facts(member, has_global_services, self.clock.now()).await;
        let latest = invocation.deadline.checked_sub(RESERVE).unwrap_or(Timestamp::MIN);
        let collection = Collection { collector: &collector, shards: Shards(&self.store), facts: &facts, latest };
        let report = collection.run().await?;
        metrics.count("TargetsCollected", 1);
        metrics.count("ListsUnreadable", report.unreadable.len() as u64);
        Ok(report)
    }

    async fn report(&self, home: &Target, metrics: &mut Metrics) -> Result<ReportReport, Error> {
        let members = self.organization.members(home).await.map_err(Error::Targets)?;
        let digests = Digests { store: &self.store, topic: &self.topic };
        let run = ReportRun { store: &self.store, clock: &self.clock, members: &members, digests };
        let report = run.run().await?;
        metrics.count("ReportsMade", 1);
        Ok(report)
    }

    async fn measure(&self) -> Result<Answer, Error> {
        let last = Measures::last(&self.store).await?;
        let outcome = if last.is_some() { "measured" } else { "no-report" };
        if let Some(measures) = last {
            measures.emit(self.clock.now());
        }
        Ok(Answer::Measured { outcome })
    }
}

/// Nothing is called for it.
fn refused(why: &Refusal, target: &Target, metrics: &mut Metrics) -> Answer {
    metrics.count("EventsRefused", 1);
    let (account, region, reason) = (target.account.clone(), target.region.clone(), why.as_str());
    tracing::warn!(account, region, outcome = "refused", reason, "{why}");
    Answer::Refused { outcome: "refused", account, region, reason }
}
