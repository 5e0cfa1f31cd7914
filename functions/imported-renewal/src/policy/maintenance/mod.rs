//! When certificates are replaced: the maintenance windows and freezes that an operator plans.

mod freeze;
mod sweep;
mod window;

use std::str::FromStr;

use certificates::{days_left, utc_date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use lambda::SweepSchedule;
use serde::Deserialize;
use serde_json::{Map, Value};

use freeze::Freeze;
use sweep::meets_window;
use window::Window;

/// One day before expiry-events calls a certificate critical that nothing has renewed.
const DEFAULT_OVERRIDE_DAYS: u16 = 8;
const MOST_OVERRIDE_DAYS: u16 = 365;

/// Maintenance windows and freezes. The default has none: certificates are replaced at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    windows: Vec<Window>,
    freezes: Vec<Freeze>,
    /// A certificate that expires within this many days waits for neither.
    override_days: u16,
}

/// The text is not a plan of maintenance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}; use a JSON object such as {{\"windows\": [\"Mon-Thu 08:00-16:00\"], \"freezes\": [\"2026-12-20/2027-01-06\"], \
     \"overrideDays\": 8}}"
)]
pub struct InvalidMaintenance(String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Text {
    windows: Vec<String>,
    freezes: Vec<String>,
    override_days: u16,
}

impl Default for Text {
    fn default() -> Self {
        Self { windows: Vec::new(), freezes: Vec::new(), override_days: DEFAULT_OVERRIDE_DAYS }
    }
}

impl Default for Maintenance {
    fn default() -> Self {
        Self { windows: Vec::new(), freezes: Vec::new(), override_days: DEFAULT_OVERRIDE_DAYS }
    }
}

impl FromStr for Maintenance {
    type Err = InvalidMaintenance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A list would be read as the fields in their order.
        let fields: Result<Map<String, Value>, _> = serde_json::from_str(text);
        let read = fields.and_then(|fields| serde_json::from_value(Value::Object(fields)));
        let Text { windows, freezes, override_days } = read.map_err(|error| InvalidMaintenance(error.to_string()))?;
        if !(1..=MOST_OVERRIDE_DAYS).contains(&override_days) {
            return Err(InvalidMaintenance(format!("overrideDays is not from 1 to {MOST_OVERRIDE_DAYS}")));
        }
        Ok(Self { windows: parse_all(&windows)?, freezes: parse_all(&freezes)?, override_days })
    }
}

fn parse_all<T: FromStr<Err = String>>(texts: &[String]) -> Result<Vec<T>, InvalidMaintenance> {
    texts.iter().map(|text| text.trim().parse().map_err(InvalidMaintenance)).collect()
}

impl Maintenance {
    /// Whether a renewal may have to wait.
    pub(crate) fn is_planned(&self) -> bool {
        !self.windows.is_empty() || !self.freezes.is_empty()
    }

    /// Whether a sweep takes place in each window, and so can request what waits for it.
    pub(crate) fn is_met_by(&self, sweep: &SweepSchedule) -> bool {
        self.windows.iter().all(|window| meets_window(sweep, window))
    }

    /// Until when the replacement of a certificate with this expiry has to wait; `None` if it is possible now. It never
    /// waits longer than until the days before the expiry that override everything. Where no expiry is known, the worst
    /// is assumed.
    pub(crate) fn postponed_until(&self, not_after: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let not_after = not_after?;
        if days_left(not_after, now) <= i64::from(self.override_days) {
            return None;
        }
        let possible = self.possible_from(now);
        let overridden = self.overridden_from(not_after)?;
        (possible != Some(now)).then(|| possible.map_or(overridden, |possible| possible.min(overridden)))
    }

    /// The first moment in a maintenance window and outside every freeze; `None` where it is beyond all calendars.
    fn possible_from(&self, now: Timestamp) -> Option<Timestamp> {
        let mut at = now;
        // Each round but the last leaves a freeze for good, or enters a window.
        loop {
            let next = match self.freezes.iter().find_map(|freeze| freeze.end_if_at(at)) {
                Some(end) => end,
                None => self.window_from(at)?,
            };
            if next == at {
                return Some(at);
            }
            at = next;
        }
    }

    fn window_from(&self, at: Timestamp) -> Option<Timestamp> {
        if self.windows.is_empty() {
            return Some(at);
        }
        self.windows.iter().filter_map(|window| window.open_from(at)).min()
    }

    /// The first moment of the day on which so few days are left that nothing waits.
    fn overridden_from(&self, not_after: Timestamp) -> Option<Timestamp> {
        let day = utc_date(not_after).checked_sub(i64::from(self.override_days).days()).ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests;
