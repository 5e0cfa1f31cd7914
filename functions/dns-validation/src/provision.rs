//! Creates records in their zones: for one certificate, or for all of a sweep at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_client::CallError;
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use lambda::rotation::rotate;
use notices::{foreign, foreign_message, foreign_up_to};
use route53::{Cname, IndexedZones, Present, RecordQuery, Refusal, ZoneDirectory, ZoneSelection, ZoneSelector};

use crate::call_budget::CallBudget;
use crate::policy::batches::split_into_batches;
use crate::policy::{Blocked, Cause, DnsName, HostedZone, Record, RecordPresence, RequiredRecord, ZoneOwner, records};

/// The values of a record that is in the way, which whoever made it chose.
const LONGEST_RECORD: usize = 160;
/// Zones that are worked on at the same time.
const CONCURRENCY: usize = 8;
/// Nothing is started in a zone with less time than this: enough for a throttled call and its retries, and for
/// reporting what was done.
const RESERVE: SignedDuration = SignedDuration::from_secs(30);
/// How many batches of a zone are split at most. Where everything is refused, more would find nothing new;
/// where many records are, the next check continues from another record.
const MOST_SPLITS: usize = 32;

#[derive(Debug, Clone)]
pub(crate) enum ProvisionResult {
    InPlace(HostedZone),
    /// With `DRY_RUN`, it would be.
    Created(HostedZone),
    /// It needs a person.
    Blocked(Box<Blocked>),
    Failed(CallError),
    /// The next sweep continues.
    OutOfTime,
}

pub(crate) type ProvisionResults = BTreeMap<Record, ProvisionResult>;

/// Records of one zone, each with the domain that it proves.
struct ZoneGroup {
    zone: HostedZone,
    domains: BTreeMap<Record, String>,
}

/// Which zones records are created by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zones {
    AsKept,
    ListedAgain,
}

/// Why a batch was not created.
#[derive(Debug, Clone)]
enum NotCreated {
    OutOfTime,
    Failed(CallError),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Provisioner<'a> {
    pub(crate) zones: &'a ZoneDirectory<'a>,
    pub(crate) selector: ZoneSelector<'a>,
    pub(crate) budget: &'a CallBudget,
    pub(crate) record_ttl: u32,
    pub(crate) dry_run: bool,
}

