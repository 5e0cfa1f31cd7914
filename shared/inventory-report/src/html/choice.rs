//! Which rows a page has.

use jiff::Timestamp;

use super::numbers::Flags;
use crate::{Report, Row};

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
    let is_any = |bits: &[u16]| bits.iter().any(|bit| flags.has(*bit));
    match () {
        () if is_any(&[Flags::EXPIRED_IN_USE, Flags::EXPIRING_UNHANDLED, Flags::EXPIRING_UNKNOWN]) => 0,
        () if is_any(&[Flags::EXPIRING]) => 1,
        () if is_any(&[Flags::NOT_READY, Flags::READINESS_UNKNOWN, Flags::USE_UNKNOWN]) => 2,
        () => 3,
    }
}
