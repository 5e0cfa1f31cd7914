//! Batches of SQS messages, and the answer that names those to deliver again
//! ([partial batch responses](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html)).

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// A batch that cannot be answered message by message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct InvalidBatch {
    /// The field of the batch.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// A message, as Lambda delivers it.
#[derive(Debug, Clone, Copy)]
pub struct SqsMessage<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its body, empty where it has none.
    pub body: &'a str,
    /// How many times it was delivered.
    pub deliveries: u32,
    first_received: Option<Timestamp>,
}

impl<'a> SqsMessage<'a> {
    /// The messages of a batch; `None` where the event is not a batch.
    ///
    /// # Errors
    /// It is one, of which messages could not be delivered again.
    pub fn read_batch(event: &'a Value) -> Result<Option<Vec<Self>>, InvalidBatch> {
        let Some(records) = event.get("Records") else { return Ok(None) };
        let records = records.as_array().ok_or(InvalidBatch { field: "Records", problem: "is not a list" })?;
        records.iter().map(Self::read).collect::<Result<_, _>>().map(Some)
    }

    fn read(record: &'a Value) -> Result<Self, InvalidBatch> {
        const PROBLEM: &str = "is missing, so the message cannot be returned";
        let attributes = &record["attributes"];
        let milliseconds = attributes["ApproximateFirstReceiveTimestamp"].as_str();
        let deliveries = attributes["ApproximateReceiveCount"].as_str().and_then(|text| text.parse().ok());
        let id = record["messageId"].as_str();
        Ok(Self {
            id: id.ok_or(InvalidBatch { field: "Records[].messageId", problem: PROBLEM })?,
            body: record["body"].as_str().unwrap_or_default(),
            deliveries: deliveries.unwrap_or(1),
            first_received: milliseconds
                .and_then(|text| text.parse().ok())
                .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
        })
    }

    /// How long it has been waiting since its first delivery.
    pub fn waited(&self, now: Timestamp) -> SignedDuration {
        self.first_received.map_or(SignedDuration::ZERO, |first| now.duration_since(first))
    }
}

/// The answer to a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// The messages that return to the queue.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A message that returns to the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its id.
    pub item_identifier: String,
}

impl BatchAnswer {
    /// Returns a message to the queue.
    pub fn add(&mut self, message: &SqsMessage<'_>) {
        self.batch_item_failures.push(BatchItemFailure { item_identifier: message.id.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_says_how_often_it_was_delivered_and_since_when() {
        let event = json!({ "Records": [
            { "messageId": "a", "body": "{}", "attributes": {
                "ApproximateReceiveCount": "3", "ApproximateFirstReceiveTimestamp": "1795240800000" } },
            { "messageId": "b", "attributes": {
                "ApproximateReceiveCount": "many", "ApproximateFirstReceiveTimestamp": null } },
        ]});
        let messages = SqsMessage::read_batch(&event).unwrap().unwrap();
        let now = "2026-11-21T07:00:00Z".parse().unwrap();
        let seen: Vec<_> =
            messages.iter().map(|one| (one.id, one.body, one.deliveries, one.waited(now).as_secs())).collect();
        assert_eq!(seen, [("a", "{}", 3, 3_600), ("b", "", 1, 0)]);
    }

    #[test]
    fn what_is_not_a_batch_or_cannot_be_returned_is_known() {
        assert_eq!(SqsMessage::read_batch(&json!({ "source": "aws.acm" })).unwrap().map(|all| all.len()), None);
        for (event, field) in
            [(json!({ "Records": 7 }), "Records"), (json!({ "Records": [{ "body": "{}" }] }), "Records[].messageId")]
        {
            assert_eq!(SqsMessage::read_batch(&event).unwrap_err().field, field, "{event}");
        }
    }

    #[test]
    fn the_answer_names_the_messages_that_return() {
        let event = json!({ "Records": [{ "messageId": "a" }] });
        let mut answer = BatchAnswer::default();
        assert_eq!(json!(answer), json!({ "batchItemFailures": [] }));
        answer.add(&SqsMessage::read_batch(&event).unwrap().unwrap()[0]);
        assert_eq!(json!(answer), json!({ "batchItemFailures": [{ "itemIdentifier": "a" }] }));
    }
}
