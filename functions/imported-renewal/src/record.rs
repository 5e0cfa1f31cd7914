//! Recording where a renewal stands: in the certificate's tags, as an event, as a notice.
//!
//! The order of the calls is chosen so that a crash between any two of them loses nothing: what is
//! not known to be done is done again by the next check.

mod announced;

use aws_client::{CallError, Clock};
use certificates::tags::{self, ATTEMPTS, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE, TagState, Tags};
use certificates::{CertificateDetail, FailureReason, RenewalStatus};
use events::{Event, EventBus, IssuerChange, StatusChanged};
use jiff::Timestamp;
use notices::{Notice, Topic};

use crate::budget::AT_MOST_EVERY;
use crate::domain_names::{PendingDomainName, for_machines};
use crate::error::{Error, refused_tags};
use crate::last_failure::LastFailure;
use crate::wording;
use announced::Announced;

/// What is known of a certificate at the start of a check.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Described.
    pub facts: CertificateDetail,
    /// Its tags.
    pub tags: Tags,
    /// What they say.
    pub tag_state: TagState,
    /// Its owner, for notices.
    pub owner: Option<String>,
    /// What its tags recorded of a failure before this check wrote any.
    pub last_failure: Option<LastFailure>,
}

/// A certificate that was replaced.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    /// The new certificate.
    pub after: Box<CertificateDetail>,
    /// How many attempts it took.
    pub attempt: u32,
    /// What a person should check.
    pub remarks: Vec<String>,
    /// API Gateway's domain names that wait for a person.
    pub pending_domain_names: Vec<PendingDomainName>,
    /// The issuers, where they differ.
    pub issuer_change: Option<IssuerChange>,
    /// Whether it was found done, so that the issuers could not be compared any more.
    pub was_found: bool,
    /// The wanted validity in days, where the configuration cut it short.
    pub capped: Option<u16>,
}

impl Completion {
    /// One that was found, not made.
    pub(crate) fn found(after: &CertificateDetail, attempt: u32) -> Self {
        Self {
            after: Box::new(after.clone()),
            attempt,
            remarks: Vec::new(),
            pending_domain_names: Vec::new(),
            issuer_change: None,
            was_found: true,
            capped: None,
        }
    }

    /// The time of the import: whenever this is recorded again, it says the same.
    fn since(&self, now: Timestamp) -> Timestamp {
        self.after.imported_at.filter(|imported| *imported < now).unwrap_or(now)
    }
}

/// Writes what happened.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    acm: aws_sdk_acm::Client,
    bus: EventBus,
    topic: Topic,
    clock: Clock,
    log_group: Option<String>,
    announced: Announced,
}

impl Recorder {
    /// Over these clients.
    pub(crate) fn new(
        acm: aws_sdk_acm::Client,
        bus: EventBus,
        topic: Topic,
        clock: Clock,
        log_group: Option<String>,
    ) -> Self {
        Self { acm, bus, topic, clock, log_group, announced: Announced::default() }
    }

