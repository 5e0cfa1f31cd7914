//! What tests put into SQS, and what they see of it.

use serde_json::{Value, json};

use crate::Aws;

/// A message that lies in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The id that the sender got.
    pub id: String,
    /// The body.
    pub body: String,
    /// How often it was received.
    pub receive_count: u32,
    /// Whether it could be received now.
    pub visible: bool,
}

impl Aws {
    /// Creates a queue with SQS's defaults and gives its URL.
    ///
    /// # Panics
    /// When SQS would refuse the name.
    pub fn create_queue(&self, name: &str) -> String {
        let answer = super::create(&mut self.state(), &json!({ "QueueName": name }));
        let answer = answer.unwrap_or_else(|error| panic!("{}: {}", error.code, error.message));
        answer["QueueUrl"].as_str().unwrap_or_default().to_owned()
    }

    /// The ARN of the queue of this URL.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn queue_arn(&self, url: &str) -> String {
        let mut state = self.state();
        super::queue(&mut state, &json!({ "QueueUrl": url }))
            .map_or_else(|_| panic!("there is no queue {url}"), |queue| queue.arn.clone())
    }

    /// Somebody sends a message. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn send_to_queue(&self, url: &str, body: &str) {
        let mut state = self.state();
        let (id, now) = (state.next_uuid(), state.now);
        super::queue(&mut state, &json!({ "QueueUrl": url }))
            .unwrap_or_else(|_| panic!("there is no queue {url}"))
            .push(id, body, Value::Null, now, 0);
    }

    /// The messages of a queue, in the order of sending.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn queued(&self, url: &str) -> Vec<QueuedMessage> {
        let mut state = self.state();
        let now = state.now;
        let queue =
            super::queue(&mut state, &json!({ "QueueUrl": url })).unwrap_or_else(|_| panic!("there is no queue {url}"));
        queue.forget_old(now);
        let seen = queue.messages.iter().map(|message| QueuedMessage {
            id: message.id.clone(),
            body: message.body.clone(),
            receive_count: message.receive_count,
            visible: message.visible_at <= now,
        });
        seen.collect()
    }
}
