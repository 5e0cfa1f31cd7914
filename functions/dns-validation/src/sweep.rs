//! The look at all certificates, which finds what no event told, and records that vanished.

use std::collections::{BTreeMap, BTreeSet};

use aws_client::CallErrorKind;
use certificates::{CertificateSummary, CertificateType};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;

use crate::answer::{Outcome, SweepReport};
use crate::notice_budget::NoticeBudget;
use crate::policy::required_records::{ACMS_PATIENCE, may_be_renewing};
use crate::policy::{Cause, CertificateState, DnsName, HostedZone, ZoneOwner, grant};
use crate::provision::CallBudget;
use crate::reconcile::RESERVE;
use crate::route53::RecordQuery;
use crate::tally::{ReconcileResult, Tally};
use crate::zone_selection::ZoneSelection;
use crate::{Error, Handler, Occasion};
use aws_client::RateLimiter;
use lambda::rotation::{is_in_turn, rotate};

/// Calls at the same time.
const CONCURRENCY: usize = 4;
/// Each sweep describes one of this many certificates, whatever is known of it.
const PARTS: u64 = 24;
/// ACM answers ten DescribeCertificate and ten ListTagsForCertificate a second
/// ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)), Route 53
/// ten calls a second of an account
/// ([quotas](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests)).
/// Calls that come too fast cost more time than they save.
pub(crate) const CALL_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// Route 53's throughput of changes: 100 tokens a second, of which a record that is UPSERTed takes two; its
/// bucket holds more than a whole batch.
pub(crate) const CHANGE_INTERVAL: SignedDuration = SignedDuration::from_millis(21);
/// ACM takes five AddTagsToCertificate a second.
pub(crate) const TAG_INTERVAL: SignedDuration = SignedDuration::from_millis(210);
/// For so long after its issue a certificate is looked at for a notice that is not true any more.
const JUST_ISSUED: SignedDuration = SignedDuration::from_hours(48);

