//! The function: what is kept between invocations, and what it does with an event.

use std::fmt::Display;

use acme::Connection;
use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::Target;
use events::{BadField, Envelope, EventBus};
use jiff::Timestamp;
use lambda::{Batch, BatchAnswer, Invocation, Metrics, SqsMessage};
use notices::{RecentNotices, Topic};
use organization::{
    Member, Organization, OrganizationError, ReportedTargets, SpokeRole, SweepQueue, TargetSweep, Targets,
    UnreadableTargets,
};
use serde_json::Value;

use crate::acme_clients::SuccessorSearch;
use crate::answer::TargetReport;
use crate::apply::Applier;
use crate::candidates::CandidateSearch;
use crate::fan_out::FanOut;
use crate::notice_budget::{HourlyNoticeBudget, NoticeBudget};
use crate::quota::Quota;
use crate::reconcile::Reconciler;
use crate::report::finish;
use crate::sweep::{CALLS_FOR_SUCCESSORS, RESERVE, Sweep};
use crate::target_context::{Configured, TargetContext};
use crate::target_sweep::{FINDER, TargetSweeper};
use crate::trail_check::{REPORTED, TrailCheck};
use crate::{Answer, Config, Coverage, Error, Outcome, SweepReport, Trigger};

/// What is made once: the configuration, and what belongs to no single target.
#[derive(Debug)]
pub struct Handler {
    configured: Configured,
    organization: Organization,
    targets: Targets<TargetContext>,
    /// In a hub with spokes.
    queue: Option<SweepQueue>,
    unreadable: UnreadableTargets,
    without_trail: ReportedTargets,
    bus: EventBus,
    clock: Clock,
    notices_per_sweep: usize,
    hourly_notices: HourlyNoticeBudget,
    recent: RecentNotices,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self::with_connection(config, sdk, Connection::default())
    }

    /// The same, which reaches ACME servers this way.
    pub fn with_connection(config: Config, sdk: &SdkConfig, connection: Connection) -> Self {
        let notices_per_sweep = config.notices_per_sweep.into();
        let organization = config.organization.settings;
        Self {
            configured: Configured {
                topic: Topic::new(sdk, &config.notices),
                acme: config.acme,
                connection,
                settings: config.settings,
                dry_run: config.dry_run,
            },
            targets: Targets::new(sdk, SpokeRole::Read, organization.as_ref()),
            organization: Organization::new(organization, sdk),
            queue: config.target_queue_url.map(|url| SweepQueue::new(sdk, &url)),
            unreadable: UnreadableTargets::new(sdk, FINDER),
            without_trail: ReportedTargets::new(sdk, REPORTED),
            bus: EventBus::new(aws_sdk_eventbridge::Client::new(sdk), config.event_bus),
            clock: Clock::of(sdk),
            notices_per_sweep,
            hourly_notices: HourlyNoticeBudget::new(notices_per_sweep),
            recent: RecentNotices::default(),
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

    /// Handles an event, or a batch of messages with one each.
    ///
    /// # Errors
    /// The event is not for this function, or a call failed. What was decided and not applied is
    /// decided again at the next check.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let messages = SqsMessage::read_batch(event).map_err(|batch| BadField::new(batch.field, batch.problem))?;
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
        let event = lambda::read_event(message.body).map_err(|_| BadField::new("Records[].body", "is not JSON"))?;
        // Only the hub can put one into its queue. From a bus it could be anybody's.
        match TargetSweep::read(&event) {
            Some(sweep) => self.sweep_target(&sweep, invocation, metrics).await,
            None => self.handle_event(&event, invocation, metrics).await,
        }
    }

    async fn handle_event(
        &self,
        event: &Value,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let home = &invocation.home;
        let target = self.organization.target_of(event, home);
        if target != *home
            && let Some(reason) = refusal_of_spoke(event, &target)
        {
            return Ok(refused(reason, &"a spoke speaks of its own certificates only", &target, metrics));
        }
        if let Some(queue) = self.queue.as_ref().filter(|_| self.organization.has_spokes())
            && Envelope::read(event)?.asks_for_sweep()
        {
            let fan_out = FanOut { organization: &self.organization, queue, unreadable: &self.unreadable };
            return fan_out.run(home, &event["detail"], metrics).await.map(Answer::FanOut);
        }
        match self.organization.member(&target, home).await {
            Ok(member) => {
                let result = self.work(event, &member, invocation, metrics).await;
                unreadable_spoke(result, &member, metrics)
            }
            Err(OrganizationError::Refused(refusal)) => Ok(refused(refusal.as_str(), &refusal, &target, metrics)),
            Err(OrganizationError::Call(cause)) => Err(Error::Targets(cause)),
        }
    }

    async fn work(
        &self,
        event: &Value,
        member: &Member,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        // What the event names is checked before anything is made for the target.
        let trigger = Trigger::read(event, &member.target)?;
        let context = self.context(member).await;
        let reconciler = self.reconciler(&context);
        match trigger {
            Trigger::Sweep(coverage) => {
                let report = self.sweep(coverage, &context, &reconciler, invocation.deadline).run(metrics).await?;
                let trail = match self.trail_check(coverage, &context, member) {
                    Some(check) => check.run().await,
                    None => None,
                };
                Ok(Answer::Sweep(SweepReport { trail, ..report }))
            }
            Trigger::Reconcile { occasion, certificates, skipped } => {
                let mut batch = Batch::default();
                for certificate in &certificates {
                    let notices = self.hourly_notices.at(self.clock.now());
                    batch.add(reconciler.reconcile_one(occasion, certificate, &notices).await);
                }
                Ok(Answer::from_reports(finish(batch, certificates.len(), metrics)?, skipped))
            }
        }
    }

    async fn sweep_target(
        &self,
        requested: &TargetSweep,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let target = requested.target(&invocation.home);
        let member = self.organization.known_member(&target, requested.account.clone(), &invocation.home);
        let member = match member {
            Ok(member) => member,
            Err(refusal) => return Ok(refused(refusal.as_str(), &refusal, &target, metrics)),
        };
        let coverage = Coverage::read(&requested.request)?;
        let context = self.context(&member).await;
        let reconciler = self.reconciler(&context);
        let sweep = self.sweep(coverage, &context, &reconciler, invocation.deadline);
        let trail = self.trail_check(coverage, &context, &member);
        let sweeper = TargetSweeper { context: &context, member: &member, unreadable: &self.unreadable, trail };
        sweeper.run(&sweep, requested.unreadable.as_deref(), metrics).await
    }

    async fn context(&self, member: &Member) -> std::sync::Arc<TargetContext> {
        self.targets.get(member, |sdk| TargetContext::new(&self.configured, member, sdk)).await
    }

    fn trail_check<'a>(
        &'a self,
        coverage: Coverage,
        context: &'a TargetContext,
        member: &'a Member,
    ) -> Option<TrailCheck<'a>> {
        let (target, reported, now) = (&member.target, &self.without_trail, self.clock.now());
        (coverage == Coverage::All).then_some(TrailCheck { context, target, reported, now })
    }

    fn sweep<'a>(
        &'a self,
        coverage: Coverage,
        context: &'a TargetContext,
        reconciler: &'a Reconciler<'a>,
        deadline: Timestamp,
    ) -> Sweep<'a> {
        let TargetContext { acm, tagging, acme_clients, windows, settings, .. } = context;
        Sweep {
            coverage,
            search: CandidateSearch { acm, tagging, clock: &self.clock, settings },
            reconciler,
            windows,
            notices: NoticeBudget::new(self.notices_per_sweep),
            successors: SuccessorSearch { acm, clients: acme_clients, calls: Quota::new(CALLS_FOR_SUCCESSORS) },
            latest: deadline.checked_sub(RESERVE).unwrap_or(Timestamp::MIN),
        }
    }

    fn reconciler<'a>(&'a self, context: &'a TargetContext) -> Reconciler<'a> {
        let TargetContext { acm, topic, acme_clients, settings, dry_run, .. } = context;
        let (clock, bus, recent) = (&self.clock, &self.bus, &self.recent);
        let applier = Applier { acm, clock, topic, bus, recent, settings };
        Reconciler { acm, clock, applier, acme_clients, dry_run: *dry_run }
    }
}

