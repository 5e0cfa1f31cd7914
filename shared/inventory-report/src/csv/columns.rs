//! The columns.

use certificates::tags::format_time;
use inventory::{Entry, Usage};
use jiff::Timestamp;
use serde::Serialize;

use super::cell::reading;
use crate::model::{FindingKind, Row, RuleVerdict};

/// A column: its name, and its cell of a row.
pub(super) type Column = (&'static str, fn(&Row) -> String);

pub(super) const COLUMNS: &[Column] = &[
    ("name", |row| row.entry.name.clone()),
    ("kind", |row| word(&row.entry.kind)),
    ("status", |row| row.entry.status.clone()),
    ("expires", |row| time(row.entry.not_after)),
    // A negative number would look like a formula, and get an apostrophe.
    ("days left", |row| row.days_left.filter(|days| *days >= 0).map_or(String::new(), |days| days.to_string())),
    ("days expired", |row| row.days_left.filter(|days| *days < 0).map_or(String::new(), |days| (-days).to_string())),
    ("owner", |row| {
        reading(&row.entry.owner, |owner| owner.as_ref().map_or(String::new(), |owner| owner.name.clone()))
    }),
    ("owner by", |row| {
        reading(&row.entry.owner, |owner| owner.as_ref().map_or(String::new(), |owner| word(&owner.source)))
    }),
    ("purpose", |row| row.entry.purpose.clone().unwrap_or_default()),
    ("account", |row| row.account.id.clone()),
    ("account name", |row| row.account.name.clone()),
    ("region", |row| row.region.clone()),
    ("renewed by", |row| word(&row.renewal.who)),
    ("renewal", |row| row.renewal.why.clone()),
    ("use", |row| word(&row.use_verdict.verdict)),
    ("use because", |row| row.use_verdict.why.clone()),
    ("used by", |row| used_by(&row.entry)),
    ("47 days", |row| word(&row.readiness.verdict)),
    ("47 days because", |row| row.readiness.why.clone()),
    ("names", |row| names(&row.entry)),
    ("issuer", |row| reading(&row.entry.identity, |identity| identity.issuer.clone().unwrap_or_default())),
    ("serial", |row| reading(&row.entry.identity, |identity| identity.serial.clone().unwrap_or_default())),
    ("validation", |row| {
        reading(&row.entry.identity, |identity| identity.validation_method.clone().unwrap_or_default())
    }),
    ("private CA", |row| reading(&row.entry.described, |one| one.certificate_authority.clone().unwrap_or_default())),
    ("key", |row| row.entry.key_algorithm.clone().unwrap_or_default()),
    ("valid from", |row| time(row.entry.not_before)),
    ("chain expires", |row| reading(&row.entry.chain, |chain| time(chain.first_expiry))),
    ("tags", |row| reading(&row.entry.tags, |tags| join(tags.iter().map(|(key, value)| format!("{key}={value}"))))),
    ("findings", |row| {
        join(row.findings.iter().map(|finding| format!("{}: {}", word::<FindingKind>(&finding.kind), finding.text)))
    }),
    ("rules not met", |row| rules(row, RuleVerdict::NonCompliant)),
    ("rules unknown", |row| rules(row, RuleVerdict::Unknown)),
    ("steps", |row| {
        join(row.steps.iter().map(|step| match &step.command {
            Some(command) => format!("{} {command}", step.text),
            None => step.text.clone(),
        }))
    }),
    ("arn", |row| row.entry.arn.clone()),
];

/// A value as the JSON of the report spells it.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(object)) => {
            object.iter().map(|(key, value)| format!("{key} {}", value.as_str().unwrap_or_default())).collect()
        }
        _ => String::new(),
    }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or(String::new(), format_time)
}

fn join(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

fn names(entry: &Entry) -> String {
    let more = if entry.has_more_names { " and more that AWS does not list" } else { "" };
    entry.names.join(" ") + more
}

/// What is known to use it; without any, what the description says.
fn used_by(entry: &Entry) -> String {
    let name = |usage: &Usage| {
        if usage.label.is_empty() { usage.resource.clone() } else { format!("{} ({})", usage.resource, usage.label) }
    };
    match entry.uses.is_empty() {
        false => join(entry.uses.iter().map(name)),
        true => reading(&entry.described, |described| described.in_use_by.join("; ")),
    }
}

fn rules(row: &Row, verdict: RuleVerdict) -> String {
    join(row.rules.iter().filter(|rule| rule.verdict == verdict).map(|rule| format!("{}: {}", rule.rule, rule.why)))
}
