//! Says what was done and what needs a person: events, notices, and the tag that remembers them.

use aws_client::CallError;
use certificates::tags;
use events::Event;
use jiff::SignedDuration;
use lambda::Metrics;

use crate::answer::Looked;
use crate::budget::Budget;
use crate::place::Manner;
use crate::policy::{Conclusion, Look, Memory, UNSENT};
use crate::tally::Finished;
use crate::{Error, Handler, Occasion};

/// A sweep's notice is a call of SNS's and one of ACM's, with their retries.
const RESERVE_FOR_TELLING: SignedDuration = SignedDuration::from_secs(20);

impl Handler {
    /// Tells what was done and what needs a person. A bus that is broken does not keep a notice from being
    /// sent, nor the other way round; the first error is the answer.
    pub(crate) async fn apply(
        &self,
        look: &Look,
        looked: Looked,
        conclusion: Conclusion,
        event: Option<Event>,
        manner: Manner<'_>,
    ) -> Finished {
        let arn = &look.facts.arn;
        let too_late = manner.deadline.duration_since(self.clock.now()) < RESERVE_FOR_TELLING;
        let quiet = conclusion.notice.is_none() && conclusion.memory == Memory::Keep;
        let mut sent = Sent::NOTHING;
        let mut late = false;
        let mut result = Ok(());
        if self.dry_run {
            sent = Sent { notice: conclusion.notice.is_some(), memory: conclusion.memory };
        } else {
            if let Some(event) = event {
                result = self.bus().put(&[event]).await;
            }
            late = too_late && !quiet;
            if !late {
                let told = self.tell(look, conclusion, manner, &mut sent).await;
                // "Already gone" leaves nothing to remember.
                result = result.and(told.or_else(|error| is_gone(&error).then_some(()).ok_or(error)));
            }
        }
        let looked = looked.with(&sent);
        log(look.occasion, &looked);
        Finished { looked: Some(looked), error: result.err().map(|cause| Error::look(arn, cause)), late }
    }

    /// Publishes first and remembers then: a notice that is repeated after a crash is better than one
    /// that nobody got. Without a memory only an event of the certificate itself is a reason to publish.
    async fn tell(
        &self,
        look: &Look,
        conclusion: Conclusion,
        manner: Manner<'_>,
        sent: &mut Sent,
    ) -> Result<(), CallError> {
        if let Some(notice) = &conclusion.notice {
            // Before the budget is asked: what is never sent, because it cannot be remembered, must not use it up.
            if look.occasion == Occasion::Sweep && self.remember(look, before_sending(look), manner).await?.is_refused()
            {
                sent.memory = Memory::Refused;
                return Ok(());
            }
            // An equal one was sent within the hour, and could not be remembered, or its memory was removed.
            if !self.recent.hold(notice, look.now) {
                if !manner.notices.admits(look, notice) {
                    return Ok(());
                }
                self.topic().publish(notice).await?;
                self.recent.add(notice, look.now);
                sent.notice = true;
            }
        }
        sent.memory = match conclusion.memory {
            Memory::Set(value) => self.remember(look, value, manner).await?,
            Memory::Remove => self.forget(look, manner).await?,
            Memory::Keep | Memory::Refused => Memory::Keep,
        };
        Ok(())
    }

    async fn remember(&self, look: &Look, value: String, manner: Manner<'_>) -> Result<Memory, CallError> {
        manner.tell.turn().await;
        let written = acm::add_tags(&self.acm, &look.facts.arn, &[(tags::VALIDATION_NOTIFIED, value.clone())]).await;
        written.map(|()| Memory::Set(value)).or_else(|error| refused(look, error))
    }

    async fn forget(&self, look: &Look, manner: Manner<'_>) -> Result<Memory, CallError> {
        manner.tell.turn().await;
        let removed = acm::remove_tags(&self.acm, &look.facts.arn, &[tags::VALIDATION_NOTIFIED]).await;
        removed.map(|()| Memory::Remove).or_else(|error| refused(look, error))
    }

    /// Sends one notice for all those that were left to the next sweeps.
    pub(crate) async fn tell_of_the_rest(&self, notices: &Budget<'_>, metrics: &mut Metrics) -> Result<usize, Error> {
        let Some(notice) = notices.summary(self.clock.now()) else { return Ok(0) };
        let sent = self.topic().publish(&notice).await;
        sent.map_err(|cause| Error::look(&notice.certificate_arn, cause))?;
        metrics.count("NoticesSent", 1);
        Ok(1)
    }
}

/// What was published and remembered.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) notice: bool,
    pub(crate) memory: Memory,
}

impl Sent {
    const NOTHING: Self = Self { notice: false, memory: Memory::Keep };
}

/// A value that remembers no more than the present one does: whether it can be written shows whether a sweep's notice
/// would be repeated by every sweep that follows.
fn before_sending(look: &Look) -> String {
    look.tags.get(tags::VALIDATION_NOTIFIED).unwrap_or(UNSENT).to_owned()
}

/// A tag that AWS refuses, because a permission is missing, by a tag policy, or because there is no room for it. A person
/// has to change that; that the event fails for it would only repeat the notice.
fn refused(look: &Look, error: CallError) -> Result<Memory, CallError> {
    if error.is_retryable() || is_gone(&error) {
        return Err(error);
    }
    tracing::warn!(
        certificate_arn = %look.facts.arn,
        reason = "tag-refused",
        to_do = "allow the execution role to write the tag; until then only events of the certificate itself send notices",
        "{error}"
    );
    Ok(Memory::Refused)
}

fn is_gone(error: &CallError) -> bool {
    error.operation.starts_with("acm:") && error.has_code("ResourceNotFoundException")
}

/// One log line for each look. Looks of a sweep that come to nothing are many, and of no interest.
pub(crate) fn log(occasion: Occasion, looked: &Looked) {
    let (certificate, outcome, reason) = (&looked.certificate, looked.outcome.as_str(), looked.reason);
    let occasion_name = occasion.as_str();
    let records = lambda::json(&looked.records);
    let blocked = lambda::json(&looked.blocked);
    if occasion == Occasion::Sweep && !looked.is_of_interest() {
        tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
    } else {
        tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, %records, %blocked);
    }
}
