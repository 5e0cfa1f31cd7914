//! Amazon SQS: standard queues with visibility, receive counts and redrive to a dead-letter queue.

mod attributes;
mod batch;
mod messages;
mod setup;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

pub use setup::QueuedMessage;

/// The queues, by name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    queues: BTreeMap<String, Queue>,
}

#[derive(Debug)]
struct Queue {
    arn: String,
    url: String,
    created_at: Timestamp,
    modified_at: Timestamp,
    /// As GetQueueAttributes answers them: VisibilityTimeout, DelaySeconds, RedrivePolicy, ...
    attributes: BTreeMap<String, String>,
    messages: Vec<Message>,
}

#[derive(Debug, Clone)]
struct Message {
    id: String,
    body: String,
    attributes: Value,
    sent_at: Timestamp,
    first_received_at: Option<Timestamp>,
    receive_count: u32,
    /// From then on it can be received.
    visible_at: Timestamp,
    /// Of the last receive.
    handle: Option<String>,
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateQueue" => create(state, input),
        "GetQueueUrl" => url(state, input),
        "ListQueues" => list(state, input),
        "GetQueueAttributes" => attributes(state, input),
        "SetQueueAttributes" => set_attributes(state, input),
        "SendMessage" => messages::send(state, input),
        "SendMessageBatch" => batch::send(state, input),
        "ReceiveMessage" => messages::receive(state, input),
        "DeleteMessage" => messages::delete(state, input),
        "ChangeMessageVisibility" => messages::change_visibility(state, input),
        other => Err(not_modelled("sqs", other)),
    }
}

/// API reference, SetQueueAttributes: names, defaults and ranges of the attributes that are modelled.
const NUMBERS: [(&str, u64, u64, u64); 6] = [
    ("DelaySeconds", 0, 0, 900),
    // 1 MiB since August 2025.
    ("MaximumMessageSize", 1_048_576, 1_024, 1_048_576),
    ("KmsDataKeyReusePeriodSeconds", 300, 60, 86_400),
    ("MessageRetentionPeriod", 345_600, 60, 1_209_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 0, 20),
    ("VisibilityTimeout", 30, 0, 43_200),
];

const LARGEST_PAGE: u64 = 1000;

/// API reference, CreateQueue: an existing queue with the same attributes is answered with its URL, with
/// others the error is QueueNameExists.
fn create(state: &mut State, input: &Value) -> Answer {
    let name = input["QueueName"].as_str().unwrap_or_default();
    check_name(name)?;
    let given = checked(&input["Attributes"])?;
    if let Some(present) = state.sqs.queues.get(name) {
        if let Some((other, _)) = given.iter().find(|(name, value)| present.attributes.get(*name) != Some(*value)) {
            // Recorded from AWS: LocalStack's `tests/aws/services/sqs/test_sqs.snapshot.json`, 2024-04-30.
            let why = format!("A queue already exists with the same name and a different value for attribute {other}");
            return Err(ApiError::new("QueueNameExists", why));
        }
        return Ok(json!({ "QueueUrl": present.url }));
    }
    let mut attributes: BTreeMap<_, _> =
        // The key's reuse is shown where it was given.
        NUMBERS
            .iter()
            .filter(|(name, ..)| *name != "KmsDataKeyReusePeriodSeconds")
            .map(|(name, default, ..)| ((*name).to_owned(), default.to_string()))
            .collect();
    // Developer guide, "Encryption at rest": SSE-SQS is on by default.
    attributes.insert("SqsManagedSseEnabled".to_owned(), "true".to_owned());
    attributes.extend(given);
    let url = format!("https://sqs.{}.amazonaws.com/{}/{name}", state.region, state.account);
    let queue = Queue {
        arn: state.arn("sqs", name),
        url: url.clone(),
        created_at: state.now,
        modified_at: state.now,
        attributes,
        messages: Vec::new(),
    };
    state.sqs.queues.insert(name.to_owned(), queue);
    Ok(json!({ "QueueUrl": url }))
}

/// API reference, CreateQueue, QueueName: up to 80 letters, digits, hyphens and underscores. FIFO queues
/// are not modelled.
fn check_name(name: &str) -> Result<(), ApiError> {
    if name.ends_with(".fifo") {
        return Err(ApiError::new("NotModelled", "simulated-aws does not model FIFO queues").status(501));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if (1..=80).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"))
}

fn checked(attributes: &Value) -> Result<BTreeMap<String, String>, ApiError> {
    let mut good = BTreeMap::new();
    for (name, value) in attributes.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        if let Some((_, _, least, most)) = NUMBERS.iter().find(|(known, ..)| known == name) {
            if !value.parse().is_ok_and(|value: u64| (*least..=*most).contains(&value)) {
                return Err(attribute_value(name));
            }
        } else if name == "RedrivePolicy" && !value.is_empty() {
            redrive(value).ok_or_else(|| attribute_value(name))?;
        } else if !matches!(
            name.as_str(),
            "Policy" | "RedrivePolicy" | "KmsMasterKeyId" | "SqsManagedSseEnabled" | "RedriveAllowPolicy"
        ) {
            return Err(ApiError::new("InvalidAttributeName", format!("Unknown Attribute {name}.")));
        }
        good.insert(name.clone(), value.to_owned());
    }
    Ok(good)
}

