//! Finds certificates whose validation records vanished, by listing the zones of their names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_client::{CallError, CallErrorKind};
use certificates::CertificateSummary;
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use lambda::rotation::{is_in_turn, rotate};
use route53::{IndexedZones, Present, RecordQuery, Refusal, ZoneDirectory, ZoneProblem, ZoneSelection, ZoneSelector};

use crate::Error;
use crate::call_budget::CallBudget;
use crate::policy::records::validates_something;
use crate::policy::sweep_candidates::bases;
use crate::policy::{Cause, DnsName, HostedZone, Settings, ZoneOwner, grant};
use crate::validated_names::ValidatedNames;

/// Each sweep describes one of this many certificates, whatever is known of it.
const PARTS: u64 = 24;
/// Zones that are read at the same time.
const CONCURRENCY: usize = 4;

/// Of a zone with more pages only the names are read that are asked for: for 30 pages the calls of three seconds.
const MOST_PAGES_KEPT: u64 = 30;

/// What the zones showed.
#[derive(Debug, Default)]
pub(super) struct FoundInZones {
    /// A name of them has no validation record in its zone.
    pub(super) candidates: Vec<CertificateSummary>,
    pub(super) zones_read: usize,
    /// Zones, and roles for zones, that a person has to do something about.
    pub(super) unreadable: usize,
    /// Certificates with a name in a zone that was not read, because time ran out.
    pub(super) not_checked: usize,
    pub(super) errors: Vec<Error>,
}

/// The names whose records are read in one zone.
type NamesByZone = BTreeMap<(String, ZoneOwner), (HostedZone, BTreeSet<RecordQuery>)>;

/// Reads the zones of one sweep.
pub(super) struct ZoneSearch<'a> {
    zones: &'a ZoneDirectory<'a>,
    selector: ZoneSelector<'a>,
    settings: &'a Settings,
    budget: &'a CallBudget,
    validated: Option<&'a ValidatedNames>,
    found: FoundInZones,
}

/// The names of a zone that have a validation record.
type Validated = Arc<BTreeSet<DnsName>>;

impl<'a> ZoneSearch<'a> {
    pub(super) fn new(
        zones: &'a ZoneDirectory<'a>,
        selector: ZoneSelector<'a>,
        settings: &'a Settings,
        budget: &'a CallBudget,
        validated: Option<&'a ValidatedNames>,
    ) -> Self {
        Self { zones, selector, settings, budget, validated, found: FoundInZones::default() }
    }

    /// The certificates of which a name has no validation record in its zone. One listing of a zone serves
    /// every certificate with a name in it; names without a zone here are validated elsewhere, and well as
    /// long as ACM does not say otherwise.
    pub(super) async fn run(mut self, certificates: Vec<CertificateSummary>, reserve: SignedDuration) -> FoundInZones {
        let bases: Vec<Vec<DnsName>> = certificates.iter().map(|certificate| self.granted_bases(certificate)).collect();
        let names: Vec<&DnsName> = bases.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
        let (mut missing, mut not_checked) = (BTreeSet::new(), BTreeSet::new());
        if !names.is_empty() {
            match self.zones.index(&names).await {
                Ok(indexed) => {
                    let by_zone = self.group_by_zone(&names, &indexed).await;
                    let errors = indexed.errors.into_values();
                    errors.for_each(|error| self.found.errors.push(Error::Zones(error)));
                    for (zone, names, validated) in self.read_zones(by_zone, reserve).await {
                        match self.missing_names(&zone, &names, validated) {
                            Some(unvalidated) => missing.extend(unvalidated),
                            None => not_checked.extend(names),
                        }
                    }
                }
                Err(error) => self.found.errors.push(Error::Zones(error)),
            }
        }
        let (of, now) = (certificates.len(), self.budget.now());
        for (index, (certificate, bases)) in certificates.into_iter().zip(bases).enumerate() {
            // A zone does not show whose validation records are in it: another account's may be where
            // ours was. So some are described whatever it shows.
            if bases.iter().any(|base| missing.contains(base)) || is_in_turn(index, of, PARTS, now) {
                self.found.candidates.push(certificate);
            } else if bases.iter().any(|base| not_checked.contains(base)) {
                self.found.not_checked += 1;
            }
        }
        self.found
    }

