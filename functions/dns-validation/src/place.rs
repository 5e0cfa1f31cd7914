//! Puts records into their zones: for one certificate, or for all of a sweep at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_client::{CallError, CallErrorKind};
use futures::future::join;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use notices::{foreign, foreign_up_to};

use crate::Handler;
use crate::budget::Budget;
use crate::home::Home;
use crate::policy::{
    AccountId, Blocked, Cause, Choice, DnsName, HostedZone, Present, Record, Standing, WantedRecord, batches, message,
    records,
};
use crate::rotation::rotated;
use crate::route53::{Around, Known, Pace, Visit, is_role_refusal};

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

/// How one call is made for many certificates: whose visit it is, and how fast.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner<'a> {
    pub(crate) visit: Visit,
    /// Of Route 53's calls.
    pub(crate) pace: &'a Pace,
    /// Of the records that are created.
    pub(crate) changes: &'a Pace,
    /// Of tags.
    pub(crate) tell: &'a Pace,
    /// Of notices.
    pub(crate) notices: &'a Budget<'a>,
    /// When the platform ends the invocation.
    pub(crate) deadline: Timestamp,
}

/// What became of a record.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
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
pub(crate) type Endings = BTreeMap<Record, Ending>;

/// Records of one zone.
struct Work {
    zone: HostedZone,
    records: Vec<Record>,
}

impl Work {
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
enum Reading {
    Present(Present),
    Failed(CallError),
    Late,
}

impl Handler {
    /// Finds the zone of every record, looks what is there, and creates what is missing.
    ///
    /// # Errors
    /// The zones of the function's own account could not be read. What happens to another account or to a
    /// single zone is the ending of its records.
    pub(crate) async fn place(&self, wanted: &[WantedRecord], manner: Manner<'_>) -> Result<Endings, CallError> {
        let mut endings = Endings::new();
        let mut left: BTreeMap<Record, String> =
            wanted.iter().map(|wanted| (wanted.record.clone(), wanted.domain.clone())).collect();
        // A second round only when a zone that was known is gone.
        for round in 0..2 {
            let (read, without_zone) = self.look_into_zones(&left, manner).await?;
            endings.extend(without_zone);
            let work = read.into_iter().map(|(work, reading)| self.place_in(work, reading, &left, manner));
            let done: Vec<Vec<(Record, Ending)>> = stream::iter(work).buffer_unordered(CONCURRENCY).collect().await;
            endings.extend(done.into_iter().flatten());
            let gone = |ending: &Ending| matches!(ending, Ending::Failed(error) if error.has_code("NoSuchHostedZone"));
            left.retain(|record, _| endings.get(record).is_some_and(gone));
            if left.is_empty() || round > 0 {
                break;
            }
            self.book.forget_all();
        }
        Ok(endings)
    }

    /// The records by zone, with what is there as far as it was read already, and how those end that have no
    /// zone.
    async fn look_into_zones(
        &self,
        records: &BTreeMap<Record, String>,
        manner: Manner<'_>,
    ) -> Result<(Vec<(Work, Option<Reading>)>, Endings), CallError> {
        let names: BTreeSet<&DnsName> = records.keys().map(|record| &record.name).collect();
        let names: Vec<&DnsName> = names.into_iter().collect();
        let accounts = self.book.accounts().concerned(&names);
        let mut known = self.book.zones(&accounts, manner.visit, manner.pace).await?;
        let is_found = |known: &Known, name| matches!(known.zones.choose(name), Choice::Zone(_) | Choice::Several(_));
        // The zone may have been created since the zones were read.
        if !names.iter().all(|name| is_found(&known, name)) && self.book.forget_old(&accounts, manner.visit) {
            known = self.book.zones(&accounts, manner.visit, manner.pace).await?;
        }
        let (works, endings) = self.assign(records, &known, manner).await;
        // So may one that is closer than the zone that is known. The zones are read again while the records
        // of the known ones are, so nothing waits for it.
        let is_outdated =
            works.iter().any(Work::may_have_a_closer_zone) && self.book.forget_old(&accounts, manner.visit);
        if !is_outdated {
            return Ok((works.into_iter().map(|work| (work, None)).collect(), endings));
        }
        let (read, known) =
            join(self.read_all(works, manner), self.book.zones(&accounts, manner.visit, manner.pace)).await;
        let (works, endings) = self.assign(records, &known?, manner).await;
        let reading =
            |work: &Work| read.iter().find(|(known, _)| known.covers(work)).map(|(_, reading)| reading.clone());
        let works = works.into_iter().map(|work| (reading(&work), work)).map(|(reading, work)| (work, reading));
        Ok((works.collect(), endings))
    }

    /// The records by zone, and how those end that have none.
    async fn assign(
        &self,
        records: &BTreeMap<Record, String>,
        known: &Known,
        manner: Manner<'_>,
    ) -> (Vec<Work>, Endings) {
        let mut works: BTreeMap<(String, AccountId), Work> = BTreeMap::new();
        let mut endings = Endings::new();
        for (record, domain) in records {
            match self.home(&record.name, known, manner).await {
                Home::Zone(zone) => {
                    let work = works.entry((zone.id.clone(), zone.account));
                    work.or_insert_with(|| Work { zone, records: Vec::new() }).records.push(record.clone());
                }
                Home::Blocked(cause, detail) => {
                    endings.insert(record.clone(), blocked(cause, record, domain, detail, false));
                }
                Home::Failed(error) => {
                    endings.insert(record.clone(), Ending::Failed(error));
                }
            }
        }
        // A sweep that has no time for all zones begins at another one than the last.
        (rotated(works.into_values().collect(), self.clock.now()), endings)
    }