/// Nothing is called for it.
fn refused(reason: &str, why: &dyn Display, target: &Target, metrics: &mut Metrics) -> Answer {
    metrics.count("EventsRefused", 1);
    let (account, region) = (target.account.as_str(), target.region.as_str());
    tracing::warn!(account, region, outcome = Outcome::Refused.as_str(), reason, "{why}");
    Answer::Target(TargetReport::new(Outcome::Refused, target, reason))
}

/// An event of a spoke that lets nobody read its certificates, and will not at another delivery: the sweep reports it, and
/// checks them when it is over.
fn unreadable_spoke(result: Result<Answer, Error>, member: &Member, metrics: &mut Metrics) -> Result<Answer, Error> {
    let Some(cause) = result.as_ref().err().and_then(Error::account_refusal).filter(|_| member.spoke.is_some()) else {
        return result;
    };
    let (target, reason) = (&member.target, UnreadableTargets::reason(cause));
    tracing::warn!(account = target.account, region = target.region, outcome = "unreadable", reason, %cause);
    metrics.count("TargetsUnreadable", 1);
    Ok(Answer::Target(TargetReport::new(Outcome::Unreadable, target, &reason)))
}

/// A spoke must not be the reason for work in another account, nor for dead letters of the hub.
fn refusal_of_spoke(event: &Value, target: &Target) -> Option<&'static str> {
    match Trigger::read(event, target) {
        Ok(Trigger::Sweep(_)) => Some("sweep-of-a-spoke"),
        Ok(Trigger::Reconcile { .. }) => None,
        Err(_) => Some("not-of-this-target"),
    }
}
