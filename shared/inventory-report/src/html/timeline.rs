//! The expiries of the next 398 days as a picture.

use super::numbers::thousands;
use crate::Week;

/// Of the picture, in its own units.
const HEIGHT: u64 = 120;
const WIDTH: u64 = 1140;

/// A week as a stack of bars.
pub(crate) struct Bar {
    pub(crate) x: u64,
    pub(crate) width: u64,
    pub(crate) parts: Vec<Part>,
    /// In words, for people who point at it.
    pub(crate) title: String,
    /// The month, where a new one starts.
    pub(crate) month: Option<String>,
}

/// One kind of expiries in a week.
pub(crate) struct Part {
    pub(crate) class: &'static str,
    pub(crate) y: u64,
    pub(crate) height: u64,
}

/// A horizontal line at a number.
pub(crate) struct Line {
    pub(crate) y: u64,
    pub(crate) label: u64,
}

pub(crate) struct Timeline {
    pub(crate) bars: Vec<Bar>,
    pub(crate) lines: Vec<Line>,
    pub(crate) summary: String,
}

impl Timeline {
    pub(crate) fn new(weeks: &[Week]) -> Self {
        let most = nice(weeks.iter().map(|week| week.handled + week.unhandled + week.unknown).max().unwrap_or(0));
        let step = (WIDTH / (weeks.len().max(1) as u64)).max(1);
        Self {
            bars: (0..).zip(weeks).map(|(index, week)| bar(index, week, step, most)).collect(),
            lines: [most, most / 2].map(|label| Line { y: HEIGHT - scaled(label, most), label }).into(),
            summary: summary(weeks),
        }
    }
}

/// The next larger even number of one digit and zeros, so that half of it is a whole number.
fn nice(number: u64) -> u64 {
    let powers = (0..u64::MAX.ilog10()).map(|exponent| 10_u64.pow(exponent));
    let all = powers.flat_map(|power| (1..10).map(move |digit| digit * power));
    all.filter(|nice| nice.is_multiple_of(2)).find(|nice| *nice >= number).unwrap_or(u64::MAX)
}

fn scaled(number: u64, most: u64) -> u64 {
    number * HEIGHT / most.max(1)
}

fn bar(index: u64, week: &Week, step: u64, most: u64) -> Bar {
    let mut top = HEIGHT;
    let mut parts = Vec::new();
    for (class, number) in [("handled", week.handled), ("unknown", week.unknown), ("unhandled", week.unhandled)] {
        // Even one expiry among thousands has to be seen.
        let height = if number == 0 { 0 } else { scaled(number, most).max(2) };
        top = top.saturating_sub(height);
        if height > 0 {
            parts.push(Part { class, y: top, height });
        }
    }
    Bar { x: index * step, width: step.saturating_sub(4).max(1), parts, title: title(week), month: month(index, week) }
}

fn title(week: &Week) -> String {
    format!(
        "Week of {}: {} renewed automatically, {} not, {} not known",
        week.starts, week.handled, week.unhandled, week.unknown
    )
}

/// The name of the month that starts in this week.
fn month(index: u64, week: &Week) -> Option<String> {
    let is_first = week.starts.day() <= 7 && index > 0;
    is_first.then(|| match week.starts.month() {
        1 => week.starts.strftime("%b %Y").to_string(),
        _ => week.starts.strftime("%b").to_string(),
    })
}

fn summary(weeks: &[Week]) -> String {
    let sum = |of: fn(&Week) -> u64| weeks.iter().map(of).sum::<u64>();
    let (handled, unhandled, unknown) =
        (sum(|week| week.handled), sum(|week| week.unhandled), sum(|week| week.unknown));
    format!(
        "{} expiries are renewed automatically, {} are not, of {} it is not known.",
        thousands(handled),
        thousands(unhandled),
        thousands(unknown)
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn one_expiry_among_thousands_is_seen_and_nothing_is_higher_than_the_picture() {
        let week = Week { starts: date(2026, 11, 30), handled: 9_999, unhandled: 1, unknown: 0 };
        let bar = bar(0, &week, 20, nice(10_000));
        assert_eq!(bar.parts.iter().map(|part| part.height).collect::<Vec<_>>(), [119, 2]);
        assert!(bar.parts.iter().all(|part| part.y < HEIGHT));
        assert_eq!([0, 3, 5, 11, 55, 210].map(nice), [2, 4, 6, 20, 60, 300]);
    }
}
