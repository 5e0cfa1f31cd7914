//! The sweep of one target of a hub, and what becomes of one that cannot be read.

use lambda::Metrics;
use notices::Severity;
use organization::{Finder, Member, UnreadableTargets};

use crate::answer::TargetReport;
use crate::sweep::Sweep;
use crate::target_context::TargetContext;
use crate::trail_check::TrailCheck;
use crate::{Answer, Error, Outcome, SweepReport};

/// How notices speak of this function.
pub(crate) const FINDER: Finder = Finder {
    function: "expiry-events",
    severity: Severity::Critical,
    why_it_matters: "Nobody is notified before its certificates expire, and none of them is renewed.",
    role: "Check that the stack of spoke.yaml is deployed in the account with this hub's account, organization and external \
           id, and that no service control policy denies the call.",
    otherwise: "If nobody is to watch the account, exclude it in the organization settings.",
};

#[derive(Debug)]
pub(crate) struct TargetSweeper<'a> {
    pub(crate) context: &'a TargetContext,
    pub(crate) member: &'a Member,
    pub(crate) unreadable: &'a UnreadableTargets,
    /// In a sweep of all certificates.
    pub(crate) trail: Option<TrailCheck<'a>>,
}

impl TargetSweeper<'_> {
    /// `known`: why it could not be read last time. Where AWS refuses to list the certificates, nothing but a person changes
    /// that, so the message is done with.
    pub(crate) async fn run(
        &self,
        sweep: &Sweep<'_>,
        known: Option<&str>,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let (topic, target) = (&self.context.topic, &self.member.target);
        let result = sweep.run(metrics).await;
        if let Err(Error::List(cause)) = &result
            && !cause.is_retryable()
        {
            metrics.count("TargetsUnreadable", 1);
            tracing::warn!(account = target.account, region = target.region, outcome = "unreadable", %cause);
            let reason = self.unreadable.report(topic, self.member, cause, known).await.map_err(Error::Targets)?;
            return Ok(Answer::Target(TargetReport::new(Outcome::Unreadable, target, &reason)));
        }
        if result.is_ok() {
            self.unreadable.resolve(topic, self.member, known).await.map_err(Error::Targets)?;
        }
        let trail = match &self.trail {
            Some(check) if result.is_ok() => check.run().await,
            _ => None,
        };
        result.map(|report| Answer::Sweep(SweepReport { trail, ..report }))
    }
}