    async fn read_all(&self, works: Vec<Work>, manner: Manner<'_>) -> Vec<(Work, Reading)> {
        let read = works.into_iter().map(|work| async move {
            let reading = self.read(&work, manner).await;
            (work, reading)
        });
        stream::iter(read).buffer_unordered(CONCURRENCY).collect().await
    }

    /// What is there around the records, if there is time.
    async fn read(&self, work: &Work, manner: Manner<'_>) -> Reading {
        if self.is_late(manner) {
            return Reading::Late;
        }
        let around = work.records.iter().map(|record| Around::Name(record.name.clone())).collect();
        match self.book.present(&work.zone, &around, manner.pace).await {
            Ok(present) => Reading::Present(present),
            Err(error) => Reading::Failed(error),
        }
    }

    /// Whether what is begun now might be cut off by the end of the invocation.
    fn is_late(&self, manner: Manner<'_>) -> bool {
        manner.deadline.duration_since(manner.pace.next()) < RESERVE
    }

    /// The records of one zone. Route 53 refuses a batch as a whole for one record of it, so a refused one is
    /// tried again in halves, until the records that are refused stand alone.
    async fn place_in(
        &self,
        work: Work,
        reading: Option<Reading>,
        domains: &BTreeMap<Record, String>,
        manner: Manner<'_>,
    ) -> Vec<(Record, Ending)> {
        let reading = match reading {
            Some(reading) => reading,
            None => self.read(&work, manner).await,
        };
        let Work { zone, records } = work;
        let domain = |record: &Record| domains.get(record).cloned().unwrap_or_default();
        let present = match reading {
            Reading::Present(present) => present,
            Reading::Late => return records.into_iter().map(|record| (record, Ending::Late)).collect(),
            Reading::Failed(error) => {
                let ending = |record: Record| {
                    let ending = self.failed(&zone, &record, &domain(&record), error.clone(), false);
                    (record, ending)
                };
                return records.into_iter().map(ending).collect();
            }
        };
        let (mut endings, missing) = compare(&zone, records, &present, domain);
        let mut batches: VecDeque<Vec<Record>> =
            batches::of(missing).into_iter().map(|batch| rotated(batch, self.clock.now())).collect();
        let mut halved = 0;
        while let Some(mut batch) = batches.pop_front() {
            let made = match () {
                () if self.dry_run => Ok(()),
                () if self.is_late(manner) => {
                    endings.extend(batch.into_iter().map(|record| (record, Ending::Late)));
                    continue;
                }
                () => self.book.create(&zone, &batch, self.settings.record_ttl, manner).await,
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
            endings.extend(batch.into_iter().map(|record| {
                let ending = match &made {
                    Ok(()) => Ending::Created(zone.clone()),
                    Err(error) => self.failed(&zone, &record, &domain(&record), error.clone(), true),
                };
                (record, ending)
            }));
        }
        endings
    }

    /// What a refused call means for a record.
    fn failed(&self, zone: &HostedZone, record: &Record, domain: &str, error: CallError, missing: bool) -> Ending {
        let account = self.book.accounts().described(zone.account);
        let Some(cause) = refused(&error) else { return Ending::Failed(error) };
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

fn blocked(cause: Cause, record: &Record, domain: &str, detail: String, known_missing: bool) -> Ending {
    let domain = domain.to_owned();
    Ending::Blocked(Box::new(Blocked { cause, domain, record: Some(record.clone()), detail, known_missing }))
}

/// What is in place or in the way, and what is missing.
fn compare(
    zone: &HostedZone,
    wanted: Vec<Record>,
    present: &Present,
    domain: impl Fn(&Record) -> String,
) -> (Vec<(Record, Ending)>, Vec<Record>) {
    let (mut endings, mut missing) = (Vec::new(), Vec::<Record>::new());
    for record in wanted {
        let rival =
            missing.iter().find(|other| other.name == record.name).map(|other| format!("CNAME {}", other.value));
        let occupied = match (records::standing(&record, present), rival) {
            (Standing::InPlace, _) => {
                endings.push((record, Ending::InPlace(zone.clone())));
                continue;
            }
            (Standing::Missing, None) => {
                missing.push(record);
                continue;
            }
            (Standing::Missing, Some(rival)) => rival,
            (Standing::Occupied(other), _) => other,
        };
        let detail = format!(
            "At {} in the hosted zone {} ({}) there is {}; ACM asks for CNAME {}",
            record.name,
            foreign(zone.name.as_str()),
            zone.id,
            foreign_up_to(&occupied, LONGEST_RECORD),
            record.value
        );
        let ending = blocked(Cause::ExistingRecord, &record, &domain(&record), detail, true);
        endings.push((record, ending));
    }
    (endings, missing)
}