    /// Claims the renewal: from here on others stay away for as long as a function can run. Returns
    /// what is known, with the tags as they are now.
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
            tracing::warn!(certificate_arn = %look.facts.arn, reason = %error, "the start could not be announced");
        }
        let tags = tags.into_iter().fold(look.tags.clone(), |all, (key, value)| all.with(key, value));
        Ok(Look { tag_state: TagState::read(&tags), tags, ..look.clone() })
    }

    /// Records that the certificate was replaced.
    ///
    /// # Errors
    /// Something could not be written. The tag `renewal-of` is then still there, by which the next
    /// check knows that this has to be done again.
    pub(crate) async fn complete(&self, look: &Look, completion: &Completion) -> Result<(), Error> {
        let what = RenewalStatus::RenewalComplete.as_str();
        let now = self.clock.now();
        self.write_complete(look, completion, now).await?;
        // Nobody who may tag can hide that the issuer changed, or may have changed.
        let kept_its_issuer = completion.issuer_change.is_none() && !completion.was_found;
        let is_muted = look.tag_state.settings.mute.holds_at(now) && kept_its_issuer;
        let notice = (!is_muted).then(|| wording::complete(look, completion, now));
        if !self.announced.has_completion(&completion.after) {
            self.announce(look, what, completed(look, completion), notice).await?;
            self.announced.add_completion(&completion.after);
        }
        self.clean_up(look, completion).await
    }

    /// Records that the certificate is in place, without announcing it.
    ///
    /// # Errors
    /// See [`Recorder::complete`].
    pub(crate) async fn correct(&self, look: &Look, completion: &Completion) -> Result<(), Error> {
        self.write_complete(look, completion, self.clock.now()).await?;
        self.clean_up(look, completion).await
    }

    async fn write_complete(&self, look: &Look, completion: &Completion, now: Timestamp) -> Result<(), Error> {
        let what = RenewalStatus::RenewalComplete.as_str();
        let tags = [(STATUS, what.to_owned()), (STATUS_SINCE, tags::format_time(completion.since(now)))];
        acm::add_tags(&self.acm, &completion.after.arn, &tags).await.map_err(|source| failed(look, what, source))
    }

    /// Removes the tags that say that something is left to be recorded. Where AWS refuses that, now and always, the
    /// serial number of the new certificate says that nothing is: else each check would announce the renewal again.
    async fn clean_up(&self, look: &Look, completion: &Completion) -> Result<(), Error> {
        let (what, arn) = (RenewalStatus::RenewalComplete.as_str(), &completion.after.arn);
        let removed = acm::remove_tags(&self.acm, arn, &[STATUS_REASON, ATTEMPTS, RENEWAL_OF]).await;
        let Err(error) = removed else { return Ok(()) };
        let (true, Some(serial)) = (refused_tags(&error).is_some(), &completion.after.serial) else {
            return Err(failed(look, what, error));
        };
        tracing::error!(certificate_arn = %arn, outcome = "tags-not-removed", reason = %error);
        let replaced = [(RENEWAL_OF, serial.clone())];
        acm::add_tags(&self.acm, arn, &replaced).await.map_err(|source| failed(look, what, source))
    }

    /// Records that an attempt failed. The announcement comes first: if it cannot be sent, or this
    /// process crashes before the tags are written, the claim grows old and the attempt is repeated, and
    /// no failure is lost. Where AWS refuses the tags, nothing but the announcement is left.
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
        let repeated =
            look.last_failure.filter(|last| last.reason == reason && now.duration_since(last.at).abs() < AT_MOST_EVERY);
        let is_news = self.announced.is_news(&look.facts.arn, (reason, detail), look.last_failure, now);
        let log_group = self.log_group.as_deref();
        let notice = is_news.then(|| wording::failure(look, reason, detail, attempt, log_group, now));
        self.announce(look, what, event, notice).await?;
        if is_news {
            self.announced.add_failure(&look.facts.arn, (reason, detail), now);
        }
        let tags = [
            (STATUS, what.to_owned()),
            // Of equal failures the first counts, so that a person is notified again after an hour.
            (STATUS_SINCE, tags::format_time(repeated.map_or(now, |first| first.at))),
            (STATUS_REASON, reason.as_str().to_owned()),
            (ATTEMPTS, attempt.to_string()),
        ];
        self.write(look, (reason, detail), &tags).await
    }

    /// Writes what fits.
    async fn write(
        &self,
        look: &Look,
        failure: (FailureReason, &str),
        tags: &[(&'static str, String)],
    ) -> Result<(), Error> {
        // On a certificate without room, what matters most.
        let keys: Vec<&str> = tags.iter().map(|(key, _)| *key).collect();
        let fitting = (0..=tags.len()).rev().find(|&count| look.tags.have_room_for(&keys[..count])).unwrap_or(0);
        if fitting < tags.len() {
            self.announced.mark_unrecorded(&look.facts.arn, failure);
        }
        if fitting == 0 {
            return Ok(());
        }
        let Err(error) = acm::add_tags(&self.acm, &look.facts.arn, &tags[..fitting]).await else { return Ok(()) };
        if refused_tags(&error).is_none() {
            return Err(failed(look, RenewalStatus::RenewalFailed.as_str(), error));
        }
        tracing::error!(certificate_arn = %look.facts.arn, outcome = "not-recorded", reason = %error);
        self.announced.mark_unrecorded(&look.facts.arn, failure);
        Ok(())
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
        // A failure of one does not stop the other.
        event.and(notice).map_err(|source| failed(look, what, source))
    }

    async fn remove(&self, look: &Look, what: &'static str, keys: &[&str]) -> Result<(), Error> {
        acm::remove_tags(&self.acm, &look.facts.arn, keys).await.map_err(|source| failed(look, what, source))
    }
}

fn failed(look: &Look, what: &'static str, source: CallError) -> Error {
    Error::record(&look.facts.arn, what, source)
}

fn completed(look: &Look, completion: &Completion) -> StatusChanged {
    let mut event = StatusChanged {
        serial_after: completion.after.serial.clone(),
        not_after_after: completion.after.not_after,
        issuer_change: completion.issuer_change.clone(),
        pending_domain_names: for_machines(&completion.pending_domain_names),
        ..status_changed(look, RenewalStatus::RenewalComplete, completion.attempt)
    };
    // Found done: of the certificate before, only the tag is left.
    if event.serial_before == event.serial_after {
        event.serial_before.clone_from(&look.tag_state.recorded.renewal_of);
        event.not_after_before = None;
    }
    event
}

fn status_changed(look: &Look, to: RenewalStatus, attempt: u32) -> StatusChanged {
    StatusChanged {
        certificate_arn: look.facts.arn.clone(),
        from: look.tag_state.recorded.status,
        to,
        reason: None,
        attempt,
        renew_from: look.tag_state.settings.renew_from.as_ref().map(|source| source.as_str().to_owned()),
        serial_before: look.facts.serial.clone(),
        serial_after: None,
        not_after_before: look.facts.not_after,
        not_after_after: None,
        issuer_change: None,
        pending_domain_names: Vec::new(),
    }
}
