//! Reports for pages, made by hand: everything a page can show is in them.

mod facts;
mod rows;

use std::collections::BTreeMap;

use inventory::{Account, Source, Unreadable};
use inventory_report::{
    Change, Changes, Cost, CostItem, Difference, Forecast, Gap, Missing, Renewer, Report, Row, RuleResult, RuleVerdict,
    SCHEMA, TargetSummary, Totals, UnevaluatedRule, Week,
};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
pub(crate) use rows::{hostile, row};

pub(crate) fn now() -> Timestamp {
    "2026-11-28T06:00:00Z".parse().unwrap()
}

pub(crate) fn denied(action: &str) -> Unreadable {
    Unreadable {
        code: "AccessDeniedException".to_owned(),
        action: action.to_owned(),
        explanation: format!(
            "The role may not call {action} here. Allow it in the inventory's role, or in the SCP that denies it."
        ),
    }
}

pub(crate) fn throttled(action: &str) -> Unreadable {
    Unreadable {
        code: "ThrottlingException".to_owned(),
        action: action.to_owned(),
        explanation: "AWS answered too many calls; the next pass tries again.".to_owned(),
    }
}

/// A report over this many rows. `gaps`: some of it could not be read.
pub(crate) fn report(count: usize, gaps: bool) -> Report {
    let mut rows: Vec<Row> = (0..count).map(|index| row(index, gaps)).collect();
    rows.sort_by_key(|row| row.days_left.unwrap_or(i64::MAX));
    of_rows(rows, if gaps { gaps_of(count) } else { Vec::new() })
}

/// A report over these rows.
pub(crate) fn of_rows(rows: Vec<Row>, gaps: Vec<Gap>) -> Report {
    Report {
        schema: SCHEMA,
        made_at: now(),
        totals: totals(rows.iter()),
        owners: by_owner(&rows),
        targets: targets(&rows, !gaps.is_empty()),
        gaps,
        weeks: weeks(&rows),
        forecast: forecast(rows.len() as u64),
        cost: cost(),
        changes: Some(changes(&rows)),
        unevaluated_rules: vec![UnevaluatedRule {
            rule: "private-ca-policy".to_owned(),
            why: "It needs the CA's policy, which the inventory does not store.".to_owned(),
            rows: 3,
        }],
        rows,
    }
}

/// Independent of the page's own count.
pub(crate) fn totals<'a>(rows: impl Iterator<Item = &'a Row>) -> Totals {
    use inventory_report::{Ready, Use};
    let mut totals = Totals::default();
    for row in rows {
        let days = row.days_left.unwrap_or(i64::MAX);
        let expiring = (0..=30).contains(&days);
        totals.entries += 1;
        totals.expired += u64::from(days < 0);
        totals.expired_in_use += u64::from(days < 0 && row.use_verdict.verdict == Use::InUse);
        totals.expiring += u64::from(expiring);
        let unhandled = matches!(row.renewal.who, Renewer::Nobody | Renewer::Person);
        totals.expiring_unhandled += u64::from(expiring && unhandled);
        totals.expiring_unknown += u64::from(expiring && row.renewal.who == Renewer::Unknown);
        totals.not_ready += u64::from(row.readiness.verdict == Ready::NotReady);
        totals.readiness_unknown += u64::from(row.readiness.verdict == Ready::Unknown);
        totals.unused += u64::from(row.use_verdict.verdict == Use::Unused);
        totals.use_unknown += u64::from(row.use_verdict.verdict == Use::Unknown);
        totals.without_owner += u64::from(owner(row).is_empty());
        let violated = row.rules.iter().filter(|rule| rule.verdict == RuleVerdict::NonCompliant).count();
        totals.findings += (row.findings.len() + violated) as u64;
        if days >= 0 && row.days_left.is_some() {
            totals.nearest_expiry_days = Some(totals.nearest_expiry_days.unwrap_or(days).min(days));
        }
    }
    totals
}

fn owner(row: &Row) -> String {
    row.entry.owner.known().cloned().flatten().map(|owner| owner.name).unwrap_or_default()
}

fn by_owner(rows: &[Row]) -> BTreeMap<String, Totals> {
    let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(owner(row)).or_default().push(row);
    }
    groups.into_iter().map(|(owner, rows)| (owner, totals(rows.into_iter()))).collect()
}

