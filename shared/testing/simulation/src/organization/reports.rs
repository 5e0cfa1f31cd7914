//! What was reported about accounts and Regions that cannot be read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use simulated_aws::Notice;

use crate::place::Place;
use crate::report::{Broken, Check};

pub(crate) const REPORTED_ONCE: &str =
    "an account and Region that cannot be read is reported once for each cause, and once when it can be read again";

/// What was reported last about each, and why it may be reported again.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    all: BTreeMap<Place, Report>,
}

#[derive(Debug, Default)]
struct Report {
    /// Why it could not be read; none if it could.
    cause: Option<String>,
    /// A run failed: a notice is published before it is remembered.
    may_repeat: bool,
    /// When something last prevented a report.
    hindered: Timestamp,
}

/// Causes differ by the call that AWS refused.
fn cause(notice: &Value) -> String {
    let what = notice["whatHappened"].as_str().unwrap_or_default();
    what.split(" for ").next().unwrap_or_default().to_owned()
}

impl Reports {
    /// Something may prevent or repeat reports about these.
    pub(crate) fn hinder(&mut self, now: Timestamp, is_hindered: impl Fn(&Place) -> bool) {
        self.all.iter_mut().filter(|(place, _)| is_hindered(place)).for_each(|(_, report)| report.hindered = now);
    }

    /// A run about it failed, or two took place at the same time.
    pub(crate) fn forgive(&mut self, now: Timestamp, place: &Place) {
        let report = self.all.entry(place.clone()).or_default();
        (report.may_repeat, report.hindered) = (true, now);
    }

    /// Checks a notice that a run sent.
    pub(crate) fn check_notice(&mut self, notice: &Notice) -> Check {
        let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
        let new = match text["kind"].as_str() {
            Some("target-unreadable") => Some(cause(&text)),
            Some("target-readable") => None,
            _ => return Ok(()),
        };
        let field = |name: &str| text[name].as_str().unwrap_or_default();
        let place = Place::new(field("account"), field("region"));
        let report = self.all.entry(place.clone()).or_default();
        if report.cause == new && !std::mem::take(&mut report.may_repeat) {
            return Err(Broken::new(REPORTED_ONCE, "", format!("{place:?} was reported again: {new:?}")));
        }
        report.cause = new;
        Ok(())
    }

    /// `unreadable`: since when it cannot be read. Sweeps since `before` have reported it, and that it can be read.
    pub(crate) fn check_state(&self, place: &Place, unreadable: Option<Timestamp>, before: Timestamp) -> Check {
        let usual = Report::default();
        let report = self.all.get(place).unwrap_or(&usual);
        let is_settled = report.hindered.max(unreadable.unwrap_or(Timestamp::MIN)) < before;
        if !is_settled || unreadable.is_some() == report.cause.is_some() {
            return Ok(());
        }
        let what = format!("unreadable since {unreadable:?}, and it was reported last: {:?}", report.cause);
        Err(Broken::new(REPORTED_ONCE, "", format!("{place:?}: {what}")))
    }
}

#[cfg(test)]
mod tests;
