//! The calls, notices and events of a run.

use std::collections::BTreeSet;

use jiff::Timestamp;
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

    /// Why AWS or Lambda kept a run from its work: that it was terminated, or the last call of it that failed.
    pub(crate) fn hindrance(&self, terminated: bool) -> Option<String> {
        if terminated {
            return Some("terminated".to_owned());
        }
        let error = |call: &Call| match &call.result {
            CallResult::Error(code) => code.clone(),
            _ => "no answer".to_owned(),
        };
        let failed = self.calls.iter().rev().find(|call| failed(call));
        failed.map(|call| format!("{}:{} {}", call.service, call.operation, error(call)))
    }

    pub(crate) fn touched(&self) -> BTreeSet<String> {
        self.calls.iter().filter_map(certificate_of).map(str::to_owned).collect()
    }
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
