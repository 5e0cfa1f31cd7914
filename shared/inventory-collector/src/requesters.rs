//! Who requested or imported a certificate, as CloudTrail recorded it in the last 90 days.

use std::collections::HashMap;

use aws_client::CallError;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use inventory::{Entry, Owner, OwnerSource, Reading, Source, SourceReading, Unreadable};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::certificates::{asked_ones, counted};
use crate::clients::Clients;
use crate::unreadable::unreadable;

const OPERATION: &str = "cloudtrail:LookupEvents";
/// "You can look up events that occurred in a Region within the last 90 days"
/// ([LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html)).
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The most that LookupEvents takes.
const PAGE: i32 = 50;
/// Of each kind of event: at two calls a second, more would keep a pass waiting.
const MOST_PAGES: usize = 5;
/// The events after which there is a certificate that was not there before.
const EVENTS: [&str; 2] = ["RequestCertificate", "ImportCertificate"];

/// Who requested which certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requesters {
    by_arn: HashMap<String, String>,
    /// Until when the events go back, if they are not all.
    cut_at: Option<Timestamp>,
}

impl Requesters {
    /// Who requested it. Where events were left out that may be about it, that is not known.
    pub(crate) fn of(&self, entry: &Entry, as_of: Timestamp) -> Reading<Option<Owner>> {
        let owner = |name: &String| Owner { name: name.clone(), source: OwnerSource::Requester };
        let known = self.by_arn.get(&entry.arn).map(owner);
        let is_covered = self.cut_at.is_none_or(|cut_at| appeared_at(entry).is_some_and(|at| at > cut_at));
        if known.is_some() || is_covered || is_too_old(entry, as_of) {
            return Reading::Known { value: known, as_of };
        }
        Reading::Unreadable(too_many())
    }
}

fn too_many() -> Unreadable {
    let most = MOST_PAGES * usize::try_from(PAGE).unwrap_or_default();
    Unreadable {
        code: "TooManyEvents".to_owned(),
        action: OPERATION.to_owned(),
        explanation: format!(
            "Only the latest {most} events RequestCertificate and as many ImportCertificate were read. Tag the certificate \
             with its owner, or search CloudTrail for its ARN."
        ),
    }
}

/// The first time of which CloudTrail knows.
pub(crate) fn earliest(now: Timestamp) -> Timestamp {
    now.checked_sub(KEPT).unwrap_or(Timestamp::MIN)
}

/// When it was requested or imported, the last time.
pub(crate) fn appeared_at(entry: &Entry) -> Option<Timestamp> {
    entry.created_at.max(entry.imported_at)
}

/// Whether CloudTrail has forgotten who requested it.
pub(crate) fn is_too_old(entry: &Entry, now: Timestamp) -> bool {
    appeared_at(entry).is_some_and(|at| at < earliest(now))
}

/// Reads the events of the last 90 days, or the latest of them.
pub(crate) async fn look_up(clients: &Clients, now: Timestamp) -> Reading<Requesters> {
    let mut all = Requesters::default();
    for name in EVENTS {
        if let Err(error) = add_events(clients, name, now, &mut all).await {
            return Reading::Unreadable(unreadable(&error));
        }
    }
    Reading::Known { value: all, as_of: now }
}

/// How the source answered, for the header: one that was cut off is not complete, one that nobody needed was not asked.
pub(crate) fn source_reading(requesters: &Reading<Requesters>) -> Vec<SourceReading> {
    let is_cut = requesters.known().is_some_and(|requesters| requesters.cut_at.is_some());
    let found = match is_cut {
        true => Reading::Unreadable(too_many()),
        false => counted(requesters, |requesters| requesters.by_arn.len()),
    };
    asked_ones([(Source::Requesters, found)])
}

/// The latest event comes first.
async fn add_events(clients: &Clients, name: &str, now: Timestamp, all: &mut Requesters) -> Result<(), CallError> {
    let mut token = None;
    let mut last = now;
    for _ in 0..MOST_PAGES {
        clients.pace.events.acquire().await;
        let by_name = LookupAttribute::builder().attribute_key(LookupAttributeKey::EventName).attribute_value(name);
        let by_name = by_name.build().map_err(|_| CallError::incomplete_answer(OPERATION, "attribute"))?;
        let call =
            clients.cloudtrail.lookup_events().lookup_attributes(by_name).max_results(PAGE).set_next_token(token);
        let page = call.send().await.map_err(|error| CallError::new(OPERATION, &error))?;
        for event in page.events() {
            last = event.event_time().and_then(|at| Timestamp::from_second(at.secs()).ok()).unwrap_or(last);
            all.by_arn.extend(requester(event));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(());
        }
    }
    all.cut_at = all.cut_at.max(Some(last));
    Ok(())
}

/// The certificate's ARN and who requested or imported it. Of several imports the earliest counts: later ones replace a
/// certificate that somebody had already.
fn requester(event: &Event) -> Option<(String, String)> {
    let record: Value = serde_json::from_str(event.cloud_trail_event()?).ok()?;
    let arn = record["responseElements"]["certificateArn"].as_str()?;
    Some((arn.to_owned(), identity(&record["userIdentity"]).or_else(|| event.username().map(str::to_owned))?))
}

/// `user/alice`, `AWSReservedSSO_Admin/alice@example.com`, `root`, or the AWS service
/// ([userIdentity](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html)).
fn identity(identity: &Value) -> Option<String> {
    let resource = identity["arn"].as_str().and_then(|arn| arn.splitn(6, ':').nth(5));
    let resource = resource.map(|resource| resource.strip_prefix("assumed-role/").unwrap_or(resource));
    let other = ["userName", "invokedBy"].iter().find_map(|member| identity[*member].as_str());
    resource.or(other).map(str::to_owned)
}

#[cfg(test)]
mod tests;
