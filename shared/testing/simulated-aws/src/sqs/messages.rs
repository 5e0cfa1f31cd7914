//! SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Message, Queue, invalid, queue, redrive, strings};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::md5;

/// Developer guide, "Visibility timeout": at most 12 hours, counted from the receive.
const LONGEST_INVISIBLE: i64 = 43_200;
/// Developer guide, "Quotas": in-flight messages per standard queue.
const MOST_IN_FLIGHT: usize = 120_000;

pub(super) fn send(state: &mut State, input: &Value) -> Answer {
    let id = state.next_uuid();
    let now = state.now;
    let queue = queue(state, input)?;
    accept(queue, input, id, now)
}

/// A message of a request, or of an entry of a batch.
pub(super) fn accept(queue: &mut Queue, input: &Value, id: String, now: Timestamp) -> Answer {
    let body = input["MessageBody"].as_str().unwrap_or_default();
    check_body(queue, body)?;
    let delay = seconds(&input["DelaySeconds"], 900)?.unwrap_or_else(|| queue.number("DelaySeconds"));
    let attributes = &input["MessageAttributes"];
    super::attributes::check(attributes)?;
    queue.push(id.clone(), body, attributes.clone(), now, delay);
    Ok(without_nulls(json!({
        "MessageId": id,
        "MD5OfMessageBody": md5::hex(body.as_bytes()),
        "MD5OfMessageAttributes": super::attributes::digest(attributes),
    })))
}

/// API reference, SendMessage, MessageBody: not empty, within the size limit, only characters of XML 1.0.
fn check_body(queue: &Queue, body: &str) -> Result<(), ApiError> {
    if body.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter MessageBody."));
    }
    let most = queue.number("MaximumMessageSize");
    if i64::try_from(body.len()).is_ok_and(|length| length > most) {
        return Err(invalid(&format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )));
    }
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if body.chars().all(allowed) {
        return Ok(());
    }
    Err(ApiError::new("InvalidMessageContents", "Message must not include characters outside the allowed set"))
}

/// API reference, ReceiveMessage. Long polling is answered at once: the clock is virtual.
pub(super) fn receive(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let most = match &input["MaxNumberOfMessages"] {
        Value::Null => 1,
        value => value
            .as_u64()
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| (1..=10).contains(count))
            .ok_or_else(|| {
                invalid("Value for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10.")
            })?,
    };
    seconds(&input["WaitTimeSeconds"], 20)?;
    let queue = queue(state, input)?;
    let timeout = seconds(&input["VisibilityTimeout"], LONGEST_INVISIBLE)?;
    let timeout = SignedDuration::from_secs(timeout.unwrap_or_else(|| queue.number("VisibilityTimeout")));
    queue.forget_old(now);
    let dead = queue.exhausted(now);
    bury(state, input, dead)?;
    let queue = super::queue(state, input)?;
    let in_flight = queue.messages.iter().filter(|m| m.visible_at > now && m.handle.is_some()).count();
    if in_flight >= MOST_IN_FLIGHT {
        return Err(ApiError::new("OverLimit", "Too many messages in flight"));
    }
    let mut received = Vec::new();
    for message in queue.messages.iter_mut().filter(|message| message.visible_at <= now).take(most) {
        message.receive_count += 1;
        message.first_received_at.get_or_insert(now);
        message.visible_at = now + timeout;
        message.handle = Some(format!("{}/{}", message.id, message.receive_count));
        received.push(answer(message, input));
    }
    // API reference, ReceiveMessage: without messages the member is missing.
    Ok(if received.is_empty() { json!({}) } else { json!({ "Messages": received }) })
}

/// Developer guide, "Dead-letter queues": "When the ReceiveCount for a message exceeds the maxReceiveCount
/// for a queue, Amazon SQS moves the message to the dead-letter queue"; its age stays that of the first send.
fn bury(state: &mut State, input: &Value, dead: Vec<Message>) -> Result<(), ApiError> {
    if dead.is_empty() {
        return Ok(());
    }
    let policy = queue(state, input)?.attributes.get("RedrivePolicy").and_then(|policy| redrive(policy));
    let Some((arn, _)) = policy else { return Ok(()) };
    if let Some(target) = state.sqs.queues.values_mut().find(|queue| queue.arn == arn) {
        target.messages.extend(dead.into_iter().map(|message| Message { receive_count: 0, handle: None, ..message }));
    }
    Ok(())
}

