//! Amazon SNS: Publish, and what else people need to set topics up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Aws;
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// API reference, Publish, Message: "a maximum of 256 KB (262,144 bytes)", with names, types and values of
/// the attributes (developer guide, "Message attributes").
const LARGEST_MESSAGE: usize = 262_144;
/// API reference, Publish, Subject: "less than 100 characters long".
const SUBJECT_LIMIT: usize = 100;
const PAGE: usize = 100;

/// The topics and what was published.
#[derive(Debug, Default)]
pub(crate) struct Store {
    topics: BTreeSet<String>,
    pub(crate) published: Vec<Notice>,
}

/// A message that SNS accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The topic's ARN.
    pub topic_arn: String,
    /// The id that the caller got.
    pub message_id: String,
    /// The subject.
    pub subject: Option<String>,
    /// The message as it was sent.
    pub message: String,
    /// With `MessageStructure=json`: the message per protocol (`default`, `email`, `sqs`, ...).
    pub per_protocol: BTreeMap<String, String>,
    /// Message attributes: name to type and value.
    pub attributes: BTreeMap<String, (String, String)>,
    /// Virtual time of the call.
    pub at: Timestamp,
}

impl Notice {
    /// What a subscriber of this protocol gets, such as `email` or `sqs`.
    pub fn for_protocol(&self, protocol: &str) -> &str {
        self.per_protocol.get(protocol).or_else(|| self.per_protocol.get("default")).unwrap_or(&self.message)
    }

    /// A message attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(|(_, value)| value.as_str())
    }
}

impl Aws {
    /// Creates a topic and gives its ARN.
    pub fn create_topic(&self, name: &str) -> String {
        let mut state = self.state();
        let arn = state.arn("sns", name);
        state.sns.topics.insert(arn.clone());
        arn
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateTopic" => create(state, input),
        "ListTopics" => list(state, input),
        "Publish" => publish(state, input),
        other => Err(not_modelled("sns", other)),
    }
}

/// API reference, CreateTopic, Name: "uppercase and lowercase ASCII letters, numbers, underscores, and
/// hyphens", 1 to 256 characters; an existing topic's ARN is answered.
fn create(state: &mut State, input: &Value) -> Answer {
    let name = input["Name"].as_str().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if !(1..=256).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(invalid("Topic Name"));
    }
    let arn = state.arn("sns", name);
    state.sns.topics.insert(arn.clone());
    Ok(json!({ "TopicArn": arn }))
}

/// API reference, ListTopics: "up to 100" topics, and a token when more follow.
fn list(state: &State, input: &Value) -> Answer {
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut rest = state.sns.topics.iter().filter(|arn| arn.as_str() > after).peekable();
    let page: Vec<_> = rest.by_ref().take(PAGE).collect();
    let next = page.last().filter(|_| rest.peek().is_some());
    let topics: Vec<_> = page.iter().map(|arn| json!({ "TopicArn": arn })).collect();
    Ok(without_nulls(json!({ "Topics": topics, "NextToken": next })))
}

fn publish(state: &mut State, input: &Value) -> Answer {
    let topic = topic(state, input)?;
    let message = input["Message"].as_str().unwrap_or_default();
    let subject = input["Subject"].as_str();
    let attributes = attributes(input)?;
    check_subject(subject)?;
    check_size(message, &attributes)?;
    let per_protocol = per_protocol(input, message)?;
    let message_id = state.next_uuid();
    state.sns.published.push(Notice {
        topic_arn: topic,
        message_id: message_id.clone(),
        subject: subject.map(str::to_owned),
        message: message.to_owned(),
        per_protocol,
        attributes,
        at: state.now,
    });
    Ok(json!({ "MessageId": message_id }))
}

/// API reference, Publish, NotFound: "the requested resource does not exist".
fn topic(state: &State, input: &Value) -> Result<String, ApiError> {
    let given = ["TopicArn", "TargetArn"].into_iter().find_map(|member| Some((member, input[member].as_str()?)));
    let Some((member, arn)) = given.filter(|(_, arn)| !arn.is_empty()) else {
        return Err(invalid("TopicArn or TargetArn Reason: no value for required parameter"));
    };
    // Recorded from AWS: LocalStack's `tests/aws/services/sns/test_sns.snapshot.json`, test_publish_wrong_arn_format,
    // 2024-03-11. What a whole ARN of something else gets is unverified.
    let elements = arn.split(':').count();
    if elements < 6 {
        return Err(invalid(&format!("{member} Reason: An ARN must have at least 6 elements, not {elements}")));
    }
    // The same file, test_topic_publish_another_region, 2023-11-17.
    if arn.split(':').nth(3) != Some(&state.region) {
        return Err(invalid(member));
    }
    if !state.sns.topics.contains(arn) {
        return Err(ApiError::new("NotFound", "Topic does not exist").status(404));
    }
    Ok(arn.to_owned())
}

