//! Expiries by week.

use certificates::{calendar_days_between, utc_date};
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::life::{Life, life};
use crate::model::{Renewer, Row, Week};
use crate::totals::is_unhandled;

/// The longest that a public certificate could live before 2026-03-15, so that every one has its week.
const DAYS: i64 = 398;

/// The weeks from the one of `now` to the one that is 398 days later, those without expiries too.
pub(crate) fn weeks(rows: &[Row], now: Timestamp) -> Vec<Week> {
    let today = utc_date(now);
    let first = plus(today, -i64::from(today.weekday().to_monday_zero_offset()));
    let week_of = |date: Date| usize::try_from(calendar_days_between(first, date) / 7).unwrap_or_default();
    let last = week_of(plus(today, DAYS));
    let mut weeks: Vec<Week> = (0..=last)
        .map(|week| Week { starts: plus(first, 7 * week as i64), handled: 0, unhandled: 0, unknown: 0 })
        .collect();
    for row in rows.iter().filter(|row| life(&row.entry, now) == Life::Valid) {
        let Some(days) = row.days_left.filter(|days| *days <= DAYS) else { continue };
        let Some(week) = weeks.get_mut(week_of(plus(today, days))) else { continue };
        match row.renewal.who {
            Renewer::Unknown => week.unknown += 1,
            who if is_unhandled(who) => week.unhandled += 1,
            _ => week.handled += 1,
        }
    }
    weeks
}

fn plus(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}
