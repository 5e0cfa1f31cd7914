//! Records the status of a renewal: in the certificate's tags, as an event, as a notice.
//!
//! The order of the calls is chosen so that a crash between any two of them loses nothing: what is not known to be done is
//! done again by the next check.

mod announcer;
mod pending;
mod status_changed;

use aws_client::{CallError, Clock};
use certificates::tags::{self, ATTEMPTS, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE};
use certificates::{CertificateArn, Failure, RenewalStatus};
use events::StatusChanged;
use jiff::Timestamp;

use crate::announced::Announced;
use crate::completion::Completion;
use crate::credentials::TargetSdk;
use crate::error::{Error, refused_tags};
use crate::policy::{AT_MOST_EVERY, SkipReason, has_to_be_requested};
use crate::sender::Sender;
use crate::services::Services;
use crate::state::CertificateState;
use crate::{Config, notice};
use announcer::Announcer;
use status_changed::{completed, status_changed};

/// Writes what happened.
#[derive(Debug, Clone)]
pub(crate) struct StatusRecorder {
    acm: aws_sdk_acm::Client,
    announcer: Announcer,
    announced: Announced,
    clock: Clock,
    sender: Sender,
    /// Whether retries may wait for a maintenance window.
    has_maintenance: bool,
}

impl StatusRecorder {
    pub(crate) fn new(config: &Config, services: &Services, sdk: &TargetSdk) -> Self {
        Self {
            acm: aws_sdk_acm::Client::new(sdk.config()),
            announcer: Announcer::new(config, &services.hub),
            announced: services.memory.announced.clone(),
            clock: Clock::of(sdk.config()),
            sender: Sender {
                region: services.hub.region().to_owned(),
                log_group: config.log_group.clone(),
                spoke: services.spoke.as_ref().map(|spoke| spoke.target.clone()),
            },
            has_maintenance: config.maintenance.is_planned(),
        }
    }

    /// Claims the renewal: from here on others stay away for as long as a function can run. Returns what is known, with
    /// the tags as they are now.
    ///
    /// # Errors
    /// The tags could not be written; nothing has started.
    pub(crate) async fn claim(&self, state: &CertificateState, attempt: u32) -> Result<CertificateState, Error> {
        let (arn, status) = (state.arn(), RenewalStatus::RenewalInProgress);
        let mut tags = vec![
            (STATUS, status.as_str().to_owned()),
            (STATUS_SINCE, tags::format_time(self.clock.now())),
            (ATTEMPTS, attempt.to_string()),
        ];
        tags.extend(state.certificate.serial.clone().map(|serial| (RENEWAL_OF, serial)));
        acm::add_tags(&self.acm, arn, &tags).await.map_err(|error| Error::record(arn, status, error))?;
        if state.tags.contains(STATUS_REASON) {
            let removed = acm::remove_tags(&self.acm, arn, &[STATUS_REASON]).await;
            removed.map_err(|error| Error::record(arn, status, error))?;
        }
        self.announcer.announce_step(status_changed(state, status, attempt)).await;
        Ok(state.with_tags(tags))
    }

    /// Records that nothing is done now. A postponed renewal becomes a request, which the sweep repeats.
    ///
    /// # Errors
    /// The tags could not be written.
    pub(crate) async fn record_skipped(&self, state: &CertificateState, reason: SkipReason) -> Result<(), Error> {
        let (arn, status, recorded) = (state.arn(), RenewalStatus::PendingRenewal, &state.tag_state.recorded);
        if !has_to_be_requested(reason, recorded) {
            return Ok(());
        }
        match pending::write(&self.acm, state, self.clock.now()).await {
            Ok(()) => self.announcer.announce_step(status_changed(state, status, recorded.attempts)).await,
            // The attempt that comes later reports it.
            Err(error) if refused_tags(&error).is_some() => {
                tracing::warn!(certificate_arn = %arn, outcome = "not-recorded", reason = %error);
            }
            Err(error) => return Err(Error::record(arn, status, error)),
        }
        Ok(())
    }

    /// Records that the certificate was replaced.
    ///
    /// # Errors
    /// Something could not be written. The tag `renewal-of` is then still there, by which the next check knows that this
    /// has to be done again.
    pub(crate) async fn record_complete(&self, state: &CertificateState, completion: &Completion) -> Result<(), Error> {
        let now = self.clock.now();
        self.write_complete(completion, now).await?;
        if !self.announced.has_completion(&completion.after) {
            // Nobody who may tag can hide that the issuer changed, or may have changed.
            let kept_its_issuer = completion.issuer_change.is_none() && !completion.was_found;
            let is_muted = state.tag_state.settings.mute.holds_at(now) && kept_its_issuer;
            let notice = (!is_muted).then(|| notice::complete(state, completion, now));
            let announced = self.announcer.announce(completed(state, completion), notice).await;
            announced.map_err(|error| Error::record(state.arn(), RenewalStatus::RenewalComplete, error))?;
            self.announced.add_completion(&completion.after);
        }
        self.clean_up(completion).await
    }

