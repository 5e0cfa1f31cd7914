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

/// The text without a configuration is AWS's own (moto's `tests/test_acm/test_acm.py`, which runs this test on AWS too:
/// test_put_account_configuration_without_parameters).
pub(super) fn configure(state: &mut State, input: &Value) -> Answer {
    if input["ExpiryEvents"].is_null() {
        return Err(ApiError::validation("Configuration for events is empty."));
    }
    if let Some(days) = input["ExpiryEvents"]["DaysBeforeExpiry"].as_u64() {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(ApiError::validation("DaysBeforeExpiry must be between 1 and 45"));
        }
        state.acm.expiry_days = Some(days);
    }
    Ok(json!({}))
}
