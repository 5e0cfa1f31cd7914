//! Puts records into their zones: for one certificate, or for all of a sweep at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_client::{CallError, CallErrorKind};
use futures::future::join;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use notices::{foreign, foreign_up_to};

use crate::Handler;
use crate::notice_budget::NoticeBudget;
use crate::policy::{
    Blocked, Cause, DnsName, HostedZone, Present, Record, RecordPresence, RequiredRecord, ZoneChoice, ZoneOwner,
    batches, message, records,
};
use crate::route53::{IndexedZones, InvocationId, RecordQuery, is_role_refusal};
use crate::zone_selection::ZoneSelection;
use aws_client::RateLimiter;
use lambda::rotation::rotate;

/// The values of a record that is in the way, which whoever made it chose.
const LONGEST_RECORD: usize = 160;
/// Zones that are worked on at the same time.
const CONCURRENCY: usize = 8;
/// Nothing is begun in a zone with less time than this: enough for a throttled call and its retries, and for
/// telling what was done.
const RESERVE: SignedDuration = SignedDuration::from_secs(30);
/// So many batches of a zone are halved at most. Where everything is refused, more would find nothing new;
/// where many records are, the next look goes on from another place.
const MOST_HALVED: usize = 32;

/// How one call is made for many certificates: whose invocation it is, and how fast.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallBudget<'a> {
    pub(crate) invocation: InvocationId,
    /// Of Route 53's calls.
    pub(crate) pace: &'a RateLimiter,
    /// Of the records that are created.
    pub(crate) changes: &'a RateLimiter,
    /// Of tags.
    pub(crate) tell: &'a RateLimiter,
    /// Of notices.
    pub(crate) notices: &'a NoticeBudget<'a>,
    /// When the platform ends the invocation.
    pub(crate) deadline: Timestamp,
}

/// What became of a record.
#[derive(Debug, Clone)]
pub(crate) enum ProvisionResult {
    /// It was there.
    InPlace(HostedZone),
    /// It was created; with `DRY_RUN`, it would be.
    Created(HostedZone),
    /// It needs a person.
    Blocked(Box<Blocked>),
    /// A call failed.
    Failed(CallError),
    /// There was no time for it. The next sweep goes on.
    Late,
}

/// What became of each wanted record.
pub(crate) type ProvisionResults = BTreeMap<Record, ProvisionResult>;

/// Records of one zone.
struct ZoneRecords {
    zone: HostedZone,
    records: Vec<Record>,
}

impl ZoneRecords {
    /// Whether a record proves a name below the zone's own, so that there may be a zone in between.
    fn may_have_a_closer_zone(&self) -> bool {
        self.records.iter().any(|record| record.name.parent().as_ref() != Some(&self.zone.name))
    }

    /// Whether whoever has read this work's records has read the other's.
    fn covers(&self, other: &Self) -> bool {
        (&self.zone.id, self.zone.account) == (&other.zone.id, other.zone.account)
            && other.records.iter().all(|record| self.records.contains(record))
    }
}

/// What is there around the records of one zone.
#[derive(Debug, Clone)]
enum ZoneRead {
    Present(Present),
    Failed(CallError),
    Late,
}

impl Handler {
    /// Finds the zone of every record, looks what is there, and creates what is missing.
    ///
    /// # Errors
    /// The zones of the function's own account could not be read. What happens to another account or to a
    /// single zone is the result of its records.
    pub(crate) async fn place(
        &self,
        wanted: &[RequiredRecord],
        budget: CallBudget<'_>,
    ) -> Result<ProvisionResults, CallError> {
        let mut results = ProvisionResults::new();
        let mut left: BTreeMap<Record, String> =
            wanted.iter().map(|wanted| (wanted.record.clone(), wanted.domain.clone())).collect();
        // A second round only when a zone that was known is gone.
        for round in 0..2 {
            let (read, without_zone) = self.look_into_zones(&left, budget).await?;
            results.extend(without_zone);
            let work = read.into_iter().map(|(work, reading)| self.place_in(work, reading, &left, budget));
            let done: Vec<Vec<(Record, ProvisionResult)>> =
                stream::iter(work).buffer_unordered(CONCURRENCY).collect().await;
            results.extend(done.into_iter().flatten());
            let gone = |result: &ProvisionResult| matches!(result, ProvisionResult::Failed(error) if error.has_code("NoSuchHostedZone"));
            left.retain(|record, _| results.get(record).is_some_and(gone));
            if left.is_empty() || round > 0 {
                break;
            }
            self.zones.forget_all();
        }
        Ok(results)
    }

