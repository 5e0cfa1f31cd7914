//! Reports what was done and what needs a person: events, notices, and the tag that remembers them.

use std::sync::OnceLock;

use aws_client::CallError;
use aws_config::SdkConfig;
use certificates::tags;
use events::{Event, EventBus};
use jiff::{SignedDuration, Timestamp};
use notices::{AccountFacts, Destination, Notice, RecentNotices, Topic};

use crate::Occasion;
use crate::call_budget::CallBudget;
use crate::notice_budget::{NoticeBudget, NoticeHistory};
use crate::policy::TagUpdate;
use crate::policy::notice_decision::UNSENT;
use crate::state::CertificateState;

/// A sweep's notice is a call of SNS's and one of ACM's, with their retries.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// Topic and bus, and what was published recently. Clients are made when they are needed: each costs a start some of
/// its time.
#[derive(Debug)]
pub(crate) struct Outbox {
    sdk: SdkConfig,
    destination: Destination,
    topic: OnceLock<Topic>,
    bus_name: String,
    bus: OnceLock<EventBus>,
    recent: RecentNotices,
    pub(crate) history: NoticeHistory,
}

impl Outbox {
    pub(crate) fn new(sdk: &SdkConfig, destination: Destination, bus_name: String) -> Self {
        Self {
            sdk: sdk.clone(),
            destination,
            topic: OnceLock::new(),
            bus_name,
            bus: OnceLock::new(),
            recent: RecentNotices::default(),
            history: NoticeHistory::default(),
        }
    }

    pub(crate) fn topic(&self) -> &Topic {
        self.topic.get_or_init(|| Topic::new(&self.sdk, &self.destination))
    }

    fn bus(&self) -> &EventBus {
        let make = || EventBus::new(aws_sdk_eventbridge::Client::new(&self.sdk), self.bus_name.as_str());
        self.bus.get_or_init(make)
    }
}

/// What was published and remembered, and what went wrong.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) notice: bool,
    pub(crate) tag_update: TagUpdate,
    pub(crate) is_out_of_time: bool,
    pub(crate) error: Option<CallError>,
}

impl Delivery {
    fn nothing() -> Self {
        Self { notice: false, tag_update: TagUpdate::Keep, is_out_of_time: false, error: None }
    }
}

/// Sends events and notices, within the limits of one invocation.
#[derive(Debug)]
pub(crate) struct Notifier<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    /// What is known of the account.
    pub(crate) account: &'a AccountFacts,
    pub(crate) outbox: &'a Outbox,
    pub(crate) notices: NoticeBudget<'a>,
    pub(crate) budget: &'a CallBudget,
    pub(crate) dry_run: bool,
}

impl Notifier<'_> {
    fn topic(&self) -> Topic {
        self.outbox.topic().for_account(self.account.clone())
    }

    /// Sends the event and the notice, and writes the tag. A broken bus does not stop the notice, nor the other way
    /// round; the first error is returned.
    pub(crate) async fn deliver(
        &self,
        state: &CertificateState,
        notice: Option<Notice>,
        tag_update: TagUpdate,
        event: Option<Event>,
    ) -> Delivery {
        if self.dry_run {
            return Delivery { notice: notice.is_some(), tag_update, ..Delivery::nothing() };
        }
        let has_time = self.budget.time_left() >= RESERVE;
        let is_quiet = notice.is_none() && tag_update == TagUpdate::Keep;
        let sent = match event {
            Some(event) => self.outbox.bus().put(&[event]).await,
            None => Ok(()),
        };
        let mut delivery = Delivery { is_out_of_time: !has_time && !is_quiet, ..Delivery::nothing() };
        let notified = match delivery.is_out_of_time {
            true => Ok(()),
            false => self.notify(state, notice.as_ref(), tag_update, &mut delivery).await,
        };
        // A certificate that is deleted meanwhile leaves nothing to remember.
        delivery.error = sent.err().or(notified.err().filter(|error| !is_gone(error)));
        delivery
    }

    /// Publishes first and writes the tag then: a notice that is repeated after a crash is better than one
    /// that nobody got. Without the tag only an event of the certificate itself is a reason to publish.
    async fn notify(
        &self,
        state: &CertificateState,
        notice: Option<&Notice>,
        tag_update: TagUpdate,
        delivery: &mut Delivery,
    ) -> Result<(), CallError> {
        if let Some(notice) = notice {
            // Before the budget is asked: what is never sent, because it cannot be remembered, must not use it up.
            if state.occasion == Occasion::Sweep && self.set_tag(state, unchanged_tag(state)).await?.is_refused() {
                delivery.tag_update = TagUpdate::Refused;
                return Ok(());
            }
            // An equal one may have been sent within the hour, and its tag not been written, or removed.
            if !self.outbox.recent.hold(notice, state.now) {
                if !self.notices.admits(state, notice) {
                    return Ok(());
                }
                self.topic().publish(notice).await?;
                self.outbox.recent.add(notice, state.now);
                delivery.notice = true;
            }
        }
        delivery.tag_update = match tag_update {
            TagUpdate::Set(value) => self.set_tag(state, value).await?,
            TagUpdate::Remove => self.remove_tag(state).await?,
            TagUpdate::Keep | TagUpdate::Refused => TagUpdate::Keep,
        };
        Ok(())
    }

    async fn set_tag(&self, state: &CertificateState, value: String) -> Result<TagUpdate, CallError> {
        self.budget.tag.acquire().await;
        let tag = [(tags::VALIDATION_NOTIFIED, value.clone())];
        let written = acm::add_tags(self.acm, &state.certificate.arn, &tag).await;
        written.map(|()| TagUpdate::Set(value)).or_else(|error| refused(state, error))
    }

    async fn remove_tag(&self, state: &CertificateState) -> Result<TagUpdate, CallError> {
        self.budget.tag.acquire().await;
        let removed = acm::remove_tags(self.acm, &state.certificate.arn, &[tags::VALIDATION_NOTIFIED]).await;
        removed.map(|()| TagUpdate::Remove).or_else(|error| refused(state, error))
    }

    /// Sends one notice for all those that were left to the next sweeps, and returns it.
    pub(crate) async fn notify_of_overflow(&self, now: Timestamp) -> Result<Option<Notice>, (Notice, CallError)> {
        let Some(notice) = self.notices.summary(now) else { return Ok(None) };
        match self.topic().publish(&notice).await {
            Ok(()) => Ok(Some(notice)),
            Err(error) => Err((notice, error)),
        }
    }
}

/// A value that remembers no more than the present one does: whether it can be written shows whether a sweep's notice
/// would be repeated by every sweep that follows.
fn unchanged_tag(state: &CertificateState) -> String {
    state.tags.get(tags::VALIDATION_NOTIFIED).unwrap_or(UNSENT).to_owned()
}

/// A tag that AWS refuses, because a permission is missing, by a tag policy, or because there is no room for it. A person
/// has to change that; that the event fails for it would only repeat the notice.
fn refused(state: &CertificateState, error: CallError) -> Result<TagUpdate, CallError> {
    if error.is_retryable() || is_gone(&error) {
        return Err(error);
    }
    tracing::warn!(
        certificate_arn = %state.certificate.arn,
        reason = "tag-refused",
        to_do = "allow the execution role to write the tag; until then only events of the certificate itself send notices",
        "{error}"
    );
    Ok(TagUpdate::Refused)
}

fn is_gone(error: &CallError) -> bool {
    error.operation.starts_with("acm:") && error.has_code("ResourceNotFoundException")
}
