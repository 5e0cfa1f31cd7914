//! The rules: one file each, pure, and all of them in one list.
//!
//! A rule is a [`Rule`] with a function that takes facts and answers a [`Verdict`], or says which fact
//! it misses. How to add one: see the crate's README.

pub mod authority;
pub mod certificate;
mod names;
mod parameter;
pub mod pattern;
#[cfg(test)]
#[path = "../../../../shared/x509/tests/samples/mod.rs"]
mod samples;
mod standing;
#[cfg(test)]
mod support;
mod tagging;
#[cfg(test)]
mod tests;
mod verdict;

use certificates::Scope;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::facts::{Account, Authority, Certificate, Lookup, Missing};

pub use parameter::{Entries, Flag, InvalidParameters, List, NONE, Number, Parameter, RULE, Settings};
pub use verdict::{Compliance, Verdict};

/// What a rule answers: a verdict, or what it has to know first.
pub type Evaluation = Result<Verdict, Missing>;

/// What a rule decides by besides the resource's facts.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub settings: &'a Settings,
    /// The account and Region.
    pub here: &'a Scope,
}

/// The function that evaluates a resource, by the kind of resource.
#[derive(Debug, Clone, Copy)]
pub enum Evaluator {
    /// A certificate in ACM.
    Certificate(fn(&Certificate, &Context<'_>) -> Evaluation),
    Authority(fn(&Authority, &Context<'_>) -> Evaluation),
    /// The account as a whole.
    Account(fn(&Account, &Context<'_>) -> Evaluation),
}

#[derive(Debug)]
pub struct Rule {
    /// Its name, kebab-case; its file has the same with underscores.
    pub name: &'static str,
    /// What it wants: one sentence.
    pub about: &'static str,
    pub evaluate: Evaluator,
    /// Whether it judges a CA at the item of its deletion. A CA that is deleted must be compliant with none that does.
    pub judges_deleted: bool,
    pub parameters: &'static [Parameter],
    /// Everything that it may ask for beyond what a listing tells. What it does not name is never
    /// looked up for it.
    pub lookups: &'static [Lookup],
    /// The same or nearly the same elsewhere, such as `Security Hub ACM.1`.
    pub corresponds_to: &'static [&'static str],
}

impl Rule {
    /// The type of resource that it is about, as AWS Config names it.
    pub fn resource_type(&self) -> &'static str {
        match self.evaluate {
            Evaluator::Certificate(_) => "AWS::ACM::Certificate",
            Evaluator::Authority(_) => "AWS::ACMPCA::CertificateAuthority",
            Evaluator::Account(_) => "AWS::::Account",
        }
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
    certificate::RULES.iter().chain(authority::RULES).copied()
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
        pub const RULES: &[&$crate::rules::Rule] = &[$(&$module::RULE),+];

        #[cfg(test)]
        pub(super) const FILES: &[&str] = &[$(stringify!($module)),+];
    };
}

use rules;