/// For so long after ACM gave a request up a certificate is described, so that a daily sweep has several turns. No event
/// says it.
const JUST_TIMED_OUT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Handler {
    /// Looks at all certificates: first those that wait for their first issue, then those with a record
    /// that vanished, then those whose renewal may be waiting.
    pub(crate) async fn sweep(&self, deadline: Timestamp, metrics: &mut Metrics) -> Result<SweepReport, Error> {
        let listing = acm::list(&self.acm).await.map_err(Error::List)?;
        for entry in &listing.unreadable {
            tracing::warn!(certificate_arn = entry, reason = "unreadable-arn", "ACM listed what is no certificate");
        }
        let now = self.clock.now();
        let certificates = listing.certificates.len();
        metrics.count("CertificatesListed", certificates as u64);
        let every = |interval| RateLimiter::new(&self.clock, interval);
        let (pace, changes, tell) = (every(CALL_INTERVAL), every(CHANGE_INTERVAL), every(TAG_INTERVAL));
        let notices = NoticeBudget::new(&self.history);
        let budget = CallBudget {
            invocation: self.zones.invocation(),
            pace: &pace,
            changes: &changes,
            tell: &tell,
            notices: &notices,
            deadline,
        };
        let describing = every(CALL_INTERVAL);
        let mut tally = Tally::default();
        let mut of = 0;
        // Calls are not what a sweep has to spare, and zones may have been created since the last event.
        self.zones.forget_all();

        let (pending, issued): (Vec<_>, Vec<_>) = listing
            .certificates
            .into_iter()
            .filter(|facts| facts.certificate_type == CertificateType::AmazonIssued)
            .filter(|facts| {
                matches!(facts.status.as_str(), "PENDING_VALIDATION" | "ISSUED") || has_just_ended(facts, now)
            })
            .partition(|facts| facts.status == "PENDING_VALIDATION");
        of += pending.len();
        self.round(rotate(pending, now), &describing, budget, &mut tally).await;

        let (close, rest): (Vec<_>, Vec<_>) = issued.into_iter().partition(|facts| is_of_interest(facts, now));
        // Half of the time at least is for the listings of zones, and the rest for those that come after.
        let left = deadline.duration_since(self.clock.now()).saturating_sub(RESERVE).max(SignedDuration::ZERO);
        // The list of a change takes a second turn, and a listing does not tell which certificates are being changed.
        let turns: usize = close.iter().map(|facts| if facts.status == "ISSUED" { 2 } else { 1 }).sum();
        let close_ones = CALL_INTERVAL.saturating_mul(i32::try_from(turns).unwrap_or(i32::MAX));
        let reserve = RESERVE.saturating_add(close_ones.min(left / 2));
        let vanished = self.vanished(rest, budget, reserve, &mut tally).await;
        let zones = vanished.zones_read;
        metrics.count("ZonesRead", zones as u64);
        if vanished.unreadable > 0 {
            metrics.count("ZonesUnreadable", vanished.unreadable as u64);
        }
        let next: Vec<_> = vanished.certificates.into_iter().chain(rotate(close, now)).collect();
        of += next.len() + vanished.not_checked;
        tally.left += vanished.not_checked;
        self.round(next, &describing, budget, &mut tally).await;

        let summaries = self.tell_of_the_rest(&notices, metrics).await;
        let left = tally.left;
        tally.failed(summaries.as_ref().err().cloned());
        let report = tally.finish(of, metrics)?;
        metrics.count("SweepsCompleted", 1);
        let planned = report.iter().filter(|report| report.outcome == Outcome::Planned).cloned().collect();
        let swept = SweepReport {
            outcome: Outcome::Swept,
            certificates,
            checked: of - left,
            zones,
            records_created: report.iter().map(|report| report.records.len()).sum(),
            blocked: report.iter().filter(|report| !report.blocked.is_empty()).count(),
            notices: report.iter().filter(|report| report.notice.is_some()).count() + summaries.unwrap_or_default(),
            unreadable: listing.unreadable.len(),
            planned,
        };
        let SweepReport { checked, records_created, blocked, notices, .. } = swept;
        tracing::info!(outcome = "swept", certificates, checked, zones, records_created, blocked, notices);
        Ok(swept)
    }

    /// Describes these certificates, as far as there is time, and places all their records at once.
    async fn round(
        &self,
        certificates: Vec<CertificateSummary>,
        describing: &RateLimiter,
        budget: CallBudget<'_>,
        tally: &mut Tally,
    ) {
        let mut described = stream::iter(certificates)
            .map(|facts| self.describe(facts, describing, budget.deadline))
            .buffer_unordered(CONCURRENCY);
        let mut states = Vec::new();
        while let Some(described) = described.next().await {
            match described {
                Described::CertificateState(state) => states.push(*state),
                Described::Gone => {}
                Described::Failed(error) => tally.add(ReconcileResult::failed(error)),
                Described::Late => tally.left += 1,
            }
        }
        for finished in self.settle(states, budget).await {
            tally.add(finished);
        }
    }

    async fn describe(&self, facts: CertificateSummary, pace: &RateLimiter, deadline: Timestamp) -> Described {
        if deadline.duration_since(pace.next()) < RESERVE {
            return Described::Late;
        }
        pace.acquire().await;
        match self.gather(Occasion::Sweep, &facts.arn, pace, deadline).await {
            Ok(Some(state)) => Described::CertificateState(Box::new(state)),
            Ok(None) => Described::Gone,
            Err(cause) => Described::Failed(Error::certificate(&facts.arn, cause)),
        }
    }

    /// The domains that are proven for a certificate, as far as they are granted: nothing is asked of Route 53 about
    /// the others.
    fn granted_bases(&self, facts: &CertificateSummary) -> Vec<DnsName> {
        let scope = grant::GrantScope::for_certificate(facts, &self.settings.grants);
        bases(facts).into_iter().filter(|base| scope.covers(base)).collect()
    }

    /// The certificates of which a name has no validation record in its zone. One listing of a zone serves
    /// every certificate with a name in it; names without a zone here are validated elsewhere, and well as
    /// long as ACM does not say otherwise.
    async fn vanished(
        &self,
        certificates: Vec<CertificateSummary>,
        budget: CallBudget<'_>,
        reserve: SignedDuration,
        tally: &mut Tally,
    ) -> Vanished {
        let bases: Vec<Vec<DnsName>> = certificates.iter().map(|facts| self.granted_bases(facts)).collect();
        let names: BTreeSet<&DnsName> = bases.iter().flatten().collect();
        if names.is_empty() {
            return Vanished::unknown(due(certificates, self.clock.now()));
        }
        let names: Vec<&DnsName> = names.into_iter().collect();
        let accounts = self.zones.accounts().concerned(&names);
        let known = match self.zones.zones(&accounts, budget.invocation, budget.pace).await {
            Ok(known) => known,
            Err(error) => {
                tally.add(ReconcileResult::failed(Error::ZoneIndex(error)));
                return Vanished::unknown(due(certificates, self.clock.now()));
            }
        };
        let mut found = Vanished::default();
        let mut by_zone: BTreeMap<(String, ZoneOwner), (HostedZone, BTreeSet<RecordQuery>)> = BTreeMap::new();
        let mut troubles = BTreeSet::new();
        for name in names {
            match self.select_zone(name, &known, budget).await {
                ZoneSelection::Zone(zone) => {
                    let entry = by_zone.entry((zone.id.clone(), zone.account));
                    entry.or_insert_with(|| (zone, BTreeSet::new())).1.insert(RecordQuery::Below(name.clone()));
                }
                // Whose names are in it is told when ACM waits for one of them.
                ZoneSelection::Blocked(cause @ (Cause::RoleRefused | Cause::AmbiguousZone), detail) => {
                    if troubles.insert(detail.clone()) {
                        tracing::warn!(reason = cause.as_str(), "{detail}");
                    }
                }
                ZoneSelection::Blocked(..) | ZoneSelection::Failed(_) => {}
            }
        }
        found.unreadable = troubles.len();
        for error in known.errors.into_values() {
            tally.add(ReconcileResult::failed(Error::ZoneIndex(error)));
        }
        let order = rotate(by_zone.into_values().collect(), self.clock.now());
        let mut read = stream::iter(order.into_iter().map(|(zone, around)| async move {
            let late = budget.deadline.duration_since(budget.pace.next()) < reserve;
            let present = if late { None } else { Some(self.zones.present(&zone, &around, budget.pace).await) };
            (zone, around, present)
        }))
        .buffer_unordered(CONCURRENCY);

        let (mut missing, mut not_checked) = (BTreeSet::new(), BTreeSet::new());
        while let Some((zone, around, present)) = read.next().await {
            let names = around.into_iter().map(|around| match around {
                RecordQuery::Name(name) | RecordQuery::Below(name) => name,
            });
            match present {
                None => not_checked.extend(names),
                Some(Ok(present)) => {
                    found.zones_read += 1;
                    let sets = present.values().flatten().filter(|set| set.validates_something());
                    let validated: BTreeSet<DnsName> = sets.filter_map(|set| set.name.parent()).collect();
                    missing.extend(names.filter(|name| !validated.contains(name)));
                }
                Some(Err(error)) if error.kind == CallErrorKind::Denied => {
                    found.unreadable += 1;
                    tracing::warn!(zone = zone.id, reason = "zone-access-denied", "{error}");
                }
                Some(Err(error)) if error.has_code("NoSuchHostedZone") => self.zones.forget_all(),
                Some(Err(error)) => tally.add(ReconcileResult::failed(Error::ZoneIndex(error))),
            }
        }
        let (of, now) = (certificates.len(), self.clock.now());
        for (place, (facts, bases)) in certificates.into_iter().zip(bases).enumerate() {
            // A zone does not tell whose validation records are in it: another account's may stand where
            // ours was. So some are described whatever it says.
            if bases.iter().any(|base| missing.contains(base)) || is_in_turn(place, of, PARTS, now) {
                found.certificates.push(facts);
            } else if bases.iter().any(|base| not_checked.contains(base)) {
                found.not_checked += 1;
            }
        }
        found
    }
}

