//! The values of CloudWatch's metrics about all certificates, in total and by owner.

use std::collections::BTreeMap;

use crate::model::{Report, Totals};

/// The most series: CloudWatch charges for each.
const MOST_SERIES: usize = 50;
const METRICS: [(&str, Value); 4] = [
    ("NearestExpiryDays", |totals| totals.nearest_expiry_days),
    ("ExpiringUnhandled", |totals| number(totals.expiring_unhandled)),
    ("ExpiredInUse", |totals| number(totals.expired_in_use)),
    ("NotReadyFor47Days", |totals| number(totals.not_ready)),
];
/// Owners with series of their own; the totals and the others need room too.
const MOST_OWNERS: usize = MOST_SERIES / METRICS.len() - 2;
/// All owners that have no series of their own.
pub const OTHERS: &str = "(others)";
/// What nobody is known to answer for.
pub const NOBODY: &str = "(nobody)";
/// The most characters of a dimension's value are 1,024
/// ([Dimension](https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html)); more than this
/// say nothing more.
const LONGEST: usize = 100;

type Value = fn(&Totals) -> Option<i64>;

/// A value of a metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricValue {
    /// The metric's name.
    pub metric: &'static str,
    /// The owner; `None` for everything. In ASCII, as CloudWatch wants it.
    pub owner: Option<String>,
    /// Days or certificates.
    pub value: i64,
}

/// The values of a report: at most 50 series. A metric without a value, such as the nearest expiry where nothing
/// expires, is left out: it is never 0.
pub fn metric_values(report: &Report) -> Vec<MetricValue> {
    let mut all = values(None, &report.totals);
    for (owner, totals) in &owners(report) {
        all.extend(values(Some(owner), totals));
    }
    all
}

/// A metric by its name, as a file of an earlier version may have it; `None` for one that is no more.
pub fn metric_name(name: &str) -> Option<&'static str> {
    METRICS.into_iter().map(|(known, _)| known).find(|known| *known == name)
}

fn values(owner: Option<&str>, totals: &Totals) -> Vec<MetricValue> {
    let value = |(metric, value): &(&'static str, Value)| {
        Some(MetricValue { metric, owner: owner.map(str::to_owned), value: value(totals)? })
    };
    METRICS.iter().filter_map(value).collect()
}

/// The owners with the most entries, by name, and all others as one.
fn owners(report: &Report) -> BTreeMap<String, Totals> {
    let mut by_name: BTreeMap<String, Totals> = BTreeMap::new();
    for (name, totals) in &report.owners {
        by_name.entry(dimension(name)).or_default().merge(totals);
    }
    let mut biggest: Vec<(String, Totals)> = by_name.into_iter().collect();
    biggest.sort_by(|(one, a), (other, b)| (b.entries, one).cmp(&(a.entries, other)));
    let others = biggest.split_off(biggest.len().min(MOST_OWNERS));
    let mut kept: BTreeMap<String, Totals> = biggest.into_iter().collect();
    for (_, totals) in others {
        kept.entry(OTHERS.to_owned()).or_default().merge(&totals);
    }
    kept
}

/// An owner's name as the value of a dimension: visible ASCII.
fn dimension(name: &str) -> String {
    let ascii: String = name.chars().take(LONGEST).map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect();
    match ascii.trim() {
        "" => NOBODY.to_owned(),
        name => name.to_owned(),
    }
}

fn number(count: u64) -> Option<i64> {
    Some(i64::try_from(count).unwrap_or(i64::MAX))
}