    /// Records that the certificate is in place, without announcing it.
    ///
    /// # Errors
    /// See [`StatusRecorder::record_complete`].
    pub(crate) async fn correct(&self, completion: &Completion) -> Result<(), Error> {
        self.write_complete(completion, self.clock.now()).await?;
        self.clean_up(completion).await
    }

    async fn write_complete(&self, completion: &Completion, now: Timestamp) -> Result<(), Error> {
        let (arn, status) = (&completion.after.arn, RenewalStatus::RenewalComplete);
        let since = tags::format_time(completion.since(now));
        let tags = [(STATUS, status.as_str().to_owned()), (STATUS_SINCE, since)];
        acm::add_tags(&self.acm, arn, &tags).await.map_err(|error| Error::record(arn, status, error))
    }

    /// Removes the tags that say that something is left to be recorded. Where AWS refuses that, now and always, the
    /// serial number of the new certificate says that nothing is: else each check would announce the renewal again.
    async fn clean_up(&self, completion: &Completion) -> Result<(), Error> {
        let (arn, status) = (&completion.after.arn, RenewalStatus::RenewalComplete);
        let removed = acm::remove_tags(&self.acm, arn, &[STATUS_REASON, ATTEMPTS, RENEWAL_OF]).await;
        let Err(error) = removed else { return Ok(()) };
        let (true, Some(serial)) = (refused_tags(&error).is_some(), &completion.after.serial) else {
            return Err(Error::record(arn, status, error));
        };
        tracing::error!(certificate_arn = %arn, outcome = "tags-not-removed", reason = %error);
        let replaced = [(RENEWAL_OF, serial.clone())];
        acm::add_tags(&self.acm, arn, &replaced).await.map_err(|error| Error::record(arn, status, error))
    }

    /// Records that an attempt failed. The announcement comes first: if it cannot be sent, or this process crashes before
    /// the tags are written, the claim grows old and the attempt is repeated, and no failure is lost. Where AWS refuses
    /// the tags, nothing but the announcement is left.
    ///
    /// # Errors
    /// Something could not be written.
    pub(crate) async fn record_failed(
        &self,
        state: &CertificateState,
        failure: &Failure,
        attempt: u32,
    ) -> Result<(), Error> {
        let (arn, status, now) = (state.arn(), RenewalStatus::RenewalFailed, self.clock.now());
        let event = StatusChanged { reason: Some(failure.reason), ..status_changed(state, status, attempt) };
        let is_news = self.announced.is_news(arn, failure, state.last_failure, now);
        let notice = is_news.then(|| notice::failed(state, failure, attempt, &self.sender, now));
        let notice = if self.has_maintenance { notice.map(notice::with_maintenance) } else { notice };
        let announced = self.announcer.announce(event, notice).await;
        announced.map_err(|error| Error::record(arn, status, error))?;
        if is_news {
            self.announced.add_failure(arn, failure, now);
        }
        // Of equal failures the first counts, so that a person is notified again after an hour.
        let is_repeated = |at: Timestamp| now.duration_since(at).abs() < AT_MOST_EVERY;
        let same = state.last_failure.filter(|last| last.reason == failure.reason && is_repeated(last.at));
        let tags = [
            (STATUS, status.as_str().to_owned()),
            (STATUS_SINCE, tags::format_time(same.map_or(now, |first| first.at))),
            (STATUS_REASON, failure.reason.as_str().to_owned()),
            (ATTEMPTS, attempt.to_string()),
        ];
        self.write_what_fits(state, failure, &tags).await
    }

    /// On a certificate without room for all tags, what matters most.
    async fn write_what_fits(
        &self,
        state: &CertificateState,
        failure: &Failure,
        tags: &[(&'static str, String)],
    ) -> Result<(), Error> {
        let keys: Vec<&str> = tags.iter().map(|(key, _)| *key).collect();
        let fitting = (0..=tags.len()).rev().find(|&count| state.tags.have_room_for(&keys[..count])).unwrap_or(0);
        if fitting < tags.len() {
            self.announced.mark_unrecorded(state.arn(), failure);
        }
        if fitting == 0 {
            return Ok(());
        }
        let written = acm::add_tags(&self.acm, state.arn(), &tags[..fitting]).await;
        written.or_else(|error| self.accept_refusal(state.arn(), failure, error))
    }

    /// Tags that AWS refuses cannot be recorded, now and always: the announcement has to do.
    fn accept_refusal(&self, arn: &CertificateArn, failure: &Failure, error: CallError) -> Result<(), Error> {
        if refused_tags(&error).is_none() {
            return Err(Error::record(arn, RenewalStatus::RenewalFailed, error));
        }
        tracing::error!(certificate_arn = %arn, outcome = "not-recorded", reason = %error);
        self.announced.mark_unrecorded(arn, failure);
        Ok(())
    }
}
