//! The check of all certificates, which finds what no event reported, and records that vanished.
//!
//! Three phases: certificates that wait for their first issue; the zones, for records that vanished; then the certificates
//! of those records, and all that only a description shows, among them renewals that wait.

use std::collections::{BTreeMap, BTreeSet};

use aws_client::{CallError, CallErrorKind};
use certificates::{CertificateSummary, CertificateType};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;
use lambda::rotation::{is_in_turn, rotate};

use crate::answer::{CertificateReport, Outcome, SweepReport};
use crate::call_budget::{CALL_INTERVAL, CallBudget, RESERVE};
use crate::policy::required_records::{VALIDATION_TIMEOUT, may_be_renewing};
use crate::policy::{Cause, DnsName, HostedZone, Present, ZoneOwner, grant};
use crate::reconcile::Reconciler;
use crate::route53::{IndexedZones, RecordQuery};
use crate::state::CertificateState;
use crate::tally::{ReconcileResult, Tally};
use crate::zone_selection::ZoneSelection;
use crate::{Error, Occasion};

/// Calls at the same time.
const CONCURRENCY: usize = 4;
/// Each sweep describes one of this many certificates, whatever is known of it.
const PARTS: u64 = 24;
/// For this long after its issue a certificate is described, since a notice about it may not be true any more.
const JUST_ISSUED: SignedDuration = SignedDuration::from_hours(48);
/// For this long after ACM gave a request up a certificate is described, so that a daily sweep has several turns. No
/// event reports it.
const JUST_TIMED_OUT: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    reconciler: &'a Reconciler<'a>,
    budget: &'a CallBudget,
    tally: Tally,
    /// Certificates that were described, or would have been with more time.
    of: usize,
}

/// What the zones show.
#[derive(Debug, Default)]
struct ZoneSearch {
    /// A name of them has no validation record in its zone.
    candidates: Vec<CertificateSummary>,
    zones_read: usize,
    /// Zones, and roles for zones, that a person has to do something about.
    unreadable: usize,
    /// Certificates with a name in a zone that was not read, because time ran out.
    not_checked: usize,
}

/// The names whose records are read in one zone.
type NamesByZone = BTreeMap<(String, ZoneOwner), (HostedZone, BTreeSet<RecordQuery>)>;

