//! All that is known of one row.

mod authority;
mod facts;

use inventory::Reading;

use super::cell::{Cell, Tone, clean_command, moment};
use super::{row, words};
use crate::{Row, RuleVerdict};

/// How a section is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Terms and values.
    Facts,
    /// One sentence each.
    Lines,
    /// Numbered, with commands.
    Steps,
}

/// A part of a story.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) style: Style,
    pub(crate) items: Vec<Item>,
}

/// A term and its value; a label and its sentence; a step and its command.
pub(crate) struct Item {
    pub(crate) term: String,
    pub(crate) value: Cell,
}

impl Item {
    pub(crate) fn new(term: &str, value: Cell) -> Self {
        Self { term: super::cell::clean(term), value }
    }
}

/// The story of a row: what to do first, where it all comes from last. Sections without anything are left out, but
/// those that could not be read say so.
pub(crate) fn story(row: &Row) -> Vec<Section> {
    let sections = [
        ("What to do", Style::Steps, steps(row)),
        ("Verdicts", Style::Facts, verdicts(row)),
        ("Findings", Style::Lines, findings(row)),
        ("Used by", Style::Lines, uses(row)),
        ("Certificate", Style::Facts, facts::certificate(row)),
        ("Private CA", Style::Facts, authority::authority(row)),
        ("Issuer and validation", Style::Facts, facts::identity(row)),
        ("Chain", Style::Facts, facts::chain(row)),
        ("Owner and tags", Style::Facts, owner(row)),
    ];
    let section = |(title, style, items): (_, _, Vec<Item>)| Section { title, style, items };
    sections.into_iter().map(section).filter(|section| !section.items.is_empty()).collect()
}

fn steps(row: &Row) -> Vec<Item> {
    let step = |step: &crate::Step| {
        let text = step.command.as_deref().map(clean_command).unwrap_or_default();
        Item::new(&step.text, Cell { text, ..Cell::default() })
    };
    row.steps.iter().map(step).collect()
}

fn verdicts(row: &Row) -> Vec<Item> {
    let verdict = |(text, tone): (&str, Tone), why: &str| Cell::new(text, tone).with_note(why);
    vec![
        Item::new("Renewed by", verdict(words::renewer(row.renewal.who), &row.renewal.why)),
        Item::new("Use", verdict(words::in_use(row.use_verdict.verdict), &row.use_verdict.why)),
        Item::new("47 days", verdict(words::ready(row.readiness.verdict), &row.readiness.why)),
    ]
}

fn findings(row: &Row) -> Vec<Item> {
    let findings = row.findings.iter().map(|finding| {
        let (label, tone) = words::finding(finding.kind);
        Item::new(label, Cell::new(&finding.text, tone))
    });
    let rules = row.rules.iter().map(|result| match result.verdict {
        RuleVerdict::NonCompliant => {
            Item::new(&format!("rule {}", result.rule), Cell::new(&result.why, Tone::Attention))
        }
        RuleVerdict::Unknown => {
            Item::new(&format!("rule {}: not known", result.rule), Cell::new(&result.why, Tone::Unread))
        }
    });
    findings.chain(rules).collect()
}

fn uses(row: &Row) -> Vec<Item> {
    let item = |usage: &inventory::Usage| {
        let owned = if usage.is_aws_owned { " · owned by AWS, not in your account" } else { "" };
        let seen = format!("{} · {} · seen in {}{owned}", usage.service, usage.resource, words::seen_in(usage));
        Item::new(&usage.label, Cell::plain(&seen))
    };
    row.entry.uses.iter().map(item).collect()
}

fn owner(row: &Row) -> Vec<Item> {
    let mut items = vec![Item::new("Owner", row::owner(row))];
    if let Some(purpose) = &row.entry.purpose {
        items.push(Item::new("Purpose", Cell::plain(purpose)));
    }
    if !row.account.units.is_empty() {
        items.push(Item::new("Organizational units", Cell::plain(&row.account.units.join(" / "))));
    }
    match &row.entry.tags {
        Reading::Known { value, as_of } if value.is_empty() => {
            items.push(Item::new("Tags", Cell::plain("none").with_note(&read_at(*as_of))));
        }
        Reading::Known { value, .. } => {
            items.extend(value.iter().map(|(key, value)| Item::new(&format!("Tag {key}"), Cell::plain(value))));
        }
        unread => items.push(Item::new("Tags", Cell::of(unread, |_| Cell::default()))),
    }
    items
}

/// The age of a fact.
pub(super) fn read_at(time: jiff::Timestamp) -> String {
    format!("read {}", moment(time))
}
