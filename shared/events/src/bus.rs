//! Putting events on the bus.

use aws_client::{CallError, CallErrorKind};
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use crate::{Event, SOURCE};

const PUT_EVENTS: &str = "events:PutEvents";
/// [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html) takes
/// at most ten entries.
const MAX_ENTRIES: usize = 10;

/// The bus that our events go to.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
    name: String,
}

impl EventBus {
    /// A bus by its name or ARN.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Puts events on the bus, in their order. EventBridge accepts events to a bus that does not exist,
    /// and loses them: that is not an error.
    ///
    /// # Errors
    /// The call failed, or the bus refused an entry (PutEvents answers 200 then, so each answer's
    /// FailedEntryCount is checked).
    pub async fn put(&self, events: &[Event]) -> Result<(), CallError> {
        for batch in events.chunks(MAX_ENTRIES) {
            let entries = batch
                .iter()
                .map(|event| {
                    PutEventsRequestEntry::builder()
                        .source(SOURCE)
                        .detail_type(event.detail_type())
                        .detail(event.detail().to_string())
                        .resources(event.certificate_arn().as_str())
                        .event_bus_name(&self.name)
                        .build()
                })
                .collect();
            let answer = self
                .client
                .put_events()
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| CallError::new(PUT_EVENTS, &error))?;
            if answer.failed_entry_count() > 0 {
                let refused = answer.entries().iter().find(|entry| entry.error_code().is_some());
                return Err(CallError {
                    operation: PUT_EVENTS,
                    code: refused.and_then(|entry| entry.error_code()).map(str::to_owned),
                    message: refused.and_then(|entry| entry.error_message()).unwrap_or("an entry failed").to_owned(),
                    // The documented codes of single entries (ThrottlingException,
                    // InternalFailure) pass with time.
                    kind: CallErrorKind::Unavailable,
                });
            }
        }
        Ok(())
    }
}
