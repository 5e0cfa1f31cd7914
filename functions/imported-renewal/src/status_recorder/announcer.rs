//! Announces a status as an event and as a notice.

use aws_client::CallError;
use events::{Event, EventBus, StatusChanged};
use notices::{Notice, Topic};

use crate::Config;
use crate::credentials::HubSdk;

#[derive(Debug, Clone)]
pub(super) struct Announcer {
    bus: EventBus,
    topic: Topic,
}

impl Announcer {
    pub(super) fn new(config: &Config, hub: &HubSdk) -> Self {
        let aws = hub.config();
        let bus = EventBus::new(aws_sdk_eventbridge::Client::new(aws), &config.event_bus_name);
        Self { bus, topic: Topic::new(aws, &config.notices).for_account(config.account.clone()) }
    }

    /// A failure of the event or of the notice does not stop the other.
    pub(super) async fn announce(&self, event: StatusChanged, notice: Option<Notice>) -> Result<(), CallError> {
        let sent = self.bus.put(&[Event::StatusChanged(event)]).await;
        let published = match notice {
            Some(notice) => self.topic.publish(&notice).await,
            None => Ok(()),
        };
        sent.and(published)
    }

    /// The renewal matters more than the announcement of a step; how it ends is announced too.
    pub(super) async fn announce_step(&self, event: StatusChanged) {
        let certificate_arn = event.certificate_arn.clone();
        if let Err(error) = self.bus.put(&[Event::StatusChanged(event)]).await {
            tracing::warn!(%certificate_arn, reason = %error, "could not announce the status");
        }
    }
}
