//! A maintenance window: some hours on some days of the week, in UTC.

use std::str::FromStr;

use jiff::Timestamp;

/// In minutes.
pub(super) const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;
/// The sweep requests a postponed renewal again once an hour, and takes minutes: a window that is hardly longer could pass
/// between two of its requests.
const SHORTEST: i64 = 2 * 60;
/// 1970 began on a Thursday.
const FROM_MONDAY_TO_EPOCH: i64 = 3 * DAY;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The minutes of the week at which it opens, counted from Monday.
    pub(super) opens: Vec<i64>,
    /// For how many minutes it stays open, perhaps past midnight.
    pub(super) minutes: i64,
}

impl Window {
    /// When it is open from this moment on: now, or when it opens next.
    pub(super) fn open_from(&self, at: Timestamp) -> Option<Timestamp> {
        let minute = at.as_second().div_euclid(60);
        let of_week = minute + FROM_MONDAY_TO_EPOCH;
        if self.opens.iter().any(|opens| (of_week - opens).rem_euclid(WEEK) < self.minutes) {
            return Some(at);
        }
        let wait = self.opens.iter().map(|opens| (opens - of_week).rem_euclid(WEEK)).min()?;
        Timestamp::from_second((minute + wait) * 60).ok()
    }
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not a window such as `Mon-Thu 08:00-16:00`");
        let (days, hours) = text.split_once(char::is_whitespace).ok_or_else(invalid)?;
        let (from, to) = hours.trim().split_once('-').ok_or_else(invalid)?;
        let (from, to) = minute_of_day(from).zip(minute_of_day(to)).ok_or_else(invalid)?;
        if from == DAY {
            return Err(invalid());
        }
        let minutes = if to > from { to - from } else { to + DAY - from };
        if minutes < SHORTEST {
            return Err(format!("the window `{text}` is shorter than two hours"));
        }
        let days = days.split(',').map(days_of).collect::<Option<Vec<_>>>().ok_or_else(invalid)?.concat();
        Ok(Self { opens: days.into_iter().map(|day| day * DAY + from).collect(), minutes })
    }
}

/// `Mon`, or `Fri-Mon`: the numbers of the days, counted from Monday.
fn days_of(text: &str) -> Option<Vec<i64>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first)?, day(last)?);
    Some((0..=(last - first).rem_euclid(7)).map(|offset| (first + offset) % 7).collect())
}

fn day(text: &str) -> Option<i64> {
    DAYS.iter().zip(0..).find(|(day, _)| day.eq_ignore_ascii_case(text)).map(|(_, number)| number)
}

/// `08:00` to `24:00`.
fn minute_of_day(text: &str) -> Option<i64> {
    let is_written_so = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let (hours, minutes) = text.split_once(':').filter(|_| is_written_so)?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(hours * 60 + minutes).filter(|minute| *minute <= DAY)
}
