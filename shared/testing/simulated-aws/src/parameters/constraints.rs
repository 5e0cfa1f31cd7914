//! The constraints of one value, in AWS's words.

use serde_json::Value;

use super::rules::{Kind, Shape};
use super::types::number;

/// In what way a value is wrong. The texts follow "Member must".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    Missing,
    NotInSet(String),
    Other(String),
}

impl Failure {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Missing => "not be null",
            Self::NotInSet(text) | Self::Other(text) => text,
        }
    }
}

impl Shape {
    /// Whether messages name what is within it.
    pub(super) fn is_compound(&self) -> bool {
        matches!(self.kind, Kind::Structure(_) | Kind::List(_) | Kind::Map { .. })
    }

    pub(super) fn failures(&self, value: &Value) -> Vec<Failure> {
        match self.kind {
            Kind::Text => value.as_str().map(|text| self.failures_of_text(text)).unwrap_or_default(),
            Kind::Blob => self.wrong_size(blob_length(value)),
            Kind::Integer | Kind::Float => number(value).map(|number| self.outside(number)).unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// The pattern first, then the length: recorded from AWS (LocalStack's `tests/aws/services/events/
    /// test_events.snapshot.json`).
    pub(super) fn failures_of_text(&self, text: &str) -> Vec<Failure> {
        let mut failures = Vec::new();
        if !self.values.is_empty() && !self.values.iter().any(|one| one == text) {
            failures.push(Failure::NotInSet(self.set()));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches(text)) {
            failures.extend(self.shown_pattern().map(Failure::Other));
        }
        if self.min.is_some() || self.max.is_some() {
            failures.extend(self.wrong_size(text.chars().count()));
        }
        failures
    }

    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
    pub(super) fn wrong_size(&self, length: usize) -> Vec<Failure> {
        self.outside(length as f64)
    }

    fn outside(&self, number: f64) -> Vec<Failure> {
        let most = self.most().filter(|_| self.max.is_some_and(|max| number > max));
        let least = self.least().filter(|_| self.min.is_some_and(|min| number < min));
        most.into_iter().chain(least).map(Failure::Other).collect()
    }

    /// All of them, as a list's message names those of its items.
    pub(super) fn constraints(&self) -> Vec<String> {
        let set = (!self.values.is_empty()).then(|| self.set());
        [self.most(), self.least(), self.shown_pattern(), set].into_iter().flatten().collect()
    }

    fn most(&self) -> Option<String> {
        self.max.map(|max| format!("have {} less than or equal to {max}", self.measure()))
    }

    fn least(&self) -> Option<String> {
        self.min.map(|min| format!("have {} greater than or equal to {min}", self.measure()))
    }

    fn measure(&self) -> &'static str {
        if matches!(self.kind, Kind::Integer | Kind::Float) { "value" } else { "length" }
    }

    fn shown_pattern(&self) -> Option<String> {
        self.pattern.as_ref().map(|pattern| format!("satisfy regular expression pattern: {}", pattern.shown))
    }

    fn set(&self) -> String {
        format!("satisfy enum value set: [{}]", self.values.join(", "))
    }
}

/// The bytes of a blob, from its Base64 text.
pub(super) fn blob_length(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    (text.len() / 4 * 3).saturating_sub(padding)
}
