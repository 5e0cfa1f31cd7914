//! Reading an event ourselves: the runtime would answer with an error type of its own, which no retry rule, alarm or
//! README knows.

use std::borrow::Cow;

use lambda_runtime::LambdaInvocation;
use serde_json::Value;

use crate::RetryableError;

/// An event that cannot be read. Delivering it again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event cannot be read as JSON: {0}")]
pub struct UnreadableEvent(String);

impl RetryableError for UnreadableEvent {
    fn is_retryable(&self) -> bool {
        false
    }
}

/// Reads the text of an event, or of a message that holds one. Half of a surrogate pair, which is what remains when
/// somebody cuts a text between its two halves, becomes U+FFFD: the rest of the event is as good as before.
///
/// # Errors
/// The text is not JSON, is nested too deeply, or has a number that no computer can hold.
pub fn read_event(text: &str) -> Result<Value, UnreadableEvent> {
    serde_json::from_str(&with_whole_characters(text)).map_err(|error| UnreadableEvent(error.to_string()))
}

/// The payload as a JSON string, which the runtime hands on unread.
pub(crate) fn as_text(mut invocation: LambdaInvocation) -> LambdaInvocation {
    let text = String::from_utf8_lossy(&invocation.body);
    invocation.body = Value::from(text).to_string().into();
    invocation
}

/// The text with U+FFFD for each escape that is half a character.
fn with_whole_characters(text: &str) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed(text);
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        let escape = at + found;
        at = match (code_unit(text, escape), code_unit(text, escape + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => escape + 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.to_mut().replace_range(escape..escape + 6, "\\ufffd");
                escape + 6
            }
            // The second character may be a backslash, and not the start of an escape.
            _ => escape + 1 + text[escape + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    whole
}

/// The number in an escape such as `\ud83d` at this place.
fn code_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_says_so_in_words() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (text, says) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("certificate", "expected value at line 1 column 1"),
            (deep.as_str(), "recursion limit exceeded at line 1 column 128"),
            (r#"{"a": 1e400}"#, "number out of range at line 1 column 11"),
            (r#"{"a": "\ud8"}"#, "invalid escape at line 1 column 13"),
        ] {
            let error = read_event(text).unwrap_err();
            assert_eq!(error.to_string(), format!("the event cannot be read as JSON: {says}"), "{text}");
            assert!(!error.is_retryable());
        }
    }

    #[test]
    fn half_a_character_spoils_nothing() {
        for (text, expected) in [
            (r#"{"a": "x\ud83dy", "b": 1}"#, json!({ "a": "x\u{fffd}y", "b": 1 })),
            (r#"["\udc00", "\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}", "\u{fffd}\u{1f600}"])),
            (r#"["\\ud83d", "\ud83d\ude00", "\u00e9\n"]"#, json!(["\\ud83d", "\u{1f600}", "é\n"])),
        ] {
            assert_eq!(read_event(text).unwrap(), expected, "{text}");
        }
    }
}
