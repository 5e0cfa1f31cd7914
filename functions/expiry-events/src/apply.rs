//! Applies what was decided.
//!
//! The order matters. Tags first: where AWS refuses them, nothing could be remembered, and another plan is due. Then the
//! request, so that notices say what was done. Then the notices, and only then the tag that remembers them: a notice that is
//! repeated after a crash is better than one that nobody got.

use aws_client::{CallError, CallErrorKind, Clock};
use certificates::tags::{self, format_time};
use certificates::{CertificateArn, RenewalStatus};
use events::EventBus;
use notices::{RecentNotices, Topic};

use crate::plan::{Plan, plan};
use crate::policy::{PendingTags, Settings};
use crate::{CertificateState, Obstacle};

/// What was applied.
#[derive(Debug)]
pub(crate) struct Applied {
    /// What was done.
    pub(crate) plan: Plan,
    /// Why AWS refused our tags, if it did.
    pub(crate) tags_refused: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Applier<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    pub(crate) clock: &'a Clock,
    pub(crate) topic: &'a Topic,
    pub(crate) bus: &'a EventBus,
    /// What this process has published within the hour.
    pub(crate) recent: &'a RecentNotices,
    pub(crate) settings: &'a Settings,
}

impl Applier<'_> {
    /// What is to be done. What was published within the hour is not published again, whatever the tags say.
    pub(crate) fn plan(&self, state: &CertificateState) -> Plan {
        plan(state, self.settings).without(|notice| self.recent.hold(notice, state.now))
    }

    /// Applies a plan, or the one that is left where AWS refuses our tags. A notice that cannot be sent does not keep a
    /// certificate from being renewed; the first error is the answer.
    pub(crate) async fn apply(&self, mut state: CertificateState, mut plan: Plan) -> Result<Applied, CallError> {
        let arn = state.certificate.arn.clone();
        let tags_refused = refusal(self.write_first_tags(&arn, &plan).await)?;
        if let Some(why) = &tags_refused {
            state.obstacle = Some(Obstacle::TagsRefused(why.clone()));
            plan = self.plan(&state);
        }
        let requested = self.request_renewal(&mut state, &mut plan).await;
        let remembered = self.notify(&arn, &plan).await;
        requested?;
        Ok(Applied { plan, tags_refused: tags_refused.or(refusal(remembered)?) })
    }

    /// Where the request fails, the notices say so.
    async fn request_renewal(&self, state: &mut CertificateState, plan: &mut Plan) -> Result<(), CallError> {
        let Some(request) = &plan.request else { return Ok(()) };
        let requested = self.bus.put(&request.send).await;
        if let Err(cause) = &requested
            && !plan.publish.is_empty()
        {
            state.obstacle = Some(Obstacle::RequestFailed(explained(cause)));
            plan.publish = self.plan(state).publish;
        }
        requested
    }

    /// Writes the tags that come before anything else: the status of a renewal (a request that is lost after that is found
    /// again by its age), and what the tag `notified` says already, with the day of the check of a secret.
    async fn write_first_tags(&self, arn: &CertificateArn, plan: &Plan) -> Result<(), CallError> {
        let pending = plan.request.as_ref().and_then(|request| request.pending_tags.as_ref());
        let checked = plan.request.as_ref().and_then(|request| request.secret_checked.as_ref());
        let notified = checked.or(plan.try_notified.as_ref()).map(|notified| (tags::NOTIFIED, notified.to_string()));
        let first: Vec<_> = pending.map(pending_tags).unwrap_or_default().into_iter().chain(notified).collect();
        if !first.is_empty() {
            acm::add_tags(self.acm, arn, &first).await?;
        }
        if pending.is_some_and(|pending| pending.clear_reason) {
            let removed = acm::remove_tags(self.acm, arn, &[tags::STATUS_REASON]).await;
            // The reason of an earlier failure counts only beside the status of a failure, which is gone already.
            if let Some(why) = refusal(removed)? {
                tracing::warn!(certificate_arn = %arn, reason = "tags-refused", "{why}");
            }
        }
        Ok(())
    }

    /// Publishes, and remembers what was published.
    async fn notify(&self, arn: &CertificateArn, plan: &Plan) -> Result<(), CallError> {
        for notice in &plan.publish {
            self.topic.publish(notice).await?;
            self.recent.add(notice, self.clock.now());
        }
        match &plan.record_notified {
            Some(notified) => acm::add_tags(self.acm, arn, &[(tags::NOTIFIED, notified.to_string())]).await,
            None => Ok(()),
        }
    }
}

fn pending_tags(pending: &PendingTags) -> Vec<(&'static str, String)> {
    let status = (tags::STATUS, RenewalStatus::PendingRenewal.to_string());
    let since = (tags::STATUS_SINCE, format_time(pending.since));
    let renewal_of = pending.renewal_of.clone().map(|serial| (tags::RENEWAL_OF, serial));
    [status, since].into_iter().chain(renewal_of).collect()
}

/// Why AWS refuses our tags on this certificate: a policy does not allow them, or ACM does not take them. The same call
/// would be refused again, so that repeating it is of no use.
fn refusal(written: Result<(), CallError>) -> Result<Option<String>, CallError> {
    match written {
        Ok(()) => Ok(None),
        Err(cause) if is_refused_tag(&cause) => Ok(Some(explained(&cause))),
        Err(cause) => Err(cause),
    }
}

fn is_refused_tag(cause: &CallError) -> bool {
    cause.operation.starts_with("acm:")
        && matches!(cause.kind, CallErrorKind::Denied | CallErrorKind::Refused)
        && !is_gone(cause)
}

/// Whether the certificate does not exist any more.
pub(crate) fn is_gone(cause: &CallError) -> bool {
    cause.operation.starts_with("acm:") && cause.has_code("ResourceNotFoundException")
}

/// The words of an error, as part of a sentence.
fn explained(cause: &CallError) -> String {
    cause.to_string().trim_end_matches('.').to_owned()
}
