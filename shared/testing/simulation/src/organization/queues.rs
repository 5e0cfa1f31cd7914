//! The queues through which the hub's functions sweep each account and Region.

use simulated_aws::{Aws, Call};

use super::Organization;
use crate::event_queue::{Message, ScheduledEvent};
use crate::wiring::Wiring;
use crate::world::{DNS_VALIDATION, World};

const TARGET_QUEUE_URL: &str = "TARGET_QUEUE_URL";
const DNS_SWEEP: &str = "DnsSweepFunction";
const ORGANIZATION: &str = "ORGANIZATION";

/// A queue of the template.
#[derive(Debug)]
pub(super) struct SweepQueue {
    /// Its logical id.
    id: String,
    url: String,
    /// The last message that was taken from it. Later ids are greater.
    taken: String,
}

impl Organization {
    /// The queues of the template, which the functions know by their URLs. The function for dns-validation's sweeps has the
    /// code of the one for its events, and is played by its process.
    pub(crate) fn connect(&mut self, aws: &Aws, wiring: &mut Wiring) {
        wiring.functions.remove(DNS_SWEEP);
        let of_sweeps = wiring.queues.values_mut().filter_map(|queue| queue.function.as_mut());
        of_sweeps
            .filter(|function| function.as_str() == DNS_SWEEP)
            .for_each(|function| DNS_VALIDATION.clone_into(function));
        for function in wiring.functions.values_mut() {
            let Some(id) = function.environment.get(TARGET_QUEUE_URL).cloned() else { continue };
            let url = aws.create_queue(&id);
            function.environment.insert(TARGET_QUEUE_URL.to_owned(), url.clone());
            self.queues.push(SweepQueue { id, url, taken: String::new() });
        }
    }

    /// The functions start again with the settings as they are now.
    pub(super) fn configure(&self, wiring: &mut Wiring) {
        for function in wiring.functions.values_mut() {
            if let Some(settings) = function.environment.get_mut(ORGANIZATION) {
                *settings = self.settings();
            }
        }
    }
}

impl World {
    /// Delivers what calls have sent to the queues, each message at least once.
    pub(crate) fn deliver_sweeps(&mut self, calls: &[Call]) {
        let Some(organization) = self.organization.as_mut().filter(|_| calls.iter().any(|call| call.service == "sqs"))
        else {
            return;
        };
        let mut sent = Vec::new();
        for queue in &mut organization.queues {
            let new = self.aws.queued(&queue.url).into_iter().filter(|message| message.id > queue.taken);
            for message in new.collect::<Vec<_>>() {
                sent.push((queue.id.clone(), serde_json::from_str(&message.body).expect("messages are JSON")));
                queue.taken = message.id;
            }
        }
        let now = self.aws.now();
        for (queue, body) in sent {
            let twice = !self.quiet && self.chance(self.faults.duplicate_event);
            for _ in 0..=usize::from(twice) {
                let message = Message::new(serde_json::Value::clone(&body));
                self.events.schedule(now, ScheduledEvent::Receive { queue: queue.clone(), message });
            }
        }
    }
}
