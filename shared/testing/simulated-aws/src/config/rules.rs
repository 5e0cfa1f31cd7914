//! PutConfigRule, DescribeConfigRules.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::no_such_rule;
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, DescribeConfigRules, ConfigRuleNames: at most 25 items.
const MOST_RULES: usize = 25;

/// API reference, PutConfigRule: creates, or replaces by name. Names have 1 to 128 characters.
pub(super) fn put(state: &mut State, input: &Value) -> Answer {
    let mut rule = input["ConfigRule"].clone();
    let name = rule["ConfigRuleName"].as_str().unwrap_or_default().to_owned();
    if !(1..=128).contains(&name.chars().count()) {
        return Err(ApiError::constraint("configRule.configRuleName", "have length between 1 and 128"));
    }
    if rule["Source"]["Owner"].is_null() {
        return Err(ApiError::constraint("configRule.source.owner", "not be null"));
    }
    let number = state.next_number();
    let present = state.config.rules.get(&name);
    let id = present.map_or_else(|| json!(format!("config-rule-{number:06}")), |rule| rule["ConfigRuleId"].clone());
    rule["ConfigRuleArn"] = json!(state.arn("config", &format!("config-rule/{}", id.as_str().unwrap_or_default())));
    rule["ConfigRuleId"] = id;
    rule["ConfigRuleState"] = json!("ACTIVE");
    state.config.rules.insert(name, rule);
    Ok(json!({}))
}

pub(super) fn describe(state: &State, input: &Value) -> Answer {
    let names: BTreeSet<_> =
        input["ConfigRuleNames"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if names.len() > MOST_RULES {
        return Err(ApiError::constraint("configRuleNames", "have length less than or equal to 25"));
    }
    if let Some(unknown) = names.iter().find(|name| !state.config.rules.contains_key(**name)) {
        return Err(no_such_rule(unknown));
    }
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut wanted = state
        .config
        .rules
        .iter()
        .filter(|(name, _)| (names.is_empty() || names.contains(name.as_str())) && name.as_str() > after)
        .peekable();
    let page: Vec<_> = wanted.by_ref().take(MOST_RULES).collect();
    let next = page.last().map(|(name, _)| (*name).clone()).filter(|_| wanted.peek().is_some());
    let rules: Vec<_> = page.into_iter().map(|(_, rule)| rule).collect();
    Ok(without_nulls(json!({ "ConfigRules": rules, "NextToken": next })))
}
