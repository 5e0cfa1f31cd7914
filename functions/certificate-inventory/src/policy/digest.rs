//! Who gets a digest, and what is in it.

use inventory_report::{Report, Row, Use, owner_name};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use notices::{Digest, DigestEntry};

/// What is worth a line: it expires within this many days.
const SOON_DAYS: i64 = 60;
/// Entries of a digest.
const MOST: usize = 10;

/// The week of a day in ISO 8601, such as `2026-W48`. Each owner gets one digest in it.
pub fn week(now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date().iso_week_date();
    format!("{}-W{:02}", date.year(), date.week())
}

/// A digest for each owner with something that expires soon, or is expired and in use. `address`: where the report is.
pub fn digests(report: &Report, address: &str) -> Vec<Digest> {
    report.owners.keys().filter_map(|owner| digest(report, owner, address)).collect()
}

fn digest(report: &Report, owner: &str, address: &str) -> Option<Digest> {
    let totals = report.owners.get(owner)?;
    let rows = report.rows.iter().filter(|row| owner_name(row) == owner);
    let most_urgent: Vec<_> = rows.filter_map(entry).take(MOST).collect();
    (!most_urgent.is_empty()).then(|| Digest {
        owner: Some(owner.to_owned()).filter(|owner| !owner.is_empty()),
        made_at: report.made_at,
        entries: totals.entries,
        expired_in_use: totals.expired_in_use,
        expiring_unhandled: totals.expiring_unhandled,
        not_ready: totals.not_ready,
        gaps: report.gaps.len(),
        most_urgent,
        report: address.to_owned(),
        sent_by: None,
    })
}

/// Rows come soonest first.
fn entry(row: &Row) -> Option<DigestEntry> {
    let days_left = row.days_left?;
    let is_worth_a_line = match days_left {
        ..=-1 => row.use_verdict.verdict == Use::InUse,
        _ => days_left <= SOON_DAYS,
    };
    is_worth_a_line.then(|| DigestEntry {
        arn: row.entry.arn.clone(),
        name: row.entry.name.clone(),
        account: row.account.id.clone(),
        region: row.region.clone(),
        days_left,
        renewal: row.renewal.why.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        for (now, expected) in [
            ("2026-11-22T23:59:59Z", "2026-W47"),
            ("2026-11-23T00:00:00Z", "2026-W48"),
            ("2027-01-03T12:00:00Z", "2026-W53"),
            ("2027-01-04T00:00:00Z", "2027-W01"),
        ] {
            assert_eq!(week(now.parse().unwrap()), expected, "{now}");
        }
    }
}
