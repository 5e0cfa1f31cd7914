//! How far the program is.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_client::Clock;
use inventory::Shard;
use jiff::Timestamp;

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// One line that changes: a terminal.
    Line,
    /// A line for each Region: a log.
    Log,
    /// Not at all.
    Nothing,
}

/// Says on standard error how far the program is.
#[derive(Debug)]
pub(crate) struct Progress {
    display: Display,
    calls: Arc<AtomicU64>,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct State {
    of: usize,
    finished: usize,
    /// What each Region that is being read has described, and what is left; `None` while it is listed.
    reading: BTreeMap<String, Option<(usize, usize)>>,
    /// When the first Region was begun.
    since: Option<Timestamp>,
}

impl Progress {
    pub(crate) fn new(display: Display, calls: &Arc<AtomicU64>, clock: &Clock) -> Self {
        Self { display, calls: Arc::clone(calls), clock: clock.clone(), state: Mutex::default() }
    }

    pub(crate) fn regions(&self, of: usize) {
        self.update(|state, _| state.of = of);
    }

    pub(crate) fn started(&self, region: &str) {
        self.update(|state, now| {
            state.reading.insert(region.to_owned(), None);
            state.since.get_or_insert(now);
        });
    }

    pub(crate) fn described(&self, region: &str, described: usize, left: usize) {
        self.update(|state, _| {
            state.reading.insert(region.to_owned(), Some((described, left)));
        });
    }

    pub(crate) fn finished(&self, shard: &Shard) {
        let region = &shard.header.region;
        self.update(|state, _| {
            state.reading.remove(region);
            state.finished += 1;
        });
        if self.display == Display::Log {
            say(&format!("{}\n", finished_line(shard)));
        }
    }

    /// What is done besides, in a word.
    pub(crate) fn doing(&self, what: &str) {
        match self.display {
            Display::Line => say(&format!("\r\x1b[2K{what}")),
            Display::Log => say(&format!("{what}\n")),
            Display::Nothing => {}
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        if self.display == Display::Line {
            say("\r\x1b[2K");
        }
    }

    fn update(&self, change: impl FnOnce(&mut State, Timestamp)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        change(&mut state, now);
        if self.display == Display::Line {
            say(&format!("\r\x1b[2K{}", line(&state, self.calls.load(Ordering::Relaxed), now)));
        }
    }
}

/// Progress that cannot be shown is no reason to stop.
fn say(text: &str) {
    let mut to = std::io::stderr().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// What a terminal of 80 columns shows in one line.
fn line(state: &State, calls: u64, now: Timestamp) -> String {
    let State { of, finished, reading, since } = state;
    let passes = reading.values().flatten().fold((0, 0), |(described, left), one| (described + one.0, left + one.1));
    let mut text = format!("Regions {finished}/{of}");
    if let Some(region) = reading.keys().next() {
        let others = reading.len() - 1;
        text += &format!("  {region}{}", if others > 0 { format!(" +{others}") } else { String::new() });
    }
    match passes {
        (0, 0) if reading.is_empty() => {}
        (0, 0) => text += "  listing",
        (described, left) => text += &format!("  described {described} of {}", described + left),
    }
    text += &format!("  {calls} calls");
    if let Some(seconds) = since.and_then(|since| seconds_left(passes, now.duration_since(since).as_secs())) {
        text += &format!("  about {seconds} s left");
    }
    text.chars().take(79).collect()
}

/// At the pace until now; `None` while there is none.
fn seconds_left((described, left): (usize, usize), elapsed: i64) -> Option<i64> {
    let (described, left) = (i64::try_from(described).ok()?, i64::try_from(left).ok()?);
    (described > 0 && left > 0 && elapsed > 0).then(|| left.saturating_mul(elapsed) / described + 1)
}

fn finished_line(shard: &Shard) -> String {
    let unreadable = shard.header.sources.iter().filter(|one| one.found.unreadable().is_some()).count();
    let missing = match unreadable {
        0 => String::new(),
        1 => ", 1 list could not be read".to_owned(),
        many => format!(", {many} lists could not be read"),
    };
    format!("{}: {} found{missing}", shard.header.region, shard.entries.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn state(reading: &[(&str, Option<(usize, usize)>)]) -> State {
        let reading = reading.iter().map(|(region, pass)| ((*region).to_owned(), *pass)).collect();
        State { of: 17, finished: 3, reading, since: Some(at(0)) }
    }

    #[test]
    fn a_line_says_where_it_is_and_how_long_it_takes() {
        for (reading, expected) in [
            (vec![], "Regions 3/17  40 calls"),
            (vec![("eu-west-1", None)], "Regions 3/17  eu-west-1  listing  40 calls"),
            (
                vec![("eu-west-1", Some((100, 300))), ("us-east-1", None)],
                "Regions 3/17  eu-west-1 +1  described 100 of 400  40 calls  about 31 s left",
            ),
            (vec![("eu-west-1", Some((100, 0)))], "Regions 3/17  eu-west-1  described 100 of 100  40 calls"),
            (vec![("eu-west-1", Some((0, 9)))], "Regions 3/17  eu-west-1  described 0 of 9  40 calls"),
        ] {
            assert_eq!(line(&state(&reading), 40, at(10)), expected);
        }
    }
}
