//! The values of an order in their TXT record sets, beside those of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use acme::Dns01;
use aws_client::{CallError, Clock};
use certificates::{Failure, FailureReason, Recovery};
use jiff::Timestamp;
use route53::{ChangeId, DnsName, HostedZone, RecordQuery, RecordSet, TxtChange, ZoneDirectory};

use super::failure::call_failure;
use super::zones::Places;

/// How often a set is read again that somebody changes at the same time, such as another renewal for the same domain.
const MOST_TRIES: u32 = 8;
/// How often removing is tried where AWS does not answer.
const MOST_REMOVALS: u32 = 3;
const BEFORE_NEXT_TRY: Duration = Duration::from_millis(300);
/// Route 53's changes take up to a minute.
const POLL_EVERY: Duration = Duration::from_secs(5);

/// The values of one zone, by name.
#[derive(Debug)]
struct ZoneValues {
    zone: HostedZone,
    /// To be published, and removed.
    pending: BTreeMap<DnsName, BTreeSet<String>>,
    /// To be removed, should they be there.
    all: BTreeMap<DnsName, BTreeSet<String>>,
}

/// The values of an order.
#[derive(Debug)]
pub(super) struct RecordSets(Vec<ZoneValues>);

impl fmt::Display for RecordSets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().flat_map(|one| one.all.keys().map(DnsName::as_str)).collect();
        f.write_str(&names.join(", "))
    }
}

impl RecordSets {
    /// Several names may be validated by one record: apex and wildcard, or all that are delegated to one target.
    pub(super) fn new(places: &Places, pending: &[&Dns01], valid: &[&Dns01]) -> Self {
        let mut zones: BTreeMap<String, ZoneValues> = BTreeMap::new();
        let mut add = |challenge: &Dns01, is_pending: bool| {
            let Some(place) = places.get(&DnsName::new(&challenge.record_name)) else { return };
            let values = zones.entry(place.zone.id.clone()).or_insert_with(|| ZoneValues {
                zone: place.zone.clone(),
                pending: BTreeMap::new(),
                all: BTreeMap::new(),
            });
            let value = format!("\"{}\"", challenge.value);
            if is_pending {
                values.pending.entry(place.name.clone()).or_default().insert(value.clone());
            }
            values.all.entry(place.name.clone()).or_default().insert(value);
        };
        pending.iter().for_each(|challenge| add(challenge, true));
        valid.iter().for_each(|challenge| add(challenge, false));
        Self(zones.into_values().collect())
    }

    /// Publishes the values of pending challenges, and waits until every name server has them.
    ///
    /// They are written even where they are there already: another attempt may have written them a moment ago, and only a
    /// change of one's own can be waited for.
    pub(super) async fn publish(
        &self,
        zones: &ZoneDirectory<'_>,
        clock: &Clock,
        until: Timestamp,
    ) -> Result<(), Failure> {
        let mut changes = Vec::new();
        for one in &self.0 {
            if one.pending.is_empty() {
                continue;
            }
            let change = replace(zones, clock, &one.zone, &one.pending, &with).await?;
            changes.extend(change.map(|change| (&one.zone, change)));
        }
        for (zone, change) in changes {
            wait(zones, clock, zone, &change, until).await?;
        }
        Ok(())
    }

    /// Removes the values that are there, and no others.
    pub(super) async fn remove(&self, zones: &ZoneDirectory<'_>, clock: &Clock) -> Result<(), Failure> {
        let mut result = Ok(());
        for one in &self.0 {
            let mut removed = replace(zones, clock, &one.zone, &one.all, &without).await;
            // What stays now may stay for good: the next order may have other values.
            for _ in 1..MOST_REMOVALS {
                if !removed.as_ref().is_err_and(|failure| failure.reason.recovery() == Recovery::Automatic) {
                    break;
                }
                clock.sleep(POLL_EVERY).await;
                removed = replace(zones, clock, &one.zone, &one.all, &without).await;
            }
            result = result.and(removed.map(drop));
        }
        result
    }
}

/// The values that a set shall have, or `None` where it is to stay as it is.
type Edit = dyn Fn(&[String], &BTreeSet<String>) -> Option<Vec<String>> + Sync;

fn with(present: &[String], ours: &BTreeSet<String>) -> Option<Vec<String>> {
    Some(present.iter().filter(|value| !ours.contains(*value)).chain(ours).cloned().collect())
}

fn without(present: &[String], ours: &BTreeSet<String>) -> Option<Vec<String>> {
    let others: Vec<String> = present.iter().filter(|value| !ours.contains(*value)).cloned().collect();
    (others.len() < present.len()).then_some(others)
}

/// Reads the sets and replaces them as they were read; again, where somebody was faster.
async fn replace(
    zones: &ZoneDirectory<'_>,
    clock: &Clock,
    zone: &HostedZone,
    values: &BTreeMap<DnsName, BTreeSet<String>>,
    edit: &Edit,
) -> Result<Option<ChangeId>, Failure> {
    let around: BTreeSet<RecordQuery> = values.keys().cloned().map(RecordQuery::Name).collect();
    let mut tried = 1;
    loop {
        let present = zones.present(zone, &around).await.map_err(|error| call_failure(&error))?;
        let is_txt = |set: &&RecordSet| set.kind == "TXT" && !set.alias && set.set_identifier.is_none();
        let changes: Vec<TxtChange<'_>> = values
            .iter()
            .filter_map(|(name, ours)| {
                let before = present.get(name).and_then(|sets| sets.iter().find(is_txt));
                let after = edit(before.map_or(&[], |set| &set.values), ours)?;
                Some(TxtChange { name, before, after })
            })
            .collect();
        if changes.is_empty() {
            return Ok(None);
        }
        match zones.replace_txt(zone, &changes).await {
            Ok(change) => return Ok(Some(change)),
            Err(error) if is_overtaken(&error) && tried < MOST_TRIES => {
                clock.sleep(BEFORE_NEXT_TRY * tried).await;
                tried += 1;
            }
            Err(error) => return Err(call_failure(&error)),
        }
    }
}

/// Route 53 refuses a batch that deletes what is not there as it says, or creates what is there; and one that comes while
/// it is at work on another of the same zone.
fn is_overtaken(error: &CallError) -> bool {
    error.has_code("InvalidChangeBatch") || error.has_code("PriorRequestNotComplete")
}

async fn wait(
    zones: &ZoneDirectory<'_>,
    clock: &Clock,
    zone: &HostedZone,
    change: &ChangeId,
    until: Timestamp,
) -> Result<(), Failure> {
    while !zones.is_everywhere(zone, change).await.map_err(|error| call_failure(&error))? {
        if clock.now() >= until {
            let detail = format!("the name servers of {} did not get the validation record in time", zone.name);
            return Err(Failure::new(FailureReason::IssuerTimeout, detail));
        }
        clock.sleep(POLL_EVERY).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn values_of_others_stay() {
        for (present, ours, added, removed) in [
            (&[][..], &["a"][..], &["a"][..], None),
            (&["x"], &["a"], &["x", "a"], None),
            (&["x", "a"], &["a", "b"], &["x", "a", "b"], Some(&["x"][..])),
            (&["a", "b"], &["a", "b"], &["a", "b"], Some(&[])),
        ] {
            let ours = values(ours).into_iter().collect();
            assert_eq!(with(&values(present), &ours), Some(values(added)));
            assert_eq!(without(&values(present), &ours), removed.map(values));
        }
    }
}
