//! The account's configuration.

use serde_json::{Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, ExpiryEventsConfiguration: "By default, accounts receive events starting 45 days before
/// certificate expiration"; 1 to 45.
const MOST_DAYS: u64 = 45;

impl Aws {
    /// From how many days before NotAfter on ACM sends its daily events.
    pub fn expiry_event_days(&self) -> u64 {
        self.state().acm.expiry_days.unwrap_or(MOST_DAYS)
    }
}

pub(super) fn configuration(state: &State) -> Value {
    json!({ "ExpiryEvents": { "DaysBeforeExpiry": state.acm.expiry_days.unwrap_or(MOST_DAYS) } })
}

/// API reference, PutAccountConfiguration: IdempotencyToken of 1 to 32 word characters is required.
pub(super) fn configure(state: &mut State, input: &Value) -> Answer {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let token = input["IdempotencyToken"].as_str().unwrap_or_default();
    if !(1..=32).contains(&token.len()) || !token.chars().all(word) {
        return Err(ApiError::constraint("idempotencyToken", r"satisfy regular expression pattern: \w+"));
    }
    if let Some(days) = input["ExpiryEvents"]["DaysBeforeExpiry"].as_u64() {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(ApiError::validation("DaysBeforeExpiry must be between 1 and 45"));
        }
        state.acm.expiry_days = Some(days);
    }
    Ok(json!({}))
}
