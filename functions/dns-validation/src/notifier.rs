//! Says what was done and what needs a person: events, notices, and the tag that remembers them.

use aws_client::CallError;
use certificates::tags;
use events::Event;
use jiff::SignedDuration;
use lambda::Metrics;

use crate::answer::CertificateReport;
use crate::notice_budget::NoticeBudget;
use crate::policy::{CertificateState, NoticeDecision, TagUpdate, UNSENT};
use crate::provision::CallBudget;
use crate::tally::ReconcileResult;
use crate::{Error, Handler, Occasion};

/// A sweep's notice is a call of SNS's and one of ACM's, with their retries.
const RESERVE_FOR_TELLING: SignedDuration = SignedDuration::from_secs(20);

impl Handler {
    /// Tells what was done and what needs a person. A bus that is broken does not keep a notice from being
    /// sent, nor the other way round; the first error is the answer.
    pub(crate) async fn apply(
        &self,
        state: &CertificateState,
        report: CertificateReport,
        decision: NoticeDecision,
        event: Option<Event>,
        budget: CallBudget<'_>,
    ) -> ReconcileResult {
        let arn = &state.facts.arn;
        let too_late = budget.deadline.duration_since(self.clock.now()) < RESERVE_FOR_TELLING;
        let quiet = decision.notice.is_none() && decision.memory == TagUpdate::Keep;
        let mut sent = Sent::NOTHING;
        let mut late = false;
        let mut result = Ok(());
        if self.dry_run {
            sent = Sent { notice: decision.notice.is_some(), memory: decision.memory };
        } else {
            if let Some(event) = event {
                result = self.bus().put(&[event]).await;
            }
            late = too_late && !quiet;
            if !late {
                let told = self.tell(state, decision, budget, &mut sent).await;
                // "Already gone" leaves nothing to remember.
                result = result.and(told.or_else(|error| is_gone(&error).then_some(()).ok_or(error)));
            }
        }
        let report = report.with(&sent);
        log(state.occasion, &report);
        ReconcileResult { report: Some(report), error: result.err().map(|cause| Error::certificate(arn, cause)), late }
    }

    /// Publishes first and remembers then: a notice that is repeated after a crash is better than one
    /// that nobody got. Without a memory only an event of the certificate itself is a reason to publish.
    async fn tell(
        &self,
        state: &CertificateState,
        decision: NoticeDecision,
        budget: CallBudget<'_>,
        sent: &mut Sent,
    ) -> Result<(), CallError> {
        if let Some(notice) = &decision.notice {
            // Before the budget is asked: what is never sent, because it cannot be remembered, must not use it up.
            if state.occasion == Occasion::Sweep
                && self.remember(state, before_sending(state), budget).await?.is_refused()
            {
                sent.memory = TagUpdate::Refused;
                return Ok(());
            }
            // An equal one was sent within the hour, and could not be remembered, or its memory was removed.
            if !self.recent.hold(notice, state.now) {
                if !budget.notices.admits(state, notice) {
                    return Ok(());
                }
                self.topic().publish(notice).await?;
                self.recent.add(notice, state.now);
                sent.notice = true;
            }
        }
        sent.memory = match decision.memory {
            TagUpdate::Set(value) => self.remember(state, value, budget).await?,
            TagUpdate::Remove => self.forget(state, budget).await?,
            TagUpdate::Keep | TagUpdate::Refused => TagUpdate::Keep,
        };
        Ok(())
    }

    async fn remember(
        &self,
        state: &CertificateState,
        value: String,
        budget: CallBudget<'_>,
    ) -> Result<TagUpdate, CallError> {
        budget.tell.acquire().await;
        let written = acm::add_tags(&self.acm, &state.facts.arn, &[(tags::VALIDATION_NOTIFIED, value.clone())]).await;
        written.map(|()| TagUpdate::Set(value)).or_else(|error| refused(state, error))
    }

    async fn forget(&self, state: &CertificateState, budget: CallBudget<'_>) -> Result<TagUpdate, CallError> {
        budget.tell.acquire().await;
        let removed = acm::remove_tags(&self.acm, &state.facts.arn, &[tags::VALIDATION_NOTIFIED]).await;
        removed.map(|()| TagUpdate::Remove).or_else(|error| refused(state, error))
    }

    /// Sends one notice for all those that were left to the next sweeps.
    pub(crate) async fn tell_of_the_rest(
        &self,
        notices: &NoticeBudget<'_>,
        metrics: &mut Metrics,
    ) -> Result<usize, Error> {
        let Some(notice) = notices.summary(self.clock.now()) else { return Ok(0) };
        let sent = self.topic().publish(&notice).await;
        sent.map_err(|cause| Error::certificate(&notice.certificate_arn, cause))?;
        metrics.count("NoticesSent", 1);
        Ok(1)
    }
}

/// What was published and remembered.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) notice: bool,
    pub(crate) memory: TagUpdate,
}

impl Sent {
    const NOTHING: Self = Self { notice: false, memory: TagUpdate::Keep };
}

/// A value that remembers no more than the present one does: whether it can be written shows whether a sweep's notice
/// would be repeated by every sweep that follows.
fn before_sending(state: &CertificateState) -> String {
    state.tags.get(tags::VALIDATION_NOTIFIED).unwrap_or(UNSENT).to_owned()
}

/// A tag that AWS refuses, because a permission is missing, by a tag policy, or because there is no room for it. A person
/// has to change that; that the event fails for it would only repeat the notice.
fn refused(state: &CertificateState, error: CallError) -> Result<TagUpdate, CallError> {
    if error.is_retryable() || is_gone(&error) {
        return Err(error);
    }
    tracing::warn!(
        certificate_arn = %state.facts.arn,
        reason = "tag-refused",
        to_do = "allow the execution role to write the tag; until then only events of the certificate itself send notices",
        "{error}"
    );
    Ok(TagUpdate::Refused)
}

fn is_gone(error: &CallError) -> bool {
    error.operation.starts_with("acm:") && error.has_code("ResourceNotFoundException")
}

/// One log line for each look. Looks of a sweep that come to nothing are many, and of no interest.
pub(crate) fn log(occasion: Occasion, report: &CertificateReport) {
    let (certificate, outcome, reason) = (&report.certificate, report.outcome.as_str(), report.reason);
    let occasion_name = occasion.as_str();
    let records = lambda::json(&report.records);
    let blocked = lambda::json(&report.blocked);
    if occasion == Occasion::Sweep && !report.is_of_interest() {
        tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
    } else {
        tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, %records, %blocked);
    }
}
