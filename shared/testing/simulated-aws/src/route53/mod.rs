//! Amazon Route 53: hosted zones and their records, in the REST protocol with XML.

mod caa;
mod change;
mod delegation;
pub(crate) mod public;
pub(crate) mod quotas;
mod records;
mod setup;
mod values;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::wire::{Incoming, pairs, percent_decode, xml};

pub use setup::DnsRecord;

/// Of every document.
pub(crate) const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";
/// Developer guide, "GetChange": "Changes generally propagate to all Route 53 name servers ... within 60 seconds".
const USUAL_PROPAGATION: SignedDuration = SignedDuration::from_secs(60);

/// Labels of a name from the last one on (`com`, `example`), in whose order Route 53 lists.
type Labels = Vec<String>;

/// The zones of all accounts by id, the public DNS's delegations, and when changes were made.
#[derive(Debug, Default)]
pub(crate) struct Store {
    zones: BTreeMap<String, Zone>,
    by_name: BTreeSet<(Labels, String)>,
    /// The id of the zone that a name is delegated to.
    delegations: BTreeMap<Labels, String>,
    /// Names whose delegation is broken.
    broken: BTreeSet<Labels>,
    /// The account, and the time.
    changes: BTreeMap<String, (String, Timestamp)>,
    /// How long changes take to reach every name server; `None` for the usual time.
    propagation: Option<SignedDuration>,
    /// When each value of a record set, by name and type, was added through the API.
    added: BTreeMap<(String, String), BTreeMap<String, Timestamp>>,
}

impl Store {
    fn propagation(&self) -> SignedDuration {
        self.propagation.unwrap_or(USUAL_PROPAGATION)
    }

    /// Of these values of a record set, those that every name server has.
    pub(crate) fn everywhere(&self, name: &str, kind: &str, values: &[String], now: Timestamp) -> Vec<String> {
        let added = self.added.get(&(name.to_owned(), kind.to_owned()));
        let is_there = |value: &&String| {
            let at = added.and_then(|added| added.get(*value));
            at.is_none_or(|at| now.duration_since(*at) >= self.propagation())
        };
        values.iter().filter(is_there).cloned().collect()
    }

    /// A record set had the first values and has the second.
    fn note_change(&mut self, set: RecordSet, before: &[String], after: &[String], now: Timestamp) {
        let added = self.added.entry((set.name, set.kind)).or_default();
        added.retain(|value, _| after.contains(value));
        for value in after.iter().filter(|value| !before.contains(value)) {
            added.insert(value.clone(), now);
        }
    }
}

#[derive(Debug, Clone)]
struct Zone {
    id: String,
    account: String,
    /// With the final dot.
    name: String,
    caller_reference: String,
    comment: Option<String>,
    private: bool,
    /// As CreateHostedZone gave it.
    vpc: Option<Value>,
    name_servers: Vec<String>,
    records: BTreeMap<RecordKey, RecordSet>,
}

/// A record set's place: reversed labels of its name, its type, and its SetIdentifier.
type RecordKey = (Labels, String, String);

#[derive(Debug, Clone, PartialEq)]
struct RecordSet {
    name: String,
    kind: String,
    values: Vec<String>,
    /// As the request gave it.
    members: Value,
    /// As ListResourceRecordSets shows it. Pages of hundreds are read again and again, and seldom change.
    xml: String,
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateHostedZone" => zones::create(state, input),
        "DeleteHostedZone" => zones::delete(state, input),
        "GetHostedZone" => zones::get(state, input),
        "ListHostedZones" => zones::list(state, input),
        "ListHostedZonesByName" => zones::list_by_name(state, input),
        "ListResourceRecordSets" => records::list(state, input),
        "ChangeResourceRecordSets" => change::change(state, input),
        "GetChange" => get_change(state, input),
        other => Err(not_modelled("route53", other)),
    }
}