enum Described {
    State(Box<CertificateState>),
    Gone,
    Failed(Error),
    OutOfTime,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(reconciler: &'a Reconciler<'a>) -> Self {
        Self { reconciler, budget: reconciler.budget, tally: Tally::default(), of: 0 }
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
        let search = self.find_vanished_records(by_zone, self.reserve_for(&only_described)).await;
        metrics.count("ZonesRead", search.zones_read as u64);
        if search.unreadable > 0 {
            metrics.count("ZonesUnreadable", search.unreadable as u64);
        }
        self.of += search.not_checked;
        self.tally.left += search.not_checked;
        self.reconcile(search.candidates.into_iter().chain(rotate(only_described, now)).collect()).await;

        let overflow_notices = self.notify_of_overflow(metrics).await;
        let checked = self.of - self.tally.left;
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
        tracing::info!(outcome = "swept", certificates, checked, zones, records_created, blocked, notices);
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
                Described::OutOfTime => self.tally.left += 1,
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

    /// The certificates of which a name has no validation record in its zone. One listing of a zone serves
    /// every certificate with a name in it; names without a zone here are validated elsewhere, and well as
    /// long as ACM does not say otherwise.
    async fn find_vanished_records(
        &mut self,
        certificates: Vec<CertificateSummary>,
        reserve: SignedDuration,
    ) -> ZoneSearch {
        let bases: Vec<Vec<DnsName>> = certificates.iter().map(|certificate| self.granted_bases(certificate)).collect();
        let names: Vec<&DnsName> = bases.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
        let mut search = ZoneSearch::default();
        let (mut missing, mut not_checked) = (BTreeSet::new(), BTreeSet::new());
        if !names.is_empty() {
            match self.reconciler.zones.index(&names).await {
                Ok(indexed) => {
                    let by_zone = self.group_by_zone(&names, &indexed, &mut search).await;
                    let errors = indexed.errors.into_values();
                    errors.for_each(|error| self.tally.add(ReconcileResult::failed(Error::Zones(error))));
                    for (zone, names, present) in self.read_zones(by_zone, reserve).await {
                        match self.missing_names(&zone, &names, present, &mut search) {
                            Some(unvalidated) => missing.extend(unvalidated),
                            None => not_checked.extend(names),
                        }
                    }
                }
                Err(error) => self.tally.add(ReconcileResult::failed(Error::Zones(error))),
            }
        }
        let (of, now) = (certificates.len(), self.budget.now());
        for (index, (certificate, bases)) in certificates.into_iter().zip(bases).enumerate() {
            // A zone does not show whose validation records are in it: another account's may be where
            // ours was. So some are described whatever it shows.
            if bases.iter().any(|base| missing.contains(base)) || is_in_turn(index, of, PARTS, now) {
                search.candidates.push(certificate);
            } else if bases.iter().any(|base| not_checked.contains(base)) {
                search.not_checked += 1;
            }
        }
        search
    }

    /// The domains that are proven for a certificate, as far as they are granted: nothing is asked of Route 53 about
    /// the others.
    fn granted_bases(&self, certificate: &CertificateSummary) -> Vec<DnsName> {
        let scope = grant::GrantScope::for_certificate(certificate, &self.reconciler.settings.grants);
        bases(certificate).into_iter().filter(|base| scope.covers(base)).collect()
    }

    async fn group_by_zone(&self, names: &[&DnsName], indexed: &IndexedZones, search: &mut ZoneSearch) -> NamesByZone {
        let mut by_zone = NamesByZone::new();
        let mut warned_of = BTreeSet::new();
        for name in names {
            match self.reconciler.selector.select(name, indexed).await {
                ZoneSelection::Zone(zone) => {
                    let group = by_zone.entry((zone.id.clone(), zone.owner));
                    let group = group.or_insert_with(|| (zone, BTreeSet::new()));
                    group.1.insert(RecordQuery::Below((*name).clone()));
                }
                // Whose names are in it is reported when ACM waits for one of them.
                ZoneSelection::Blocked(cause @ (Cause::RoleRefused | Cause::AmbiguousZone), detail) => {
                    if warned_of.insert(detail.clone()) {
                        tracing::warn!(reason = cause.as_str(), "{detail}");
                    }
                }
                ZoneSelection::Blocked(..) | ZoneSelection::Failed(_) => {}
            }
        }
        search.unreadable = warned_of.len();
        by_zone
    }

    /// Each zone with its names and its record sets; without the sets where there is no time.
    async fn read_zones(
        &self,
        by_zone: NamesByZone,
        reserve: SignedDuration,
    ) -> Vec<(HostedZone, Vec<DnsName>, Option<Result<Present, CallError>>)> {
        let order = rotate(by_zone.into_values().collect(), self.budget.now());
        let reads = order.into_iter().map(|(zone, queries)| async move {
            let present = match self.budget.has_time_for(&self.budget.route53, reserve) {
                true => Some(self.reconciler.zones.present(&zone, &queries).await),
                false => None,
            };
            (zone, queries.into_iter().map(RecordQuery::into_name).collect(), present)
        });
        stream::iter(reads).buffer_unordered(CONCURRENCY).collect().await
    }

    /// The names without a validation record; `None` when there was no time to read the zone.
    fn missing_names(
        &mut self,
        zone: &HostedZone,
        names: &[DnsName],
        present: Option<Result<Present, CallError>>,
        search: &mut ZoneSearch,
    ) -> Option<Vec<DnsName>> {
        match present? {
            Ok(present) => {
                search.zones_read += 1;
                let sets = present.values().flatten().filter(|set| set.validates_something());
                let validated: BTreeSet<DnsName> = sets.filter_map(|set| set.name.parent()).collect();
                return Some(names.iter().filter(|name| !validated.contains(name)).cloned().collect());
            }
            Err(error) if error.kind == CallErrorKind::Denied => {
                search.unreadable += 1;
                tracing::warn!(zone = zone.id, reason = "zone-access-denied", "{error}");
            }
            // It was deleted after it was listed.
            Err(error) if error.has_code("NoSuchHostedZone") => self.reconciler.zones.forget(),
            Err(error) => self.tally.add(ReconcileResult::failed(Error::Zones(error))),
        }
        Some(Vec::new())
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
                self.tally.failed(Some(Error::certificate(&notice.certificate_arn, cause)));
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

fn may_need_records(certificate: &CertificateSummary, now: Timestamp) -> bool {
    certificate.certificate_type == CertificateType::AmazonIssued
        && (matches!(certificate.status.as_str(), "PENDING_VALIDATION" | "ISSUED")
            || has_failed_recently(certificate, now))
}

/// Whether only a description shows what there is to know.
fn needs_description(certificate: &CertificateSummary, now: Timestamp) -> bool {
    let is_new = certificate.issued_at.is_some_and(|issued| now.duration_since(issued) < JUST_ISSUED);
    is_new || has_failed_recently(certificate, now) || certificate.has_more_names || may_be_renewing(certificate, now)
}

/// Whether a request failed recently, or ACM gave it up. The reason, which may be CAA, is in the description only.
fn has_failed_recently(certificate: &CertificateSummary, now: Timestamp) -> bool {
    let within = |time| certificate.created_at.is_some_and(|created| now.duration_since(created) < time);
    match certificate.status.as_str() {
        "FAILED" => within(JUST_ISSUED),
        "VALIDATION_TIMED_OUT" => within(VALIDATION_TIMEOUT.saturating_add(JUST_TIMED_OUT)),
        _ => false,
    }
}

/// The domains that are proven for a certificate.
fn bases(certificate: &CertificateSummary) -> Vec<DnsName> {
    let names = certificate.domain_name.iter().chain(&certificate.subject_alternative_names);
    let bases: BTreeSet<DnsName> = names.map(|name| DnsName::new(name).base()).collect();
    bases.into_iter().collect()
}