impl Queue {
    pub(super) fn push(&mut self, id: String, body: &str, attributes: Value, now: Timestamp, delay: i64) {
        self.messages.push(Message {
            id,
            body: body.to_owned(),
            attributes,
            sent_at: now,
            first_received_at: None,
            receive_count: 0,
            visible_at: now + SignedDuration::from_secs(delay),
            handle: None,
        });
    }

    /// Takes out the visible messages that were received too often.
    fn exhausted(&mut self, now: Timestamp) -> Vec<Message> {
        let Some((_, most)) = self.attributes.get("RedrivePolicy").and_then(|policy| redrive(policy)) else {
            return Vec::new();
        };
        let dead = |message: &Message| message.visible_at <= now && message.receive_count >= most;
        let (dead, alive) = std::mem::take(&mut self.messages).into_iter().partition(dead);
        self.messages = alive;
        dead
    }
}

/// API reference, Message. System attributes and message attributes come only when they are asked for.
fn answer(message: &Message, input: &Value) -> Value {
    let millis = |at: Timestamp| Value::from(at.as_millisecond().to_string());
    let system = [
        ("ApproximateFirstReceiveTimestamp", millis(message.first_received_at.unwrap_or(message.sent_at))),
        ("ApproximateReceiveCount", Value::from(message.receive_count.to_string())),
        ("SenderId", Value::from("AIDASIMULATED")),
        ("SentTimestamp", millis(message.sent_at)),
    ];
    let wanted: Vec<_> =
        strings(&input["MessageSystemAttributeNames"]).chain(strings(&input["AttributeNames"])).collect();
    let system: Map<_, _> = system
        .into_iter()
        .filter(|(name, _)| wanted.iter().any(|one| *one == "All" || one == name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let names: Vec<_> = strings(&input["MessageAttributeNames"]).collect();
    let attributes: Map<_, _> = message
        .attributes
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| names.iter().any(|one| is_asked(one, name)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut answer = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.handle,
        "Body": message.body,
        "MD5OfBody": md5::hex(message.body.as_bytes()),
    });
    if !system.is_empty() {
        answer["Attributes"] = system.into();
    }
    if !attributes.is_empty() {
        let attributes = attributes.into();
        answer["MD5OfMessageAttributes"] = super::attributes::digest(&attributes).into();
        answer["MessageAttributes"] = attributes;
    }
    answer
}

/// API reference, ReceiveMessage, MessageAttributeNames: all, one, or "all message attributes starting with a prefix, for
/// example bar.*".
fn is_asked(asked: &str, name: &str) -> bool {
    asked == "All" || asked == name || asked.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}

/// API reference, DeleteMessage: "you must provide the most recently received ReceiptHandle (otherwise, the
/// request succeeds, but the message will not be deleted)".
pub(super) fn delete(state: &mut State, input: &Value) -> Answer {
    let handle = handle(input)?.to_owned();
    queue(state, input)?.messages.retain(|message| message.handle.as_deref() != Some(&handle));
    Ok(json!({}))
}

/// API reference, ChangeMessageVisibility: MessageNotInflight when the message is visible already; the
/// total is at most 12 hours.
pub(super) fn change_visibility(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let handle = handle(input)?.to_owned();
    let timeout = seconds(&input["VisibilityTimeout"], LONGEST_INVISIBLE)?.ok_or_else(|| {
        ApiError::new("MissingParameter", "The request must contain the parameter VisibilityTimeout.")
    })?;
    let message = queue(state, input)?
        .messages
        .iter_mut()
        .find(|message| message.handle.as_deref() == Some(&handle))
        .ok_or_else(|| invalid("Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."))?;
    if message.visible_at <= now {
        return Err(ApiError::new("MessageNotInflight", "The specified message isn't in flight."));
    }
    message.visible_at = now + SignedDuration::from_secs(timeout);
    Ok(json!({}))
}

fn handle(input: &Value) -> Result<&str, ApiError> {
    match input["ReceiptHandle"].as_str() {
        Some(handle) if handle.contains('/') => Ok(handle),
        _ => Err(ApiError::new("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")),
    }
}

fn seconds(value: &Value, most: i64) -> Result<Option<i64>, ApiError> {
    match value {
        Value::Null => Ok(None),
        value => value.as_i64().filter(|seconds| (0..=most).contains(seconds)).map(Some).ok_or_else(|| {
            invalid(&format!("Value {value} is invalid. Reason: Must be between 0 and {most}, if provided."))
        }),
    }
}
