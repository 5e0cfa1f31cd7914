//! The check of all certificates, which finds what no event reported: ACM's events are delivered at best
//! effort, and none is sent when an imported certificate expires or a renewal was lost.

use std::time::Duration;

use certificates::{CertificateSummary, has_expired};
use futures::StreamExt;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;

use crate::allowance::Allowance;
use crate::answer::{Looked, Outcome, Swept};
use crate::handler::log;
use crate::policy::candidates::{self, Candidate};
use crate::policy::{Reason, decide};
use crate::tally::Tally;
use crate::{Error, Handler, Occasion};

/// Checks at the same time.
const CONCURRENCY: usize = 4;
/// Checks start this far apart: ACM answers ten ListTagsForCertificate a second for the whole account
/// ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)), and
/// calls that come too fast cost more time than they save.
const PACE: Duration = Duration::from_millis(110);
/// DescribeCertificate calls of one sweep that find out whether a certificate has a successor. What is left is held back
/// to the next sweep; the answers are kept as long as the process.
const CALLS_FOR_SUCCESSORS: usize = 100;
/// No check starts with less time than this: enough for a throttled call and its retries, twice.
const RESERVE: SignedDuration = SignedDuration::from_secs(60);

impl Handler {
    /// Checks all certificates.
    pub(crate) async fn sweep(&self, deadline: Timestamp, metrics: &mut Metrics) -> Result<Swept, Error> {
        let listing = acm::list(&self.acm).await.map_err(Error::List)?;
        for entry in &listing.unreadable {
            tracing::warn!(
                certificate_arn = entry,
                reason = "unreadable-arn",
                "ACM listed something that is not a certificate"
            );
        }
        let begun = self.clock.now();
        let certificates = listing.certificates.len();
        metrics.count("CertificatesListed", certificates as u64);
        count_expired(&listing.certificates, begun, metrics);

        let candidates = candidates::of(listing.certificates, &self.settings, begun);
        let of = candidates.len();
        let allowance = Allowance::of(self.notices_per_sweep.into());
        let calls = Allowance::of(CALLS_FOR_SUCCESSORS);
        let allowances = (&allowance, &calls);
        let mut looks = stream::iter(candidates.into_iter().zip(0u32..))
            .map(|(candidate, position)| self.take_turn(candidate, begun, position, deadline, allowances))
            .buffer_unordered(CONCURRENCY);
        let mut tally = Tally::default();
        while let Some(look) = looks.next().await {
            match look {
                Some(result) => tally.add(result),
                None => tally.left += 1,
            }
        }
        let held_back = allowance.held_back();
        if held_back > 0 {
            metrics.count("NoticesHeldBack", held_back as u64);
            tracing::warn!(reason = "notices-held-back", held_back, "the next sweep publishes them");
        }
        let looked = tally.finish(of, metrics)?;
        metrics.count("SweepsCompleted", 1);

        let swept = Swept {
            outcome: if self.dry_run { Outcome::Planned } else { Outcome::Swept },
            certificates,
            looked_at: of,
            notices: looked.iter().map(Looked::notices).sum(),
            held_back,
            tags_refused: looked.iter().filter(|looked| looked.tags_refused.is_some()).count(),
            renewals_requested: looked.iter().map(Looked::renewals_requested).sum(),
            unreadable: listing.unreadable.len(),
            planned: looked
                .into_iter()
                .filter(|looked| looked.outcome == Outcome::Planned)
                .map(|looked| Looked { plan: None, ..looked })
                .collect(),
        };
        let Swept { outcome, looked_at, notices, renewals_requested, .. } = &swept;
        tracing::info!(outcome = outcome.as_str(), certificates, looked_at, notices, renewals_requested);
        Ok(swept)
    }

    /// Waits for its turn and checks; `None` when there is no time left for it.
    async fn take_turn(
        &self,
        candidate: Candidate,
        begun: Timestamp,
        position: u32,
        deadline: Timestamp,
        (notices, calls): (&Allowance, &Allowance),
    ) -> Option<Result<Looked, Error>> {
        let turn = begun.saturating_add(SignedDuration::try_from(PACE * position).unwrap_or(SignedDuration::ZERO));
        let is_too_late = |now: Timestamp| deadline.duration_since(now) < RESERVE;
        let turn = turn.unwrap_or(begun);
        if is_too_late(turn) || is_too_late(self.clock.now()) {
            return None;
        }
        if let Ok(wait) = Duration::try_from(turn.duration_since(self.clock.now())) {
            self.clock.sleep(wait).await;
        }
        Some(self.check(candidate, notices, calls).await)
    }

    /// Checks the certificate, unless its ACME client has replaced it.
    async fn check(&self, candidate: Candidate, notices: &Allowance, calls: &Allowance) -> Result<Looked, Error> {
        let Candidate { facts, successors } = candidate;
        let reason = match self.has_successor(&facts.arn, &successors, calls).await {
            Ok(Some(false)) => return self.look_closer(facts, notices).await,
            Ok(Some(true)) => Reason::Superseded,
            Ok(None) => {
                notices.hold_back();
                Reason::HeldBack
            }
            Err(cause) => return Err(Error::look(&facts.arn, cause)),
        };
        Ok(log(Occasion::Sweep, Looked::nothing(facts.arn, reason)))
    }

    /// Reads the tags, and describes the certificate only when there is something to be done.
    async fn look_closer(&self, facts: CertificateSummary, allowance: &Allowance) -> Result<Looked, Error> {
        let arn = facts.arn.clone();
        let failed = |cause| Error::look(&arn, cause);
        let Some(tags) = acm::list_tags(&self.acm, &arn).await.map_err(failed)? else {
            return Ok(log(Occasion::Sweep, Looked::gone(arn)));
        };
        let look = self.at(Occasion::Sweep, facts.into(), tags);
        if !candidates::needs_description(&look, &decide(&look, &self.settings)) {
            return self.conclude(look, allowance).await;
        }
        match acm::describe(&self.acm, &arn).await.map_err(failed)? {
            Some(facts) => self.conclude(self.at(Occasion::Sweep, facts, look.tags), allowance).await,
            None => Ok(log(Occasion::Sweep, Looked::gone(arn))),
        }
    }
}

fn count_expired(listed: &[CertificateSummary], now: Timestamp, metrics: &mut Metrics) {
    let expired = || listed.iter().filter(|facts| is_expired(facts, now));
    metrics.count("CertificatesExpired", expired().count() as u64);
    metrics.count("CertificatesExpiredInUse", expired().filter(|facts| facts.in_use == Some(true)).count() as u64);
}

/// Whether a listed certificate has expired.
fn is_expired(facts: &CertificateSummary, now: Timestamp) -> bool {
    facts.not_after.is_some_and(|end| has_expired(end, now))
}
