//! The template's facts.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use askama::Template;

use super::HtmlOptions;
use super::cell::{clean, moment};
use super::choice;
use super::data::Data;
use super::numbers::{Number, numbers, thousands};
use super::outlook::{CostView, Year};
use super::policy::content_security_policy;
use super::row::RowView;
use super::rules::{ChangeView, TargetRule, changes, target_rules, unevaluated};
use super::scope::Scope;
use super::sections::{GapView, Group, accounts, hides_rows, owners};
use super::story::Style;
use super::timeline::Timeline;
use crate::Report;

/// Rows that can be read without JavaScript.
const PLAIN_ROWS: usize = 200;
const STYLE: &str = include_str!("../../templates/style.css");
const SCRIPT: &str = include_str!("../../templates/script.js");
/// Runs before the first paint, so that nothing moves when the script takes over.
const EARLY: &str = "document.documentElement.className='js'";

/// The page.
#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
pub(super) struct Page<'a> {
    report: &'a Report,
    policy: String,
    title: String,
    made_at: String,
    entries: String,
    targets: String,
    numbers: Vec<Number>,
    gaps: Vec<GapView>,
    hidden: usize,
    timeline: Timeline,
    first_rows: Vec<RowView>,
    columns: [&'static str; 9],
    shown: usize,
    all_rows_in: Vec<String>,
    owners: Vec<Group>,
    accounts: Vec<Group>,
    changes: Vec<ChangeView>,
    since: Option<String>,
    target_rules: Vec<TargetRule>,
    unevaluated: Vec<[String; 3]>,
    years: Vec<Year>,
    cost: CostView,
    data: String,
    style: &'static str,
    script: &'static str,
    early: &'static str,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, options: &HtmlOptions) -> Self {
        let (first_rows, data) = rows(report, options);
        Self {
            report,
            policy: content_security_policy(&[EARLY, SCRIPT], &[STYLE]),
            title: title(report, options.only.as_ref()),
            made_at: moment(report.made_at),
            entries: thousands(report.totals.entries),
            targets: counted(report.targets.len()),
            numbers: numbers(&report.totals),
            gaps: report.gaps.iter().map(GapView::new).collect(),
            hidden: report.gaps.iter().filter(|gap| hides_rows(gap.what)).count(),
            timeline: Timeline::new(&report.weeks),
            columns: COLUMNS,
            shown: data.count(),
            first_rows,
            all_rows_in: options.all_rows_in.iter().map(|place| clean(place)).collect(),
            owners: owners(report),
            accounts: accounts(report),
            changes: changes(report),
            since: report.changes.as_ref().map(|changes| moment(changes.since)),
            target_rules: target_rules(report),
            unevaluated: unevaluated(report),
            years: report.forecast.iter().map(Year::new).collect(),
            cost: CostView::new(&report.cost),
            data: data.into_json(),
            style: STYLE,
            script: SCRIPT,
            early: EARLY,
        }
    }

    fn not_shown(&self) -> usize {
        self.report.rows.len().saturating_sub(self.shown)
    }

    fn count(&self, number: impl Borrow<usize>) -> String {
        thousands(*number.borrow() as u64)
    }

    fn nearest(&self) -> String {
        match self.report.totals.nearest_expiry_days {
            Some(0) => "today".to_owned(),
            Some(1) => "in 1 day".to_owned(),
            Some(days) => format!("in {days} days"),
            None => "none".to_owned(),
        }
    }

    fn affected_targets(&self) -> String {
        counted(self.report.gaps.iter().flat_map(|gap| &gap.targets).collect::<BTreeSet<_>>().len())
    }
}

const COLUMNS: [&str; 9] = ["Expires", "Name", "Owner", "Account", "Region", "Issuer", "Renewed by", "Use", "47 days"];

fn rows(report: &Report, options: &HtmlOptions) -> (Vec<RowView>, Data) {
    let (mut first, mut data) = (Vec::new(), Data::default());
    for row in choice::most_important(report, options.most_rows) {
        if data.bytes() > options.most_bytes {
            break;
        }
        let view = RowView::new(row, report.made_at);
        data.add(&view);
        if first.len() < PLAIN_ROWS {
            first.push(view);
        }
    }
    (first, data)
}

fn title(report: &Report, only: Option<&Scope>) -> String {
    let account = |id: &str| {
        let name = report.targets.iter().map(|target| &target.account).find(|account| !account.name.is_empty());
        name.map_or_else(|| id.to_owned(), |account| format!("{} ({id})", account.name))
    };
    match only {
        None => "Certificate inventory".to_owned(),
        Some(Scope::Owner(owner)) if owner.is_empty() => "Certificates without an owner".to_owned(),
        Some(Scope::Owner(owner)) => clean(&format!("Certificates of {owner}")),
        Some(Scope::Account(id)) => clean(&format!("Certificates in {}", account(id))),
    }
}

/// How many accounts and Regions.
fn counted(targets: usize) -> String {
    match targets {
        1 => "1 account and Region".to_owned(),
        _ => format!("{} accounts and Regions", thousands(targets as u64)),
    }
}