impl Provisioner<'_> {
    /// Finds the zone of every record, reads what is there, and creates what is missing.
    ///
    /// # Errors
    /// The zones of the function's own account could not be read. What happens to another account or to a
    /// single zone is the result of its records.
    pub(crate) async fn provision_records(&self, required: &[RequiredRecord]) -> Result<ProvisionResults, CallError> {
        let mut domains: BTreeMap<Record, String> =
            required.iter().map(|required| (required.record.clone(), required.domain.clone())).collect();
        let mut results = self.provision(&domains, Zones::AsKept).await?;
        // A zone was deleted after it was listed, or there may be another one since.
        let is_any_gone = results.values().any(is_zone_gone);
        domains.retain(|record, _| results.get(record).is_none_or(is_zone_gone));
        if !domains.is_empty() {
            if is_any_gone {
                self.zones.forget();
            } else {
                self.zones.forget_outdated();
            }
            results.extend(self.provision(&domains, Zones::ListedAgain).await?);
        }
        Ok(results)
    }

    /// The results, without those of records that depend on zones which were listed too long ago to decide by.
    async fn provision(&self, domains: &BTreeMap<Record, String>, zones: Zones) -> Result<ProvisionResults, CallError> {
        let names: BTreeSet<&DnsName> = domains.keys().map(|record| &record.name).collect();
        let indexed = self.zones.index(&names.into_iter().collect::<Vec<_>>()).await?;
        let may_write = zones == Zones::ListedAgain || self.zones.are_fresh(&indexed);
        let (groups, mut results) = self.group_by_zone(domains, &indexed).await;
        let work: Vec<_> = groups.iter().map(|group| self.provision_zone(group, may_write)).collect();
        let provisioned: Vec<ProvisionResults> = stream::iter(work).buffer_unordered(CONCURRENCY).collect().await;
        results.extend(provisioned.into_iter().flatten());
        if !may_write {
            results.retain(|_, result| matches!(result, ProvisionResult::InPlace(_) | ProvisionResult::OutOfTime));
        }
        Ok(results)
    }

    /// The records by zone, and the results of those that have none.
    async fn group_by_zone(
        &self,
        domains: &BTreeMap<Record, String>,
        indexed: &IndexedZones,
    ) -> (Vec<ZoneGroup>, ProvisionResults) {
        let mut groups: BTreeMap<(String, ZoneOwner), ZoneGroup> = BTreeMap::new();
        let mut results = ProvisionResults::new();
        for (record, domain) in domains {
            let result = match self.selector.select(&record.name, indexed).await {
                ZoneSelection::Zone(zone) => {
                    let group = groups.entry((zone.id.clone(), zone.owner));
                    let group = group.or_insert_with(|| ZoneGroup { zone, domains: BTreeMap::new() });
                    group.domains.insert(record.clone(), domain.clone());
                    continue;
                }
                ZoneSelection::Blocked(problem, detail) => blocked(problem.into(), record, domain, detail, false),
                ZoneSelection::Failed(error) => ProvisionResult::Failed(error),
            };
            results.insert(record.clone(), result);
        }
        // A sweep that has no time for all zones starts at another one than the last.
        (rotate(groups.into_values().collect(), self.budget.now()), results)
    }

    async fn provision_zone(&self, group: &ZoneGroup, may_write: bool) -> ProvisionResults {
        let all = |result: &dyn Fn(&Record, &str) -> ProvisionResult| {
            group.domains.iter().map(|(record, domain)| (record.clone(), result(record, domain))).collect()
        };
        if self.is_out_of_time(&group.zone) {
            return all(&|_, _| ProvisionResult::OutOfTime);
        }
        let queries = group.domains.keys().map(|record| RecordQuery::Name(record.name.clone())).collect();
        let present = match self.zones.present(&group.zone, &queries).await {
            Ok(present) => present,
            Err(error) => return all(&|record, domain| self.failed(&group.zone, record, domain, &error, false)),
        };
        let (mut results, mut missing) = compare(group, &present);
        missing.retain(|_| may_write);
        for (record, created) in self.create(&group.zone, missing).await {
            let result = match created {
                Ok(()) => ProvisionResult::Created(group.zone.clone()),
                Err(NotCreated::OutOfTime) => ProvisionResult::OutOfTime,
                Err(NotCreated::Failed(error)) => {
                    let domain = group.domains.get(&record).map_or("", String::as_str);
                    self.failed(&group.zone, &record, domain, &error, true)
                }
            };
            results.insert(record, result);
        }
        results
    }

    /// Route 53 refuses a batch as a whole for one record of it, so a refused one is tried again in halves, until the
    /// records that are refused are alone.
    async fn create(&self, zone: &HostedZone, missing: Vec<Record>) -> Vec<(Record, Result<(), NotCreated>)> {
        let mut batches: VecDeque<Vec<Record>> =
            split_into_batches(missing).into_iter().map(|batch| rotate(batch, self.budget.now())).collect();
        let mut splits_left = MOST_SPLITS;
        let mut created = Vec::new();
        while let Some(mut batch) = batches.pop_front() {
            match self.create_batch(zone, &batch).await {
                Err(NotCreated::Failed(error)) if blames_a_record(&error) && batch.len() > 1 && splits_left > 0 => {
                    splits_left -= 1;
                    let second_half = batch.split_off(batch.len() / 2);
                    batches.push_front(second_half);
                    batches.push_front(batch);
                }
                result => created.extend(batch.into_iter().map(|record| (record, result.clone()))),
            }
        }
        created
    }

    async fn create_batch(&self, zone: &HostedZone, batch: &[Record]) -> Result<(), NotCreated> {
        if self.dry_run {
            return Ok(());
        }
        if self.is_out_of_time(zone) {
            return Err(NotCreated::OutOfTime);
        }
        let cnames: Vec<Cname<'_>> = batch.iter().map(|record| (&record.name, &record.value)).collect();
        self.zones.create_cnames(zone, &cnames, self.record_ttl).await.map_err(NotCreated::Failed)
    }

    /// Whether what is started now might be cut off by the end of the invocation.
    fn is_out_of_time(&self, zone: &HostedZone) -> bool {
        !self.budget.has_time_for(&self.zones.limits_of(zone.owner).calls, RESERVE)
    }

    /// What a failed call means for a record.
    fn failed(
        &self,
        zone: &HostedZone,
        record: &Record,
        domain: &str,
        error: &CallError,
        known_missing: bool,
    ) -> ProvisionResult {
        let Some(cause) = Refusal::from_error(error).map(Cause::from) else {
            return ProvisionResult::Failed(error.clone());
        };
        let owner = self.zones.described(zone.owner);
        let said = foreign_message(error);
        let detail = format!("In the hosted zone {} ({}) of {owner}: {said}.", foreign(zone.name.as_str()), zone.id);
        blocked(cause, record, domain, detail, known_missing)
    }
}

fn is_zone_gone(result: &ProvisionResult) -> bool {
    matches!(result, ProvisionResult::Failed(error) if error.has_code("NoSuchHostedZone"))
}

/// Whether another batch may be created although this one was refused.
fn blames_a_record(error: &CallError) -> bool {
    Refusal::from_error(error).is_some_and(|refusal| refusal != Refusal::Role)
}

fn blocked(cause: Cause, record: &Record, domain: &str, detail: String, known_missing: bool) -> ProvisionResult {
    let domain = domain.to_owned();
    ProvisionResult::Blocked(Box::new(Blocked { cause, domain, record: Some(record.clone()), detail, known_missing }))
}

/// What is in place or in the way, and what is missing.
fn compare(group: &ZoneGroup, present: &Present) -> (ProvisionResults, Vec<Record>) {
    let (mut results, mut missing) = (ProvisionResults::new(), Vec::<Record>::new());
    for (record, domain) in &group.domains {
        let rival = || missing.iter().find(|other| other.name == record.name);
        let occupied_by = match records::presence(record, present) {
            RecordPresence::InPlace => None,
            RecordPresence::Occupied(other) => Some(other),
            RecordPresence::Missing => match rival() {
                Some(rival) => Some(format!("CNAME {}", rival.value)),
                None => {
                    missing.push(record.clone());
                    continue;
                }
            },
        };
        let result = match occupied_by {
            None => ProvisionResult::InPlace(group.zone.clone()),
            Some(other) => blocked(Cause::ExistingRecord, record, domain, occupied(&group.zone, record, &other), true),
        };
        results.insert(record.clone(), result);
    }
    (results, missing)
}

fn occupied(zone: &HostedZone, record: &Record, other: &str) -> String {
    format!(
        "At {} in the hosted zone {} ({}) there is {}; ACM asks for CNAME {}",
        record.name,
        foreign(zone.name.as_str()),
        zone.id,
        foreign_up_to(other, LONGEST_RECORD),
        record.value
    )
}
