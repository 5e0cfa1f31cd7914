//! The evaluation of one resource, when AWS Config recorded a change of it.

use certificates::{CertificateArn, InvalidArn, PrivateCaArn};
use jiff::Timestamp;
use lookups::{Budget, Clients, LookupError, Lookups, Resource};
use rules::facts::{Certificate, Item, PrivateCa};
use rules::{Evaluator, Verdict};

use crate::Error;
use crate::answer::Answer;
use crate::results::{Finding, Results};
use crate::run::RuleRun;

#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) run: &'a RuleRun<'a>,
    pub(crate) clients: &'a Clients,
    pub(crate) results: &'a Results<'a>,
}

impl Change<'_> {
    pub(crate) async fn evaluate(&self, item: Item) -> Result<Answer, Error> {
        let verdict = self.verdict(&item).await?;
        self.report(item, verdict).await
    }

    pub(crate) async fn report(&self, item: Item, verdict: Verdict) -> Result<Answer, Error> {
        tracing::info!(
            certificate_arn = item.resource_id,
            rule = self.run.rule.name,
            compliance = verdict.compliance().as_str(),
            reason = verdict.reason()
        );
        let finding = Finding { resource_type: item.resource_type, resource_id: item.resource_id, verdict };
        let findings = [finding];
        self.results.put(&findings, item.captured_at).await?;
        Ok(Answer::new(self.results.dry_run, self.run, &findings, 0))
    }

    async fn verdict(&self, item: &Item) -> Result<Verdict, Error> {
        let rule = self.run.rule;
        if let Some(reason) = item.gone_reason() {
            return Ok(Verdict::not_applicable(reason));
        }
        if item.resource_type != rule.resource_type() {
            return Ok(rule.not_about_this());
        }
        let resource = match self.resource(item) {
            Ok(resource) => resource,
            Err(_) if item.is_deleted() => return Ok(Verdict::not_applicable("It was deleted.")),
            Err(error) => return Err(error),
        };
        let clock = &self.clients.clock;
        let budget = Budget::new(clock, self.run.deadline);
        let lookups = Lookups::new(self.clients, &budget);
        match lookups.verdict(rule, &self.run.context(clock.now()), resource).await {
            Err(LookupError::OutOfTime) => Err(Error::OutOfTime { left: 1, of: 1 }),
            other => Ok(other?),
        }
    }

    /// The resource of an item, which has to be of this account and Region.
    fn resource(&self, item: &Item) -> Result<Resource, Error> {
        const ARN: &str = "configurationItem.ARN";
        let here = self.run.here;
        let arn = item.arn.as_deref().unwrap_or(&item.resource_id);
        let unusable = |error: InvalidArn| Error::bad_event(ARN, error.to_string());
        let (resource, is_within): (Resource, bool) = match self.run.rule.evaluate {
            Evaluator::PrivateCa(_) => {
                let arn: PrivateCaArn = arn.parse().map_err(unusable)?;
                let is_within = arn.is_within(here);
                (PrivateCa::from_item(arn, item).into(), is_within)
            }
            _ => {
                let arn: CertificateArn = arn.parse().map_err(unusable)?;
                let is_within = arn.is_within(here);
                (Certificate::from_item(arn, item).into(), is_within)
            }
        };
        if !is_within {
            let problem = format!("is of another account or Region than {} in {}", here.account, here.region);
            return Err(Error::bad_event(ARN, problem));
        }
        Ok(Resource { appeared_at: appeared_at(&resource, item), ..resource })
    }
}

/// When the resource came, as far as an item says. An item of a deletion is believed, however new the resource is.
fn appeared_at(resource: &Resource, item: &Item) -> Option<Timestamp> {
    if item.is_deleted() {
        return None;
    }
    let discovered_at = (item.status == "ResourceDiscovered").then_some(item.captured_at);
    resource.appeared_at.or(discovered_at)
}
