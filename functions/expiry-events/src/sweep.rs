//! The check of all certificates, which finds what no event reported: ACM's events are delivered at best
//! effort, and none is sent when an imported certificate expires or a renewal was lost.

use std::time::Duration;

use aws_client::CallError;
use certificates::CertificateSummary;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use lambda::{Batch, Metrics};

use crate::acme_clients::{Successor, SuccessorSearch};
use crate::candidates::{CandidateSearch, Found};
use crate::notice_budget::NoticeBudget;
use crate::plan::{Reason, plan};
use crate::policy::renewal::depends_on_suggested_window;
use crate::policy::sweep_candidates::{Candidate, acm_may_be_stuck};
use crate::reconcile::Reconciler;
use crate::renewal_windows::RenewalWindows;
use crate::report::finish;
use crate::{CertificateReport, CertificateState, Coverage, Error, Occasion, Outcome, SweepReport};

/// Certificates that are checked at the same time.
const CONCURRENCY: usize = 4;
/// Checks start this far apart: ACM answers ten ListTagsForCertificate a second for the whole account
/// ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)), and
/// calls that come too fast cost more time than they save.
const CHECK_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// DescribeCertificate calls of one sweep that find out whether a certificate has a successor. What is left is held back
/// to the next sweep; the answers are kept as long as the process.
pub(crate) const CALLS_FOR_SUCCESSORS: usize = 100;
/// No check starts with less time than this: enough for a throttled call and its retries, twice.
pub(crate) const RESERVE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    pub(crate) coverage: Coverage,
    pub(crate) search: CandidateSearch<'a>,
    pub(crate) reconciler: &'a Reconciler<'a>,
    pub(crate) windows: &'a RenewalWindows,
    pub(crate) notices: NoticeBudget,
    pub(crate) successors: SuccessorSearch<'a>,
    /// No check starts later.
    pub(crate) latest: Timestamp,
}

impl Sweep<'_> {
    pub(crate) async fn run(&self, metrics: &mut Metrics) -> Result<SweepReport, Error> {
        let Found { candidates, certificates, skipped, tags_not_listed, unreadable } =
            self.search.find(self.coverage, metrics).await?;
        let checked = candidates.len();
        let batch = self.check_all(candidates, self.reconciler.clock.now()).await;
        self.report_held_back(metrics);
        let reports = finish(batch, checked, metrics)?;
        if self.coverage == Coverage::All {
            metrics.count("SweepsCompleted", 1);
        }

        let outcome = if self.reconciler.dry_run { Outcome::Planned } else { Outcome::Swept };
        let notices: u64 = reports.iter().map(CertificateReport::notices).sum();
        let renewals_requested: u64 = reports.iter().map(CertificateReport::renewals_requested).sum();
        tracing::info!(outcome = outcome.as_str(), certificates, checked, skipped, notices, renewals_requested);
        Ok(SweepReport {
            outcome,
            certificates,
            checked,
            skipped,
            tags_not_listed,
            notices,
            held_back: self.notices.held_back(),
            tags_refused: reports.iter().filter(|report| report.tags_refused.is_some()).count(),
            renewals_requested,
            unreadable,
            trail: None,
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
    /// to see whether ACM's own renewal is stuck. Its CA is asked only where nothing else makes a renewal due.
    async fn gather(&self, certificate: CertificateSummary) -> Result<Option<CertificateState>, CallError> {
        let Reconciler { acm, applier, .. } = self.reconciler;
        let arn = certificate.arn.clone();
        let Some(tags) = acm::list_tags(acm, &arn).await? else { return Ok(None) };
        let mut state = self.reconciler.state(Occasion::Sweep, certificate.into(), tags);
        if self.coverage == Coverage::RenewedFromAcme && depends_on_suggested_window(&state, applier.settings) {
            state.suggested_window = self.windows.find(&state).await;
        }
        if plan(&state, applier.settings).is_empty() && !acm_may_be_stuck(&state) {
            return Ok(Some(state));
        }
        let described = acm::describe(acm, &arn).await?;
        let suggested_window = state.suggested_window;
        Ok(described.map(|certificate| CertificateState {
            suggested_window,
            ..self.reconciler.state(Occasion::Sweep, certificate, state.tags)
        }))
    }

    fn report_held_back(&self, metrics: &mut Metrics) {
        let held_back = self.notices.held_back();
        if held_back > 0 {
            metrics.count("NoticesHeldBack", held_back as u64);
            tracing::warn!(reason = "notices-held-back", held_back, "the next sweep publishes them");
        }
    }
}