    /// The domains that are proven for a certificate, as far as they are granted: nothing is asked of Route 53 about
    /// the others.
    fn granted_bases(&self, certificate: &CertificateSummary) -> Vec<DnsName> {
        let scope = grant::GrantScope::for_certificate(certificate, &self.settings.grants);
        bases(certificate).into_iter().filter(|base| scope.covers(base)).collect()
    }

    async fn group_by_zone(&mut self, names: &[&DnsName], indexed: &IndexedZones) -> NamesByZone {
        let mut by_zone = NamesByZone::new();
        let mut warned_of = BTreeSet::new();
        for name in names {
            match self.selector.select(name, indexed).await {
                ZoneSelection::Zone(zone) => {
                    let group = by_zone.entry((zone.id.clone(), zone.owner));
                    let group = group.or_insert_with(|| (zone, BTreeSet::new()));
                    group.1.insert(RecordQuery::Below((*name).clone()));
                }
                // Whose names are in it is reported when ACM waits for one of them.
                ZoneSelection::Blocked(
                    problem @ (ZoneProblem::Refused(Refusal::Role) | ZoneProblem::Ambiguous),
                    detail,
                ) => {
                    if warned_of.insert(detail.clone()) {
                        tracing::warn!(reason = Cause::from(problem).as_str(), "{detail}");
                    }
                }
                ZoneSelection::Blocked(..) | ZoneSelection::Failed(_) => {}
            }
        }
        self.found.unreadable = warned_of.len();
        by_zone
    }

    /// Each zone with its names and those of them that have a validation record; without these where there is no time.
    async fn read_zones(
        &self,
        by_zone: NamesByZone,
        reserve: SignedDuration,
    ) -> Vec<(HostedZone, Vec<DnsName>, Option<Result<Validated, CallError>>)> {
        let order = rotate(by_zone.into_values().collect(), self.budget.now());
        let reads = order.into_iter().map(|(zone, queries)| async move {
            let validated = match self.budget.has_time_for(&self.zones.limits_of(zone.owner).calls, reserve) {
                true => Some(self.validated_names(&zone, &queries).await),
                false => None,
            };
            (zone, queries.into_iter().map(RecordQuery::into_name).collect(), validated)
        });
        stream::iter(reads).buffer_unordered(CONCURRENCY).collect().await
    }

    /// What is kept for all targets is the whole zone, if it is read in not too many calls.
    async fn validated_names(
        &self,
        zone: &HostedZone,
        queries: &BTreeSet<RecordQuery>,
    ) -> Result<Validated, CallError> {
        match self.validated.filter(|_| zone.pages() <= MOST_PAGES_KEPT) {
            Some(kept) => {
                let read = async { self.zones.all_present(zone).await.map(|present| validated(&present)) };
                kept.get(&zone.id, self.budget.now(), read).await
            }
            None => self.zones.present(zone, queries).await.map(|present| Arc::new(validated(&present))),
        }
    }

    /// The names without a validation record; `None` when there was no time to read the zone.
    fn missing_names(
        &mut self,
        zone: &HostedZone,
        names: &[DnsName],
        validated: Option<Result<Validated, CallError>>,
    ) -> Option<Vec<DnsName>> {
        match validated? {
            Ok(validated) => {
                self.found.zones_read += 1;
                return Some(names.iter().filter(|name| !validated.contains(name)).cloned().collect());
            }
            Err(error) if error.kind == CallErrorKind::Denied => {
                self.found.unreadable += 1;
                tracing::warn!(zone = zone.id, reason = "zone-access-denied", "{error}");
            }
            // It was deleted after it was listed.
            Err(error) if error.has_code("NoSuchHostedZone") => self.zones.forget(),
            Err(error) => self.found.errors.push(Error::Zones(error)),
        }
        Some(Vec::new())
    }
}

fn validated(present: &Present) -> BTreeSet<DnsName> {
    let sets = present.values().flatten().filter(|set| validates_something(set));
    sets.filter_map(|set| set.name.parent()).collect()
}
