//! Whether the API calls of an account and Region reach EventBridge, by what CloudTrail says of its trails.
//!
//! EventBridge gets a call only if a trail that is logging records it as a management event
//! ([events of CloudTrail](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html)).

use std::hash::Hash;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::direct_read::is_in_turn;

/// A trail that records the Region. `None`: CloudTrail does not say, as it may not about a trail of the organization. Such a
/// trail is believed to do what it is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trail {
    pub is_logging: Option<bool>,
    pub records_writes: Option<bool>,
}

/// What the trails together come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrailState {
    /// Calls that write reach EventBridge.
    Logging,
    /// No trail records the Region.
    Missing,
    /// Those that do have been stopped.
    Stopped,
    /// Those that are logging leave out management events that write.
    WithoutWriteEvents,
    /// CloudTrail could not be asked.
    NotRead,
}

impl TrailState {
    /// Of the trails that record the Region.
    pub fn of(trails: &[Trail]) -> Self {
        let logging: Vec<&Trail> = trails.iter().filter(|trail| trail.is_logging != Some(false)).collect();
        match (trails.is_empty(), logging.is_empty()) {
            (true, _) => Self::Missing,
            (false, true) => Self::Stopped,
            (false, false) if logging.iter().any(|trail| trail.records_writes != Some(false)) => Self::Logging,
            (false, false) => Self::WithoutWriteEvents,
        }
    }

    /// The word in answers, logs and what is remembered.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logging => "logging",
            Self::Missing => "missing",
            Self::Stopped => "stopped",
            Self::WithoutWriteEvents => "without-write-events",
            Self::NotRead => "not-read",
        }
    }
}

/// A field of an advanced event selector, and the values that it equals.
#[derive(Debug, Clone, Copy)]
pub struct FieldSelector<'a> {
    pub field: &'a str,
    pub equals: &'a [String],
}

/// Whether an advanced event selector takes management events that write: its category is theirs, and `readOnly` is not `true`
/// ([AdvancedFieldSelector](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html)).
pub fn takes_writes(fields: &[FieldSelector<'_>]) -> bool {
    let of = |name: &str| fields.iter().find(|one| one.field == name);
    let is_management = of("eventCategory").is_some_and(|one| one.equals.iter().any(|value| value == "Management"));
    let is_read_only = of("readOnly").is_some_and(|one| one.equals.iter().all(|value| value == "true"));
    is_management && !is_read_only
}

/// Whether this sweep of a target asks: once a day, as far as sweeps are as often as configured.
pub fn is_due(target: &impl Hash, sweep_gap: SignedDuration, now: Timestamp) -> bool {
    is_in_turn(target, sweep_gap, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trail_that_may_record_calls_is_enough() {
        let trail = |is_logging, records_writes| Trail { is_logging, records_writes };
        let (good, stopped) = (trail(Some(true), Some(true)), trail(Some(false), Some(true)));
        let reads_only = trail(Some(true), Some(false));
        for (trails, expected) in [
            (&[][..], TrailState::Missing),
            (&[good], TrailState::Logging),
            (&[stopped], TrailState::Stopped),
            (&[reads_only], TrailState::WithoutWriteEvents),
            (&[stopped, reads_only], TrailState::WithoutWriteEvents),
            (&[stopped, reads_only, good], TrailState::Logging),
            (&[trail(None, None)], TrailState::Logging),
            (&[trail(None, Some(false))], TrailState::WithoutWriteEvents),
        ] {
            assert_eq!(TrailState::of(trails), expected, "{trails:?}");
        }
    }

    fn selector<'a>(field: &'a str, equals: &'a [String]) -> FieldSelector<'a> {
        FieldSelector { field, equals }
    }

    #[test]
    fn advanced_selectors() {
        let [management, data, yes, no] = ["Management", "Data", "true", "false"].map(|one| vec![one.to_owned()]);
        for (fields, expected) in [
            (vec![selector("eventCategory", &management)], true),
            (vec![selector("eventCategory", &management), selector("readOnly", &no)], true),
            (vec![selector("eventCategory", &management), selector("readOnly", &yes)], false),
            (vec![selector("eventCategory", &data)], false),
            (vec![selector("readOnly", &no)], false),
        ] {
            assert_eq!(takes_writes(&fields), expected, "{fields:?}");
        }
    }
}
