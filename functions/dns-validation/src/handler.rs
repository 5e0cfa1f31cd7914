//! The function: what is kept between invocations, and what it does with an event.

use aws_client::Clock;
use aws_config::SdkConfig;
use lambda::{Invocation, Metrics, SqsMessage};
use organization::{Member, Organization, OrganizationError, SweepQueue, TargetSweep, UnreadableTargets};
use serde_json::Value;

use crate::answer::{Answer, Outcome};
use crate::checks::Checks;
use crate::target_sweeps::{FINDER, FUNCTION, TargetSweeps};
use crate::{Config, Error, Trigger};

/// Clients, clock and configuration, made once.
#[derive(Debug)]
pub struct Handler {
    organization: Organization,
    /// Of a hub with spokes.
    queue: Option<SweepQueue>,
    unreadable: UnreadableTargets,
    checks: Checks,
    clock: Clock,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        let settings = config.organization.settings.clone();
        let queue_url = config.target_queue_url.as_ref().filter(|_| settings.is_some());
        Self {
            queue: queue_url.map(|url| SweepQueue::new(sdk, url)),
            organization: Organization::new(settings, sdk),
            unreadable: UnreadableTargets::new(sdk, FINDER),
            checks: Checks::new(config, sdk),
            clock: Clock::of(sdk),
        }
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new(FUNCTION);
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event, or a batch of the hub's queue.
    ///
    /// # Errors
    /// The event is not for this function, a call failed, or ACM has not named every record yet. What was
    /// not done is decided again at the next check. Errors of messages in a batch are logged.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        self.checks.start_invocation();
        if let Some(messages) = self.read_batch(event)? {
            let Self { organization, checks, unreadable, .. } = self;
            let sweeps = TargetSweeps { organization, checks, unreadable, invocation };
            return Ok(Answer::Batch(sweeps.run(&messages, metrics).await));
        }
        self.handle_event(event, invocation, metrics).await
    }

    /// A single account has no queue, and no event of it is a batch.
    fn read_batch<'e>(&self, event: &'e Value) -> Result<Option<Vec<SqsMessage<'e>>>, Error> {
        if !self.organization.has_spokes() {
            return Ok(None);
        }
        Ok(SqsMessage::read_batch(event)?)
    }

    async fn handle_event(
        &self,
        event: &Value,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let home = &invocation.home;
        let target = self.organization.target_of(event, home);
        let is_spoke = target != *home;
        // Before anything is called. A spoke must not be the reason for work in another one, nor for dead letters here.
        let trigger = match Trigger::read(event, &target) {
            Err(error) if is_spoke => return Ok(refuse("not-of-this-target", &error, metrics)),
            Ok(Trigger::Sweep) if is_spoke => {
                return Ok(refuse("sweep-of-a-spoke", &"only the hub's own account asks for sweeps", metrics));
            }
            trigger => trigger.inspect_err(|_| self.count_refused(metrics))?,
        };
        match self.organization.member(&target, home).await {
            Ok(member) => self.act(trigger, &member, invocation, metrics).await,
            Err(OrganizationError::Refused(refusal)) => Ok(refuse(refusal.as_str(), &refusal, metrics)),
            Err(OrganizationError::Call(cause)) => Err(Error::Organization(cause)),
        }
    }

    async fn act(
        &self,
        trigger: Trigger,
        member: &Member,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        match trigger {
            Trigger::Sweep => self.sweep(member, invocation, metrics).await,
            Trigger::Ignore { reason } => {
                tracing::info!(outcome = "ignored", reason);
                Ok(Answer::ignored(reason, Vec::new()))
            }
            Trigger::Reconcile { occasion, update_requested_at, certificates, skipped } => {
                let why = (occasion, update_requested_at);
                let checked = self.checks.reconcile(member, &certificates, why, invocation.deadline, metrics).await;
                match checked {
                    Err(error) if member.spoke.is_some() && error.is_account_refusal() => {
                        Ok(unreadable(member, &error, metrics))
                    }
                    checked => Ok(Answer::from_reports(checked?, skipped)),
                }
            }
        }
    }

    async fn sweep(&self, own: &Member, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        if let Some(queue) = &self.queue {
            return self.fan_out(queue, invocation).await;
        }
        self.checks.start_sweeps();
        self.checks.sweep(own, invocation.deadline, metrics).await.map(Answer::Sweep)
    }

    /// Hands each target to the queue.
    async fn fan_out(&self, queue: &SweepQueue, invocation: &Invocation) -> Result<Answer, Error> {
        let members = self.organization.members(&invocation.home).await.map_err(Error::Organization)?;
        // Without a granted domain nothing can be validated there, and the account need not have a role for it.
        let has_domains =
            |member: &&Member| member.spoke.as_ref().is_none_or(|spoke| !spoke.grants.grants.domains.is_empty());
        let members = members.iter().filter(has_domains);
        let known = self.unreadable.all().await.map_err(Error::Reports)?;
        let sweeps: Vec<TargetSweep> = members
            .map(|member| TargetSweep {
                unreadable: known.get(&member.target).cloned(),
                ..TargetSweep::new(member, &Value::Null)
            })
            .collect();
        queue.send(&sweeps).await.map_err(Error::Queue)?;
        let targets = sweeps.len();
        tracing::info!(outcome = Outcome::FannedOut.as_str(), targets);
        Ok(Answer::FannedOut { outcome: Outcome::FannedOut, targets })
    }

    fn count_refused(&self, metrics: &mut Metrics) {
        if self.organization.has_spokes() {
            metrics.count("EventsRefused", 1);
        }
    }
}

/// The account lets nobody read its certificates, and will not at another delivery. The sweep checks them once it does.
fn unreadable(member: &Member, error: &Error, metrics: &mut Metrics) -> Answer {
    let (account, region) = (member.target.account.as_str(), member.target.region.as_str());
    tracing::error!(account, region, outcome = "target-unreadable", reason = %error);
    metrics.count("TargetsUnreadable", 1);
    Answer::unreadable()
}

/// Nothing was called, and the same event would be refused again: it is answered, so that nobody delivers it again.
fn refuse(reason: &'static str, why: &impl std::fmt::Display, metrics: &mut Metrics) -> Answer {
    tracing::warn!(outcome = Outcome::Refused.as_str(), reason, "{why}");
    metrics.count("EventsRefused", 1);
    Answer::refused(reason)
}
