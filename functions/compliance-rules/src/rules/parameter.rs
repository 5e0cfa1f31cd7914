//! Parameters of rules: typed, with limits and defaults, and read from a rule's InputParameters.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::Rule;

/// A parameter of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Parameter {
    Number(&'static Number),
    /// `true` or `false`.
    Flag(&'static Flag),
    /// A list, separated by commas.
    List(&'static List),
}

/// A whole number within limits.
#[derive(Debug)]
pub struct Number {
    /// Its name in InputParameters.
    pub name: &'static str,
    /// The value when it is not given.
    pub default: i64,
    /// What it may be.
    pub limits: RangeInclusive<i64>,
    /// What it means: one line.
    pub about: &'static str,
}

/// `true` or `false`.
#[derive(Debug)]
pub struct Flag {
    /// Its name in InputParameters.
    pub name: &'static str,
    /// The value when it is not given.
    pub default: bool,
    /// What it means: one line.
    pub about: &'static str,
}

/// A list, separated by commas. Spaces around its entries do not count. [`NONE`] by itself is an empty list of
/// texts; one of named choices has at least one, since nothing could be compliant without any.
#[derive(Debug)]
pub struct List {
    /// Its name in InputParameters.
    pub name: &'static str,
    /// The entries when it is not given.
    pub default: &'static [&'static str],
    /// What its entries may be.
    pub entries: Entries,
    /// What it means: one line.
    pub about: &'static str,
}

/// What the entries of a list may be.
#[derive(Debug)]
pub enum Entries {
    OneOf(&'static [&'static str]),
    /// A text that passes a check.
    Text {
        /// What they are: a few words for people.
        what: &'static str,
        /// What is wrong with one, if something is.
        check: fn(&str) -> Result<(), String>,
    },
}

/// The longest value that is read: AWS Config's InputParameters have at most 1,024 characters
/// ([ConfigRule](https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html)).
const LONGEST: usize = 1_024;
/// The value of a list without entries: an empty one stands for the default.
pub const NONE: &str = "none";
/// The parameter that names the rule.
pub const RULE: &str = "rule";

/// InputParameters with which a rule cannot be evaluated. A default in the place of what is wrong would
/// hide the mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameters {
    /// They are no JSON object.
    #[error("ruleParameters is no JSON object")]
    Malformed,
    /// They name no rule.
    #[error("the parameter `rule` is missing: set it to one of {allowed}")]
    NoRule { allowed: String },
    /// They name a rule that does not exist.
    #[error("the parameter `rule` is `{name}`, which is no rule: set it to one of {allowed}")]
    UnknownRule { name: String, allowed: String },
    /// They have a parameter that the rule does not have.
    #[error("`{name}` is no parameter of the rule {rule}; it has {allowed}")]
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

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Number(i64),
    Flag(bool),
    List(Vec<String>),
}

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

    /// Reads the parameters of a rule. Those that are empty count as not given, since templates cannot
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
            // AWS Config hands on texts; whoever calls the function may write numbers.
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

/// What an error repeats of a text from outside.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

impl Parameter {
    /// Its name in InputParameters.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number(number) => number.name,
            Self::Flag(flag) => flag.name,
            Self::List(list) => list.name,
        }
    }

    pub fn about(&self) -> &'static str {
        match self {
            Self::Number(number) => number.about,
            Self::Flag(flag) => flag.about,
            Self::List(list) => list.about,
        }
    }

    /// Its default as it would stand in InputParameters.
    pub fn default_text(&self) -> String {
        match self {
            Self::Number(number) => number.default.to_string(),
            Self::Flag(flag) => flag.default.to_string(),
            Self::List(list) => list.default.join(","),
        }
    }

    fn parse(&self, text: &str) -> Result<Given, String> {
        match self {
            Self::Number(Number { limits, .. }) => {
                let number = text.parse().ok().filter(|number| limits.contains(number));
                number
                    .map(Given::Number)
                    .ok_or_else(|| format!("use a whole number from {} to {}", limits.start(), limits.end()))
            }
            Self::Flag(_) => text.parse().map(Given::Flag).map_err(|_| "use `true` or `false`".into()),
            Self::List(list) => list.parse(text).map(Given::List),
        }
    }

    pub(super) fn to_json(self) -> Value {
        let mut json = json!({ "name": self.name(), "default": self.default_text(), "about": self.about() });
        match self {
            Self::Number(Number { limits, .. }) => {
                json["kind"] = "number".into();
                json["least"] = (*limits.start()).into();
                json["most"] = (*limits.end()).into();
            }
            Self::Flag(_) => json["kind"] = "flag".into(),
            Self::List(list) => {
                json["kind"] = "list".into();
                match list.entries {
                    Entries::OneOf(allowed) => json["allowed"] = json!(allowed),
                    Entries::Text { what, .. } => {
                        json["entries"] = what.into();
                        json["empty"] = NONE.into();
                    }
                }
            }
        }
        json
    }
}

impl List {
    fn parse(&self, text: &str) -> Result<Vec<String>, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} characters"));
        }
        if text == NONE && matches!(self.entries, Entries::Text { .. }) {
            return Ok(Vec::new());
        }
        let entries: Vec<String> =
            text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
        if entries.is_empty() {
            return Err("it has no entries".into());
        }
        for entry in &entries {
            match self.entries {
                Entries::OneOf(allowed) if allowed.contains(&entry.as_str()) => {}
                Entries::OneOf(allowed) => {
                    return Err(format!("`{}` is not one of {}", excerpt(entry), allowed.join(", ")));
                }
                Entries::Text { what, check } => {
                    check(entry).map_err(|problem| format!("`{}` {problem}; the list is of {what}", excerpt(entry)))?
                }
            }
        }
        Ok(entries)
    }
}
