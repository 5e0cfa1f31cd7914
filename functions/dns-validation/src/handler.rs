//! The function: what it is made of, and what it does with an event.

use std::sync::OnceLock;

use aws_client::Clock;
use aws_config::SdkConfig;
use events::EventBus;
use lambda::{Invocation, Metrics};
use notices::{Destination, RecentNotices, Topic};
use serde_json::Value;

use crate::answer::Answer;
use crate::notice_budget::{NoticeBudget, NoticeHistory};
use crate::policy::Settings;
use crate::provision::CallBudget;
use crate::public_dns::Dns;
use crate::reconcile::RESERVE;
use crate::route53::{Accounts, ZoneDirectory};
use crate::sweep::{CALL_INTERVAL, CHANGE_INTERVAL, TAG_INTERVAL};
use crate::tally::Tally;
use crate::{Config, Error, Trigger};
use aws_client::RateLimiter;

/// The function: clients, clock and configuration, made once. Zones and credentials are kept between
/// invocations.
#[derive(Debug)]
pub struct Handler {
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) zones: ZoneDirectory,
    pub(crate) dns: Dns,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) dry_run: bool,
    pub(crate) history: NoticeHistory,
    pub(crate) recent: RecentNotices,
    sdk: SdkConfig,
    notices: Destination,
    topic: OnceLock<Topic>,
    bus_name: String,
    bus: OnceLock<EventBus>,
}

impl Handler {
    /// A handler whose clients share this SDK configuration. Those that only some events need are made
    /// when they are: each costs a start some of its time.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        let clock = Clock::of(sdk);
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            zones: ZoneDirectory::new(Accounts::new(sdk, config.zone_roles), clock.clone()),
            dns: Dns::new(config.lookups),
            clock,
            settings: config.settings,
            dry_run: config.dry_run,
            history: NoticeHistory::default(),
            recent: RecentNotices::default(),
            sdk: sdk.clone(),
            notices: config.notices,
            topic: OnceLock::new(),
            bus_name: config.event_bus,
            bus: OnceLock::new(),
        }
    }

    pub(crate) fn topic(&self) -> &Topic {
        self.topic.get_or_init(|| Topic::new(&self.sdk, &self.notices))
    }

    pub(crate) fn bus(&self) -> &EventBus {
        let make = || EventBus::new(aws_sdk_eventbridge::Client::new(&self.sdk), self.bus_name.as_str());
        self.bus.get_or_init(make)
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("dns-validation");
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event.
    ///
    /// # Errors
    /// The event is not for this function, a call failed, or ACM has not named every record yet. What was
    /// not done is decided again at the next look.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        self.dns.begin();
        match Trigger::read(event, &invocation.scope)? {
            Trigger::Sweep => self.sweep(invocation.deadline, metrics).await.map(Answer::Sweep),
            Trigger::Ignore { reason } => {
                tracing::info!(outcome = "ignored", reason);
                Ok(Answer::ignored(reason, Vec::new()))
            }
            Trigger::Reconcile { occasion, change_asked_at, certificates, skipped } => {
                let of = certificates.len();
                // AWS Health may name as many as a sweep finds.
                let every = |interval| {
                    if of > 1 { RateLimiter::new(&self.clock, interval) } else { RateLimiter::unlimited(&self.clock) }
                };
                let (pace, changes, tell) = (every(CALL_INTERVAL), every(CHANGE_INTERVAL), every(TAG_INTERVAL));
                let describing = every(CALL_INTERVAL);
                let deadline = invocation.deadline;
                let notices = NoticeBudget::new(&self.history);
                let budget = CallBudget {
                    invocation: self.zones.invocation(),
                    pace: &pace,
                    changes: &changes,
                    tell: &tell,
                    notices: &notices,
                    deadline,
                };
                let mut tally = Tally::default();
                for certificate in certificates {
                    if of > 1 && deadline.duration_since(describing.next()) < RESERVE {
                        tally.left += 1;
                        continue;
                    }
                    describing.acquire().await;
                    tally.add(self.look(occasion, change_asked_at, &certificate, &describing, budget).await);
                }
                let states = tally.finish(of, metrics)?;
                Ok(Answer::from_reports(states, skipped))
            }
        }
    }
}
