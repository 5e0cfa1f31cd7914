//! The evaluation of all resources, on a schedule.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_config::types::ComplianceType;
use futures::StreamExt;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use lambda::Failure;
use sdk::CallError;

use crate::answer::Answer;
use crate::facts::{Account, Lookup};
use crate::handler::Run;
use crate::report::Finding;
use crate::rules::{Context, Evaluator, Verdict};
use crate::subject::{Listed, Subject};
use crate::{Error, Handler};

/// Resources that are looked at the same time.
const CONCURRENCY: usize = 4;
/// Lookups begin so far apart: ACM answers ten DescribeCertificate and ten ListTagsForCertificate a second
/// for the whole account ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)).
const PACE: Duration = Duration::from_millis(110);
/// No lookup begins with less time than this: enough for a throttled call and its retries, and for the
/// report afterwards.
const RESERVE: SignedDuration = SignedDuration::from_secs(60);
/// The most results on a page
/// ([GetComplianceDetailsByConfigRule](https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html)).
const PAGE: i32 = 100;

/// Gives out turns for lookups.
pub(crate) struct Turns<'a> {
    handler: &'a Handler,
    next: Cell<Timestamp>,
    deadline: Timestamp,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(handler: &'a Handler, now: Timestamp, deadline: Timestamp) -> Self {
        Self { handler, next: Cell::new(now), deadline }
    }

    /// Whether there is time for another resource.
    fn has_time(&self) -> bool {
        self.deadline.duration_since(self.handler.clock.now()) >= RESERVE
    }

    /// Waits for the next turn; `false` when there is no time left for it.
    pub(crate) async fn take(&self) -> bool {
        let now = self.handler.clock.now();
        let turn = self.next.get().max(now);
        if self.deadline.duration_since(turn) < RESERVE {
            return false;
        }
        let pace = SignedDuration::try_from(PACE).unwrap_or_default();
        self.next.set(turn.saturating_add(pace).unwrap_or(turn));
        if let Ok(wait) = Duration::try_from(turn.duration_since(now)) {
            self.handler.clock.sleep(wait).await;
        }
        true
    }
}

impl Handler {
    /// Evaluates a rule for all resources that it is about. What fails keeps the others from nothing: they
    /// are reported, and then the whole fails.
    pub(crate) async fn evaluate_all(&self, run: &Run<'_>, at: Timestamp) -> Result<Answer, Error> {
        let now = self.clock.now();
        let (mut subjects, listed) = self.subjects(run).await?;
        let of = subjects.len();
        let present: BTreeSet<String> = subjects.iter().map(|subject| subject.id().to_owned()).collect();
        // Should the time not be enough for all of them, the next evaluation begins elsewhere.
        subjects.rotate_left(start(now, of));

        let context = Context { now, settings: run.settings, here: run.here };
        let turns = Turns::new(self, now, run.deadline);
        let (context, listed, turns) = (&context, &listed, &turns);
        let mut decided = stream::iter(subjects)
            .map(async |subject: Subject| {
                let id = subject.id().to_owned();
                if !turns.has_time() {
                    return (id, None);
                }
                (id, self.decide(run.rule, context, subject, listed, async || turns.take().await).await)
            })
            .buffer_unordered(CONCURRENCY);
        let (mut findings, mut failed, mut left) = (Vec::with_capacity(of), Vec::new(), 0);
        while let Some((resource_id, verdict)) = decided.next().await {
            match verdict {
                Some(Ok(verdict)) => {
                    let resource_type = run.rule.resource_type().to_owned();
                    findings.push(Finding { resource_type, resource_id, verdict });
                }
                Some(Err(error)) => {
                    tracing::error!(certificate_arn = resource_id, rule = run.rule.name, outcome = "failed", reason = %error);
                    failed.push(error);
                }
                None => left += 1,
            }
        }
        self.report(run.token, &findings, at).await?;
        let cleared = self.clear(run, &present, at).await?;
        finish(failed, left, of)?;
        Ok(Answer::new(self.dry_run, run.rule.name, run.config_rule.to_owned(), &findings, cleared))
    }

