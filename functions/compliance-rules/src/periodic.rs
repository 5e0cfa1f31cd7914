//! The evaluation of all resources, on a schedule.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use lambda::RetryableError;

use crate::answer::Answer;
use crate::facts::{Account, Authority, Certificate};
use crate::handler::Run;
use crate::listed::Listed;
use crate::report::Finding;
use crate::rules::{Context, Evaluator};
use crate::subject::Subject;
use crate::{Error, Handler};

/// Resources that are looked at the same time.
const CONCURRENCY: usize = 4;
/// Lookups begin so far apart: ACM answers ten DescribeCertificate and ten ListTagsForCertificate a second
/// for the whole account ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)).
const PACE: Duration = Duration::from_millis(110);
/// No lookup begins with less time than this: enough for a throttled call and its retries, and for the
/// report afterwards.
const RESERVE: SignedDuration = SignedDuration::from_secs(60);

/// So much earlier an evaluation stops when there are results to clear: enough for some 500 resources that each have
/// to be asked for. Else an evaluation that always runs out of time would never clear anything.
const CLEARING: SignedDuration = SignedDuration::from_secs(60);

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
    pub(crate) fn has_time(&self) -> bool {
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

/// Everything that a rule is about: the lists themselves, of which each entry is copied only while it is looked at.
enum Subjects {
    Certificates(Arc<[Arc<Certificate>]>),
    Authorities(Arc<[Authority]>),
    Account(String),
}

impl Subjects {
    /// Their ids in AWS Config, in the list's order.
    fn ids(&self) -> Vec<&str> {
        match self {
            Self::Certificates(all) => all.iter().map(|one| one.arn.as_str()).collect(),
            Self::Authorities(all) => all.iter().map(|one| one.arn.as_str()).collect(),
            Self::Account(id) => vec![id],
        }
    }

    fn get(&self, place: usize) -> Option<Subject> {
        Some(match self {
            Self::Certificates(all) => Subject::Certificate(Box::new(Certificate::clone(all.get(place)?))),
            Self::Authorities(all) => Subject::Authority(Box::new(all.get(place)?.clone())),
            Self::Account(id) => Subject::Account(Box::new(Account::unknown(id.clone()))),
        })
    }
}

impl Handler {
    /// Evaluates a rule for all resources that it is about. What fails keeps the others from nothing: they
    /// are reported, and then the whole fails.
    pub(crate) async fn evaluate_all(&self, run: &Run<'_>, at: Timestamp) -> Result<Answer, Error> {
        let now = self.clock.now();
        let listed = Listed::default();
        let subjects = self.subjects(run, &listed).await?;
        let ids = subjects.ids();
        let of = ids.len();
        let context = Context { now, settings: run.settings, here: run.here };
        let held = self.held(run, &ids.iter().copied().collect(), at).await;
        let has_held = held.as_ref().is_ok_and(|held| !held.is_empty());
        let kept = if has_held { CLEARING } else { SignedDuration::ZERO };
        let deadline = run.deadline.checked_sub(kept).unwrap_or(run.deadline);
        let turns = Turns::new(self, now, deadline);
        let (context, listed, turns) = (&context, &listed, &turns);
        // Should the time not be enough for all of them, the next evaluation begins elsewhere.
        let begin = start(now, of);
        let mut decided = stream::iter((begin..of).chain(0..begin).filter_map(|place| subjects.get(place)))
            .map(async |subject: Subject| {
                let id = subject.id().to_owned();
                if !turns.has_time() {
                    return (id, None);
                }
                let created_at = subject.created_at();
                (id, self.decide(run.rule, context, subject, created_at, listed, async || turns.take().await).await)
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
        let cleared = match held {
            Ok(held) => self.clear(run, held, at).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &cleared {
            tracing::error!(rule = run.rule.name, outcome = "failed", reason = %error, "not all results were cleared");
        }
        finish(failed, left, of, cleared.as_ref().err())?;
        Ok(Answer::new(self.dry_run, run.rule.name, run.config_rule.to_owned(), &findings, cleared?))
    }

    /// Everything that the rule is about.
    async fn subjects(&self, run: &Run<'_>, listed: &Listed) -> Result<Subjects, Error> {
        Ok(match run.rule.evaluate {
            Evaluator::Certificate(_) => Subjects::Certificates(self.certificates(listed).await?),
            Evaluator::Authority(_) => Subjects::Authorities(self.authorities(listed).await?),
            Evaluator::Account(_) => Subjects::Account(run.here.account.clone()),
        })
    }
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

/// What comes of an evaluation in which this failed, and maybe the clearing too: it is retryable if either is.
fn finish(mut failed: Vec<Error>, left: usize, of: usize, clearing: Option<&Error>) -> Result<(), Error> {
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
                let begin = start(now, of);
                (0..FIT.min(of)).for_each(|step| seen[(begin + step) % of] = true);
            }
            assert!(seen.iter().all(|seen| *seen), "{of}");
        }
        assert_eq!(start(Timestamp::UNIX_EPOCH, 0), 0);
    }
}
