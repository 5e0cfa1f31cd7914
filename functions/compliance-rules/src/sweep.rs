//! The evaluation of all resources, on a schedule.

use std::sync::Arc;

use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use lambda::RetryableError;
use lookups::{Budget, Clients, LookupError, Lookups, Resource};
use rules::Evaluator;
use rules::facts::{Account, Certificate, PrivateCa};

use crate::Error;
use crate::answer::Answer;
use crate::results::{Finding, Results};
use crate::run::RuleRun;
use crate::stale_results::StaleResults;

/// Resources that are evaluated at the same time.
const CONCURRENCY: usize = 4;

#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    pub(crate) run: &'a RuleRun<'a>,
    pub(crate) clients: &'a Clients,
    pub(crate) results: &'a Results<'a>,
}

/// Everything that a rule is about: the lists themselves, of which each entry is copied only while it is evaluated.
enum Resources {
    Certificates(Arc<[Arc<Certificate>]>),
    PrivateCas(Arc<[PrivateCa]>),
    Account(String),
}

/// What came of the evaluation of all resources.
#[derive(Default)]
struct Evaluated {
    findings: Vec<Finding>,
    failed: Vec<Error>,
    /// How many were not started because time ran out.
    left: usize,
}

impl Sweep<'_> {
    /// Clears results of resources that are gone, then evaluates the others. A failure does not stop what comes
    /// after it; the error is returned at the end.
    ///
    /// Clearing comes first, so that an evaluation that always runs out of time still clears; it takes at most half of
    /// the time, so that it never takes all of it.
    pub(crate) async fn evaluate_all(&self, at: Timestamp) -> Result<Answer, Error> {
        let budget = Budget::new(&self.clients.clock, self.run.deadline);
        let lookups = Lookups::new(self.clients, &budget);
        let resources = self.resources(&lookups).await?;
        let cleared = self.clear(&resources, at).await;
        let evaluated = self.evaluate(&resources, &lookups, &budget).await;
        self.results.put(&evaluated.findings, at).await?;
        let Evaluated { findings, failed, left } = evaluated;
        check_all_done(failed, left, resources.len(), cleared.as_ref().err())?;
        Ok(Answer::new(self.results.dry_run, self.run, &findings, cleared?))
    }

    async fn resources(&self, lookups: &Lookups<'_>) -> Result<Resources, LookupError> {
        Ok(match self.run.rule.evaluate {
            Evaluator::Certificate(_) => Resources::Certificates(lookups.lists.certificates().await?),
            Evaluator::PrivateCa(_) => Resources::PrivateCas(lookups.lists.private_cas().await?),
            Evaluator::Account(_) => Resources::Account(self.run.here.account.clone()),
        })
    }

    async fn clear(&self, resources: &Resources, at: Timestamp) -> Result<usize, Error> {
        let clock = &self.clients.clock;
        let half = self.run.deadline.duration_since(clock.now()) / 2;
        let budget = Budget::new(clock, self.run.deadline.checked_sub(half).unwrap_or(self.run.deadline));
        let stale = StaleResults { run: self.run, clients: self.clients, budget, results: self.results };
        let cleared = stale.clear(&resources.ids().collect(), at).await;
        if let Err(error) = &cleared {
            let rule = self.run.rule.name;
            tracing::error!(rule, outcome = "failed", reason = %error, "some stale results could not be cleared");
        }
        cleared
    }

    /// In another order each time: if there is not enough time for all of them, others are left out the next time.
    async fn evaluate(&self, resources: &Resources, lookups: &Lookups<'_>, budget: &Budget<'_>) -> Evaluated {
        let now = self.clients.clock.now();
        let context = &self.run.context(now);
        let evaluate = async |resource: Resource| {
            let id = resource.id().to_owned();
            if !budget.has_time() {
                return (id, Err(LookupError::OutOfTime));
            }
            (id, lookups.verdict(self.run.rule, context, resource).await)
        };
        let order = shuffled(resources.len(), now);
        let mut verdicts = stream::iter(order.into_iter().filter_map(|index| resources.get(index)))
            .map(evaluate)
            .buffer_unordered(CONCURRENCY);
        let mut evaluated = Evaluated::default();
        while let Some((resource_id, verdict)) = verdicts.next().await {
            match verdict {
                Ok(verdict) => {
                    let resource_type = self.run.rule.resource_type().to_owned();
                    evaluated.findings.push(Finding { resource_type, resource_id, verdict });
                }
                Err(LookupError::OutOfTime) => evaluated.left += 1,
                Err(error) => {
                    let rule = self.run.rule.name;
                    tracing::error!(certificate_arn = resource_id, rule, outcome = "failed", reason = %error);
                    evaluated.failed.push(error.into());
                }
            }
        }
        evaluated
    }
}

impl Resources {
    fn len(&self) -> usize {
        match self {
            Self::Certificates(all) => all.len(),
            Self::PrivateCas(all) => all.len(),
            Self::Account(_) => 1,
        }
    }

    /// Their ids in AWS Config.
    fn ids(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Certificates(all) => Box::new(all.iter().map(|one| one.arn.as_str())),
            Self::PrivateCas(all) => Box::new(all.iter().map(|one| one.arn.as_str())),
            Self::Account(id) => Box::new(std::iter::once(id.as_str())),
        }
    }

    fn get(&self, index: usize) -> Option<Resource> {
        Some(match self {
            Self::Certificates(all) => Certificate::clone(all.get(index)?).into(),
            Self::PrivateCas(all) => all.get(index)?.clone().into(),
            Self::Account(id) => Account::unknown(id.clone()).into(),
        })
    }
}

fn shuffled(len: usize, now: Timestamp) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    fastrand::Rng::with_seed(now.as_millisecond().cast_unsigned()).shuffle(&mut order);
    order
}

/// The error of an evaluation in which something failed, maybe the clearing too: it is retryable if one of them is.
fn check_all_done(mut failed: Vec<Error>, left: usize, of: usize, clearing: Option<&Error>) -> Result<(), Error> {
    let retryable = failed.iter().chain(clearing).any(RetryableError::is_retryable);
    match failed.len() {
        0 if left == 0 => Ok(()),
        0 => Err(Error::OutOfTime { left, of }),
        1 if of == 1 && failed.iter().any(RetryableError::is_retryable) == retryable => Err(failed.remove(0)),
        count => Err(Error::Several { failed: count, of, left, first: Box::new(failed.remove(0)), retryable }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_evaluations_that_end_early_reach_all_in_time() {
        const FIT: usize = 1_800;
        for of in [2_700_usize, 3_600, 7_200, 2_500] {
            let mut seen = vec![false; of];
            for day in 0..40 {
                let now = Timestamp::from_second(1_795_241_450 + day * 86_400).unwrap();
                shuffled(of, now).into_iter().take(FIT).for_each(|index| seen[index] = true);
            }
            assert!(seen.iter().all(|seen| *seen), "{of}");
        }
        assert!(shuffled(0, Timestamp::UNIX_EPOCH).is_empty());
    }
}
