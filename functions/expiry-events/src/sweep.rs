//! The check of all certificates, which finds what no event reported: ACM's events are delivered at best
//! effort, and none is sent when an imported certificate expires or a renewal was lost.

use std::time::Duration;

use aws_client::CallError;
use certificates::{CertificateSummary, has_expired};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use lambda::{Batch, Metrics};

use crate::acme_clients::{Successor, SuccessorSearch};
use crate::notice_budget::NoticeBudget;
use crate::plan::{Reason, plan};
use crate::policy::sweep_candidates::{Candidate, acm_may_be_stuck, sweep_candidates};
use crate::quota::Quota;
use crate::reconcile::Reconciler;
use crate::report::finish;
use crate::{CertificateReport, CertificateState, Error, Occasion, Outcome, SweepReport};

/// Certificates that are checked at the same time.
const CONCURRENCY: usize = 4;
/// Checks start this far apart: ACM answers ten ListTagsForCertificate a second for the whole account
/// ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)), and
/// calls that come too fast cost more time than they save.
const CHECK_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// DescribeCertificate calls of one sweep that find out whether a certificate has a successor. What is left is held back
/// to the next sweep; the answers are kept as long as the process.
const CALLS_FOR_SUCCESSORS: usize = 100;
/// No check starts with less time than this: enough for a throttled call and its retries, twice.
const RESERVE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    reconciler: &'a Reconciler<'a>,
    notices: NoticeBudget,
    successors: SuccessorSearch<'a>,
    /// No check starts later.
    latest: Timestamp,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(reconciler: &'a Reconciler<'a>, notices: NoticeBudget, deadline: Timestamp) -> Self {
        let (acm, clients) = (reconciler.acm, reconciler.acme_clients);
        Self {
            reconciler,
            notices,
            successors: SuccessorSearch { acm, clients, calls: Quota::new(CALLS_FOR_SUCCESSORS) },
            latest: deadline.checked_sub(RESERVE).unwrap_or(Timestamp::MIN),
        }
    }

    pub(crate) async fn run(&self, metrics: &mut Metrics) -> Result<SweepReport, Error> {
        let listing = acm::list(self.reconciler.acm).await.map_err(Error::List)?;
        warn_of_unreadable(&listing.unreadable);
        let now = self.reconciler.clock.now();
        count_listed(&listing.certificates, now, metrics);
        let (certificates, unreadable) = (listing.certificates.len(), listing.unreadable.len());

        let candidates = sweep_candidates(listing.certificates, self.reconciler.applier.settings, now);
        let checked = candidates.len();
        let batch = self.check_all(candidates, now).await;
        self.report_held_back(metrics);
        let reports = finish(batch, checked, metrics)?;
        metrics.count("SweepsCompleted", 1);

        let outcome = if self.reconciler.dry_run { Outcome::Planned } else { Outcome::Swept };
        let notices: u64 = reports.iter().map(CertificateReport::notices).sum();
        let renewals_requested: u64 = reports.iter().map(CertificateReport::renewals_requested).sum();
        tracing::info!(outcome = outcome.as_str(), certificates, checked, notices, renewals_requested);
        Ok(SweepReport {
            outcome,
            certificates,
            checked,
            notices,
            held_back: self.notices.held_back(),
            tags_refused: reports.iter().filter(|report| report.tags_refused.is_some()).count(),
            renewals_requested,
            unreadable,
            planned: reports.into_iter().filter_map(CertificateReport::without_plan).collect(),
        })
    }

    async fn check_all(&self, candidates: Vec<Candidate>, start: Timestamp) -> Batch<CertificateReport, Error> {
        // A check that takes long, because its calls are throttled, delays none of the later ones.
        let checks = stream::iter(candidates.into_iter().zip(0..)).map(|(candidate, position)| async move {
            let turn = start.saturating_add(CHECK_INTERVAL.saturating_mul(position)).unwrap_or(start);
            match self.wait_until(turn).await {
                true => Some(self.check(candidate).await),
                false => None,
            }
        });
        let mut results = checks.buffer_unordered(CONCURRENCY);
        let mut batch = Batch::default();
        while let Some(result) = results.next().await {
            match result {
                Some(result) => batch.add(result),
                None => batch.left += 1,
            }
        }
        batch
    }

    /// `false`: there is no time left for a check.
    async fn wait_until(&self, turn: Timestamp) -> bool {
        let clock = self.reconciler.clock;
        if turn.max(clock.now()) > self.latest {
            return false;
        }
        if let Ok(wait) = Duration::try_from(turn.duration_since(clock.now())) {
            clock.sleep(wait).await;
        }
        true
    }

    /// Reconciles the certificate, unless its ACME client has replaced it.
    async fn check(&self, candidate: Candidate) -> Result<CertificateReport, Error> {
        let Candidate { certificate, successors } = candidate;
        let found = self.successors.find(&certificate.arn, &successors).await;
        let reason = match found.map_err(|cause| Error::certificate(&certificate.arn, cause))? {
            Successor::None => return self.reconcile(certificate).await,
            Successor::Found => Reason::Superseded,
            Successor::NotSearched => {
                self.notices.hold_back();
                Reason::HeldBack
            }
        };
        Ok(CertificateReport::nothing(certificate.arn, reason).logged(Occasion::Sweep))
    }

    async fn reconcile(&self, certificate: CertificateSummary) -> Result<CertificateReport, Error> {
        let arn = certificate.arn.clone();
        match self.gather(certificate).await.map_err(|cause| Error::certificate(&arn, cause))? {
            Some(state) => self.reconciler.reconcile(state, &self.notices).await,
            None => Ok(CertificateReport::gone(arn).logged(Occasion::Sweep)),
        }
    }

    /// Reads the tags, and describes the certificate only to word a notice, to name the serial number in a request, or
    /// to see whether ACM's own renewal is stuck.
    async fn gather(&self, certificate: CertificateSummary) -> Result<Option<CertificateState>, CallError> {
        let Reconciler { acm, applier, .. } = self.reconciler;
        let arn = certificate.arn.clone();
        let Some(tags) = acm::list_tags(acm, &arn).await? else { return Ok(None) };
        let state = self.reconciler.state(Occasion::Sweep, certificate.into(), tags);
        if plan(&state, applier.settings).is_empty() && !acm_may_be_stuck(&state) {
            return Ok(Some(state));
        }
        let described = acm::describe(acm, &arn).await?;
        Ok(described.map(|certificate| self.reconciler.state(Occasion::Sweep, certificate, state.tags)))
    }

    fn report_held_back(&self, metrics: &mut Metrics) {
        let held_back = self.notices.held_back();
        if held_back > 0 {
            metrics.count("NoticesHeldBack", held_back as u64);
            tracing::warn!(reason = "notices-held-back", held_back, "the next sweep publishes them");
        }
    }
}

fn warn_of_unreadable(entries: &[String]) {
    for entry in entries {
        tracing::warn!(
            certificate_arn = entry,
            reason = "unreadable-arn",
            "ACM returned an entry that is not a certificate ARN"
        );
    }
}

fn count_listed(listed: &[CertificateSummary], now: Timestamp, metrics: &mut Metrics) {
    let expired = || listed.iter().filter(|one| one.not_after.is_some_and(|end| has_expired(end, now)));
    metrics.count("CertificatesListed", listed.len() as u64);
    metrics.count("CertificatesExpired", expired().count() as u64);
    metrics.count("CertificatesExpiredInUse", expired().filter(|one| one.in_use == Some(true)).count() as u64);
}
