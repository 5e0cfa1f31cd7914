//! What is different since the last report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use notices::foreign;
use serde::{Deserialize, Serialize};

use crate::model::{Change, Changes, Difference, Report, Row};
use crate::place::target_of;
use crate::totals::owner_name;
use crate::verdicts::resource;

/// What the next report needs of this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// When the report was made.
    pub made_at: Timestamp,
    /// Each row by its ARN. Rows of targets that could not be read are those of the report before.
    pub rows: BTreeMap<String, Seen>,
    /// The targets that were read at least once, as `123456789012/eu-central-1`: what is in them for the first time is
    /// new only if they were read before.
    pub targets: BTreeSet<String>,
}

/// What a snapshot has of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// What people call it.
    pub name: String,
    /// Its account and Region, as `123456789012/eu-central-1`.
    pub target: String,
    /// Its serial number; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// Its owner, `""` for nobody; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What was seen to use it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub consumers: BTreeSet<String>,
}

impl Seen {
    fn new(row: &Row) -> Self {
        Self {
            name: row.entry.name.clone(),
            target: target_of(&row.account.id, &row.region),
            serial: row.entry.identity.known().and_then(|identity| identity.serial.clone()),
            owner: row.entry.owner.known().map(|_| owner_name(row).to_owned()),
            consumers: row.entry.uses.iter().map(|usage| usage.resource.clone()).collect(),
        }
    }

    /// What was known before and could not be read this time is still compared with next time.
    fn keeping(mut self, before: Option<&Self>, may_have_more_consumers: bool) -> Self {
        let Some(before) = before else { return self };
        self.serial = self.serial.or_else(|| before.serial.clone());
        self.owner = self.owner.or_else(|| before.owner.clone());
        if may_have_more_consumers {
            self.consumers.extend(before.consumers.iter().cloned());
        }
        self
    }
}

/// What a shard's lists hide, if they could not be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    /// Targets whose lists of entries were all read.
    pub(crate) complete: BTreeSet<String>,
    /// Targets with a source of uses that was asked in vain.
    pub(crate) without_consumers: BTreeSet<String>,
}

/// What differs from the last report.
pub(crate) fn changes(rows: &[Row], previous: &Snapshot, coverage: &Coverage) -> Changes {
    let mut items: Vec<Change> = rows.iter().flat_map(|row| of_row(row, previous)).collect();
    let present: BTreeSet<&str> = rows.iter().map(|row| row.entry.arn.as_str()).collect();
    let gone = previous
        .rows
        .iter()
        .filter(|(arn, seen)| !present.contains(arn.as_str()) && coverage.complete.contains(&seen.target));
    items.extend(gone.map(|(arn, seen)| {
        change(arn, &seen.name, Difference::Gone, format!("It is not in {} any more.", seen.target))
    }));
    items.sort_by(|one, other| (one.what, &one.name, &one.arn).cmp(&(other.what, &other.name, &other.arn)));
    Changes { since: previous.made_at, items }
}

fn of_row(row: &Row, previous: &Snapshot) -> Vec<Change> {
    let (arn, now) = (row.entry.arn.as_str(), Seen::new(row));
    let Some(before) = previous.rows.get(arn) else {
        let is_new = previous.targets.contains(&now.target);
        let item = || change(arn, &now.name, Difference::New, format!("It was not in {} before.", now.target));
        return is_new.then(item).into_iter().collect();
    };
    let mut items = Vec::new();
    if let (Some(was), Some(is)) = (&before.serial, &now.serial)
        && was != is
    {
        let detail = format!("Its serial number was {} and is {}.", foreign(was), foreign(is));
        items.push(change(arn, &now.name, Difference::Replaced, detail));
    }
    for consumer in now.consumers.difference(&before.consumers) {
        items.push(change(arn, &now.name, Difference::NewConsumer, format!("{} now uses it.", resource(consumer))));
    }
    if let (Some(was), Some(is)) = (&before.owner, &now.owner)
        && was != is
    {
        let shown = |name: &str| if name.is_empty() { "nobody".to_owned() } else { foreign(name) };
        let detail = format!("Its owner was {} and is {}.", shown(was), shown(is));
        items.push(change(arn, &now.name, Difference::OwnerChanged, detail));
    }
    items
}

fn change(arn: &str, name: &str, what: Difference, detail: String) -> Change {
    Change { arn: arn.to_owned(), name: name.to_owned(), what, detail }
}

impl Report {
    /// What the next report needs of this one. `previous` is what this one was compared with: what could not be read
    /// this time is taken over from it, so that it is neither gone now nor new next time.
    pub fn snapshot(&self, previous: Option<&Snapshot>) -> Snapshot {
        let coverage = self.coverage();
        let before = |arn: &str| previous.and_then(|previous| previous.rows.get(arn));
        let mut rows: BTreeMap<String, Seen> = self
            .rows
            .iter()
            .map(|row| {
                let target = target_of(&row.account.id, &row.region);
                let seen = Seen::new(row).keeping(before(&row.entry.arn), coverage.without_consumers.contains(&target));
                (row.entry.arn.clone(), seen)
            })
            .collect();
        for (arn, seen) in previous.iter().flat_map(|previous| &previous.rows) {
            if !coverage.complete.contains(&seen.target) && !rows.contains_key(arn) {
                rows.insert(arn.clone(), seen.clone());
            }
        }
        let earlier = previous.iter().flat_map(|previous| &previous.targets).cloned();
        Snapshot { made_at: self.made_at, rows, targets: earlier.chain(coverage.complete).collect() }
    }

    /// Which targets this report is complete for, by its targets and gaps.
    pub(crate) fn coverage(&self) -> Coverage {
        use crate::model::Missing;
        use crate::sources::{CONSUMERS, LISTS};
        let read: BTreeSet<String> = self
            .targets
            .iter()
            .filter(|target| target.taken_at.is_some())
            .map(|target| target_of(&target.account.id, &target.region))
            .collect();
        let mut coverage = Coverage { complete: read, ..Coverage::default() };
        for gap in &self.gaps {
            let Missing::List(source) = gap.what else { continue };
            if LISTS.contains(&source) {
                coverage.complete.retain(|target| !gap.targets.contains(target));
            }
            if CONSUMERS.contains(&source) {
                coverage.without_consumers.extend(gap.targets.iter().cloned());
            }
        }
        coverage
    }
}
