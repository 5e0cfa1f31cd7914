//! What is going to happen, in the order of time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::{operators, zones};

/// Something that is going to happen.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// An event comes to a bus.
    Event { bus: String, event: Value },
    /// Lambda runs a function with an event that nobody waits for the answer of.
    Invoke { function: String, event: Value, attempt: u32 },
    /// A message of a queue becomes visible.
    Receive { queue: String, message: Message },
    /// An operator acts.
    Operator(Deed),
    /// AWS Config makes an item of a resource that changed.
    Item(String),
    /// AWS Config evaluates a rule for all resources; the rule's number.
    Evaluate(usize),
    /// A rule fires by its schedule; the rule's number.
    Schedule(usize),
    /// A day of UTC begins.
    Day,
}

/// What an operator is going to do.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// To a certificate.
    Certificate(String, operators::Act),
    /// To the hosted zones.
    Zones(zones::Act),
}

/// A message of a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) body: Value,
    pub(crate) receives: u32,
    pub(crate) first_received: Option<Timestamp>,
}

/// Happenings by time; of those at the same time the first entered is first.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: BTreeMap<(Timestamp, u64), Happening>,
    entered: u64,
}

impl Agenda {
    pub(crate) fn enter(&mut self, at: Timestamp, happening: Happening) {
        self.entered += 1;
        self.entries.insert((at, self.entered), happening);
    }

    /// The next one that is due by then.
    pub(crate) fn next(&mut self, until: Timestamp) -> Option<(Timestamp, Happening)> {
        let first = self.entries.first_entry()?;
        if first.key().0 > until {
            return None;
        }
        let ((at, _), happening) = first.remove_entry();
        Some((at, happening))
    }
}
