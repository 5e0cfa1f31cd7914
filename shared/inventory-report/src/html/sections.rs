//! The parts of the page beside the rows.

use std::collections::BTreeMap;

use super::cell::{Cell, clean, day};
use super::numbers::{sum, thousands};
use super::words;
use crate::{Gap, Missing, Report, TargetSummary, Totals};

/// Something that could not be read.
pub(crate) struct GapView {
    pub(crate) what: &'static str,
    pub(crate) why: Cell,
    pub(crate) targets: Vec<String>,
    pub(crate) rows: String,
}

impl GapView {
    pub(crate) fn new(gap: &Gap) -> Self {
        Self {
            what: words::missing(gap.what),
            why: Cell::unread(&gap.why),
            targets: gap.targets.iter().map(|target| clean(target)).collect(),
            rows: gap.rows.map_or_else(|| "not known".to_owned(), thousands),
        }
    }
}

/// Whether rows may be missing because of it, and not only facts of rows.
pub(crate) const fn hides_rows(what: Missing) -> bool {
    matches!(what, Missing::Shard | Missing::List(_))
}

/// Numbers of one owner or account.
pub(crate) struct Group {
    pub(crate) name: String,
    /// What the filter calls it.
    pub(crate) filter: String,
    pub(crate) note: String,
    pub(crate) totals: Totals,
    /// What could not be read of it; empty where everything was.
    pub(crate) unread: String,
    /// Nothing of it was read, so that its numbers are none at all.
    pub(crate) is_unread: bool,
}

impl Group {
    /// The numbers in the order of the columns; none of them where nothing was read.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let totals = &self.totals;
        let nearest = totals.nearest_expiry_days.map_or_else(|| "none".to_owned(), |days| format!("{days} days"));
        let counts = [
            totals.entries,
            totals.expired_in_use,
            totals.expiring,
            totals.expiring_unhandled,
            totals.not_ready,
            totals.readiness_unknown,
            totals.unused,
            totals.use_unknown,
            totals.findings,
        ];
        counts.into_iter().map(thousands).chain([nearest]).collect()
    }

    fn urgency(&self) -> impl Ord + use<> {
        let totals = &self.totals;
        std::cmp::Reverse((totals.expired_in_use, totals.expiring_unhandled, totals.not_ready, totals.entries))
    }
}

/// The most urgent first.
pub(crate) fn owners(report: &Report) -> Vec<Group> {
    let group = |(name, totals): (&String, &Totals)| Group {
        name: if name.is_empty() { "no owner known".to_owned() } else { clean(name) },
        filter: clean(name),
        note: String::new(),
        totals: *totals,
        unread: String::new(),
        is_unread: false,
    };
    let mut groups: Vec<Group> = report.owners.iter().map(group).collect();
    groups.sort_by_key(Group::urgency);
    groups
}

/// The most urgent first.
pub(crate) fn accounts(report: &Report) -> Vec<Group> {
    let mut by_account: BTreeMap<&str, Vec<&TargetSummary>> = BTreeMap::new();
    for target in &report.targets {
        by_account.entry(&target.account.id).or_default().push(target);
    }
    let mut groups: Vec<Group> = by_account.values().map(|targets| account(targets, report)).collect();
    groups.sort_by_key(Group::urgency);
    groups
}

fn account(targets: &[&TargetSummary], report: &Report) -> Group {
    let account = targets.first().map(|target| target.account.clone());
    let (id, name) = account.map(|account| (account.id, account.name)).unwrap_or_default();
    let missing = targets.iter().filter(|target| target.taken_at.is_none()).count();
    let gaps = report.gaps.iter().filter(|gap| gap.what != Missing::Shard && is_of(gap, &id)).count();
    Group {
        name: clean(if name.is_empty() { &id } else { &name }),
        filter: clean(if name.is_empty() { &id } else { &name }),
        note: format!("{id} · {}", regions(targets)),
        totals: sum(targets.iter().map(|target| &target.totals)),
        unread: unread(missing, targets.len(), gaps),
        is_unread: missing == targets.len(),
    }
}

fn is_of(gap: &Gap, account: &str) -> bool {
    gap.targets.iter().any(|target| target.split('/').next() == Some(account))
}

fn regions(targets: &[&TargetSummary]) -> String {
    let oldest = targets.iter().filter_map(|target| target.taken_at).min();
    let age = oldest.map(|time| format!(", read {}", day(time))).unwrap_or_default();
    match targets {
        [target] => format!("{}{age}", clean(&target.region)),
        _ => format!("{} Regions{age}", targets.len()),
    }
}

fn unread(missing: usize, targets: usize, gaps: usize) -> String {
    let regions = match missing {
        0 => None,
        _ if missing == targets => Some("nothing was read".to_owned()),
        _ => Some(format!("{missing} of {targets} Regions not read")),
    };
    let gaps = (gaps > 0).then(|| format!("{gaps} {}", if gaps == 1 { "gap" } else { "gaps" }));
    [regions, gaps].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
