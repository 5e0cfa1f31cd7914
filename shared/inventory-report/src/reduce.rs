//! All shards into one report.

use std::collections::{BTreeMap, BTreeSet};

use inventory::{Account, Entry, Header, Reading, Shard, Unreadable};
use jiff::Timestamp;

use crate::changes::{Snapshot, changes};
use crate::cost::cost;
use crate::elsewhere::UsesElsewhere;
use crate::forecast::forecast;
use crate::gaps::Gaps;
use crate::life::days;
use crate::model::{Report, Row, SCHEMA, TargetSummary, Totals};
use crate::place::target_of;
use crate::settings::ReportSettings;
use crate::sources::Sources;
use crate::totals::owner_name;
use crate::verdicts::findings::{Shared, findings};
use crate::verdicts::readiness::readiness;
use crate::verdicts::renewer::renewed_by;
use crate::verdicts::rules::{TargetRules, Unevaluated, without_unused};
use crate::verdicts::steps::steps;
use crate::verdicts::use_verdict::{in_use, use_of};
use crate::weeks::weeks;

/// A shard that there should be and that cannot be used: missing, damaged or of another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusableShard {
    /// The account.
    pub account: Account,
    /// The Region.
    pub region: String,
    /// Why.
    pub why: Unreadable,
}

/// The report of all shards, which are taken one by one, so that they need not all be in memory. `previous` is the
/// snapshot of the last report.
pub fn reduce(
    shards: impl IntoIterator<Item = Result<Shard, UnusableShard>>,
    settings: &ReportSettings,
    previous: Option<&Snapshot>,
    now: Timestamp,
) -> Report {
    let mut reducer = Reducer {
        settings,
        now,
        rows: Vec::new(),
        targets: Vec::new(),
        gaps: Gaps::default(),
        unevaluated: Unevaluated::default(),
        with_grants: BTreeSet::new(),
        elsewhere: UsesElsewhere::default(),
    };
    for shard in shards {
        match shard {
            Ok(shard) => reducer.shard(shard),
            Err(unusable) => reducer.unusable(unusable),
        }
    }
    reducer.report(previous)
}

struct Reducer<'a> {
    settings: &'a ReportSettings,
    now: Timestamp,
    rows: Vec<Row>,
    targets: Vec<TargetSummary>,
    gaps: Gaps,
    unevaluated: Unevaluated,
    /// Targets whose grants were read.
    with_grants: BTreeSet<String>,
    elsewhere: UsesElsewhere,
}

impl Reducer<'_> {
    fn unusable(&mut self, shard: UnusableShard) {
        self.gaps.shard(&target_of(&shard.account.id, &shard.region), &shard.why);
        self.targets.push(TargetSummary {
            account: shard.account,
            region: shard.region,
            taken_at: None,
            totals: Totals::default(),
            rules: Vec::new(),
        });
    }

    fn shard(&mut self, Shard { mut header, entries }: Shard) {
        self.elsewhere.take(&mut header);
        let target = target_of(&header.account.id, &header.region);
        self.gaps.sources(&target, &header.sources);
        if Sources::new(&header).is_read(inventory::Source::Grants) {
            self.with_grants.insert(target);
        }
        let rules = TargetRules::new(&header, &entries, self.now);
        let first = self.rows.len();
        self.rows.extend(entries.into_iter().map(|entry| row(entry, &header, self.now)));
        for row in &mut self.rows[first..] {
            row.rules = rules.of(row, &mut self.unevaluated);
        }
        self.targets.push(TargetSummary {
            rules: rules.of_account(),
            account: header.account,
            region: header.region,
            taken_at: Some(header.taken_at),
            totals: Totals::default(),
        });
    }

    fn report(mut self, previous: Option<&Snapshot>) -> Report {
        for row in &mut self.rows {
            if self.elsewhere.add_to(&mut row.entry, &row.account.id) {
                row.use_verdict = in_use(&row.entry).unwrap_or_else(|| row.use_verdict.clone());
                without_unused(&mut row.rules);
            }
        }
        self.rows.sort_unstable_by(|one, other| order(one).cmp(&order(other)));
        let shared = Shared::new(&self.rows, self.settings, &self.with_grants, self.now);
        let found: Vec<_> = self.rows.iter().map(|row| findings(row, &shared)).collect();
        drop(shared);
        for (row, findings) in self.rows.iter_mut().zip(found) {
            row.findings = findings;
            row.steps = steps(row, self.now);
        }
        let (totals, owners) = self.count();
        let mut report = Report {
            schema: SCHEMA,
            made_at: self.now,
            totals,
            owners,
            targets: self.targets,
            gaps: self.gaps.into_list(),
            weeks: weeks(&self.rows, self.now),
            forecast: forecast(&self.rows, self.settings, self.now),
            cost: cost(&self.rows, self.now),
            changes: None,
            unevaluated_rules: self.unevaluated.into_list(),
            rows: self.rows,
        };
        report.changes = previous.map(|previous| changes(&report.rows, previous, &report.coverage()));
        report
    }

    /// Totals of everything and by owner; those of the targets, and the gaps of the rows, are added where they are.
    fn count(&mut self) -> (Totals, BTreeMap<String, Totals>) {
        let (mut totals, mut owners) = (Totals::default(), BTreeMap::<String, Totals>::new());
        let mut targets: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (index, target) in self.targets.iter().enumerate() {
            targets.insert((target.account.id.clone(), target.region.clone()), index);
        }
        for row in &self.rows {
            let target = target_of(&row.account.id, &row.region);
            totals.add(row, self.now);
            self.gaps.row(&target, row);
            match owners.get_mut(owner_name(row)) {
                Some(of_owner) => of_owner.add(row, self.now),
                None => owners.entry(owner_name(row).to_owned()).or_default().add(row, self.now),
            }
            let index = targets.get(&(row.account.id.clone(), row.region.clone()));
            if let Some(of_target) = index.and_then(|index| self.targets.get_mut(*index)) {
                of_target.totals.add(row, self.now);
            }
        }
        (totals, owners)
    }
}

/// What was parsed has room to grow, which over many rows is much memory.
fn shrink(entry: &mut Entry) {
    entry.names.shrink_to_fit();
    entry.uses.shrink_to_fit();
    if let Reading::Known { value, .. } = &mut entry.described {
        value.domain_validations.shrink_to_fit();
        value.in_use_by.shrink_to_fit();
    }
}

/// A row with the verdicts that need no other row.
fn row(mut entry: Entry, header: &Header, now: Timestamp) -> Row {
    shrink(&mut entry);
    let renewal = renewed_by(&entry, now);
    Row {
        days_left: days(&entry, now),
        use_verdict: use_of(&entry, Sources::new(header), now),
        readiness: readiness(&entry, &renewal, now),
        renewal,
        findings: Vec::new(),
        rules: Vec::new(),
        steps: Vec::new(),
        account: header.account.clone(),
        region: header.region.clone(),
        entry,
    }
}

/// Soonest first, and what never expires last.
fn order(row: &Row) -> (bool, Option<Timestamp>, &str) {
    (row.entry.not_after.is_none(), row.entry.not_after, &row.entry.arn)
}
