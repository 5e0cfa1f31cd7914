//! The queue through which a hub sweeps its targets: each side by side with the others, retried alone, and moved alone to
//! the dead-letter queue.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_client::{CallError, CallErrorKind, Clock};
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use futures::{StreamExt, stream};
use lambda::{ConfigurationError, Environment};

use crate::config::OrganizationConfig;
use crate::sweep::TargetSweep;

const TARGET_QUEUE_URL: &str = "TARGET_QUEUE_URL";
/// The permission for SendMessageBatch too.
const SEND: &str = "sqs:SendMessage";
/// [SendMessageBatch](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html)
/// takes up to ten messages.
const BATCH: usize = 10;
/// Batches that are sent at the same time.
const CONCURRENCY: usize = 4;
/// How many times messages are sent that SQS does not accept within a batch. Whole calls are retried by the SDK.
const ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Sends target sweeps to a function's own queue.
#[derive(Debug, Clone)]
pub struct SweepQueue {
    sdk: SdkConfig,
    url: String,
    clock: Clock,
}

impl SweepQueue {
    /// The queue of this URL. `sdk` has the hub's own credentials.
    pub fn new(sdk: &SdkConfig, url: &str) -> Self {
        Self { sdk: sdk.clone(), url: url.to_owned(), clock: Clock::of(sdk) }
    }

    /// `TARGET_QUEUE_URL`: the URL of the queue. A single account needs none.
    ///
    /// # Errors
    /// There are spokes, and there is no queue for them.
    pub fn read_url(
        environment: &Environment,
        organization: &OrganizationConfig,
    ) -> Result<Option<String>, ConfigurationError> {
        if !organization.has_spokes() {
            return Ok(environment.optional(TARGET_QUEUE_URL).map(str::to_owned));
        }
        let meaning = "the URL of the SQS queue for sweeps of single targets, which ORGANIZATION asks for";
        environment.required(TARGET_QUEUE_URL, meaning).map(|url| Some(url.to_owned()))
    }

    /// Sends these sweeps. One that was sent may be sent again by whoever tries again after an error: a target that is
    /// swept twice is a little work more, and one that is not swept is a certificate that nobody watches.
    ///
    /// # Errors
    /// SQS did not accept all of them. The others were sent.
    pub async fn send(&self, sweeps: &[TargetSweep]) -> Result<(), CallError> {
        // Made for each sweep of the organization: nothing else needs it.
        let client = &Client::new(&self.sdk);
        let batches: Vec<_> = sweeps.chunks(BATCH).map(|batch| self.send_batch(client, batch)).collect();
        let results: Vec<Result<(), CallError>> = stream::iter(batches).buffered(CONCURRENCY).collect().await;
        results.into_iter().collect()
    }

    /// Sends up to ten, and again those that SQS does not accept for now.
    async fn send_batch(&self, client: &Client, sweeps: &[TargetSweep]) -> Result<(), CallError> {
        let mut left = entries(sweeps)?;
        let (mut attempt, mut pause) = (1, FIRST_PAUSE);
        loop {
            let call = client.send_message_batch().queue_url(&self.url).set_entries(Some(left.clone()));
            let answer = call.send().await.map_err(|error| CallError::new(SEND, &error))?;
            let sent: BTreeSet<&str> = answer.successful().iter().map(|entry| entry.id()).collect();
            left.retain(|entry| !sent.contains(entry.id()));
            let refused = answer.failed().iter().find(|entry| entry.sender_fault());
            if left.is_empty() {
                return Ok(());
            }
            if refused.is_some() || attempt == ATTEMPTS {
                return Err(not_accepted(refused.or_else(|| answer.failed().first())));
            }
            self.clock.sleep(pause).await;
            (attempt, pause) = (attempt + 1, pause * 2);
        }
    }
}

fn entries(sweeps: &[TargetSweep]) -> Result<Vec<SendMessageBatchRequestEntry>, CallError> {
    let entry = |(index, sweep): (usize, &TargetSweep)| {
        let body = sweep.to_event().to_string();
        SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).build()
    };
    let entries: Result<_, _> = sweeps.iter().enumerate().map(entry).collect();
    entries.map_err(|_| CallError::incomplete_answer(SEND, "message"))
}

/// SQS says for each message of a batch why it did not accept it, and whether that is its own fault.
fn not_accepted(entry: Option<&BatchResultErrorEntry>) -> CallError {
    let Some(entry) = entry else { return CallError::incomplete_answer(SEND, "result for each message") };
    CallError {
        operation: SEND,
        code: Some(entry.code().to_owned()),
        message: entry.message().unwrap_or("AWS gave no message").to_owned(),
        kind: if entry.sender_fault() { CallErrorKind::Refused } else { CallErrorKind::Unavailable },
    }
}

#[cfg(test)]
mod tests;
