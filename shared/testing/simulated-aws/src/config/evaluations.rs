//! PutEvaluations.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Evaluation;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, PutEvaluations, Evaluations: at most 100 items.
const MOST_EVALUATIONS: usize = 100;

/// API reference, PutEvaluations: all or none pass the checks of the request; single ones may still fail.
pub(super) fn put(state: &mut State, input: &Value) -> Answer {
    let list = input["Evaluations"].as_array().map_or(&[][..], Vec::as_slice);
    if list.len() > MOST_EVALUATIONS {
        return Err(ApiError::constraint("evaluations", "have length less than or equal to 100"));
    }
    let rule = rule_of_token(state, input)?;
    let now = state.now;
    let read = list.iter().map(|evaluation| check(evaluation, rule.as_deref(), now)).collect::<Result<Vec<_>, _>>()?;
    let failing = state.config.failing.min(list.len());
    state.config.failing -= failing;
    // API reference, TestMode: the call is verified, and the evaluations are not kept.
    for evaluation in read.into_iter().skip(failing) {
        state.config.keep(evaluation);
    }
    Ok(json!({ "FailedEvaluations": list[..failing] }))
}

/// API reference, PutEvaluations, ResultToken: required, encrypted by AWS Config; with TestMode "you can
/// specify any value".
fn rule_of_token(state: &State, input: &Value) -> Result<Option<String>, ApiError> {
    let token = input["ResultToken"].as_str().unwrap_or_default();
    if input["TestMode"] == true {
        return Ok(None);
    }
    state
        .config
        .tokens
        .get(token)
        .cloned()
        .map(Some)
        .ok_or_else(|| ApiError::new("InvalidResultTokenException", "The specified ResultToken is not valid."))
}

/// API reference, Evaluation: lengths; ComplianceType without INSUFFICIENT_DATA, which "AWS Config does not
/// support ... from a PutEvaluations request".
fn check(evaluation: &Value, rule: Option<&str>, now: Timestamp) -> Result<Evaluation, ApiError> {
    let text = |member: &str, most: usize| match evaluation[member].as_str() {
        Some(text) if (1..=most).contains(&text.chars().count()) => Ok(text.to_owned()),
        _ => Err(ApiError::constraint(member, &format!("have length between 1 and {most}"))),
    };
    let compliance = text("ComplianceType", 256)?;
    if compliance == "INSUFFICIENT_DATA" {
        return Err(ApiError::new("InvalidParameterValueException", "INSUFFICIENT_DATA is not supported here."));
    }
    if !matches!(compliance.as_str(), "COMPLIANT" | "NON_COMPLIANT" | "NOT_APPLICABLE") {
        return Err(ApiError::constraint("complianceType", "satisfy enum value set"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "milliseconds of this era fit")]
    let ordering = evaluation["OrderingTimestamp"]
        .as_f64()
        .and_then(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok())
        .ok_or_else(|| ApiError::constraint("orderingTimestamp", "not be null"))?;
    let annotation = match evaluation["Annotation"] {
        Value::Null => None,
        _ => Some(text("Annotation", 256)?),
    };
    Ok(Evaluation {
        rule: rule.map(str::to_owned),
        resource_type: text("ComplianceResourceType", 256)?,
        resource_id: text("ComplianceResourceId", 768)?,
        compliance,
        annotation,
        ordering,
        at: now,
    })
}
