//! Types of values. JSON has some of its own; in XML, forms and query strings everything is text.

use serde_json::Value;

use super::rules::Kind;

/// A value of a type that cannot become the member's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongType {
    pub(super) why: String,
}

/// Whether a value is of the type, or can be read as it.
pub(super) fn check(kind: &Kind, value: &Value, text_only: bool) -> Result<(), WrongType> {
    let is_fine = match kind {
        // An empty list or structure of a form or of XML is an empty text.
        Kind::Structure(_) | Kind::Map { .. } => value.is_object() || (text_only && value == ""),
        Kind::List(_) => value.is_array() || (text_only && value == ""),
        Kind::Text => value.is_string(),
        Kind::Blob => value.as_str().is_some_and(is_base64),
        Kind::Boolean if text_only => value.as_str().is_some_and(|text| ["true", "false"].contains(&text)),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer if text_only => value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Float if text_only => number(value).is_some(),
        Kind::Float => value.is_number(),
        Kind::Time => value.is_number() || value.is_string(),
    };
    if is_fine { Ok(()) } else { Err(WrongType { why: why(kind, value) }) }
}

/// Without decoding it: chains are long.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(is_digit)
}

/// A number, also one that is written as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// In the words of AWS's JSON protocol. Those of blobs and of the other protocols are unverified.
fn why(kind: &Kind, value: &Value) -> String {
    let given = match value {
        Value::String(_) => "STRING_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Array(_) => return "Start of list found where not expected".to_owned(),
        Value::Object(_) => return "Start of structure or map found where not expected.".to_owned(),
        Value::Null => "NULL_VALUE",
    };
    let wanted = match kind {
        Kind::Structure(_) | Kind::Map { .. } => return "Expected null or structure".to_owned(),
        Kind::List(_) => return "Expected list or null".to_owned(),
        Kind::Text => "a String",
        Kind::Blob => "a Blob",
        Kind::Boolean => "a Boolean",
        Kind::Integer => "an Integer",
        Kind::Float => "a Float",
        Kind::Time => "a Timestamp",
    };
    format!("{given} can not be converted to {wanted}")
}
