//! The check of all certificates, which finds what no event reported, and records that vanished.
//!
//! Three phases: certificates that wait for their first issue; the zones, for records that vanished; then the certificates
//! of those records, and all that only a description shows, among them renewals that wait.

mod zone_search;

use certificates::{CertificateSummary, Target};
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use lambda::Metrics;
use lambda::rotation::rotate;

use crate::answer::{CertificateReport, Outcome, SweepReport};
use crate::call_budget::{CALL_INTERVAL, CallBudget, RESERVE};
use crate::policy::sweep_candidates::{may_need_records, needs_description};
use crate::reconcile::Reconciler;
use crate::state::CertificateState;
use crate::tally::{ReconcileResult, Tally};
use crate::validated_names::ValidatedNames;
use crate::{Error, Occasion};
use zone_search::{FoundInZones, ZoneSearch};

/// Certificates that are described at the same time.
const CONCURRENCY: usize = 4;

#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    reconciler: &'a Reconciler<'a>,
    /// What the sweeps of other targets have read.
    validated: Option<&'a ValidatedNames>,
    spoke: Option<&'a Target>,
    budget: &'a CallBudget,
    tally: Tally,
    /// Certificates that were described, or would have been with more time.
    of: usize,
}

enum Described {
    State(Box<CertificateState>),
    Gone,
    Failed(Error),
    OutOfTime,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(
        reconciler: &'a Reconciler<'a>,
        validated: Option<&'a ValidatedNames>,
        spoke: Option<&'a Target>,
    ) -> Self {
        Self { reconciler, validated, spoke, budget: reconciler.budget, tally: Tally::default(), of: 0 }
    }

    pub(crate) async fn run(mut self, metrics: &mut Metrics) -> Result<SweepReport, Error> {
        let listing = acm::list(self.reconciler.acm).await.map_err(Error::List)?;
        for entry in &listing.unreadable {
            tracing::warn!(
                certificate_arn = entry,
                reason = "unreadable-arn",
                "ACM returned an entry that is not a certificate ARN"
            );
        }
        let (certificates, unreadable) = (listing.certificates.len(), listing.unreadable.len());
        metrics.count("CertificatesListed", certificates as u64);

        let now = self.budget.now();
        let relevant = listing.certificates.into_iter().filter(|certificate| may_need_records(certificate, now));
        let (pending, issued): (Vec<_>, Vec<_>) =
            relevant.partition(|certificate| certificate.status == "PENDING_VALIDATION");
        let (only_described, by_zone): (Vec<_>, Vec<_>) =
            issued.into_iter().partition(|certificate| needs_description(certificate, now));

        self.reconcile(rotate(pending, now)).await;
        let search = self.search_zones(by_zone, self.reserve_for(&only_described)).await;
        metrics.count("ZonesRead", search.zones_read as u64);
        if search.unreadable > 0 {
            metrics.count("ZonesUnreadable", search.unreadable as u64);
        }
        self.of += search.not_checked;
        self.tally.add_left(search.not_checked);
        self.reconcile(search.candidates.into_iter().chain(rotate(only_described, now)).collect()).await;

        let overflow_notices = self.notify_of_overflow(metrics).await;
        let checked = self.of - self.tally.left();
        let reports = self.tally.finish(self.of, metrics)?;
        metrics.count("SweepsCompleted", 1);
        let report = SweepReport {
            certificates,
            checked,
            zones: search.zones_read,
            unreadable,
            ..summed(&reports, overflow_notices)
        };
        let SweepReport { zones, records_created, blocked, notices, .. } = report;
        let account = self.spoke.map(|spoke| spoke.account.as_str());
        let region = self.spoke.map(|spoke| spoke.region.as_str());
        tracing::info!(
            outcome = "swept",
            account,
            region,
            certificates,
            checked,
            zones,
            records_created,
            blocked,
            notices
        );
        Ok(report)
    }

    /// Describes these certificates, as far as there is time, and creates all their records at once.
    async fn reconcile(&mut self, certificates: Vec<CertificateSummary>) {
        self.of += certificates.len();
        let described: Vec<Described> = stream::iter(certificates)
            .map(|certificate| self.describe(certificate))
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        let mut states = Vec::new();
        for described in described {
            match described {
                Described::State(state) => states.push(*state),
                Described::Gone => {}
                Described::Failed(error) => self.tally.add(ReconcileResult::failed(error)),
                Described::OutOfTime => self.tally.add_left(1),
            }
        }
        let results = self.reconciler.reconcile(states).await;
        results.into_iter().for_each(|result| self.tally.add(result));
    }

    async fn describe(&self, certificate: CertificateSummary) -> Described {
        if !self.budget.has_time_for(&self.budget.describe, RESERVE) {
            return Described::OutOfTime;
        }
        self.budget.describe.acquire().await;
        match self.reconciler.gather(Occasion::Sweep, &certificate.arn).await {
            Ok(Some(state)) => Described::State(Box::new(state)),
            Ok(None) => Described::Gone,
            Err(cause) => Described::Failed(Error::certificate(&certificate.arn, cause)),
        }
    }

    /// What reading zones leaves for these certificates: the time of their descriptions, up to half of what is left.
    fn reserve_for(&self, described_next: &[CertificateSummary]) -> SignedDuration {
        // The list of a change takes a second call, and a listing does not show which certificates are being changed.
        let calls: usize =
            described_next.iter().map(|certificate| if certificate.status == "ISSUED" { 2 } else { 1 }).sum();
        let needed = CALL_INTERVAL.saturating_mul(i32::try_from(calls).unwrap_or(i32::MAX));
        let left = self.budget.time_left().saturating_sub(RESERVE).max(SignedDuration::ZERO);
        RESERVE.saturating_add(needed.min(left / 2))
    }

    async fn search_zones(&mut self, certificates: Vec<CertificateSummary>, reserve: SignedDuration) -> FoundInZones {
        let Reconciler { zones, selector, settings, .. } = self.reconciler;
        let search = ZoneSearch::new(zones, *selector, settings, self.budget, self.validated);
        let mut found = search.run(certificates, reserve).await;
        std::mem::take(&mut found.errors).into_iter().for_each(|error| self.tally.add(ReconcileResult::failed(error)));
        found
    }

    /// Sends one notice for all those that are left to the next sweeps, if any.
    async fn notify_of_overflow(&mut self, metrics: &mut Metrics) -> usize {
        match self.reconciler.notifier.notify_of_overflow(self.budget.now()).await {
            Ok(None) => 0,
            Ok(Some(_)) => {
                metrics.count("NoticesSent", 1);
                1
            }
            Err((notice, cause)) => {
                self.tally.add(ReconcileResult::failed(Error::certificate(&notice.certificate_arn, cause)));
                0
            }
        }
    }
}

fn summed(reports: &[CertificateReport], overflow_notices: usize) -> SweepReport {
    SweepReport {
        outcome: Outcome::Swept,
        certificates: 0,
        checked: 0,
        zones: 0,
        records_created: reports.iter().map(|report| report.records.len()).sum(),
        blocked: reports.iter().filter(|report| !report.blocked.is_empty()).count(),
        notices: reports.iter().filter(|report| report.notice.is_some()).count() + overflow_notices,
        unreadable: 0,
        planned: reports.iter().filter(|report| report.outcome == Outcome::Planned).cloned().collect(),
    }
}
