//! A freeze: days on which nothing is replaced, from the first to the last, in UTC.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Freeze {
    start: Timestamp,
    /// The midnight after its last day.
    end: Timestamp,
}

impl Freeze {
    /// When it ends, if it is on at this moment.
    pub(super) fn end_if_at(&self, at: Timestamp) -> Option<Timestamp> {
        (self.start <= at && at < self.end).then_some(self.end)
    }
}

impl FromStr for Freeze {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` is not a freeze such as `2026-12-20/2027-01-06`");
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        let (first, last) = date(first).zip(date(last)).ok_or_else(invalid)?;
        if last < first {
            return Err(format!("the freeze `{text}` ends before it starts"));
        }
        let end = last.tomorrow().ok().and_then(midnight);
        let (start, end) = midnight(first).zip(end).ok_or_else(invalid)?;
        Ok(Self { start, end })
    }
}

fn date(text: &str) -> Option<Date> {
    // A date in another form may be meant otherwise.
    text.parse().ok().filter(|date: &Date| date.to_string() == text)
}

fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
