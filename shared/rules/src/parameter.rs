//! Parameters of rules: typed, with limits and defaults.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

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

/// A list, separated by commas. Spaces around its entries do not count. [`NONE`] alone is an empty list of
/// texts; a list of choices has at least one entry, since nothing could be compliant without any.
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

/// The longest value: AWS Config's InputParameters have at most 1,024 characters
/// ([ConfigRule](https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html)).
const LONGEST: usize = 1_024;
/// The value of a list without entries: an empty value means the default.
pub const NONE: &str = "none";

/// The value of a parameter that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Number(i64),
    Flag(bool),
    List(Vec<String>),
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

    /// Its default as InputParameters would have it.
    pub fn default_text(&self) -> String {
        match self {
            Self::Number(number) => number.default.to_string(),
            Self::Flag(flag) => flag.default.to_string(),
            Self::List(list) => list.default.join(","),
        }
    }

    pub(super) fn parse(&self, text: &str) -> Result<Given, String> {
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

/// As much of a text from outside as an error repeats.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}
