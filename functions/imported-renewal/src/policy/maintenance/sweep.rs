//! Whether the sweep meets the maintenance windows: it requests a postponed renewal again, so in a window in which no sweep
//! takes place nothing is renewed.

use std::str::FromStr;

use super::window::{DAY, Window};

/// For the sweep itself, the queue and the renewal.
const TAKES: i64 = 60;

/// When sweeps take place, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SweepSchedule {
    /// Once in this many minutes, from an unknown time on.
    Every(i64),
    /// Each day at these minutes.
    Daily(Vec<i64>),
    /// An expression that is not understood here. EventBridge accepted it.
    Unknown,
}

impl SweepSchedule {
    pub(super) fn meets(&self, window: &Window) -> bool {
        match self {
            Self::Every(minutes) => window.minutes >= minutes + TAKES,
            Self::Daily(times) => window
                .opens
                .iter()
                .all(|opens| times.iter().any(|time| (time - opens).rem_euclid(DAY) <= window.minutes - TAKES)),
            Self::Unknown => true,
        }
    }
}

impl FromStr for SweepSchedule {
    type Err = std::convert::Infallible;

    /// Reads a [rate or cron expression](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = argument(text, "rate").and_then(rate).or_else(|| argument(text, "cron").and_then(cron));
        Ok(read.unwrap_or(Self::Unknown))
    }
}

fn argument<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.trim().strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

fn rate(text: &str) -> Option<SweepSchedule> {
    let (value, unit) = text.trim().split_once(' ')?;
    let minutes = match unit.trim().trim_end_matches('s') {
        "minute" => 1,
        "hour" => 60,
        "day" => DAY,
        _ => return None,
    };
    value.parse::<i64>().ok()?.checked_mul(minutes).map(SweepSchedule::Every)
}

/// Of expressions for every day.
fn cron(text: &str) -> Option<SweepSchedule> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minutes, hours, days @ ..] = fields.as_slice() else { return None };
    if days.iter().any(|field| !["*", "?"].contains(field)) {
        return None;
    }
    let (minutes, hours) = (values(minutes, 60)?, values(hours, 24)?);
    let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute));
    Some(SweepSchedule::Daily(times.collect()))
}

/// What a field selects: `*`, `5`, `1,2`, `8-16` or `0/15`, each of which may be an entry of a list.
fn values(field: &str, limit: i64) -> Option<Vec<i64>> {
    field.split(',').map(|entry| value(entry, limit)).collect::<Option<Vec<_>>>().map(|all| all.concat())
}

fn value(entry: &str, limit: i64) -> Option<Vec<i64>> {
    let (range, step) = entry.split_once('/').map_or((entry, None), |(range, step)| (range, Some(step)));
    let (first, last) = match (range, range.split_once('-')) {
        ("*", _) => (0, limit - 1),
        (_, Some((first, last))) => (first.parse().ok()?, last.parse().ok()?),
        (one, None) if step.is_none() => (one.parse().ok()?, one.parse().ok()?),
        (first, None) => (first.parse().ok()?, limit - 1),
    };
    let step: usize = step.map_or(Some(1), |step| step.parse().ok()).filter(|step| *step > 0)?;
    (first >= 0 && last < limit).then(|| (first..=last).step_by(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (schedule, window, meets) in [
            ("rate(1 hour)", "Mon 08:00-10:00", true),
            ("rate(2 hours)", "Mon 08:00-10:59", false),
            ("rate(2 hours)", "Mon 08:00-11:00", true),
            ("rate(15 minutes)", "Mon 08:00-10:00", true),
            ("rate(1 day)", "Mon 08:00-16:00", false),
            ("cron(0 9 * * ? *)", "Mon-Thu 08:00-16:00", true),
            ("cron(0 8 * * ? *)", "Mon-Thu 08:00-16:00", true),
            ("cron(59 7 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(1 15 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(0 17 * * ? *)", "Mon-Thu 08:00-16:00", false),
            ("cron(30 1,13 * * ? *)", "Sat 22:00-04:00", true),
            ("cron(0 0/6 * * ? *)", "Mon 13:00-17:00", false),
            ("cron(0 0/6 * * ? *)", "Mon 13:00-19:00", true),
            ("cron(10 * * * ? *)", "Mon 08:00-10:00", true),
            ("cron(*/30 8-16 * * ? *)", "Mon 15:00-17:00", true),
            ("cron(*/30 8-16 * * ? *)", "Mon 18:00-20:00", false),
            // EventBridge understands them.
            ("cron(0 9 ? * MON-FRI *)", "Sat 08:00-16:00", true),
            ("cron(0 9 L * ? *)", "Sat 08:00-16:00", true),
            ("cron(0 -1 * * ? *)", "Sat 08:00-16:00", true),
            ("cron(0 0/0 * * ? *)", "Sat 08:00-16:00", true),
            ("at noon", "Sat 08:00-16:00", true),
        ] {
            let parsed: SweepSchedule = schedule.parse().unwrap();
            assert_eq!(parsed.meets(&window.parse().unwrap()), meets, "{schedule} {window} {parsed:?}");
        }
    }
}