/// API reference, Publish, Subject: "Subjects must be UTF-8 text with no line breaks or control characters, and less than
/// 100 characters long".
fn check_subject(subject: Option<&str>) -> Result<(), ApiError> {
    let Some(subject) = subject else { return Ok(()) };
    let length = subject.chars().count();
    let good = (1..SUBJECT_LIMIT).contains(&length) && !subject.chars().any(char::is_control);
    if good { Ok(()) } else { Err(invalid("Subject")) }
}

/// API reference, Publish, Message: not empty, at most 256 KB.
fn check_size(message: &str, attributes: &BTreeMap<String, (String, String)>) -> Result<(), ApiError> {
    if message.is_empty() {
        return Err(invalid("Empty message"));
    }
    let attributes: usize = attributes.iter().map(|(name, (kind, value))| name.len() + kind.len() + value.len()).sum();
    if message.len() + attributes > LARGEST_MESSAGE {
        return Err(invalid("Message too long"));
    }
    Ok(())
}

/// API reference, Publish, MessageStructure: with `json` the message must "be a syntactically valid JSON
/// object; and contain at least a top-level JSON key of "default" with a value that is a string".
/// "Non-string values will cause the key to be ignored."
fn per_protocol(input: &Value, message: &str) -> Result<BTreeMap<String, String>, ApiError> {
    match input["MessageStructure"].as_str() {
        None => return Ok(BTreeMap::new()),
        Some("json") => {}
        Some(_) => return Err(invalid("MessageStructure")),
    }
    let Ok(Value::Object(messages)) = serde_json::from_str(message) else {
        return Err(invalid("Message Structure - JSON message body failed to parse"));
    };
    if !messages.get("default").is_some_and(Value::is_string) {
        return Err(invalid("Message Structure - No default entry in JSON message body"));
    }
    let texts = messages.into_iter().filter_map(|(protocol, text)| Some((protocol, text.as_str()?.to_owned())));
    Ok(texts.collect())
}

/// Developer guide, "Message attributes": names, types and values.
fn attributes(input: &Value) -> Result<BTreeMap<String, (String, String)>, ApiError> {
    let mut found = BTreeMap::new();
    for (name, attribute) in input["MessageAttributes"].as_object().into_iter().flatten() {
        let kind = attribute["DataType"].as_str().unwrap_or_default();
        let value = attribute["StringValue"].as_str().or_else(|| attribute["BinaryValue"].as_str());
        check_attribute_name(name)?;
        let value = value.filter(|value| !value.is_empty()).ok_or_else(|| {
            value_invalid(format!(
                "The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{kind}'."
            ))
        })?;
        check_attribute_value(name, kind, value)?;
        found.insert(name.clone(), (kind.to_owned(), value.to_owned()));
    }
    Ok(found)
}

/// "The name ... can contain A-Z, a-z, 0-9, underscore, hyphen, and period. The name must not start or end
/// with a period, and it should not have successive periods", up to 256 characters; `AWS.` and `Amazon.`
/// are reserved. The texts but that of reserved names are recorded from AWS, as those of the types: LocalStack's
/// `tests/aws/services/sns/test_sns.snapshot.json`, test_empty_or_wrong_message_attributes, 2024-11-15.
fn check_attribute_name(name: &str) -> Result<(), ApiError> {
    let lower = name.to_ascii_lowercase();
    let foreign = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"_-.".contains(*c));
    let why = if name.len() > 256 {
        "Length of message attribute name must be less than 256 bytes.".to_owned()
    } else if name.starts_with('.') {
        "Invalid message attribute name starting with character '.' was found.".to_owned()
    } else if name.ends_with('.') {
        "Invalid message attribute name ending with character '.' was found.".to_owned()
    } else if name.contains("..") {
        "Message attribute name can not have successive '.' character.".to_owned()
    } else if let Some(c) = foreign {
        format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(c)
        )
    } else if name.is_empty() || lower.starts_with("aws.") || lower.starts_with("amazon.") {
        format!("Invalid message attribute name '{name}'.")
    } else {
        return Ok(());
    };
    Err(value_invalid(why))
}

/// "The data types are String, String.Array, Number, and Binary". The text of a wrong number is unverified.
fn check_attribute_value(name: &str, kind: &str, value: &str) -> Result<(), ApiError> {
    let is_known = ["String", "Number", "Binary"]
        .iter()
        .any(|prefix| kind.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
    if !is_known {
        return Err(value_invalid(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
        )));
    }
    let good = match kind {
        "Number" => value.parse::<f64>().is_ok_and(f64::is_finite),
        "String.Array" => serde_json::from_str::<Vec<Value>>(value).is_ok(),
        _ => true,
    };
    if good {
        return Ok(());
    }
    Err(value_invalid(format!("The message attribute '{name}' has an invalid value for the type '{kind}'.")))
}

fn invalid(what: &str) -> ApiError {
    ApiError::new("InvalidParameter", format!("Invalid parameter: {what}"))
}

fn value_invalid(message: String) -> ApiError {
    ApiError::new("ParameterValueInvalid", message)
}
