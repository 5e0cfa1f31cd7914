//! What is answered and logged.

use certificates::{CertificateArn, CertificateDetail, FailureReason, Recovery};
use lambda::Metrics;
use serde_json::{Value, json};

use crate::domain_names::for_machines;
use crate::imports;
use crate::policy::{Decision, Idle, Plan, Source};
use crate::record::{Completion, Look};
use crate::renewal::Ending;

/// What came of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// For whoever invoked the function, and for the log.
    pub(super) json: Value,
    /// Whether a message has to come again, since it is too early for what it asks.
    pub(super) is_too_early: bool,
}

impl From<Value> for Answer {
    fn from(json: Value) -> Self {
        Self { json, is_too_early: false }
    }
}

/// What an attempt came to. Imports are counted, since an account has a quota of them in a year.
pub(super) fn ended(look: &Look, plan: &Plan, ending: Ending, metrics: &mut Metrics) -> Value {
    let arn = &look.facts.arn;
    match ending {
        Ending::Renewed(completion) => {
            metrics.count("RenewalsCompleted", 1);
            metrics.count(imports::METRIC, 1);
            renewed(&look.facts, &completion)
        }
        Ending::Failed(reason, detail) => {
            metrics.count("RenewalsFailed", 1);
            if reason == FailureReason::VerificationFailed {
                metrics.count(imports::METRIC, 1);
            }
            failed(arn, reason, &detail, plan.attempt)
        }
        Ending::StoodDown => json!({ "outcome": "ignored", "certificate": arn, "reason": "another-renewal" }),
        Ending::Gone => gone(arn),
    }
}

pub(super) fn failed(certificate: &CertificateArn, reason: FailureReason, detail: &str, attempt: u32) -> Value {
    json!({
        "outcome": "renewal-failed", "certificate": certificate, "reason": reason, "detail": detail,
        "attempt": attempt,
    })
}

pub(super) fn gone(certificate: &CertificateArn) -> Value {
    json!({ "outcome": "ignored", "certificate": certificate, "reason": "certificate-gone" })
}

pub(super) fn idle(certificate: &CertificateArn, idle: Idle) -> Value {
    let mut answer = json!({ "outcome": "ignored", "certificate": certificate, "reason": idle.reason() });
    if let Some(time) = idle.possible_after() {
        answer["possibleAfter"] = json!(time);
    }
    answer
}

fn renewed(before: &CertificateDetail, completion: &Completion) -> Value {
    let after = &completion.after;
    let mut answer = json!({
        "outcome": "renewed",
        "certificate": after.arn,
        "attempt": completion.attempt,
        "serialBefore": before.serial,
        "serialAfter": after.serial,
        "notAfterBefore": before.not_after,
        "notAfterAfter": after.not_after,
    });
    if let Some(change) = &completion.issuer_change {
        answer["issuerBefore"] = json!(change.issuer_before);
        answer["issuerAfter"] = json!(change.issuer_after);
    }
    with_pending(answer, completion)
}

/// A renewal that was found done.
pub(super) fn found(completion: &Completion) -> Value {
    with_pending(json!({ "outcome": "recorded-complete", "certificate": completion.after.arn }), completion)
}

fn with_pending(mut answer: Value, completion: &Completion) -> Value {
    let pending = for_machines(&completion.pending_domain_names);
    if !pending.is_empty() {
        answer["pendingDomainNames"] = json!(pending);
    }
    answer
}

/// Its tags were about a certificate that was replaced long ago.
pub(super) fn corrected(certificate: &CertificateArn) -> Value {
    json!({ "outcome": "record-corrected", "certificate": certificate })
}

/// What would be done: the answer of a dry run.
pub(super) fn planned(facts: &CertificateDetail, decision: &Decision, max_validity_days: u16) -> Value {
    let certificate = &facts.arn;
    let actions = match decision {
        Decision::Nothing(reason) => {
            let mut answer = idle(certificate, *reason);
            answer["dryRun"] = json!(true);
            return answer;
        }
        Decision::RecordComplete => json!([{ "action": "record-complete" }]),
        Decision::CorrectRecord => json!([{ "action": "correct-record" }]),
        Decision::RecordFailure { reason, detail, attempt } => {
            json!([{ "action": "record-failure", "reason": reason, "detail": detail, "attempt": attempt }])
        }
        Decision::Renew(plan) => json!([renewal(facts, plan, max_validity_days)]),
    };
    json!({ "outcome": "planned", "certificate": certificate, "actions": actions, "dryRun": true })
}

fn renewal(facts: &CertificateDetail, plan: &Plan, max_validity_days: u16) -> Value {
    let Source::PrivateCa(ca) = &plan.source;
    json!({
        "action": "renew",
        "from": "private-ca",
        "privateCa": ca.as_str(),
        "attempt": plan.attempt,
        "validityDays": plan.validity_days.map(|days| days.min(max_validity_days)),
        "issuerMayChange": plan.issuer_may_change,
        "serialBefore": facts.serial,
        "notAfterBefore": facts.not_after,
    })
}

/// One line for each certificate: with all that a filter or an alarm asks for as fields.
pub(super) fn log(answer: &Value) {
    let text = |field: &str| answer[field].as_str();
    macro_rules! line {
        ($level:expr) => {
            tracing::event!(
                $level,
                certificate_arn = text("certificate"),
                outcome = text("outcome"),
                reason = text("reason"),
                detail = text("detail"),
                possible_after = text("possibleAfter"),
                serial_before = text("serialBefore"),
                serial_after = text("serialAfter"),
                not_after_before = text("notAfterBefore"),
                not_after_after = text("notAfterAfter"),
                issuer_before = text("issuerBefore"),
                issuer_after = text("issuerAfter"),
                pending_domain_names = answer.get("pendingDomainNames").map(tracing::field::display),
                actions = answer.get("actions").map(tracing::field::display),
            )
        };
    }
    match text("outcome") {
        // What time resolves is a warning; what waits for a person is an error.
        Some("renewal-failed") if is_for_a_person(answer) => line!(tracing::Level::ERROR),
        Some("renewal-failed") => line!(tracing::Level::WARN),
        _ if ["issuerBefore", "pendingDomainNames"].iter().any(|field| answer.get(field).is_some()) => {
            line!(tracing::Level::WARN)
        }
        _ => line!(tracing::Level::INFO),
    }
}

fn is_for_a_person(answer: &Value) -> bool {
    let reason = answer["reason"].as_str().and_then(|reason| reason.parse::<FailureReason>().ok());
    reason.is_none_or(|reason| reason.recovery() == Recovery::Manual)
}
