//! When the sweeps of `expiry-events` take place, as far as the stack's parameter `SweepSchedule` says.

use std::str::FromStr;

use jiff::SignedDuration;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// When sweeps take place, as far as it matters to the functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepSchedule {
    /// Once in this many minutes, from an unknown time on.
    Every(i64),
    /// Each day at these minutes.
    Daily(Vec<i64>),
    /// An expression that is not understood here. EventBridge accepted it.
    Unknown,
}

impl SweepSchedule {
    /// The longest time between two sweeps: a day for an expression that is not understood, since the parameter asks for
    /// at least that.
    pub fn longest_gap(&self) -> SignedDuration {
        let minutes = match self {
            Self::Every(minutes) => *minutes,
            Self::Daily(times) => longest_gap(times),
            Self::Unknown => DAY,
        };
        SignedDuration::from_mins(minutes.clamp(1, DAY))
    }
}

/// The longest time without one of these minutes, over midnight too.
fn longest_gap(times: &[i64]) -> i64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let over_midnight = times.first().zip(times.last()).map_or(DAY, |(first, last)| first + DAY - last);
    times.windows(2).map(|two| two[1] - two[0]).chain([over_midnight]).max().unwrap_or(DAY)
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
    fn the_longest_time_between_two_sweeps() {
        for (schedule, minutes) in [
            ("rate(1 hour)", 60),
            ("rate(15 minutes)", 15),
            ("rate(1 day)", DAY),
            ("rate(0 minutes)", 1),
            ("rate(48 hours)", DAY),
            ("cron(10 * * * ? *)", 60),
            ("cron(*/30 * * * ? *)", 30),
            ("cron(0 0/6 * * ? *)", 360),
            ("cron(*/30 8-16 * * ? *)", 15 * 60 + 30),
            ("cron(0 9 * * ? *)", DAY),
            ("cron(30 22,6 * * ? *)", 16 * 60),
            ("cron(0 9 ? * MON-FRI *)", DAY),
            ("", DAY),
        ] {
            let parsed: SweepSchedule = schedule.parse().unwrap();
            assert_eq!(parsed.longest_gap(), SignedDuration::from_mins(minutes), "{schedule}");
        }
    }
}
