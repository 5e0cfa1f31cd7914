//! Amazon EventBridge: PutEvents.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// API reference, PutEvents, Entries: 1 to 10 items.
const MOST_ENTRIES: usize = 10;
/// User guide, "PutEvents event entry size": "the total entry size must be less than 256 KB". Later raised;
/// the model keeps the smaller limit.
const LARGEST_REQUEST: usize = 256 * 1024;

/// The buses and what came to them.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Apart from `default`.
    buses: BTreeSet<String>,
    pub(crate) put: Vec<PutEvent>,
}

/// An event that EventBridge accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct PutEvent {
    /// The bus's name.
    pub bus: String,
    /// The event's source.
    pub source: String,
    /// The event's detail-type.
    pub detail_type: String,
    /// The event's detail.
    pub detail: Value,
    /// The event's resources.
    pub resources: Vec<String>,
    /// Virtual time of the call.
    pub at: Timestamp,
    /// The whole event as rules and targets see it.
    pub event: Value,
}

impl Aws {
    /// Creates an event bus besides `default`, and gives its ARN. Events to any other bus are lost.
    pub fn create_event_bus(&self, name: &str) -> String {
        let mut state = self.state();
        state.events.buses.insert(name.to_owned());
        state.arn("events", &format!("event-bus/{name}"))
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutEvents" => put_events(state, input),
        other => Err(not_modelled("events", other)),
    }
}

fn put_events(state: &mut State, input: &Value) -> Answer {
    let entries = input["Entries"].as_array().cloned().unwrap_or_default();
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        return Err(ApiError::constraint("entries", "have length between 1 and 10"));
    }
    if entries.iter().map(entry_size).sum::<usize>() >= LARGEST_REQUEST {
        return Err(ApiError::validation("Total size of the entries in the request is over the limit."));
    }
    // API reference, PutEvents: each entry is accepted or refused on its own, in HTTP 200.
    let mut failed = 0;
    let results: Vec<_> = entries
        .iter()
        .map(|entry| match accept(state, entry) {
            Ok(id) => json!({ "EventId": id }),
            Err(error) => {
                failed += 1;
                json!({ "ErrorCode": error.code, "ErrorMessage": error.message })
            }
        })
        .collect();
    Ok(json!({ "FailedEntryCount": failed, "Entries": results }))
}

/// User guide, "Calculating PutEvents event entry size": Time counts 14 bytes, the texts their UTF-8.
fn entry_size(entry: &Value) -> usize {
    let text = |member: &str| entry[member].as_str().map_or(0, str::len);
    let resources = entry["Resources"].as_array().into_iter().flatten();
    let resources: usize = resources.filter_map(Value::as_str).map(str::len).sum();
    let time = if entry["Time"].is_null() { 0 } else { 14 };
    time + text("Source") + text("DetailType") + text("Detail") + resources
}

fn accept(state: &mut State, entry: &Value) -> Result<String, ApiError> {
    let source = required(entry, "Source")?;
    let detail_type = required(entry, "DetailType")?;
    let detail = object(required(entry, "Detail")?)?;
    refuse_aws_source(source)?;
    let resources: Vec<String> =
        entry["Resources"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let time = match entry["Time"].as_f64() {
        #[allow(clippy::cast_possible_truncation, reason = "EventBridge keeps whole seconds")]
        Some(seconds) => Timestamp::from_second(seconds as i64).unwrap_or(state.now),
        None => state.now,
    };
    let id = state.next_uuid();
    let Some(bus) = bus(state, entry) else { return Ok(id) };
    let event = json!({
        "version": "0",
        "id": id,
        "detail-type": detail_type,
        "source": source,
        "account": state.account,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": state.region,
        "resources": resources,
        "detail": detail,
    });
    state.events.put.push(PutEvent {
        bus,
        source: source.to_owned(),
        detail_type: detail_type.to_owned(),
        detail,
        resources,
        at: state.now,
        event,
    });
    Ok(id)
}

/// API reference, PutEventsRequestEntry: "Detail, DetailType, and Source are required for EventBridge to
/// successfully send an event to an event bus"; without them the entry fails.
fn required<'a>(entry: &'a Value, member: &str) -> Result<&'a str, ApiError> {
    entry[member].as_str().filter(|text| !text.is_empty()).ok_or_else(|| {
        ApiError::new(
            "InvalidArgument",
            format!("Parameter {member} is not valid. Reason: {member} is a required argument."),
        )
    })
}

/// API reference, PutEventsRequestEntry, Detail: "A valid JSON object"; otherwise MalformedDetail.
fn object(detail: &str) -> Result<Value, ApiError> {
    serde_json::from_str::<Value>(detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ApiError::new("MalformedDetail", "Detail is malformed."))
}

/// User guide, "Event source": names that start with `aws.` are AWS's.
fn refuse_aws_source(source: &str) -> Result<(), ApiError> {
    if source.starts_with("aws.") {
        return Err(ApiError::new("NotAuthorizedForSource", "Not authorized for the source."));
    }
    Ok(())
}

/// API reference, EventBusName: name or ARN, `default` when missing. An event to a bus that does not exist is accepted
/// and lost (recorded from AWS: LocalStack's `tests/aws/services/events/test_events.snapshot.json`,
/// test_put_events_nonexistent_event_bus, 2025-01-08: an EventId and FailedEntryCount 0).
fn bus(state: &State, entry: &Value) -> Option<String> {
    let given = entry["EventBusName"].as_str().unwrap_or("default");
    let name = given.rsplit_once("event-bus/").map_or(given, |(_, name)| name);
    (name == "default" || state.events.buses.contains(name)).then(|| name.to_owned())
}
