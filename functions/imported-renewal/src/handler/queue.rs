//! Messages of the SQS queue, and which of them return to it.

use std::error::Error as _;

use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;
use serde_json::Value;

use super::answer::Answer;
use crate::error::Error;

/// The queue's `maxReceiveCount`: a message that returns after this delivery is a dead letter.
const DELIVERIES: u32 = 4;

/// A message, as Lambda delivers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) id: &'a str,
    pub(super) body: &'a str,
    first_received: Option<Timestamp>,
    /// How many times it was delivered.
    deliveries: u32,
}

impl<'a> Message<'a> {
    /// Reads it; `None` where it has no id by which it could be returned.
    pub(super) fn read(record: &'a Value) -> Option<Self> {
        let attributes = &record["attributes"];
        let milliseconds = attributes["ApproximateFirstReceiveTimestamp"].as_str();
        let deliveries = attributes["ApproximateReceiveCount"].as_str().and_then(|text| text.parse().ok());
        Some(Self {
            id: record["messageId"].as_str()?,
            body: record["body"].as_str().unwrap_or_default(),
            first_received: milliseconds
                .and_then(|text| text.parse().ok())
                .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
            deliveries: deliveries.unwrap_or(1),
        })
    }

    /// How long it has been waiting since its first delivery.
    pub(super) fn waited(&self, now: Timestamp) -> SignedDuration {
        self.first_received.map_or(SignedDuration::ZERO, |first| now.duration_since(first))
    }

    /// Whether it has to be delivered again.
    pub(super) fn is_to_be_returned(&self, result: &Result<Answer, Error>, metrics: &mut Metrics) -> bool {
        match result {
            Ok(answer) => answer.is_too_early && self.waits(metrics),
            Err(error) => self.has_failed(error, metrics),
        }
    }

    /// It came too early, and nothing is broken: it must not end as a dead letter, which says so. An attempt after its
    /// first deliveries has seen what it asks for, and the sweep asks again for what is due.
    fn waits(&self, metrics: &mut Metrics) -> bool {
        if self.deliveries >= DELIVERIES {
            tracing::warn!(message_id = self.id, outcome = "answered", "too early at its last delivery");
            return false;
        }
        metrics.count("MessagesReturned", 1);
        true
    }

    /// What can never be dealt with (junk, another account's certificate) is not delivered again: deliveries of half
    /// an hour each would only hold up the others.
    fn has_failed(&self, error: &Error, metrics: &mut Metrics) -> bool {
        let refused = error.is_of_the_message();
        let (outcome, metric) =
            if refused { ("refused", "MessagesRefused") } else { ("returned-to-queue", "MessagesReturned") };
        let certificate_arn = error.certificate().map(tracing::field::display);
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        if refused {
            tracing::warn!(certificate_arn, outcome, message_id = self.id, reason = %error, cause);
        } else {
            tracing::error!(certificate_arn, outcome, message_id = self.id, reason = %error, cause);
        }
        metrics.count(metric, 1);
        !refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without the last delivery after an hour, whatever comes too early would be lost.
    #[test]
    fn the_template_delivers_as_often() {
        let template = include_str!("../../../../infra/template.yaml");
        let queue = template.split("\n  RenewalQueue:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        assert!(queue.lines().any(|line| line.trim() == format!("maxReceiveCount: {DELIVERIES}")), "{queue}");
        assert!(queue.contains("VisibilityTimeout: 1800"), "{queue}");
    }
}