    /// The records by zone, with what is there as far as it was read already, and how those end that have no
    /// zone.
    async fn look_into_zones(
        &self,
        records: &BTreeMap<Record, String>,
        budget: CallBudget<'_>,
    ) -> Result<(Vec<(ZoneRecords, Option<ZoneRead>)>, ProvisionResults), CallError> {
        let names: BTreeSet<&DnsName> = records.keys().map(|record| &record.name).collect();
        let names: Vec<&DnsName> = names.into_iter().collect();
        let accounts = self.zones.accounts().concerned(&names);
        let mut known = self.zones.zones(&accounts, budget.invocation, budget.pace).await?;
        let is_found = |known: &IndexedZones, name| {
            matches!(known.zones.choose(name), ZoneChoice::Zone(_) | ZoneChoice::Several(_))
        };
        // The zone may have been created since the zones were read.
        if !names.iter().all(|name| is_found(&known, name)) && self.zones.forget_old(&accounts, budget.invocation) {
            known = self.zones.zones(&accounts, budget.invocation, budget.pace).await?;
        }
        let (works, results) = self.assign(records, &known, budget).await;
        // So may one that is closer than the zone that is known. The zones are read again while the records
        // of the known ones are, so nothing waits for it.
        let is_outdated = works.iter().any(ZoneRecords::may_have_a_closer_zone)
            && self.zones.forget_old(&accounts, budget.invocation);
        if !is_outdated {
            return Ok((works.into_iter().map(|work| (work, None)).collect(), results));
        }
        let (read, known) =
            join(self.read_all(works, budget), self.zones.zones(&accounts, budget.invocation, budget.pace)).await;
        let (works, results) = self.assign(records, &known?, budget).await;
        let reading =
            |work: &ZoneRecords| read.iter().find(|(known, _)| known.covers(work)).map(|(_, reading)| reading.clone());
        let works = works.into_iter().map(|work| (reading(&work), work)).map(|(reading, work)| (work, reading));
        Ok((works.collect(), results))
    }

    /// The records by zone, and how those end that have none.
    async fn assign(
        &self,
        records: &BTreeMap<Record, String>,
        known: &IndexedZones,
        budget: CallBudget<'_>,
    ) -> (Vec<ZoneRecords>, ProvisionResults) {
        let mut works: BTreeMap<(String, ZoneOwner), ZoneRecords> = BTreeMap::new();
        let mut results = ProvisionResults::new();
        for (record, domain) in records {
            match self.select_zone(&record.name, known, budget).await {
                ZoneSelection::Zone(zone) => {
                    let work = works.entry((zone.id.clone(), zone.account));
                    work.or_insert_with(|| ZoneRecords { zone, records: Vec::new() }).records.push(record.clone());
                }
                ZoneSelection::Blocked(cause, detail) => {
                    results.insert(record.clone(), blocked(cause, record, domain, detail, false));
                }
                ZoneSelection::Failed(error) => {
                    results.insert(record.clone(), ProvisionResult::Failed(error));
                }
            }
        }
        // A sweep that has no time for all zones begins at another one than the last.
        (rotate(works.into_values().collect(), self.clock.now()), results)
    }

    async fn read_all(&self, works: Vec<ZoneRecords>, budget: CallBudget<'_>) -> Vec<(ZoneRecords, ZoneRead)> {
        let read = works.into_iter().map(|work| async move {
            let reading = self.read(&work, budget).await;
            (work, reading)
        });
        stream::iter(read).buffer_unordered(CONCURRENCY).collect().await
    }

    /// What is there around the records, if there is time.
    async fn read(&self, work: &ZoneRecords, budget: CallBudget<'_>) -> ZoneRead {
        if self.is_late(budget) {
            return ZoneRead::Late;
        }
        let around = work.records.iter().map(|record| RecordQuery::Name(record.name.clone())).collect();
        match self.zones.present(&work.zone, &around, budget.pace).await {
            Ok(present) => ZoneRead::Present(present),
            Err(error) => ZoneRead::Failed(error),
        }
    }

    /// Whether what is begun now might be cut off by the end of the invocation.
    fn is_late(&self, budget: CallBudget<'_>) -> bool {
        budget.deadline.duration_since(budget.pace.next()) < RESERVE
    }

