//! Results of resources that are gone.

use std::collections::BTreeSet;

use aws_sdk_config::types::EvaluationResult;
use certificates::{CertificateArn, PrivateCaArn};
use jiff::Timestamp;
use lookups::{Budget, Clients, Failures, LookupError};
use rules::facts::is_settling;
use rules::{Evaluator, Verdict};

use crate::Error;
use crate::results::{Finding, Results};
use crate::run::RuleRun;

/// Clears what AWS Config holds against resources that are gone. It keeps the results of a custom rule
/// until the rule withdraws them; a change notification of the deletion makes the rule do so too, but may be
/// missing. Only non-compliant results are cleared: a compliant result of a resource that is gone raises
/// no alarm, and reading all results would double the calls.
#[derive(Debug)]
pub(crate) struct StaleResults<'a> {
    pub(crate) run: &'a RuleRun<'a>,
    pub(crate) clients: &'a Clients,
    pub(crate) budget: Budget<'a>,
    pub(crate) results: &'a Results<'a>,
}

/// A result of a resource that was not listed.
struct StaleResult {
    resource_type: String,
    resource_id: String,
    /// What results are ordered by.
    ordering: Option<Timestamp>,
}

/// A resource that may still exist: lists lag behind, and do not have what the filters of ListCertificates
/// cannot name yet.
enum UncertainResource {
    Certificate(CertificateArn),
    PrivateCa(PrivateCaArn),
}

impl StaleResults<'_> {
    /// How many results of resources that are not `listed` were cleared. A resource that cannot be read does not stop
    /// the others.
    pub(crate) async fn clear(&self, listed: &BTreeSet<&str>, at: Timestamp) -> Result<usize, Error> {
        if !self.results.are_kept() || !self.budget.has_time() {
            return Ok(0);
        }
        let stale = self.stale(listed, at).await?;
        let (of, mut left) = (stale.len(), 0);
        let (mut gone, mut failures) = (Vec::new(), Failures::default());
        for result in stale {
            match self.is_gone(&result, &mut failures).await {
                Ok(true) => gone.push(result.cleared()),
                Ok(false) => {}
                Err(LookupError::OutOfTime) => left += 1,
                Err(error) => {
                    tracing::error!(rule = self.run.rule.name, outcome = "failed", reason = %error, "stale result kept");
                    failures.add(error);
                }
            }
        }
        self.results.put(&gone, at).await?;
        match failures.first {
            Some(error) => Err(error.into()),
            None if left > 0 => Err(Error::OutOfTime { left, of }),
            None => Ok(gone.len()),
        }
    }

    /// Those that are newer than the evaluation, which is ordered by `at`, cannot be replaced by it.
    async fn stale(&self, listed: &BTreeSet<&str>, at: Timestamp) -> Result<Vec<StaleResult>, Error> {
        let is_listed = |result: &StaleResult| {
            result.resource_type == self.run.rule.resource_type() && listed.contains(result.resource_id.as_str())
        };
        let is_newer = |result: &StaleResult| result.ordering.is_some_and(|ordering| ordering > at);
        let all = self.results.non_compliant(self.run.config_rule).await?;
        let all = all.iter().filter_map(StaleResult::read);
        Ok(all.filter(|result| !is_listed(result) && !is_newer(result)).collect())
    }

    /// Whether a result's resource is gone. After too many failures in a row, and for what may be too new to be found,
    /// the answer is no.
    async fn is_gone(&self, result: &StaleResult, failures: &mut Failures) -> Result<bool, LookupError> {
        let Some(resource) = result.uncertain_resource(self.run) else { return Ok(true) };
        if is_settling(result.ordering, self.clients.clock.now()) || failures.are_too_many() {
            return Ok(false);
        }
        if !self.budget.wait_for_turn().await {
            return Err(LookupError::OutOfTime);
        }
        let exists = match &resource {
            UncertainResource::Certificate(arn) => acm::describe(self.clients.acm(), arn).await.map(|it| it.is_some()),
            UncertainResource::PrivateCa(arn) => {
                private_ca::describe(self.clients.acm_pca(), arn).await.map(|it| it.is_some())
            }
        };
        let exists = exists.map_err(|cause| LookupError::Read { resource: result.resource_id.clone(), cause })?;
        failures.add_success();
        Ok(!exists)
    }
}

impl StaleResult {
    fn read(result: &EvaluationResult) -> Option<Self> {
        let identifier = result.evaluation_result_identifier()?;
        let qualifier = identifier.evaluation_result_qualifier()?;
        let time = |at: &aws_smithy_types::DateTime| Timestamp::from_millisecond(at.to_millis().ok()?).ok();
        Some(Self {
            resource_type: qualifier.resource_type()?.to_owned(),
            resource_id: qualifier.resource_id()?.to_owned(),
            ordering: identifier.ordering_timestamp().and_then(time),
        })
    }

    /// The resource, if it may exist and be what the rule is about.
    fn uncertain_resource(&self, run: &RuleRun<'_>) -> Option<UncertainResource> {
        if self.resource_type != run.rule.resource_type() {
            return None;
        }
        match run.rule.evaluate {
            Evaluator::Account(_) => None,
            Evaluator::Certificate(_) => {
                let arn: CertificateArn = self.resource_id.parse().ok()?;
                arn.is_within(run.here).then_some(UncertainResource::Certificate(arn))
            }
            Evaluator::PrivateCa(_) => {
                let arn: PrivateCaArn = self.resource_id.parse().ok()?;
                arn.is_within(run.here).then_some(UncertainResource::PrivateCa(arn))
            }
        }
    }

    fn cleared(self) -> Finding {
        Finding {
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            verdict: Verdict::not_applicable("The resource is gone, or the rule is not about it."),
        }
    }
}
