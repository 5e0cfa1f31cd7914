//! Messages of the SQS queue, and which of them return to it.

use std::error::Error as _;

use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;
use serde_json::Value;

use crate::error::Error;

/// A message, as Lambda delivers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) id: &'a str,
    pub(super) body: &'a str,
    first_received: Option<Timestamp>,
}

impl<'a> Message<'a> {
    /// Reads it; `None` where it has no id by which it could be returned.
    pub(super) fn read(record: &'a Value) -> Option<Self> {
        let milliseconds = record["attributes"]["ApproximateFirstReceiveTimestamp"].as_str();
        Some(Self {
            id: record["messageId"].as_str()?,
            body: record["body"].as_str().unwrap_or_default(),
            first_received: milliseconds
                .and_then(|text| text.parse().ok())
                .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
        })
    }

    /// How long it has been waiting since its first delivery.
    pub(super) fn waited(&self, now: Timestamp) -> SignedDuration {
        self.first_received.map_or(SignedDuration::ZERO, |first| now.duration_since(first))
    }

    /// Whether it has to be delivered again. What can never be dealt with (junk, another account's certificate) does
    /// not: three deliveries of half an hour each would only hold up the others.
    pub(super) fn is_to_be_returned(&self, result: &Result<Value, Error>, metrics: &mut Metrics) -> bool {
        let error = match result {
            Ok(answer) if answer["reason"] != "just-failed" => return false,
            // Whoever changed the tags waits for it: the last delivery comes after an hour.
            Ok(_) => {
                metrics.count("MessagesReturned", 1);
                return true;
            }
            Err(error) => error,
        };
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
