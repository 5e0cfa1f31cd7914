//! The function: what is kept between invocations, and what it does with an event.

use acme::Connection;
use aws_client::Clock;
use aws_config::SdkConfig;
use events::EventBus;
use jiff::Timestamp;
use lambda::{Batch, Invocation, Metrics};
use notices::{RecentNotices, Topic};
use serde_json::Value;

use crate::acme_clients::{AcmeClients, SuccessorSearch};
use crate::apply::Applier;
use crate::candidates::CandidateSearch;
use crate::notice_budget::{HourlyNoticeBudget, NoticeBudget};
use crate::policy::Settings;
use crate::quota::Quota;
use crate::reconcile::Reconciler;
use crate::renewal_windows::RenewalWindows;
use crate::report::finish;
use crate::sweep::{CALLS_FOR_SUCCESSORS, RESERVE, Sweep};
use crate::{Answer, Config, Coverage, Error, Trigger};

/// Clients, clock and configuration, made once.
#[derive(Debug)]
pub struct Handler {
    acm: aws_sdk_acm::Client,
    topic: Topic,
    bus: EventBus,
    clock: Clock,
    settings: Settings,
    dry_run: bool,
    notices_per_sweep: usize,
    hourly_notices: HourlyNoticeBudget,
    recent: RecentNotices,
    acme_clients: AcmeClients,
    tagging: aws_sdk_resourcegroupstagging::Client,
    windows: RenewalWindows,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self::with_connection(config, sdk, Connection::default())
    }

    /// The same, which reaches ACME servers this way.
    pub fn with_connection(config: Config, sdk: &SdkConfig, connection: Connection) -> Self {
        let notices_per_sweep = config.notices_per_sweep.into();
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            topic: Topic::new(sdk, &config.notices),
            bus: EventBus::new(aws_sdk_eventbridge::Client::new(sdk), config.event_bus),
            clock: Clock::of(sdk),
            settings: config.settings,
            dry_run: config.dry_run,
            notices_per_sweep,
            hourly_notices: HourlyNoticeBudget::new(notices_per_sweep),
            recent: RecentNotices::default(),
            acme_clients: AcmeClients::default(),
            tagging: aws_sdk_resourcegroupstagging::Client::new(sdk),
            windows: RenewalWindows::new(sdk, config.acme, connection),
        }
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("expiry-events");
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event.
    ///
    /// # Errors
    /// The event is not for this function, or a call failed. What was decided and not applied is
    /// decided again at the next check.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let reconciler = self.reconciler();
        match Trigger::read(event, &invocation.home)? {
            Trigger::Sweep(coverage) => {
                self.sweep(coverage, &reconciler, invocation.deadline).run(metrics).await.map(Answer::Sweep)
            }
            Trigger::Reconcile { occasion, certificates, skipped } => {
                let mut batch = Batch::default();
                for certificate in &certificates {
                    let notices = self.hourly_notices.at(self.clock.now());
                    batch.add(reconciler.reconcile_one(occasion, certificate, &notices).await);
                }
                Ok(Answer::from_reports(finish(batch, certificates.len(), metrics)?, skipped))
            }
        }
    }

    fn sweep<'a>(&'a self, coverage: Coverage, reconciler: &'a Reconciler<'a>, deadline: Timestamp) -> Sweep<'a> {
        let (acm, clock, clients) = (&self.acm, &self.clock, &self.acme_clients);
        Sweep {
            coverage,
            search: CandidateSearch { acm, tagging: &self.tagging, clock, settings: &self.settings },
            reconciler,
            windows: &self.windows,
            notices: NoticeBudget::new(self.notices_per_sweep),
            successors: SuccessorSearch { acm, clients, calls: Quota::new(CALLS_FOR_SUCCESSORS) },
            latest: deadline.checked_sub(RESERVE).unwrap_or(Timestamp::MIN),
        }
    }

    fn reconciler(&self) -> Reconciler<'_> {
        let (acm, clock) = (&self.acm, &self.clock);
        Reconciler {
            acm,
            clock,
            applier: Applier {
                acm,
                clock,
                topic: &self.topic,
                bus: &self.bus,
                recent: &self.recent,
                settings: &self.settings,
            },
            acme_clients: &self.acme_clients,
            dry_run: self.dry_run,
        }
    }
}
