//! EventBridge: events are published, routed by rules, and sent to targets.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::dead_letters::Tries;
use crate::event_queue::{Message, ScheduledEvent};
use crate::world::World;

impl World {
    /// Publishes an event. It may be lost, late or duplicated.
    pub(crate) fn publish(&mut self, bus: &str, event: Value, at: Timestamp) {
        let Some((bus, event)) = self.forward(bus, event) else { return };
        let bus = bus.as_str();
        let faults = self.faults;
        let enter = |world: &mut Self, late: bool| {
            let delay = if late { world.rng.i64(0..86_400) } else { 1 };
            let scheduled = ScheduledEvent::Arrive { bus: bus.to_owned(), event: event.clone() };
            world.events.schedule(at + SignedDuration::from_secs(delay), scheduled);
        };
        if self.quiet {
            return enter(self, false);
        }
        // CloudTrail delivers reliably, and nothing else reports a changed tag. Sweeps find the others without it.
        let is_record = event["detail-type"] == "AWS API Call via CloudTrail"
            && event["source"] == "aws.acm"
            && event["detail"]["eventName"] != "RequestCertificate";
        if !is_record && self.chance(faults.lost_event) {
            self.state.lock().abandon(self.aws.now(), &event);
            return;
        }
        let late = self.chance(faults.late_event);
        if late {
            self.state.lock().secrets.mentioned_mut(&event).for_each(|secret| secret.is_prompt = false);
        }
        enter(self, late);
        if self.chance(faults.duplicate_event) {
            let late = self.chance(faults.late_event);
            enter(self, late);
        }
    }

    /// An event of a spoke arrives on the hub's bus for them.
    fn forward(&self, bus: &str, event: Value) -> Option<(String, Value)> {
        match &self.organization {
            Some(organization) => organization.forward(bus, event),
            None => Some((bus.to_owned(), event)),
        }
    }

    /// Sends an event to all targets of the bus's matching rules.
    pub(crate) fn route(&mut self, bus: &str, event: &Value) {
        let targets: Vec<(String, Option<Value>)> =
            self.wiring.targets(bus, event).map(|target| (target.id.clone(), target.input.clone())).collect();
        for (id, input) in targets {
            self.send_to(&id, input.unwrap_or_else(|| event.clone()));
        }
    }

    pub(crate) fn send_to(&mut self, target: &str, event: Value) {
        let now = self.aws.now();
        if self.wiring.functions.contains_key(target) {
            self.events
                .schedule(now, ScheduledEvent::Invoke { function: target.to_owned(), event, tries: Tries::default() });
        } else {
            self.events
                .schedule(now, ScheduledEvent::Receive { queue: target.to_owned(), message: Message::new(event) });
        }
    }
}