    /// Everything that the rule is about, and what the subjects share.
    async fn subjects(&self, run: &Run<'_>) -> Result<(Vec<Subject>, Listed), Error> {
        let mut listed = Listed::default();
        if run.rule.lookups.contains(&Lookup::AllCertificates) {
            listed.certificates = Some(self.certificates(&listed).await?);
        }
        if run.rule.lookups.contains(&Lookup::AllAuthorities) {
            listed.authorities = Some(self.authorities(&listed).await?);
        }
        let subjects = match run.rule.evaluate {
            Evaluator::Certificate(_) => {
                let certificates = self.certificates(&listed).await?;
                each(certificates).map(|certificate| Subject::Certificate(Box::new(certificate))).collect()
            }
            Evaluator::Authority(_) => {
                let authorities = self.authorities(&listed).await?;
                each(authorities).map(|authority| Subject::Authority(Box::new(authority))).collect()
            }
            Evaluator::Account(_) => vec![Subject::Account(Box::new(Account::unknown(run.here.account.clone())))],
        };
        Ok((subjects, listed))
    }

    /// Clears what AWS Config holds against resources that are gone. The results of a custom rule stay
    /// until the rule takes them back; a change notification of the deletion does so too, but may be
    /// missing. Only non-compliant ones are looked for: a good word for a resource that is gone alarms
    /// nobody, and reading all results would double the calls.
    async fn clear(&self, run: &Run<'_>, present: &BTreeSet<String>, at: Timestamp) -> Result<usize, Error> {
        if self.dry_run || run.token.is_test {
            return Ok(0);
        }
        let mut gone = Vec::new();
        let mut next_token = None;
        loop {
            let page = self
                .config
                .get_compliance_details_by_config_rule()
                .config_rule_name(run.config_rule)
                .compliance_types(ComplianceType::NonCompliant)
                .limit(PAGE)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| Error::Clear(CallError::new("config:GetComplianceDetailsByConfigRule", &error)))?;
            gone.extend(page.evaluation_results().iter().filter_map(|result| {
                let qualifier = result.evaluation_result_identifier()?.evaluation_result_qualifier()?;
                let resource_id = qualifier.resource_id()?.to_owned();
                let is_present =
                    present.contains(&resource_id) && qualifier.resource_type() == Some(run.rule.resource_type());
                (!is_present).then_some(Finding {
                    resource_type: qualifier.resource_type()?.to_owned(),
                    resource_id,
                    verdict: Verdict::not_applicable("The resource is gone, or not what the rule is about."),
                })
            }));
            next_token = page.next_token.filter(|token| !token.is_empty());
            if next_token.is_none() {
                break;
            }
        }
        self.report(run.token, &gone, at).await?;
        Ok(gone.len())
    }
}

/// Copies of the entries of a shared list.
fn each<T: Clone>(list: Arc<[T]>) -> impl Iterator<Item = T> {
    (0..list.len()).map(move |index| list[index].clone())
}

/// Where to begin. The moment is mixed ([SplitMix64](https://doi.org/10.1145/2660193.2660195)): a rule that is
/// evaluated once a day would else begin at the same place each day wherever the number of resources divides
/// the seconds of a day.
fn start(now: Timestamp, of: usize) -> usize {
    let mut mixed = now.as_second().cast_unsigned().wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    u64::try_from(of).ok().and_then(|of| mixed.checked_rem(of)).and_then(|at| at.try_into().ok()).unwrap_or_default()
}

fn finish(mut failed: Vec<Error>, left: usize, of: usize) -> Result<(), Error> {
    let retryable = failed.iter().any(Failure::is_retryable);
    match failed.len() {
        0 if left == 0 => Ok(()),
        0 => Err(Error::OutOfTime { left, of }),
        1 if of == 1 => Err(failed.remove(0)),
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
                let begin = start(now, of);
                (0..FIT.min(of)).for_each(|step| seen[(begin + step) % of] = true);
            }
            assert!(seen.iter().all(|seen| *seen), "{of}");
        }
        assert_eq!(start(Timestamp::UNIX_EPOCH, 0), 0);
    }
}
