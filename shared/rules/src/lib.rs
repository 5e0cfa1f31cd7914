//! The rules: one file each, pure, and all of them in one list.
//!
//! A rule is a [`Rule`] with a function that takes facts and returns a [`Verdict`], or the fact that
//! it misses. How to add one: see the README of compliance-rules.

#![allow(missing_docs, reason = "rules are data: the table of each module documents them")]

mod applicability;
pub mod certificate;
pub mod facts;
mod names;
mod parameter;
pub mod pattern;
pub mod private_ca;
#[cfg(test)]
#[path = "../../x509/tests/samples/mod.rs"]
mod samples;
mod secrets;
mod settings;
#[cfg(test)]
mod support;
mod tagging;
#[cfg(test)]
mod tests;
mod verdict;

use certificates::Target;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::facts::{Account, Certificate, Lookup, Missing, PrivateCa};

pub use parameter::{Entries, Flag, List, NONE, Number, Parameter};
pub use settings::{InvalidParameters, RULE, Settings};
pub use verdict::{Compliance, Verdict};

/// What a rule answers: a verdict, or why there is none yet.
pub type Evaluation = Result<Verdict, NoVerdict>;

/// Why a rule has no verdict yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoVerdict {
    /// A fact has to be looked up first.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// AWS services do not agree on the resource yet. The rule has to be asked again later.
    #[error("{0}")]
    NotYet(&'static str),
}

/// What a rule decides by besides the resource's facts.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub settings: &'a Settings,
    /// The account and Region.
    pub here: &'a Target,
}

/// The function that evaluates a resource, by the kind of resource.
#[derive(Debug, Clone, Copy)]
pub enum Evaluator {
    /// A certificate in ACM.
    Certificate(fn(&Certificate, &Context<'_>) -> Evaluation),
    PrivateCa(fn(&PrivateCa, &Context<'_>) -> Evaluation),
    /// The account as a whole.
    Account(fn(&Account, &Context<'_>) -> Evaluation),
}

#[derive(Debug)]
pub struct Rule {
    /// Its name, kebab-case; its file has the same with underscores.
    pub name: &'static str,
    /// What it requires: one sentence.
    pub about: &'static str,
    pub evaluate: Evaluator,
    pub parameters: &'static [Parameter],
    /// Everything that it may need beyond what a listing reports. Nothing else is looked up for it.
    pub lookups: &'static [Lookup],
    /// The same or nearly the same elsewhere, such as `Security Hub ACM.1`.
    pub corresponds_to: &'static [&'static str],
}

impl Rule {
    /// The type of resource that it is about, as AWS Config names it.
    pub fn resource_type(&self) -> &'static str {
        match self.evaluate {
            Evaluator::Certificate(_) => "AWS::ACM::Certificate",
            Evaluator::PrivateCa(_) => "AWS::ACMPCA::CertificateAuthority",
            Evaluator::Account(_) => "AWS::::Account",
        }
    }

    /// The verdict on a resource of another type.
    pub fn not_about_this(&self) -> Verdict {
        Verdict::not_applicable(format!("The rule {} is about {}.", self.name, self.resource_type()))
    }

    fn parameter_names(&self) -> String {
        let names: Vec<&str> = self.parameters.iter().map(Parameter::name).collect();
        if names.is_empty() { "no parameters".into() } else { names.join(", ") }
    }

    /// The rule as `infra/rules.json` describes it.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "about": self.about,
            "resourceType": self.resource_type(),
            "parameters": self.parameters.iter().map(|parameter| parameter.to_json()).collect::<Vec<_>>(),
            "lookups": self.lookups,
            "correspondsTo": self.corresponds_to,
        })
    }
}

pub fn all() -> impl Iterator<Item = &'static Rule> {
    certificate::RULES.iter().chain(private_ca::RULES).copied()
}

/// Every rule with its parameters, defaults and limits, as JSON: the text of `infra/rules.json`, to which
/// a test holds it, and the template's tests hold themselves.
pub fn describe() -> String {
    let rules: Vec<Value> = all().map(Rule::to_json).collect();
    // Values that were made here can always be written.
    serde_json::to_string_pretty(&rules).unwrap_or_default() + "\n"
}

/// The rule that InputParameters name, and its parameters.
///
/// # Errors
/// There is no such rule, or something is wrong with a parameter. The error names it and lists what is
/// allowed.
pub fn select(parameters: &Map<String, Value>) -> Result<(&'static Rule, Settings), InvalidParameters> {
    let allowed = || all().map(|rule| rule.name).collect::<Vec<_>>().join(", ");
    let name = match parameters.get(RULE) {
        Some(Value::String(name)) if !name.trim().is_empty() => name.trim(),
        _ => return Err(InvalidParameters::NoRule { allowed: allowed() }),
    };
    let Some(rule) = all().find(|rule| rule.name == name) else {
        return Err(InvalidParameters::UnknownRule { name: parameter::excerpt(name), allowed: allowed() });
    };
    Ok((rule, Settings::read(rule, parameters)?))
}

/// The modules of a folder, each of which has a rule, and the list of those rules.
macro_rules! rules {
    ($($module:ident),+ $(,)?) => {
        $(pub mod $module;)+

        /// The rules of this folder.
        pub const RULES: &[&$crate::Rule] = &[$(&$module::RULE),+];

        #[cfg(test)]
        pub(super) const FILES: &[&str] = &[$(stringify!($module)),+];
    };
}

use rules;
