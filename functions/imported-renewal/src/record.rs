//! Recording where a renewal stands: in the certificate's tags, as an event, as a notice.
//!
//! The order of the calls is chosen so that a death between any two of them loses nothing: what is
//! not known to be done is done again by the next look.

use certificates::tags::{self, ATTEMPTS, Instructions, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE, Tags};
use certificates::{CertificateFacts, FailureReason, RenewalStatus};
use events::{Event, EventBus, StatusChanged};
use notices::{Notice, Topic};
use sdk::{CallError, Clock};

use crate::error::Error;
use crate::wording;

/// What is known of a certificate at the begin of a look.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Described.
    pub facts: CertificateFacts,
    /// Its tags.
    pub tags: Tags,
    /// What they say.
    pub instructions: Instructions,
    /// Its owner, for notices.
    pub owner: Option<String>,
}

/// Writes what happened.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    acm: aws_sdk_acm::Client,
    bus: EventBus,
    topic: Topic,
    clock: Clock,
}

impl Recorder {
    /// Over these clients.
    pub(crate) fn new(acm: aws_sdk_acm::Client, bus: EventBus, topic: Topic, clock: Clock) -> Self {
        Self { acm, bus, topic, clock }
    }

    /// Claims the renewal: from here on others stay away for as long as a function can run. Answers
    /// the look with the tags as they are now.
    ///
    /// # Errors
    /// The tags could not be written; nothing has begun.
    pub(crate) async fn claim(&self, look: &Look, attempt: u32) -> Result<Look, Error> {
        let what = RenewalStatus::RenewalInProgress.as_str();
        let mut tags = vec![
            (STATUS, what.to_owned()),
            (STATUS_SINCE, tags::format_time(self.clock.now())),
            (ATTEMPTS, attempt.to_string()),
        ];
        tags.extend(look.facts.serial.clone().map(|serial| (RENEWAL_OF, serial)));
        acm::add_tags(&self.acm, &look.facts.arn, &tags).await.map_err(|source| failed(look, what, source))?;
        if look.tags.contains(STATUS_REASON) {
            self.remove(look, what, &[STATUS_REASON]).await?;
        }
        let event = status_changed(look, RenewalStatus::RenewalInProgress, attempt);
        if let Err(error) = self.bus.put(&[Event::StatusChanged(event)]).await {
            // The renewal matters more than its announcement; how it ends is announced too.
            tracing::warn!(certificate_arn = %look.facts.arn, reason = %error, "the begin could not be announced");
        }
        let tags = tags.into_iter().fold(look.tags.clone(), |all, (key, value)| all.with(key, value));
        Ok(Look { instructions: Instructions::read(&tags), tags, ..look.clone() })
    }

    /// Records that the certificate was replaced. `after` are the facts of the new one; `remarks`
    /// go into the notice.
    ///
    /// # Errors
    /// Something could not be written. The tag `renewal-of` is then still there, by which the next
    /// look knows that this has to be done again.
    pub(crate) async fn complete(
        &self,
        look: &Look,
        after: &CertificateFacts,
        attempt: u32,
        remarks: &[String],
    ) -> Result<(), Error> {
        let what = RenewalStatus::RenewalComplete.as_str();
        let now = self.clock.now();
        acm::add_tags(&self.acm, &after.arn, &[(STATUS, what.to_owned()), (STATUS_SINCE, tags::format_time(now))])
            .await
            .map_err(|source| failed(look, what, source))?;
        let mut event = StatusChanged {
            serial_after: after.serial.clone(),
            not_after_after: after.not_after,
            ..status_changed(look, RenewalStatus::RenewalComplete, attempt)
        };
        // Found done: of the certificate before, only the tag still tells.
        if event.serial_before == event.serial_after {
            event.serial_before.clone_from(&look.instructions.recorded.renewal_of);
            event.not_after_before = None;
        }
        let notice = (!look.instructions.wishes.mute.holds_at(now))
            .then(|| wording::complete(look, after, attempt, remarks, now));
        self.announce(look, what, event, notice).await?;
        self.remove(look, what, &[STATUS_REASON, ATTEMPTS, RENEWAL_OF]).await
    }

    /// Records that an attempt failed. The announcement comes first: if it cannot be sent, or this
    /// process dies before the tags are written, the claim runs out and the attempt is repeated, and
    /// no failure goes unheard.
    ///
    /// # Errors
    /// Something could not be written.
    pub(crate) async fn failure(
        &self,
        look: &Look,
        reason: FailureReason,
        detail: &str,
        attempt: u32,
    ) -> Result<(), Error> {
        let what = RenewalStatus::RenewalFailed.as_str();
        let now = self.clock.now();
        let event =
            StatusChanged { reason: Some(reason), ..status_changed(look, RenewalStatus::RenewalFailed, attempt) };
        self.announce(look, what, event, Some(wording::failure(look, reason, detail, attempt, now))).await?;
        let tags = [
            (STATUS, what.to_owned()),
            (STATUS_SINCE, tags::format_time(now)),
            (STATUS_REASON, reason.as_str().to_owned()),
            (ATTEMPTS, attempt.to_string()),
        ];
        // On a certificate without room, what matters most.
        let keys = tags.each_ref().map(|(key, _)| *key);
        let fitting = (1..=tags.len()).rev().find(|&count| look.tags.have_room_for(&keys[..count]));
        let Some(fitting) = fitting else { return Ok(()) };
        acm::add_tags(&self.acm, &look.facts.arn, &tags[..fitting]).await.map_err(|source| failed(look, what, source))
    }

    async fn announce(
        &self,
        look: &Look,
        what: &'static str,
        event: StatusChanged,
        notice: Option<Notice>,
    ) -> Result<(), Error> {
        let event = self.bus.put(&[Event::StatusChanged(event)]).await;
        let notice = match notice {
            Some(notice) => self.topic.publish(&notice).await,
            None => Ok(()),
        };
        // Neither keeps the other from being sent.
        event.and(notice).map_err(|source| failed(look, what, source))
    }

    async fn remove(&self, look: &Look, what: &'static str, keys: &[&str]) -> Result<(), Error> {
        acm::remove_tags(&self.acm, &look.facts.arn, keys).await.map_err(|source| failed(look, what, source))
    }
}

fn failed(look: &Look, what: &'static str, source: CallError) -> Error {
    Error::record(&look.facts.arn, what, source)
}

fn status_changed(look: &Look, to: RenewalStatus, attempt: u32) -> StatusChanged {
    StatusChanged {
        certificate_arn: look.facts.arn.clone(),
        from: look.instructions.recorded.status,
        to,
        reason: None,
        attempt,
        renew_from: look.instructions.wishes.renew_from.as_ref().map(|source| source.as_str().to_owned()),
        serial_before: look.facts.serial.clone(),
        serial_after: None,
        not_after_before: look.facts.not_after,
        not_after_after: None,
    }
}