fn targets(rows: &[Row], gaps: bool) -> Vec<TargetSummary> {
    let mut groups: BTreeMap<(String, String), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.account.id.clone(), row.region.clone())).or_default().push(row);
    }
    let mut targets: Vec<TargetSummary> = groups
        .into_iter()
        .map(|((_, region), rows)| TargetSummary {
            account: rows[0].account.clone(),
            region,
            taken_at: Some(now() - 3.hours()),
            totals: totals(rows.into_iter()),
            rules: Vec::new(),
        })
        .collect();
    if gaps {
        let account =
            Account { id: "999988887777".to_owned(), name: "acquired-payments".to_owned(), units: Vec::new() };
        let region = "eu-central-1".to_owned();
        targets.push(TargetSummary { account, region, taken_at: None, totals: Totals::default(), rules: Vec::new() });
        targets[0].rules.push(RuleResult {
            rule: "import-quota".to_owned(),
            verdict: RuleVerdict::NonCompliant,
            why: "4,700 of 5,000 imports of a year are used.".to_owned(),
        });
    }
    targets
}

fn gaps_of(count: usize) -> Vec<Gap> {
    let gap = |what, why, targets: Vec<String>, rows| Gap { what, why, targets, rows };
    let many = (0..12).map(|index| format!("1111222233{:02}/eu-central-1", index % 12 + 10)).collect();
    vec![
        gap(Missing::Shard, denied("sts:AssumeRole"), vec!["999988887777/eu-central-1".to_owned()], None),
        gap(Missing::List(Source::Distributions), throttled("cloudfront:ListDistributions"), many, None),
        gap(
            Missing::Tags,
            denied("tag:GetResources"),
            vec!["111122223310/eu-west-1".to_owned()],
            Some(count as u64 / 9),
        ),
    ]
}

fn weeks(rows: &[Row]) -> Vec<Week> {
    let first = date(2026, 11, 23);
    let empty = |index: i64| Week { starts: first + (index * 7).days(), handled: 0, unhandled: 0, unknown: 0 };
    let mut weeks: Vec<Week> = (0..58).map(empty).collect();
    for row in rows {
        let Some(end) = row.entry.not_after.map(day).filter(|end| *end >= day(now())) else { continue };
        let Some(week) = weeks.iter_mut().find(|week| (week.starts..week.starts + 7.days()).contains(&end)) else {
            continue;
        };
        match row.renewal.who {
            Renewer::Acm | Renewer::Autopilot | Renewer::AcmeClient => week.handled += 1,
            Renewer::Person | Renewer::Nobody => week.unhandled += 1,
            Renewer::Unknown => week.unknown += 1,
            Renewer::NotNeeded => {}
        }
    }
    weeks
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

fn forecast(count: u64) -> Vec<Forecast> {
    let year = |year, longest_lifetime_days, factor: u64| Forecast {
        year,
        longest_lifetime_days,
        automatic: count * factor,
        by_hand: count * factor / 7,
        unknown: count * factor / 23,
        over_import_quota: BTreeMap::new(),
    };
    let over = BTreeMap::from([("111122223310/eu-central-1".to_owned(), 50_000)]);
    vec![year(2027, 100, 5), Forecast { over_import_quota: over, ..year(2029, 47, 12) }]
}

fn cost() -> Cost {
    let item = |what: &str, count, each_usd| CostItem {
        what: what.to_owned(),
        count,
        each_usd,
        monthly_usd: each_usd * count as f64,
    };
    let items = vec![
        item("private CAs in general-purpose mode", 3, 400.0),
        item("private CAs in short-lived certificate mode", 1, 50.0),
        item("exported public names", 14, 1.08),
    ];
    Cost { prices_of: Some(date(2026, 11, 1)), monthly_usd: items.iter().map(|item| item.monthly_usd).sum(), items }
}

fn changes(rows: &[Row]) -> Changes {
    let whats = [
        (Difference::New, "requested by arn:aws:iam::111122223310:role/deploy"),
        (Difference::NewConsumer, "eu-west-1/app/shop now uses it"),
        (Difference::Replaced, "imported again; expires on 2027-05-02 instead of 2026-12-02"),
        (Difference::OwnerChanged, "from payments to checkout"),
        (Difference::Gone, "deleted, or its account left the organization"),
    ];
    let change = |(row, (what, detail)): (&Row, &(Difference, &str))| Change {
        arn: row.entry.arn.clone(),
        name: row.entry.name.clone(),
        what: *what,
        detail: (*detail).to_owned(),
    };
    Changes { since: now() - 24.hours(), items: rows.iter().step_by(3).zip(whats.iter()).map(change).collect() }
}
