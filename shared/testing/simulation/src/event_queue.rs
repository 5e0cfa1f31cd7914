//! The discrete-event queue.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::dead_letters::Tries;
use crate::operators;
use crate::secrets::actions::SecretAction;
use crate::zones::ZoneAction;

#[derive(Debug, Clone)]
pub(crate) enum ScheduledEvent {
    /// An event reaches a bus.
    Arrive {
        bus: String,
        event: Value,
    },
    /// Lambda invokes a function asynchronously.
    Invoke {
        function: String,
        event: Value,
        tries: Tries,
    },
    /// A message of a queue becomes visible.
    Receive {
        queue: String,
        message: Message,
    },
    Operator(OperatorAction),
    /// AWS Config records an item of a changed resource.
    ConfigItem(String),
    /// AWS Config evaluates a rule for all resources; the rule's index.
    EvaluateRule(usize),
    /// A scheduled EventBridge rule fires; the rule's index.
    FireRule(usize),
    /// A UTC day starts.
    NewDay,
}

#[derive(Debug, Clone)]
pub(crate) enum OperatorAction {
    Certificate(String, operators::Action),
    Zones(ZoneAction),
    /// On the secret of this name.
    Secret(String, SecretAction),
}

/// An SQS message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) body: Value,
    pub(crate) tries: Tries,
    pub(crate) first_received: Option<Timestamp>,
}

impl Message {
    pub(crate) fn new(body: Value) -> Self {
        Self { body, tries: Tries::default(), first_received: None }
    }
}

/// Events in order of time, and of insertion if the times are equal.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    entries: BTreeMap<(Timestamp, u64), ScheduledEvent>,
    entered: u64,
}

impl EventQueue {
    pub(crate) fn schedule(&mut self, at: Timestamp, event: ScheduledEvent) {
        self.entered += 1;
        self.entries.insert((at, self.entered), event);
    }

    pub(crate) fn pop_due(&mut self, until: Timestamp) -> Option<(Timestamp, ScheduledEvent)> {
        let first = self.entries.first_entry()?;
        if first.key().0 > until {
            return None;
        }
        let ((at, _), event) = first.remove_entry();
        Some((at, event))
    }
}
