//! The parameters of one rule, as a rule's InputParameters set them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Rule;
use crate::parameter::{Flag, Given, List, Number, excerpt};

/// The parameter that names the rule.
pub const RULE: &str = "rule";

/// InputParameters with which a rule cannot be evaluated. A default instead of what is wrong would
/// hide the mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameters {
    /// They are not a JSON object.
    #[error("ruleParameters is not a JSON object")]
    Malformed,
    /// They name no rule.
    #[error("the parameter `rule` is missing: set it to one of {allowed}")]
    NoRule { allowed: String },
    /// They name a rule that does not exist.
    #[error("the parameter `rule` is `{name}`, which is not a rule: set it to one of {allowed}")]
    UnknownRule { name: String, allowed: String },
    /// They have a parameter that the rule does not have.
    #[error("`{name}` is not a parameter of the rule {rule}; it has {allowed}")]
    UnknownParameter {
        rule: &'static str,
        name: String,
        /// All parameters of the rule.
        allowed: String,
    },
    /// A value cannot be used.
    #[error("the parameter `{name}` of the rule {rule} is `{value}`: {problem}")]
    Invalid {
        rule: &'static str,
        name: &'static str,
        value: String,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
}

/// The parameters of a rule as they were given. What was not given has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<&'static str, Given>);

impl Settings {
    /// The value of a number.
    pub fn number(&self, parameter: &Number) -> i64 {
        match self.0.get(parameter.name) {
            Some(Given::Number(number)) => *number,
            _ => parameter.default,
        }
    }

    /// The value of a flag.
    pub fn flag(&self, parameter: &Flag) -> bool {
        match self.0.get(parameter.name) {
            Some(Given::Flag(flag)) => *flag,
            _ => parameter.default,
        }
    }

    /// The entries of a list.
    pub fn list(&self, parameter: &List) -> Vec<&str> {
        match self.0.get(parameter.name) {
            Some(Given::List(entries)) => entries.iter().map(String::as_str).collect(),
            _ => parameter.default.to_vec(),
        }
    }

    /// Reads the parameters of a rule. An empty one counts as not given, since templates cannot
    /// leave one out.
    pub(super) fn read(rule: &'static Rule, given: &Map<String, Value>) -> Result<Self, InvalidParameters> {
        let mut settings = BTreeMap::new();
        for (name, value) in given.iter().filter(|(name, _)| *name != RULE) {
            let Some(parameter) = rule.parameters.iter().find(|parameter| parameter.name() == name) else {
                return Err(InvalidParameters::UnknownParameter {
                    rule: rule.name,
                    name: excerpt(name),
                    allowed: rule.parameter_names(),
                });
            };
            // AWS Config passes strings; other callers may pass numbers.
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let given = parameter.parse(text).map_err(|problem| InvalidParameters::Invalid {
                rule: rule.name,
                name: parameter.name(),
                value: excerpt(text),
                problem,
            })?;
            settings.insert(parameter.name(), given);
        }
        Ok(Self(settings))
    }
}
