//! Sweeps of single targets, as a hub's queue delivers them: side by side, and what fails in one does not stop the others.

use std::error::Error as _;

use futures::{StreamExt, stream};
use lambda::{BatchAnswer, Invocation, Metrics, RetryableError, SqsMessage};
use notices::Severity;
use organization::{Finder, Member, Organization, TargetSweep, UnreadableTargets};

use crate::Error;
use crate::checks::Checks;

/// The Lambda function's name in metrics.
pub(crate) const FUNCTION: &str = "dns-validation";
/// How notices speak of this function.
pub(crate) const FINDER: Finder = Finder {
    function: FUNCTION,
    severity: Severity::Warning,
    why_it_matters: "Its certificates get no validation records: new ones are not issued, and those whose records were \
                     deleted are not renewed.",
    role: "Check that the stack of spoke.yaml is deployed in the account with AllowValidationRecords and this hub's account, \
           organization and external id, and that no service control policy denies the call.",
    otherwise: "If nothing is to be validated for the account, take its domains out of the grants in the organization settings.",
};
/// Targets that are swept at the same time: each is another account's or Region's quota of ACM.
const CONCURRENCY: usize = 4;

/// Sweeps the targets of one batch.
#[derive(Debug)]
pub(crate) struct TargetSweeps<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) checks: &'a Checks,
    pub(crate) unreadable: &'a UnreadableTargets,
    pub(crate) invocation: &'a Invocation,
}

impl TargetSweeps<'_> {
    /// The messages that return to the queue: another delivery may succeed.
    pub(crate) async fn run(&self, messages: &[SqsMessage<'_>], metrics: &mut Metrics) -> BatchAnswer {
        self.checks.start_sweeps();
        let sweeps: Vec<_> = messages.iter().map(|message| self.handle(message)).collect();
        let results: Vec<(bool, Metrics)> = stream::iter(sweeps).buffered(CONCURRENCY).collect().await;
        let mut answer = BatchAnswer::default();
        for (message, (returns, counted)) in messages.iter().zip(results) {
            metrics.add(&counted);
            if returns {
                answer.add(message);
            }
        }
        answer
    }

    /// Whether the message returns to the queue, and what was counted.
    async fn handle(&self, message: &SqsMessage<'_>) -> (bool, Metrics) {
        let mut metrics = Metrics::new(FUNCTION);
        let returns = match self.admit(message) {
            Ok((member, known)) => match self.sweep(&member, known.as_deref(), &mut metrics).await {
                Ok(()) => false,
                Err(error) => returns_to_queue(&member, &error, &mut metrics),
            },
            Err(reason) => {
                tracing::warn!(outcome = "refused", message_id = message.id, reason);
                metrics.count("EventsRefused", 1);
                false
            }
        };
        (returns, metrics)
    }

    /// `known`: why it could not be read last time.
    async fn sweep(&self, member: &Member, known: Option<&str>, metrics: &mut Metrics) -> Result<(), Error> {
        let topic = self.checks.topic(member);
        match self.checks.sweep(member, self.invocation.deadline, metrics).await {
            Ok(_) => self.unreadable.resolve(&topic, member, known).await.map_err(Error::Reports),
            Err(error) => match error.target_unreadable() {
                Some(cause) => {
                    self.unreadable.report(&topic, member, cause, known).await.map_err(Error::Reports)?;
                    Err(error)
                }
                None => Err(error),
            },
        }
    }

    /// The target of the message, and why it could not be read last time; or why nothing is done there: it may have left the
    /// organization since.
    fn admit(&self, message: &SqsMessage<'_>) -> Result<(Member, Option<String>), &'static str> {
        let home = &self.invocation.home;
        let event = lambda::read_event(message.body).map_err(|_| "not-json")?;
        let sweep = TargetSweep::read(&event).ok_or("not-a-target-sweep")?;
        let target = sweep.target(home);
        let member = self.organization.known_member(&target, sweep.account, home);
        member.map(|member| (member, sweep.unreadable)).map_err(|refusal| refusal.as_str())
    }
}

/// What time does not fix is an error of this target alone, and is found again by the next sweep.
fn returns_to_queue(member: &Member, error: &Error, metrics: &mut Metrics) -> bool {
    let (account, region) = (member.target.account.as_str(), member.target.region.as_str());
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let (outcome, counted) = match error.is_retryable() {
        true => ("returned-to-queue", Some("MessagesReturned")),
        false if error.target_unreadable().is_some() => ("target-unreadable", Some("TargetsUnreadable")),
        false => ("failed", None),
    };
    tracing::error!(account, region, outcome, reason = %error, cause);
    counted.into_iter().for_each(|name| metrics.count(name, 1));
    error.is_retryable()
}
