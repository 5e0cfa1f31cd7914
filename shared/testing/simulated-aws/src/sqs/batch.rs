//! SendMessageBatch.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{attributes, messages, queue};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, SendMessageBatch: "up to 10 messages".
const MOST_ENTRIES: usize = 10;
/// The same: "the maximum total payload size (the sum of the individual lengths of all of the batched messages)" is 1 MiB.
const LARGEST: usize = 1_048_576;

/// API reference, SendMessageBatch: "The result of sending each message is reported individually in the response." A list
/// without members is missing.
pub(super) fn send(state: &mut State, input: &Value) -> Answer {
    let entries = input["Entries"].as_array().cloned().unwrap_or_default();
    queue(state, input)?;
    check(&entries)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &entries {
        let (id, now) = (state.next_uuid(), state.now);
        match messages::accept(queue(state, input)?, entry, id, now) {
            Ok(mut sent) => {
                sent["Id"] = entry["Id"].clone();
                successful.push(sent);
            }
            Err(error) => failed.push(failure(&entry["Id"], &error)),
        }
    }
    let lists = [("Successful", successful), ("Failed", failed)].into_iter().filter(|(_, list)| !list.is_empty());
    Ok(lists.map(|(name, list)| (name.to_owned(), Value::from(list))).collect::<serde_json::Map<_, _>>().into())
}

/// API reference, BatchResultErrorEntry.
fn failure(id: &Value, error: &ApiError) -> Value {
    json!({ "Id": id, "SenderFault": true, "Code": error.code, "Message": error.message })
}

/// What refuses a batch as a whole. The texts are in getmoto/moto's `tests/test_sqs`.
fn check(entries: &[Value]) -> Result<(), ApiError> {
    if entries.is_empty() {
        let why = "There should be at least one SendMessageBatchRequestEntry in the request.";
        return Err(refused("EmptyBatchRequest", why));
    }
    if entries.len() > MOST_ENTRIES {
        let why = format!("Maximum number of entries per request are 10. You have sent {}.", entries.len());
        return Err(refused("TooManyEntriesInBatchRequest", &why));
    }
    check_ids(entries)?;
    let size: usize = entries.iter().map(size).sum();
    if size > LARGEST {
        let why = format!("Batch requests cannot be longer than {LARGEST} bytes. You have sent {size} bytes.");
        return Err(refused("BatchRequestTooLong", &why));
    }
    Ok(())
}

/// API reference, SendMessageBatchRequestEntry, Id: unique in the request; up to 80 letters, digits, hyphens and underscores.
fn check_ids(entries: &[Value]) -> Result<(), ApiError> {
    let mut seen = BTreeSet::new();
    for id in entries.iter().map(|entry| entry["Id"].as_str().unwrap_or_default()) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if !(1..=80).contains(&id.len()) || !id.chars().all(allowed) {
            let why = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
            return Err(refused("InvalidBatchEntryId", why));
        }
        if !seen.insert(id) {
            return Err(refused("BatchEntryIdsNotDistinct", &format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

/// Developer guide, "Message quotas": body and attributes count.
fn size(entry: &Value) -> usize {
    entry["MessageBody"].as_str().map_or(0, str::len) + attributes::size(&entry["MessageAttributes"])
}

fn refused(code: &str, why: &str) -> ApiError {
    ApiError::new(&format!("com.amazonaws.sqs#{code}"), why)
}