/// Developer guide, "Dead-letter queues": the queue's ARN, and after how many receives (1 to 1,000) a
/// message goes there. The number may come as text.
fn redrive(policy: &str) -> Option<(String, u32)> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let most = &policy["maxReceiveCount"];
    let most = most.as_u64().or_else(|| most.as_str()?.parse().ok()).filter(|count| (1..=1000).contains(count))?;
    Some((policy["deadLetterTargetArn"].as_str()?.to_owned(), u32::try_from(most).ok()?))
}

fn url(state: &mut State, input: &Value) -> Answer {
    let name = input["QueueName"].as_str().unwrap_or_default();
    let queue = state.sqs.queues.get(name).ok_or_else(no_queue)?;
    Ok(json!({ "QueueUrl": queue.url }))
}

/// API reference, ListQueues, MaxResults: 1 to 1000; only with it there is a NextToken.
fn list(state: &mut State, input: &Value) -> Answer {
    let prefix = input["QueueNamePrefix"].as_str().unwrap_or_default();
    let most = match &input["MaxResults"] {
        Value::Null => LARGEST_PAGE,
        value => value.as_u64().filter(|most| (1..=LARGEST_PAGE).contains(most)).ok_or_else(|| {
            invalid("Value for parameter MaxResults is invalid. Reason: Must be an integer between 1 and 1000.")
        })?,
    };
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut rest =
        state.sqs.queues.iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() > after).peekable();
    let page: Vec<_> = rest.by_ref().take(usize::try_from(most).unwrap_or(usize::MAX)).collect();
    let next =
        page.last().map(|(name, _)| (*name).clone()).filter(|_| rest.peek().is_some() && input["MaxResults"].is_u64());
    if page.is_empty() {
        return Ok(json!({}));
    }
    let urls: Vec<_> = page.iter().map(|(_, queue)| &queue.url).collect();
    Ok(without_nulls(json!({ "QueueUrls": urls, "NextToken": next })))
}

/// API reference, GetQueueAttributes: only what AttributeNames asks for.
fn attributes(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let queue = queue(state, input)?;
    queue.forget_old(now);
    let count = |wanted: &dyn Fn(&Message) -> bool| queue.messages.iter().filter(|m| wanted(m)).count().to_string();
    let mut all = queue.attributes.clone();
    all.extend([
        ("QueueArn".to_owned(), queue.arn.clone()),
        ("CreatedTimestamp".to_owned(), queue.created_at.as_second().to_string()),
        ("LastModifiedTimestamp".to_owned(), queue.modified_at.as_second().to_string()),
        ("ApproximateNumberOfMessages".to_owned(), count(&|m| m.visible_at <= now)),
        ("ApproximateNumberOfMessagesNotVisible".to_owned(), count(&|m| m.visible_at > now && m.handle.is_some())),
        ("ApproximateNumberOfMessagesDelayed".to_owned(), count(&|m| m.visible_at > now && m.handle.is_none())),
    ]);
    let wanted: Vec<_> = strings(&input["AttributeNames"]).collect();
    let asked = all.into_iter().filter(|(name, _)| wanted.iter().any(|one| *one == "All" || one == name));
    let asked: Map<_, _> = asked.map(|(name, value)| (name, Value::from(value))).collect();
    Ok(if asked.is_empty() { json!({}) } else { json!({ "Attributes": asked }) })
}

fn set_attributes(state: &mut State, input: &Value) -> Answer {
    let given = checked(&input["Attributes"])?;
    let now = state.now;
    let queue = queue(state, input)?;
    queue.attributes.extend(given);
    // An empty policy takes it away (AWS's answer is moto's, in `tests/test_sqs/test_sqs.py`).
    queue.attributes.retain(|name, value| !(value.is_empty() && name.ends_with("Policy")));
    queue.modified_at = now;
    Ok(json!({}))
}

impl Queue {
    fn number(&self, name: &str) -> i64 {
        self.attributes.get(name).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// Developer guide, "Message retention": after the retention period messages are gone.
    fn forget_old(&mut self, now: Timestamp) {
        let kept = SignedDuration::from_secs(self.number("MessageRetentionPeriod"));
        self.messages.retain(|message| now.duration_since(message.sent_at) < kept);
    }
}

/// The queue of the `QueueUrl` member, whatever host is in it.
fn queue<'a>(state: &'a mut State, input: &Value) -> Result<&'a mut Queue, ApiError> {
    let url = input["QueueUrl"].as_str().unwrap_or_default();
    let mut parts = url.rsplit('/');
    let (name, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if account != state.account {
        return Err(no_queue());
    }
    state.sqs.queues.get_mut(name).ok_or_else(no_queue)
}

/// "QueueDoesNotExist: The specified queue doesn't exist".
fn no_queue() -> ApiError {
    ApiError::new("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
}

/// The header in which SQS gives the codes of its older protocol, which SDKs show.
pub(crate) fn query_error(error: &ApiError) -> String {
    let code = match error.code.as_str() {
        "com.amazonaws.sqs#QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight".to_owned(),
        "QueueNameExists" => "QueueAlreadyExists".to_owned(),
        other => other.replace("com.amazonaws.sqs#", "AWS.SimpleQueueService."),
    };
    format!("{code};{}", if error.status >= 500 { "Receiver" } else { "Sender" })
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn attribute_value(name: &str) -> ApiError {
    ApiError::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", why)
}
