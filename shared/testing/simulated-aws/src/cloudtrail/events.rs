//! LookupEvents: what the event history shows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Aws;
use crate::acm::epoch;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// API reference, LookupEvents: "You can look up events that occurred in a Region within the last 90 days".
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// "The default number of results returned is 50, with a maximum of 50 possible".
const PAGE: u64 = 50;

/// An event of the history: an API call.
#[derive(Debug, Clone)]
pub struct TrailEvent {
    name: String,
    source: String,
    identity: Value,
    request: Value,
    response: Value,
    error: Option<String>,
}

/// An event with where and when it was recorded.
#[derive(Debug)]
pub(super) struct Recorded {
    event: TrailEvent,
    id: String,
    account: String,
    region: String,
    at: Timestamp,
}

impl TrailEvent {
    /// A call of ACM, such as `RequestCertificate`, by an IAM user or a role's session, whose ARN this is; about a
    /// certificate. In the form of the examples in ACM's user guide, "ACM API actions supported in CloudTrail logging".
    pub fn of_acm(name: &str, identity_arn: &str, certificate_arn: &str) -> Self {
        let kind = if identity_arn.contains(":assumed-role/") { "AssumedRole" } else { "IAMUser" };
        Self {
            name: name.to_owned(),
            source: "acm.amazonaws.com".to_owned(),
            identity: json!({ "type": kind, "arn": identity_arn }),
            request: json!({}),
            response: json!({ "certificateArn": certificate_arn }),
            error: None,
        }
    }

    /// It was refused with this code, so that it has no response.
    #[must_use]
    pub fn refused(self, code: &str) -> Self {
        Self { response: Value::Null, error: Some(code.to_owned()), ..self }
    }

    fn user_name(&self) -> Option<&str> {
        self.identity["arn"].as_str()?.rsplit('/').next()
    }
}

impl Aws {
    /// The history of this handle's account and Region gets an event, at the clock's now. Calls to this model are not
    /// recorded there.
    pub fn record_trail_event(&self, event: TrailEvent) {
        let mut state = self.state();
        let (account, region, at) = (state.account.clone(), state.region.clone(), state.now);
        let id = state.next_uuid();
        state.cloudtrail.events.push(Recorded { event, id, account, region, at });
    }
}

/// "The events list is sorted by time. The most recent event is listed first."
pub(super) fn look_up(state: &State, input: &Value) -> Answer {
    if !input["EventCategory"].is_null() {
        return Err(ApiError::new("NotModelled", "simulated-aws has no Insights events").status(501));
    }
    let wanted = Wanted::of(state, input)?;
    let mut all: Vec<&Recorded> = state.cloudtrail.events.iter().filter(|one| wanted.matches(state, one)).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    let start = start(input)?;
    let most = usize::try_from(input["MaxResults"].as_u64().unwrap_or(PAGE)).unwrap_or(usize::MAX);
    let end = all.len().min(start + most);
    let shown: Vec<Value> = all.get(start..end).unwrap_or_default().iter().map(|one| shown(one)).collect();
    let mut answer = json!({ "Events": shown });
    if end < all.len() {
        answer["NextToken"] = token(end, input).into();
    }
    Ok(answer)
}

struct Wanted<'a> {
    attribute: Option<(&'a str, &'a str)>,
    from: Timestamp,
    to: Timestamp,
}

impl<'a> Wanted<'a> {
    /// API reference, LookupAttributes: "Currently the list can contain only one item." The code for more is unverified.
    fn of(state: &State, input: &'a Value) -> Result<Self, ApiError> {
        let attributes = input["LookupAttributes"].as_array().map_or(&[][..], Vec::as_slice);
        let text = |attribute: &'a Value, member: &str| attribute[member].as_str().unwrap_or_default();
        let attribute = match attributes {
            [] => None,
            [one] => Some((text(one, "AttributeKey"), text(one, "AttributeValue"))),
            _ => return Err(ApiError::new("InvalidLookupAttributesException", "You can specify one attribute only")),
        };
        let time = |member: &str| input[member].as_i64().and_then(|second| Timestamp::from_second(second).ok());
        let from = time("StartTime").unwrap_or(Timestamp::MIN);
        let to = time("EndTime").unwrap_or(Timestamp::MAX);
        // API reference, InvalidTimeRangeException: "Occurs if the timestamp values are not valid. Either the start time
        // occurs after the end time, or the time range is outside the range of possible values."
        if from > to {
            return Err(ApiError::new("InvalidTimeRangeException", "The start time is after the end time"));
        }
        Ok(Self { attribute, from: from.max(state.now.checked_sub(KEPT).unwrap_or(Timestamp::MIN)), to })
    }

    fn matches(&self, state: &State, one: &Recorded) -> bool {
        let is_here = one.account == state.caller_account() && one.region == state.region;
        is_here && (self.from..=self.to).contains(&one.at) && self.attribute.is_none_or(|of| has(one, of))
    }
}

fn has(one: &Recorded, (key, value): (&str, &str)) -> bool {
    let found = match key {
        "EventName" => Some(one.event.name.as_str()),
        "EventSource" => Some(one.event.source.as_str()),
        "EventId" => Some(one.id.as_str()),
        "Username" => one.event.user_name(),
        // Of which events CloudTrail shows the certificate as a resource is unverified, so of none here.
        _ => None,
    };
    found == Some(value)
}

/// API reference, Event; CloudTrailEvent is "a JSON string".
fn shown(one: &Recorded) -> Value {
    let event = &one.event;
    let mut record = json!({
        "eventVersion": "1.11", "eventID": one.id, "eventName": event.name, "eventSource": event.source,
        "eventTime": one.at.to_string(), "awsRegion": one.region, "recipientAccountId": one.account,
        "userIdentity": event.identity, "requestParameters": event.request, "responseElements": event.response,
        "eventType": "AwsApiCall",
    });
    if let Some(code) = &event.error {
        record["errorCode"] = json!(code);
    }
    json!({
        "EventId": one.id, "EventName": event.name, "EventSource": event.source, "EventTime": epoch(one.at),
        "ReadOnly": "false", "Username": event.user_name(), "Resources": [], "CloudTrailEvent": record.to_string(),
    })
}

/// "NextToken: The token must be passed in with the same parameters that were specified in the original call."
fn token(end: usize, input: &Value) -> String {
    aws_smithy_types::base64::encode(format!("{end} {}", input["LookupAttributes"]))
}

fn start(input: &Value) -> Result<usize, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(0) };
    let text = decode_blob(given).and_then(|bytes| String::from_utf8(bytes).ok());
    let start = text.as_deref().and_then(|text| text.split_once(' ')?.0.parse().ok());
    let start = start.filter(|start| token(*start, input) == given);
    start.ok_or_else(|| ApiError::new("InvalidNextTokenException", "The NextToken is not valid"))
}
