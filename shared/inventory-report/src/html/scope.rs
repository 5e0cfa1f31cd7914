//! A part of the report.

use std::collections::HashSet;

use super::numbers::sum;
use crate::totals::owner_name;
use crate::weeks::weeks;
use crate::{Cost, Report, Row, Totals};

/// Whose rows a page has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What this owner answers for; `""`: what is without an owner.
    Owner(String),
    /// What is in this account, by its id.
    Account(String),
}

/// The part of the report that is about the owner or account. Forecast and cost, which are of the whole, are empty.
pub(crate) fn restrict(report: &Report, scope: &Scope) -> Report {
    let rows: Vec<Row> = report.rows.iter().filter(|row| is_in(row, scope)).cloned().collect();
    let mut part = Report { rows, forecast: Vec::new(), cost: Cost::default(), ..shell(report) };
    part.weeks = weeks(&part.rows, part.made_at);
    match scope {
        Scope::Owner(owner) => part.totals = report.owners.get(owner).copied().unwrap_or_default(),
        Scope::Account(id) => restrict_to_account(&mut part, id),
    }
    part.owners.clear();
    restrict_changes(&mut part, scope);
    part
}

fn shell(report: &Report) -> Report {
    Report {
        schema: report.schema,
        made_at: report.made_at,
        totals: Totals::default(),
        owners: report.owners.clone(),
        targets: report.targets.clone(),
        gaps: report.gaps.clone(),
        weeks: Vec::new(),
        forecast: Vec::new(),
        cost: report.cost.clone(),
        changes: report.changes.clone(),
        unevaluated_rules: report.unevaluated_rules.clone(),
        rows: Vec::new(),
    }
}

fn restrict_to_account(part: &mut Report, id: &str) {
    part.targets.retain(|target| target.account.id == id);
    part.totals = sum(part.targets.iter().map(|target| &target.totals));
    for gap in &mut part.gaps {
        gap.targets.retain(|target| target.split('/').next() == Some(id));
    }
    part.gaps.retain(|gap| !gap.targets.is_empty());
}

/// What is gone has no row any more, so that only its ARN says whose it was.
fn restrict_changes(part: &mut Report, scope: &Scope) {
    let arns: HashSet<&str> = part.rows.iter().map(|row| row.entry.arn.as_str()).collect();
    if let Some(changes) = &mut part.changes {
        changes.items.retain(|change| match scope {
            Scope::Account(id) => change.arn.split(':').nth(4) == Some(id),
            Scope::Owner(_) => arns.contains(change.arn.as_str()),
        });
    }
}

fn is_in(row: &Row, scope: &Scope) -> bool {
    match scope {
        Scope::Account(id) => row.account.id == *id,
        Scope::Owner(name) => owner_name(row) == name,
    }
}
