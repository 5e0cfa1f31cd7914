//! Which rows a page has.

use jiff::Timestamp;

use super::numbers::Flags;
use crate::{Ready, Renewer, Report, Row};

/// The rows that matter most, in the report's order: first those that need somebody, then the soonest.
pub(crate) fn most_important(report: &Report, most: usize) -> Vec<&Row> {
    let mut ranked: Vec<(u8, usize)> =
        report.rows.iter().enumerate().map(|(index, row)| (rank(row, report.made_at), index)).collect();
    if ranked.len() > most {
        ranked.sort_unstable();
        ranked.truncate(most);
        ranked.sort_unstable_by_key(|(_, index)| *index);
    }
    ranked.into_iter().filter_map(|(_, index)| report.rows.get(index)).collect()
}

fn rank(row: &Row, now: Timestamp) -> u8 {
    let flags = Flags::of(row, now);
    if flags.has(Flags::EXPIRED_IN_USE) || flags.has(Flags::EXPIRING_UNHANDLED) {
        return 0;
    }
    let expires = row.days_left.is_some_and(|days| (0..=30).contains(&days));
    let unclear = row.renewal.who == Renewer::Unknown || row.readiness.verdict == Ready::Unknown;
    match () {
        () if expires => 1,
        () if unclear || flags.has(Flags::NOT_READY) || flags.has(Flags::USE_UNKNOWN) => 2,
        () => 3,
    }
}
