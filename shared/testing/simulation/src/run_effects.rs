//! The calls, notices and events of a run.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Call, CallResult, Notice, PutEvent};

use crate::organization::Subject;

/// A run of a function.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) function: String,
    pub(crate) about: Subject,
    pub(crate) started: Timestamp,
    /// The answer; none if it failed.
    pub(crate) answer: Option<Value>,
    pub(crate) terminated: bool,
    /// The certificates in its calls.
    pub(crate) touched: BTreeSet<String>,
    /// Why AWS or Lambda kept it from its work, if something did.
    pub(crate) hindrance: Option<String>,
}

/// The effects of a run, or of two at the same time, in order.
#[derive(Debug, Default)]
pub(crate) struct RunEffects {
    pub(crate) calls: Vec<Call>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) events: Vec<PutEvent>,
    /// For each call, whether the second of two runs made it; empty for a single run.
    pub(crate) by_second: Vec<bool>,
}

impl RunEffects {
    pub(crate) fn from_single_run((calls, notices, events): (Vec<Call>, Vec<Notice>, Vec<PutEvent>)) -> Self {
        Self { calls, notices, events, by_second: Vec::new() }
    }

    /// Adds effects of one of two runs.
    pub(crate) fn add(&mut self, (calls, notices, events): (Vec<Call>, Vec<Notice>, Vec<PutEvent>), by_second: bool) {
        self.by_second.extend(calls.iter().map(|_| by_second));
        self.calls.extend(calls);
        self.notices.extend(notices);
        self.events.extend(events);
    }

    /// Why AWS or Lambda kept a run from its work: that it was terminated, or the last call of it that failed, or that ACM had
    /// not named each validation record yet.
    pub(crate) fn hindrance(&self, event: &Value, started: Timestamp, terminated: bool) -> Option<String> {
        if terminated {
            return Some("terminated".to_owned());
        }
        let error = |call: &Call| match &call.result {
            CallResult::Error(code) => code.clone(),
            _ => "no answer".to_owned(),
        };
        let failed = self.calls.iter().rev().find(|call| failed(call));
        let failed = failed.map(|call| format!("{}:{} {}", call.service, call.operation, error(call)));
        failed.or_else(|| is_being_named(event, started).then(|| "records not named yet".to_owned()))
    }

    pub(crate) fn touched(&self) -> BTreeSet<String> {
        self.calls.iter().filter_map(certificate_of).map(str::to_owned).collect()
    }
}

/// Whether ACM may still be naming validation records of the certificate that an event requests: the hundredth name's is there
/// 104 seconds after the request.
fn is_being_named(event: &Value, now: Timestamp) -> bool {
    let requested_at = event["time"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    event["detail"]["eventName"] == "RequestCertificate"
        && requested_at.is_some_and(|at| now.duration_since(at) < SignedDuration::from_secs(104))
}

/// Errors that occur without faults.
const NATURAL: [&str; 8] = [
    "RequestInProgressException",
    "ResourceNotFoundException",
    "AccessDenied",
    "NoSuchHostedZone",
    // A secret that was scheduled for deletion.
    "InvalidRequestException",
    // A Region that is off.
    "UnrecognizedClientException",
    // A stranger of whom AWS Organizations is asked.
    "AccountNotFoundException",
    // Whether it was remembered that an account cannot be read.
    "ParameterNotFound",
];

pub(crate) fn took_effect(call: &Call) -> bool {
    matches!(call.result, CallResult::Ok | CallResult::NoAnswer { effect: true })
}

/// Whether an ACME server refuses this without a fault: nonces are good for one request and some time; what another CA issued
/// has no renewal window, and nothing can replace it; of two renewals at the same time one is late.
pub(crate) fn is_natural_refusal_of_ca(call: &Call, code: &str) -> bool {
    let of = |operations: &[&str]| operations.contains(&call.operation.as_str());
    call.service == "acme"
        && match code {
            "badNonce" => true,
            "malformed" => of(&["renewalInfo", "newOrder"]),
            "alreadyReplaced" => of(&["newOrder"]),
            "orderNotReady" => of(&["finalize"]),
            _ => false,
        }
}

pub(crate) fn failed(call: &Call) -> bool {
    match &call.result {
        CallResult::Ok => false,
        CallResult::Error(code) => !NATURAL.contains(&code.as_str()) && !is_natural_refusal_of_ca(call, code),
        CallResult::NoAnswer { .. } => true,
    }
}

pub(crate) fn certificate_of(call: &Call) -> Option<&str> {
    call.input["CertificateArn"].as_str().filter(|_| call.service == "acm")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_is_hindered_while_acm_names_the_records_of_a_request() {
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        let event = |name: &str| json!({ "time": "2026-01-01T00:00:00Z", "detail": { "eventName": name } });
        let hindrance = |name, time| RunEffects::default().hindrance(&event(name), at(time), false);
        assert_eq!(hindrance("RequestCertificate", "2026-01-01T00:01:43Z").as_deref(), Some("records not named yet"));
        assert_eq!(hindrance("RequestCertificate", "2026-01-01T00:01:44Z"), None);
        assert_eq!(hindrance("AddTagsToCertificate", "2026-01-01T00:00:01Z"), None);
    }
}