/// Those that have their turn.
fn due(certificates: Vec<CertificateSummary>, now: Timestamp) -> Vec<CertificateSummary> {
    let of = certificates.len();
    let due = certificates.into_iter().enumerate().filter(|(place, _)| is_in_turn(*place, of, PARTS, now));
    due.map(|(_, facts)| facts).collect()
}

/// What became of a description.
enum Described {
    CertificateState(Box<CertificateState>),
    Gone,
    Failed(Error),
    Late,
}

/// What the zones say.
#[derive(Debug, Default)]
struct Vanished {
    certificates: Vec<CertificateSummary>,
    zones_read: usize,
    /// ZoneIndex, and roles for zones, that a person has to do something about.
    unreadable: usize,
    not_checked: usize,
}

impl Vanished {
    /// No zone was read.
    fn unknown(certificates: Vec<CertificateSummary>) -> Self {
        Self { certificates, ..Self::default() }
    }
}

/// Whether only a description tells what there is to know.
fn is_of_interest(facts: &CertificateSummary, now: Timestamp) -> bool {
    let just_issued = facts.issued_at.is_some_and(|issued| now.duration_since(issued) < JUST_ISSUED);
    just_issued || has_just_ended(facts, now) || facts.has_more_names || may_be_renewing(facts, now)
}

/// Whether a request failed lately, or ACM gave it up. The reason, which may be CAA, is in the description only.
fn has_just_ended(facts: &CertificateSummary, now: Timestamp) -> bool {
    let within = |time| facts.created_at.is_some_and(|created| now.duration_since(created) < time);
    match facts.status.as_str() {
        "FAILED" => within(JUST_ISSUED),
        "VALIDATION_TIMED_OUT" => within(ACMS_PATIENCE.saturating_add(JUST_TIMED_OUT)),
        _ => false,
    }
}

/// The domains that are proven for a certificate.
fn bases(facts: &CertificateSummary) -> Vec<DnsName> {
    let names = facts.domain_name.iter().chain(&facts.subject_alternative_names);
    let bases: BTreeSet<DnsName> = names.map(|name| DnsName::new(name).base()).collect();
    bases.into_iter().collect()
}
