//! Takes events, and does what they ask for.

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::Target;
use futures::{StreamExt, stream};
use grants::Grants;
use lambda::{Invocation, Metrics};
use notices::Topic;
use object_store::Store;
use organization::{Member, Organization, OrganizationError, SpokeRole, Targets};
use serde_json::Value;

use crate::Error;
use crate::answer::{Answer, SweepReport, TargetReport};
use crate::audit::Audit;
use crate::check::Check;
use crate::config::Config;
use crate::digests::Digests;
use crate::event::{Occurrence, Trigger};
use crate::facts::Facts;
use crate::journal::Journal;
use crate::policy::ActKind;
use crate::sweep::Sweep;

/// Accounts and Regions that are swept at the same time.
const CONCURRENCY: usize = 8;

/// The function.
#[derive(Debug)]
pub struct Handler {
    targets: Targets<aws_sdk_acm::Client>,
    organization: Organization,
    store: Store,
    topic: Topic,
    clock: Clock,
    grants: Grants,
}

impl Handler {
    /// A handler whose clients share this SDK configuration.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        let organization = config.organization.settings;
        Self {
            targets: Targets::new(sdk, SpokeRole::Guard, organization.as_ref()),
            organization: Organization::new(organization, sdk),
            store: Store::new(sdk, &config.bucket),
            topic: Topic::new(sdk, &config.notices),
            clock: Clock::of(sdk),
            grants: config.grants,
        }
    }

    /// Handles an event and writes its metrics.
    ///
    /// # Errors
    /// See [`Handler::handle`].
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("activity-guard");
        let result = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        result.map(|answer| serde_json::to_value(answer).unwrap_or_default())
    }

    /// Handles an event.
    ///
    /// # Errors
    /// The event is not for this function, or the bucket, the topic, ACM or AWS Organizations could not be used.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let (home, now) = (&invocation.home, self.clock.now());
        match Trigger::read(event)? {
            Trigger::Nothing => Ok(Answer::Ignored { outcome: "ignored", reason: "not-an-act" }),
            Trigger::Check(occurrence) => self.check(event, &occurrence, home, metrics).await,
            Trigger::Sweep => self.sweep(home, metrics).await.map(Answer::Sweep),
            Trigger::Digest => {
                let digests = Digests { journal: Journal(&self.store), topic: &self.topic };
                let report = digests.run(now).await?;
                metrics.count("NoticesSent", report.digests as u64);
                Ok(Answer::Digest(report))
            }
            Trigger::Audit { month } => {
                let audit = Audit { store: &self.store };
                audit.run(month.as_deref(), now).await.map(Answer::Audit)
            }
        }
    }

    async fn check(
        &self,
        event: &Value,
        occurrence: &Occurrence,
        home: &Target,
        metrics: &mut Metrics,
    ) -> Result<Answer, Error> {
        let member = match self.member(event, occurrence.act.kind, home).await {
            Ok(member) => member,
            Err(OrganizationError::Refused(why)) => return Ok(refused(why.as_str(), metrics)),
            Err(error) => return Err(error.into()),
        };
        let acm = self.targets.get(&member, aws_sdk_acm::Client::new).await;
        let check = Check {
            facts: Facts { store: &self.store, acm: &acm, target: &member.target },
            journal: Journal(&self.store),
            topic: &self.topic,
            clock: &self.clock,
            grants: self.grants(&member),
            home,
        };
        check.run(occurrence, metrics).await.map(Answer::Check)
    }

    /// IAM and Route 53 have no Regions, and their events come from us-east-1 whether certificates are watched there or not.
    async fn member(&self, event: &Value, kind: ActKind, home: &Target) -> Result<Member, OrganizationError> {
        let target = self.organization.target_of(event, home);
        let target = match kind {
            ActKind::RoleChanged | ActKind::ValidationRecordDeleted => self.organization.global_target(&target, home),
            _ => target,
        };
        self.organization.member(&target, home).await
    }

    fn grants<'a>(&'a self, member: &'a Member) -> &'a Grants {
        member.spoke.as_ref().map_or(&self.grants, |spoke| &spoke.grants.grants)
    }

    async fn sweep(&self, home: &Target, metrics: &mut Metrics) -> Result<SweepReport, Error> {
        let members = self.organization.members(home).await.map_err(OrganizationError::Call)?;
        let sweeps: Vec<_> = members.iter().map(|member| self.sweep_target(member)).collect();
        let results: Vec<_> = stream::iter(sweeps).buffered(CONCURRENCY).collect().await;
        let failed = members.iter().zip(&results).filter(|(_, result)| result.is_err());
        let failed: Vec<String> = failed.map(|(member, _)| member.target.to_string()).collect();
        let mut report =
            SweepReport { outcome: "swept", targets: members.len(), targets_without_shard: 0, findings: 0, notices: 0 };
        let mut first_error = None;
        for result in results {
            match result {
                Ok(target) => report.add(&target),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        metrics.count("TargetsSwept", (report.targets - failed.len()) as u64);
        metrics.count("NoticesSent", report.notices as u64);
        match first_error {
            Some(cause) => Err(Error::Sweep { failed, cause: Box::new(cause) }),
            None => {
                metrics.count("SweepsDone", 1);
                Ok(report)
            }
        }
    }

    /// One that fails does not stop the others.
    async fn sweep_target(&self, member: &Member) -> Result<TargetReport, Error> {
        let acm = self.targets.get(member, aws_sdk_acm::Client::new).await;
        let facts = Facts { store: &self.store, acm: &acm, target: &member.target };
        let sweep = Sweep { facts, journal: Journal(&self.store), topic: &self.topic, grants: self.grants(member) };
        let (account, region) = (member.target.account.as_str(), member.target.region.as_str());
        let result = sweep.run().await;
        match &result {
            Ok(TargetReport { outcome, findings, notices, .. }) => {
                tracing::info!(account, region, outcome, findings, notices);
            }
            Err(error) => tracing::error!(account, region, outcome = "not-swept", reason = %error),
        }
        result
    }
}

impl SweepReport {
    fn add(&mut self, target: &TargetReport) {
        self.targets_without_shard += usize::from(target.outcome == "no-shard");
        self.findings += target.findings;
        self.notices += target.notices;
    }
}

fn refused(reason: &'static str, metrics: &mut Metrics) -> Answer {
    metrics.count("EventsRefused", 1);
    tracing::warn!(outcome = "refused", reason);
    Answer::Ignored { outcome: "refused", reason }
}
