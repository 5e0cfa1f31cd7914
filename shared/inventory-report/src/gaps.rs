//! What could not be read, added up.

use std::collections::{BTreeMap, BTreeSet};

use inventory::{Reading, Source, SourceReading, Unreadable};

use crate::model::{Gap, Missing, Row};

/// Gaps by what is missing and why.
#[derive(Debug, Default)]
pub(crate) struct Gaps(BTreeMap<(Order, Unreadable), Found>);

/// Lists and shards come first: what they hide is not in any row.
type Order = (u8, Option<Source>);

#[derive(Debug)]
struct Found {
    what: Missing,
    /// Of the first of them.
    explanation: String,
    targets: BTreeSet<String>,
    rows: Option<u64>,
}

impl Gaps {
    /// A shard that cannot be used.
    pub(crate) fn shard(&mut self, target: &str, why: &Unreadable) {
        self.add(Missing::Shard, why, target, None);
    }

    /// The lists of a shard.
    pub(crate) fn sources(&mut self, target: &str, sources: &[SourceReading]) {
        for one in sources {
            if let Some(why) = one.found.unreadable() {
                self.add(Missing::List(one.source), why, target, None);
            }
        }
    }

    /// The cells of a row.
    pub(crate) fn row(&mut self, target: &str, row: &Row) {
        let entry = &row.entry;
        self.cell(Missing::Identity, &entry.identity, target);
        self.cell(Missing::Tags, &entry.tags, target);
        self.cell(Missing::Description, &entry.described, target);
        self.cell(Missing::Chain, &entry.chain, target);
        self.cell(Missing::Owner, &entry.owner, target);
    }

    fn cell<T>(&mut self, what: Missing, reading: &Reading<T>, target: &str) {
        if let Some(why) = reading.unreadable() {
            self.add(what, why, target, Some(1));
        }
    }

    fn add(&mut self, what: Missing, why: &Unreadable, target: &str, rows: Option<u64>) {
        // Messages of AWS have ids of requests and resources in them: by code and action there are few.
        let key = Unreadable { explanation: String::new(), ..why.clone() };
        let found = self.0.entry((order(what), key)).or_insert_with(|| Found {
            what,
            explanation: why.explanation.clone(),
            targets: BTreeSet::new(),
            rows: rows.map(|_| 0),
        });
        found.rows = found.rows.zip(rows).map(|(one, other)| one + other);
        if !found.targets.contains(target) {
            found.targets.insert(target.to_owned());
        }
    }

    /// In the order of what they may hide.
    pub(crate) fn into_list(self) -> Vec<Gap> {
        self.0.into_iter().map(|((_, why), found)| found.gap(why)).collect()
    }
}

impl Found {
    fn gap(self, why: Unreadable) -> Gap {
        let why = Unreadable { explanation: self.explanation, ..why };
        Gap { what: self.what, why, targets: self.targets.into_iter().collect(), rows: self.rows }
    }
}

fn order(what: Missing) -> Order {
    match what {
        Missing::Shard => (0, None),
        Missing::List(source) => (1, Some(source)),
        Missing::Description => (2, None),
        Missing::Identity => (3, None),
        Missing::Tags => (4, None),
        Missing::Chain => (5, None),
        Missing::Owner => (6, None),
    }
}
