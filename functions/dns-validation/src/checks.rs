//! Checks the certificates of a target: those of an event, or all of them.

use std::sync::Arc;

use aws_client::Clock;
use aws_config::SdkConfig;
use aws_sdk_acm::Client;
use certificates::CertificateArn;
use jiff::Timestamp;
use lambda::Metrics;
use notices::{AccountFacts, Topic};
use organization::{Member, OrganizationSettings, Spoke, SpokeRole, Targets};
use route53::{Delegations, PublicDns, Route53Limits, ZoneAccounts, ZoneDirectory, ZoneListings, ZoneSelector};

use crate::answer::{CertificateReport, SweepReport};
use crate::call_budget::{CallBudget, RESERVE};
use crate::diagnosis::Diagnoser;
use crate::notice_budget::NoticeBudget;
use crate::notifier::{Notifier, Outbox};
use crate::policy::Settings;
use crate::provision::Provisioner;
use crate::reconcile::Reconciler;
use crate::sweep::Sweep;
use crate::tally::Tally;
use crate::validated_names::ValidatedNames;
use crate::{Config, Error, Occasion};

/// Names the session in other accounts' CloudTrail.
const SESSION: &str = "acm-autopilot-dns-validation";

/// Clients and configuration, made once.
#[derive(Debug)]
pub(crate) struct Checks {
    acm: Arc<Client>,
    spokes: Targets<Client>,
    accounts: ZoneAccounts,
    /// A single account keeps nothing.
    shared: Option<SharedZones>,
    delegations: Delegations,
    dns: PublicDns,
    outbox: Outbox,
    clock: Clock,
    settings: Settings,
    dry_run: bool,
}

/// What all targets of a hub share, since the hosted zones are the same for all of them. There is one process of the
/// function, so that its limits are those of each account with zones.
#[derive(Debug)]
struct SharedZones {
    limits: Arc<Route53Limits>,
    listings: Arc<ZoneListings>,
    validated: ValidatedNames,
}

/// What differs between targets.
#[derive(Debug)]
struct InTarget {
    acm: Arc<Client>,
    settings: Settings,
    dry_run: bool,
    /// What notices say of the account.
    account: AccountFacts,
}

impl Checks {
    pub(crate) fn new(config: Config, sdk: &SdkConfig) -> Self {
        let (clock, organization) = (Clock::of(sdk), config.organization.settings.as_ref());
        Self {
            acm: Arc::new(Client::new(sdk)),
            spokes: Targets::new(sdk, SpokeRole::Dns, organization),
            accounts: ZoneAccounts::new(sdk, config.zone_roles, SESSION),
            shared: organization.map(|_: &OrganizationSettings| SharedZones::new(&clock)),
            delegations: Delegations::default(),
            dns: PublicDns::new(config.lookups),
            outbox: Outbox::new(sdk, config.notices, config.event_bus),
            clock,
            settings: config.settings,
            dry_run: config.dry_run,
        }
    }

    pub(crate) fn start_invocation(&self) {
        self.dns.start_invocation();
    }

    /// Has the DNS asked again which zones are delegated: calls are not what a sweep has to save.
    pub(crate) fn start_sweeps(&self) {
        self.delegations.forget();
    }

    /// Checks the certificates of an event, one after the other.
    pub(crate) async fn reconcile(
        &self,
        member: &Member,
        certificates: &[CertificateArn],
        (occasion, update_requested_at): (Occasion, Option<Timestamp>),
        deadline: Timestamp,
        metrics: &mut Metrics,
    ) -> Result<Vec<CertificateReport>, Error> {
        let of = certificates.len();
        // AWS Health may name as many as a sweep finds.
        let budget = self.in_hub(match of {
            0 | 1 => CallBudget::unlimited(&self.clock, deadline),
            _ => CallBudget::limited(&self.clock, deadline),
        });
        let (target, zones) = (self.in_target(member).await, self.zones(&budget));
        let reconciler = self.reconciler(&target, &zones, &budget);
        let mut tally = Tally::default();
        for certificate in certificates {
            if of > 1 && !budget.has_time_for(&budget.describe, RESERVE) {
                tally.add_left(1);
                continue;
            }
            tally.add(reconciler.reconcile_one(occasion, update_requested_at, certificate).await);
        }
        tally.finish(of, metrics)
    }

    /// Checks all certificates.
    pub(crate) async fn sweep(
        &self,
        member: &Member,
        deadline: Timestamp,
        metrics: &mut Metrics,
    ) -> Result<SweepReport, Error> {
        let budget = self.in_hub(CallBudget::limited(&self.clock, deadline));
        let (target, zones) = (self.in_target(member).await, self.zones(&budget));
        let reconciler = self.reconciler(&target, &zones, &budget);
        let validated = self.shared.as_ref().map(|shared| &shared.validated);
        let spoke = member.spoke.as_ref().map(|_| &member.target);
        Sweep::new(&reconciler, validated, spoke).run(metrics).await
    }

    /// Where notices about the target go.
    pub(crate) fn topic(&self, member: &Member) -> Topic {
        let account = member.spoke.as_ref().map(Spoke::facts).unwrap_or_default();
        self.outbox.topic().for_account(account)
    }

    async fn in_target(&self, member: &Member) -> InTarget {
        let Some(spoke) = &member.spoke else {
            let (acm, settings, account) = (self.acm.clone(), self.settings.clone(), AccountFacts::default());
            return InTarget { acm, settings, dry_run: self.dry_run, account };
        };
        InTarget {
            acm: self.spokes.get(member, Client::new).await,
            settings: Settings { grants: spoke.grants.grants.clone(), ..self.settings.clone() },
            dry_run: self.dry_run || spoke.is_read_only,
            account: spoke.facts(),
        }
    }

    fn in_hub(&self, budget: CallBudget) -> CallBudget {
        match &self.shared {
            Some(shared) => budget.with_route53(shared.limits.clone()),
            None => budget,
        }
    }

    fn zones<'a>(&'a self, budget: &'a CallBudget) -> ZoneDirectory<'a> {
        match &self.shared {
            Some(shared) => ZoneDirectory::sharing(&self.accounts, &budget.route53, shared.listings.clone()),
            None => ZoneDirectory::new(&self.accounts, &budget.route53),
        }
    }

    fn reconciler<'a>(
        &'a self,
        target: &'a InTarget,
        zones: &'a ZoneDirectory<'a>,
        budget: &'a CallBudget,
    ) -> Reconciler<'a> {
        let (dns, InTarget { acm, settings, dry_run, .. }) = (&self.dns, target);
        let selector = ZoneSelector { zones, dns, delegations: &self.delegations };
        let (record_ttl, dry_run) = (settings.record_ttl, *dry_run);
        let notices = NoticeBudget::new(&self.outbox.history);
        Reconciler {
            acm,
            zones,
            selector,
            provisioner: Provisioner { zones, selector, budget, record_ttl, dry_run },
            diagnoser: Diagnoser { dns, zones },
            notifier: Notifier { acm, account: &target.account, outbox: &self.outbox, notices, budget, dry_run },
            budget,
            settings,
            dry_run,
        }
    }
}

impl SharedZones {
    fn new(clock: &Clock) -> Self {
        Self {
            limits: Arc::new(Route53Limits::limited(clock)),
            listings: Arc::new(ZoneListings::of_process()),
            validated: ValidatedNames::default(),
        }
    }
}