/// The operation and its input, from method, path, query and body.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<(String, Value), String> {
    let path = percent_decode(request.path).ok_or("the path is not UTF-8")?;
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).skip(1).collect();
    let query = pairs(request.query).ok_or("the query is not UTF-8")?;
    let query: Map<_, _> = query.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let mut input = Value::Object(query);
    if !request.body.is_empty() {
        let body = xml::read(request.body, &["Changes", "ResourceRecords"])?;
        if let (Some(members), Value::Object(more)) = (input.as_object_mut(), body) {
            members.extend(more);
        }
    }
    let operation = match (request.method, &parts[..]) {
        ("POST", ["hostedzone"]) => "CreateHostedZone",
        ("GET", ["hostedzone"]) => "ListHostedZones",
        ("GET", ["hostedzonesbyname"]) => "ListHostedZonesByName",
        ("GET", ["hostedzone", _]) => "GetHostedZone",
        ("DELETE", ["hostedzone", _]) => "DeleteHostedZone",
        ("POST", ["hostedzone", _, "rrset"]) => "ChangeResourceRecordSets",
        ("GET", ["hostedzone", _, "rrset"]) => "ListResourceRecordSets",
        ("GET", ["change", _]) => "GetChange",
        (method, _) => return Ok((format!("{method} {path}"), input)),
    };
    if let Some(id) = parts.get(1) {
        input["Id"] = json!(id);
    }
    Ok((operation.to_owned(), input))
}

/// A change that was made now.
fn change_info(state: &mut State) -> Value {
    let id = format!("C{:020}", state.next_number());
    let account = state.caller_account().to_owned();
    state.route53.changes.insert(id.clone(), (account, state.now));
    info(&id, "PENDING", state.now)
}

fn info(id: &str, status: &str, at: Timestamp) -> Value {
    json!({ "Id": format!("/change/{id}"), "Status": status, "SubmittedAt": at.to_string() })
}

fn get_change(state: &mut State, input: &Value) -> Answer {
    let id = input["Id"].as_str().unwrap_or_default();
    let missing = || ApiError::new("NoSuchChange", format!("Could not find resource with ID: {id}")).status(404);
    let (account, at) = state.route53.changes.get(id).ok_or_else(missing)?.clone();
    if account != state.caller_account() {
        return Err(foreign(state));
    }
    let done = state.now.duration_since(at) >= state.route53.propagation();
    Ok(json!({ "ChangeInfo": info(id, if done { "INSYNC" } else { "PENDING" }, at) }))
}

/// API reference, ListHostedZonesByName: zones and records are ordered by their names with the labels
/// reversed ("com.example.www.").
fn reversed(name: &str) -> Labels {
    name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect()
}

/// Developer guide, "DNS domain name format": lower case, with a final dot; characters other than
/// letters, digits, hyphens and underscores as octal escapes, `*` among them.
fn normalized(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace("\\052", "*");
    if lower.ends_with('.') { lower } else { format!("{lower}.") }
}

/// As answers spell names.
fn escaped(name: &str) -> String {
    name.replace('*', "\\052")
}

/// The caller's own zone of this id.
fn zone<'a>(state: &'a State, input: &Value) -> Result<&'a Zone, ApiError> {
    let id = input["Id"].as_str().unwrap_or_default();
    let zone = state.route53.zones.get(id).ok_or_else(|| no_zone(id))?;
    if zone.account == state.caller_account() { Ok(zone) } else { Err(foreign(state)) }
}

/// What the owner of another account's zone or change is answered, in the text of hashicorp/terraform#17611.
fn foreign(state: &State) -> ApiError {
    let why = format!("User: {} is not authorized to access this resource", state.caller_arn());
    ApiError::new("AccessDenied", why).status(403)
}

/// "NoSuchHostedZone: No hosted zone exists with the ID that you specified".
fn no_zone(id: &str) -> ApiError {
    ApiError::new("NoSuchHostedZone", format!("No hosted zone found with ID: {id}")).status(404)
}

/// The page size of a query parameter: without it the usual one, and never more than the largest.
fn max_items(input: &Value, usual: usize, most: usize) -> Result<usize, ApiError> {
    match input["maxitems"].as_str() {
        None => Ok(usual),
        Some(text) => match text.parse::<usize>() {
            Ok(0) | Err(_) => Err(invalid("maxitems is not valid")),
            Ok(items) => Ok(items.min(most)),
        },
    }
}

fn invalid(why: &str) -> ApiError {
    ApiError::new("InvalidInput", why)
}
