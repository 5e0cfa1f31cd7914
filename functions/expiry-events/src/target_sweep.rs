//! The sweep of one target of a hub, and what becomes of one that cannot be read.

use aws_client::CallError;
use lambda::Metrics;
use notices::{Severity, TargetKind, TargetNotice};
use organization::Member;

use crate::answer::TargetReport;
use crate::sweep::Sweep;
use crate::target_context::TargetContext;
use crate::unreadable_targets::UnreadableTargets;
use crate::{Answer, Error, Outcome};

#[derive(Debug)]
pub(crate) struct TargetSweeper<'a> {
    pub(crate) context: &'a TargetContext,
    pub(crate) member: &'a Member,
    pub(crate) unreadable: &'a UnreadableTargets,
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
        let result = sweep.run(metrics).await;
        if let Err(Error::List(cause)) = &result
            && !cause.is_retryable()
        {
            metrics.count("TargetsUnreadable", 1);
            return self.unreadable(cause, known).await;
        }
        if result.is_ok() && known.is_some() && self.remembered().await?.is_some() {
            self.readable().await?;
        }
        result.map(Answer::Sweep)
    }

    /// Published first and then remembered: a notice that is repeated after a crash is better than one that nobody got.
    async fn unreadable(&self, cause: &CallError, known: Option<&str>) -> Result<Answer, Error> {
        let target = &self.member.target;
        let reason = reason(cause);
        tracing::warn!(account = target.account, region = target.region, outcome = "unreadable", reason, %cause);
        if known != Some(reason.as_str()) && self.remembered().await?.as_ref() != Some(&reason) {
            let notice = unreadable_notice(self.member, cause);
            self.context.topic.publish_about_target(&notice).await.map_err(Error::Targets)?;
            self.unreadable.remember(target, &reason).await.map_err(Error::Targets)?;
        }
        Ok(Answer::Target(TargetReport::new(Outcome::Unreadable, target, &reason)))
    }

    /// A message may be delivered again, or late: what it says of the target is as old as itself.
    async fn remembered(&self) -> Result<Option<String>, Error> {
        self.unreadable.cause(&self.member.target).await.map_err(Error::Targets)
    }

    async fn readable(&self) -> Result<(), Error> {
        let notice = readable_notice(self.member);
        self.context.topic.publish_about_target(&notice).await.map_err(Error::Targets)?;
        self.unreadable.forget(&self.member.target).await.map_err(Error::Targets)
    }
}

/// The same for as long as the cause is the same: AWS's words may name a request.
fn reason(cause: &CallError) -> String {
    format!("{} {}", cause.operation, cause.code.as_deref().unwrap_or("failed"))
}

fn unreadable_notice(member: &Member, cause: &CallError) -> TargetNotice {
    let target = &member.target;
    let what_happened = format!("AWS refused {} for {target}.", cause.operation);
    let why = "Nobody is notified before its certificates expire, and none of them is renewed.";
    let role = "Check that the stack of spoke.yaml is deployed in the account with this hub's account, organization and \
                external id, and that no service control policy denies the call.";
    let region = "If the Region is not enabled in the account, enable it, or take it out of the organization settings.";
    let excluded = "If nobody is to watch the account, exclude it in the organization settings.";
    TargetNotice {
        what_to_do: [role, region, excluded].map(str::to_owned).into(),
        what_happens_next: "Each sweep tries again. You are notified when it succeeds, or when the cause changes."
            .into(),
        why_it_matters: why.into(),
        cause: Some(cause.to_string()),
        ..notice(TargetKind::TargetUnreadable, Severity::Critical, member, what_happened)
    }
}

fn readable_notice(member: &Member) -> TargetNotice {
    let what_happened = format!("The certificates of {} can be read again, and were checked.", member.target);
    notice(TargetKind::TargetReadable, Severity::Info, member, what_happened)
}

fn notice(kind: TargetKind, severity: Severity, member: &Member, what_happened: String) -> TargetNotice {
    TargetNotice {
        kind,
        severity,
        account: member.target.account.clone(),
        region: member.target.region.clone(),
        cause: None,
        what_happened,
        why_it_matters: String::new(),
        what_happens_next: String::new(),
        what_to_do: Vec::new(),
        account_name: None,
        organizational_units: Vec::new(),
        sent_by: None,
    }
}
