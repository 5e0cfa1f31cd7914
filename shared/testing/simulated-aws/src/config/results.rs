//! GetComplianceDetailsByConfigRule.

use serde_json::{Value, json};

use super::no_such_rule;
use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, GetComplianceDetailsByConfigRule: the latest result of each resource; Limit up to 100, by
/// default 10. API reference, EvaluationResult, ComplianceType: "supports only the COMPLIANT, NON_COMPLIANT, and
/// NOT_APPLICABLE values". "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results" (its error is
/// unverified).
pub(super) fn of_rule(state: &State, input: &Value) -> Answer {
    let rule = input["ConfigRuleName"].as_str().unwrap_or_default();
    let is_known = state.config.rules.contains_key(rule) || state.config.tokens.values().any(|name| name == rule);
    if !is_known {
        return Err(no_such_rule(rule));
    }
    let limit = match input["Limit"].as_u64() {
        None | Some(0) => 10,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
        Some(_) => return Err(ApiError::constraint("limit", "have value less than or equal to 100")),
    };
    let wanted: Vec<&str> =
        input["ComplianceTypes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if wanted.contains(&"INSUFFICIENT_DATA") {
        return Err(ApiError::new("InvalidParameterValueException", "INSUFFICIENT_DATA is not supported here."));
    }
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut matching = state
        .config
        .results_of(rule)
        .filter(|one| one.resource_id.as_str() > after)
        .filter(|one| wanted.is_empty() || wanted.contains(&one.compliance.as_str()))
        .collect::<Vec<_>>();
    matching.sort_by(|a, b| a.resource_id.cmp(&b.resource_id));
    let next = matching.get(limit).and_then(|_| matching.get(limit - 1)).map(|last| last.resource_id.clone());
    matching.truncate(limit);
    let results = matching.into_iter().map(|one| {
        json!({
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": rule, "ResourceType": one.resource_type, "ResourceId": one.resource_id,
                },
                "OrderingTimestamp": epoch(one.ordering),
            },
            "ComplianceType": one.compliance,
            "Annotation": one.annotation,
            "ResultRecordedTime": epoch(one.at),
            "ConfigRuleInvokedTime": epoch(one.at),
        })
    });
    Ok(without_nulls(json!({ "EvaluationResults": results.collect::<Vec<_>>(), "NextToken": next })))
}
