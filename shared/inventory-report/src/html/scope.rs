//! A part of the report.

use inventory::Reading;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::numbers::add;
use crate::{Renewer, Report, Row, Totals, Week};

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
    let mut part = Report { rows, forecast: Vec::new(), cost: crate::Cost::default(), ..shell(report) };
    part.weeks = weeks(report, &part.rows);
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
        rows: Vec::new(),
    }
}

fn restrict_to_account(part: &mut Report, id: &str) {
    part.targets.retain(|target| target.account.id == id);
    part.totals = part.targets.iter().map(|target| target.totals).fold(Totals::default(), add);
    for gap in &mut part.gaps {
        gap.targets.retain(|target| target.split('/').next() == Some(id));
    }
    part.gaps.retain(|gap| !gap.targets.is_empty());
}

/// What is gone has no row any more, so that only its ARN says whose it was.
fn restrict_changes(part: &mut Report, scope: &Scope) {
    let arns: std::collections::HashSet<&str> = part.rows.iter().map(|row| row.entry.arn.as_str()).collect();
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
        Scope::Owner(name) => match &row.entry.owner {
            Reading::Known { value: Some(owner), .. } => owner.name == *name,
            _ => name.is_empty(),
        },
    }
}

fn weeks(report: &Report, rows: &[Row]) -> Vec<Week> {
    let mut weeks: Vec<Week> =
        report.weeks.iter().map(|week| Week { handled: 0, unhandled: 0, unknown: 0, ..week.clone() }).collect();
    for row in rows {
        if let Some(week) = row.entry.not_after.and_then(|end| week_of(&mut weeks, end.to_zoned(TimeZone::UTC).date()))
        {
            count(week, row.renewal.who);
        }
    }
    weeks
}

fn week_of(weeks: &mut [Week], end: Date) -> Option<&mut Week> {
    weeks.iter_mut().find(|week| (0..7).contains(&week.starts.until(end).map_or(-1, |span| span.get_days())))
}

fn count(week: &mut Week, who: Renewer) {
    match who {
        Renewer::Acm | Renewer::Autopilot | Renewer::AcmeClient => week.handled += 1,
        Renewer::Person | Renewer::Nobody => week.unhandled += 1,
        Renewer::Unknown => week.unknown += 1,
        Renewer::NotNeeded => {}
    }
}
