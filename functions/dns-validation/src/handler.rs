//! The function: what is kept between invocations, and what it does with an event.

use aws_client::Clock;
use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda::{Invocation, Metrics};
use route53::{Delegations, PublicDns, ZoneAccounts, ZoneDirectory, ZoneSelector};
use serde_json::Value;

use crate::answer::Answer;
use crate::call_budget::{CallBudget, RESERVE};
use crate::diagnosis::Diagnoser;
use crate::notice_budget::NoticeBudget;
use crate::notifier::{Notifier, Outbox};
use crate::policy::Settings;
use crate::provision::Provisioner;
use crate::reconcile::Reconciler;
use crate::sweep::Sweep;
use crate::tally::Tally;
use crate::{Config, Error, Trigger};

/// Names the session in other accounts' CloudTrail.
const SESSION: &str = "acm-autopilot-dns-validation";

/// Clients, clock and configuration, made once.
#[derive(Debug)]
pub struct Handler {
    acm: aws_sdk_acm::Client,
    accounts: ZoneAccounts,
    delegations: Delegations,
    dns: PublicDns,
    outbox: Outbox,
    clock: Clock,
    settings: Settings,
    dry_run: bool,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            accounts: ZoneAccounts::new(sdk, config.zone_roles, SESSION),
            delegations: Delegations::default(),
            dns: PublicDns::new(config.lookups),
            outbox: Outbox::new(sdk, config.notices, config.event_bus),
            clock: Clock::of(sdk),
            settings: config.settings,
            dry_run: config.dry_run,
        }
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
    /// not done is decided again at the next check.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        self.dns.start_invocation();
        match Trigger::read(event, &invocation.home)? {
            Trigger::Sweep => self.sweep(invocation.deadline, metrics).await,
            Trigger::Ignore { reason } => {
                tracing::info!(outcome = "ignored", reason);
                Ok(Answer::ignored(reason, Vec::new()))
            }
            Trigger::Reconcile { occasion, update_requested_at, certificates, skipped } => {
                let of = certificates.len();
                // AWS Health may name as many as a sweep finds.
                let budget = match of {
                    0 | 1 => CallBudget::unlimited(&self.clock, invocation.deadline),
                    _ => CallBudget::limited(&self.clock, invocation.deadline),
                };
                let zones = ZoneDirectory::new(&self.accounts, &budget.route53);
                let reconciler = self.reconciler(&zones, &budget);
                let mut tally = Tally::default();
                for certificate in certificates {
                    if of > 1 && !budget.has_time_for(&budget.describe, RESERVE) {
                        tally.add_left(1);
                        continue;
                    }
                    tally.add(reconciler.reconcile_one(occasion, update_requested_at, &certificate).await);
                }
                Ok(Answer::from_reports(tally.finish(of, metrics)?, skipped))
            }
        }
    }

    async fn sweep(&self, deadline: Timestamp, metrics: &mut Metrics) -> Result<Answer, Error> {
        let budget = CallBudget::limited(&self.clock, deadline);
        let zones = ZoneDirectory::new(&self.accounts, &budget.route53);
        // Calls are not what a sweep has to save.
        self.delegations.forget();
        let reconciler = self.reconciler(&zones, &budget);
        Sweep::new(&reconciler).run(metrics).await.map(Answer::Sweep)
    }

    fn reconciler<'a>(&'a self, zones: &'a ZoneDirectory<'a>, budget: &'a CallBudget) -> Reconciler<'a> {
        let dns = &self.dns;
        let selector = ZoneSelector { zones, dns, delegations: &self.delegations };
        let (record_ttl, dry_run) = (self.settings.record_ttl, self.dry_run);
        let notices = NoticeBudget::new(&self.outbox.history);
        Reconciler {
            acm: &self.acm,
            zones,
            selector,
            provisioner: Provisioner { zones, selector, budget, record_ttl, dry_run },
            diagnoser: Diagnoser { dns, zones },
            notifier: Notifier { acm: &self.acm, outbox: &self.outbox, notices, budget, dry_run },
            budget,
            settings: &self.settings,
            dry_run,
        }
    }
}
