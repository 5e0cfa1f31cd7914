//! Message attributes: what they may be, and their digest.

use serde_json::Value;

use super::invalid;
use crate::calls::{ApiError, decode_blob};
use crate::md5;

/// Developer guide, "Message attributes": type and value are not empty. The text about the value is recorded from AWS:
/// LocalStack's `tests/aws/services/sqs/test_sqs.snapshot.json`, test_send_message_with_empty_string_attribute, 2024-04-30.
pub(super) fn check(attributes: &Value) -> Result<(), ApiError> {
    for (name, attribute) in attributes.as_object().into_iter().flatten() {
        let kind = attribute["DataType"].as_str().unwrap_or_default();
        if !["String", "Number", "Binary"].contains(&base(kind)) {
            return Err(invalid(&format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
            )));
        }
        if value(attribute).is_none_or(str::is_empty) {
            let why = format!("Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'.");
            return Err(invalid(&why));
        }
    }
    Ok(())
}

/// The type without its label: `String.json` is a String.
fn base(kind: &str) -> &str {
    kind.split('.').next().unwrap_or_default()
}

fn value(attribute: &Value) -> Option<&str> {
    let member = if base(attribute["DataType"].as_str()?) == "Binary" { "BinaryValue" } else { "StringValue" };
    attribute[member].as_str()
}

/// Developer guide, "Calculating the MD5 message digest for message attributes": by name, each of name, type and value with
/// its length before it, and 1 for text or 2 for bytes before the value. `None` without attributes.
pub(super) fn digest(attributes: &Value) -> Option<String> {
    let attributes = attributes.as_object().filter(|attributes| !attributes.is_empty())?;
    let mut names: Vec<_> = attributes.keys().collect();
    names.sort();
    let mut message = Vec::new();
    for name in names {
        let kind = attributes[name]["DataType"].as_str().unwrap_or_default();
        let text = value(&attributes[name]).unwrap_or_default();
        append(&mut message, name.as_bytes());
        append(&mut message, kind.as_bytes());
        if base(kind) == "Binary" {
            message.push(2);
            append(&mut message, &decode_blob(text).unwrap_or_default());
        } else {
            message.push(1);
            append(&mut message, text.as_bytes());
        }
    }
    Some(md5::hex(&message))
}

/// Developer guide, "Message attributes": name, type and value count for the size of a message.
pub(super) fn size(attributes: &Value) -> usize {
    let of_one = |(name, attribute): (&String, &Value)| {
        name.len() + attribute["DataType"].as_str().map_or(0, str::len) + value(attribute).map_or(0, str::len)
    };
    attributes.as_object().into_iter().flatten().map(of_one).sum()
}

fn append(message: &mut Vec<u8>, part: &[u8]) {
    message.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    message.extend(part);
}