    /// The records of one zone. Route 53 refuses a batch as a whole for one record of it, so a refused one is
    /// tried again in halves, until the records that are refused stand alone.
    async fn place_in(
        &self,
        work: ZoneRecords,
        reading: Option<ZoneRead>,
        domains: &BTreeMap<Record, String>,
        budget: CallBudget<'_>,
    ) -> Vec<(Record, ProvisionResult)> {
        let reading = match reading {
            Some(reading) => reading,
            None => self.read(&work, budget).await,
        };
        let ZoneRecords { zone, records } = work;
        let domain = |record: &Record| domains.get(record).cloned().unwrap_or_default();
        let present = match reading {
            ZoneRead::Present(present) => present,
            ZoneRead::Late => return records.into_iter().map(|record| (record, ProvisionResult::Late)).collect(),
            ZoneRead::Failed(error) => {
                let result = |record: Record| {
                    let result = self.failed(&zone, &record, &domain(&record), error.clone(), false);
                    (record, result)
                };
                return records.into_iter().map(result).collect();
            }
        };
        let (mut results, missing) = compare(&zone, records, &present, domain);
        let mut batches: VecDeque<Vec<Record>> =
            batches::split_into_batches(missing).into_iter().map(|batch| rotate(batch, self.clock.now())).collect();
        let mut halved = 0;
        while let Some(mut batch) = batches.pop_front() {
            let made = match () {
                () if self.dry_run => Ok(()),
                () if self.is_late(budget) => {
                    results.extend(batch.into_iter().map(|record| (record, ProvisionResult::Late)));
                    continue;
                }
                () => self.zones.create(&zone, &batch, self.settings.record_ttl, budget).await,
            };
            let is_one_to_blame =
                made.as_ref().is_err_and(|error| refused(error).is_some_and(|by| by != Cause::RoleRefused));
            if is_one_to_blame && batch.len() > 1 && halved < MOST_HALVED {
                halved += 1;
                let rest = batch.split_off(batch.len() / 2);
                batches.push_front(rest);
                batches.push_front(batch);
                continue;
            }
            results.extend(batch.into_iter().map(|record| {
                let result = match &made {
                    Ok(()) => ProvisionResult::Created(zone.clone()),
                    Err(error) => self.failed(&zone, &record, &domain(&record), error.clone(), true),
                };
                (record, result)
            }));
        }
        results
    }

    /// What a refused call means for a record.
    fn failed(
        &self,
        zone: &HostedZone,
        record: &Record,
        domain: &str,
        error: CallError,
        missing: bool,
    ) -> ProvisionResult {
        let account = self.zones.accounts().described(zone.account);
        let Some(cause) = refused(&error) else { return ProvisionResult::Failed(error) };
        let said = message(&error);
        let detail = format!("In the hosted zone {} ({}) of {account}: {said}.", foreign(zone.name.as_str()), zone.id);
        blocked(cause, record, domain, detail, missing)
    }
}

/// What a failed call is the cause of, if time does not mend it.
pub(crate) fn refused(error: &CallError) -> Option<Cause> {
    match error.kind {
        _ if is_role_refusal(error) => Some(Cause::RoleRefused),
        CallErrorKind::Denied => Some(Cause::ZoneAccessDenied),
        // "InvalidChangeBatch": a protected record set, or one that somebody made at this moment.
        CallErrorKind::Refused if !error.has_code("NoSuchHostedZone") => Some(Cause::ChangeRefused),
        _ => None,
    }
}

fn blocked(cause: Cause, record: &Record, domain: &str, detail: String, known_missing: bool) -> ProvisionResult {
    let domain = domain.to_owned();
    ProvisionResult::Blocked(Box::new(Blocked { cause, domain, record: Some(record.clone()), detail, known_missing }))
}

/// What is in place or in the way, and what is missing.
fn compare(
    zone: &HostedZone,
    wanted: Vec<Record>,
    present: &Present,
    domain: impl Fn(&Record) -> String,
) -> (Vec<(Record, ProvisionResult)>, Vec<Record>) {
    let (mut results, mut missing) = (Vec::new(), Vec::<Record>::new());
    for record in wanted {
        let rival =
            missing.iter().find(|other| other.name == record.name).map(|other| format!("CNAME {}", other.value));
        let occupied = match (records::presence(&record, present), rival) {
            (RecordPresence::InPlace, _) => {
                results.push((record, ProvisionResult::InPlace(zone.clone())));
                continue;
            }
            (RecordPresence::Missing, None) => {
                missing.push(record);
                continue;
            }
            (RecordPresence::Missing, Some(rival)) => rival,
            (RecordPresence::Occupied(other), _) => other,
        };
        let detail = format!(
            "At {} in the hosted zone {} ({}) there is {}; ACM asks for CNAME {}",
            record.name,
            foreign(zone.name.as_str()),
            zone.id,
            foreign_up_to(&occupied, LONGEST_RECORD),
            record.value
        );
        let result = blocked(Cause::ExistingRecord, &record, &domain(&record), detail, true);
        results.push((record, result));
    }
    (results, missing)
}
