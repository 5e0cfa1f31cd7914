//! One row as people read it.

use inventory::{Identity, Reading};
use jiff::Timestamp;

use super::cell::{Cell, Tone, clean, day};
use super::numbers::Flags;
use super::story::{Section, story};
use super::words;
use crate::totals::is_unhandled;
use crate::{Renewer, Row, RuleVerdict, Use};

/// A row in words.
pub(crate) struct RowView {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// What it is, in a few words.
    pub(crate) about: String,
    pub(crate) days: Option<i64>,
    pub(crate) expires: Cell,
    pub(crate) owner: Cell,
    pub(crate) account: Cell,
    pub(crate) region: Cell,
    pub(crate) issuer: Cell,
    pub(crate) renewer: Cell,
    pub(crate) used: Cell,
    pub(crate) ready: Cell,
    pub(crate) flags: Flags,
    pub(crate) story: Vec<Section>,
}

impl RowView {
    pub(crate) fn new(row: &Row, now: Timestamp) -> Self {
        Self {
            arn: clean(&row.entry.arn),
            name: clean(&row.entry.name),
            about: about(row),
            days: row.days_left,
            expires: expires(row),
            owner: owner(row),
            account: account(row),
            region: Cell::plain(&row.region),
            issuer: issuer(row),
            renewer: verdict(words::renewer(row.renewal.who)),
            used: used(row),
            ready: verdict(words::ready(row.readiness.verdict)),
            flags: Flags::of(row, now),
            story: story(row),
        }
    }

    /// The cells behind the name, in the order of the columns.
    pub(crate) fn cells(&self) -> [&Cell; 7] {
        [&self.owner, &self.account, &self.region, &self.issuer, &self.renewer, &self.used, &self.ready]
    }
}

fn verdict((text, tone): (&str, Tone)) -> Cell {
    Cell::new(text, tone)
}

fn about(row: &Row) -> String {
    let violated = row.rules.iter().filter(|rule| rule.verdict == RuleVerdict::NonCompliant).count();
    let findings = row.findings.len() + violated;
    let more = row.entry.names.len().saturating_sub(1);
    let mut parts = vec![words::kind(row.entry.kind).to_owned()];
    if !matches!(row.entry.status.as_str(), "" | "ISSUED" | "ACTIVE") {
        parts.push(row.entry.status.to_lowercase().replace('_', " "));
    }
    if more > 0 {
        let sign = if row.entry.has_more_names { "+" } else { "" };
        parts.push(format!("{more}{sign} more {}", if more == 1 { "name" } else { "names" }));
    }
    if findings > 0 {
        parts.push(format!("{findings} {}", if findings == 1 { "finding" } else { "findings" }));
    }
    clean(&parts.join(" · "))
}

fn expires(row: &Row) -> Cell {
    let (Some(days), Some(end)) = (row.days_left, row.entry.not_after) else {
        return Cell::plain("no expiry");
    };
    let urgent = match row.renewal.who {
        who if is_unhandled(who) => Tone::Bad,
        Renewer::Unknown => Tone::Unread,
        _ => Tone::Plain,
    };
    let (text, tone) = match days {
        ..0 if row.use_verdict.verdict == Use::InUse => (ago(days), Tone::Bad),
        ..0 => (ago(days), Tone::Plain),
        0 => ("today".to_owned(), urgent),
        1 => ("in 1 day".to_owned(), urgent),
        2..=30 => (format!("in {days} days"), urgent),
        _ => (format!("in {days} days"), Tone::Plain),
    };
    Cell::new(&text, tone).with_note(&day(end))
}

fn ago(days: i64) -> String {
    match days {
        -1 => "expired 1 day ago".to_owned(),
        _ => format!("expired {} days ago", -days),
    }
}

pub(super) fn owner(row: &Row) -> Cell {
    Cell::of(&row.entry.owner, |owner| match owner {
        Some(owner) => Cell::plain(&owner.name).with_note(words::owner_source(owner.source)),
        None => Cell::new("no owner", Tone::Attention),
    })
}

fn account(row: &Row) -> Cell {
    match row.account.name.as_str() {
        "" => Cell::plain(&row.account.id),
        name => Cell::plain(name).with_note(&row.account.id),
    }
}

fn used(row: &Row) -> Cell {
    let (text, tone) = words::in_use(row.use_verdict.verdict);
    match row.use_verdict.verdict {
        Use::InUse if row.entry.uses.len() > 1 => Cell::new(&format!("{text} ({})", row.entry.uses.len()), tone),
        _ => Cell::new(text, tone),
    }
}

/// The issuer's common name, or its organization: the story has the whole name.
fn issuer(row: &Row) -> Cell {
    let above = row.entry.chain.known().and_then(|chain| chain.issuers.first());
    match (&row.entry.identity, above) {
        (Reading::Known { value: Identity { issuer: Some(issuer), .. }, .. }, _) => Cell::plain(&short(issuer)),
        (_, Some(issuer)) => Cell::plain(&short(issuer)),
        (reading, None) => Cell::of(reading, |_| Cell::plain("no issuer shown")),
    }
}

fn short(name: &str) -> String {
    let part = |key: &str| name.split(',').find_map(|part| part.trim().strip_prefix(key)).map(str::to_owned);
    part("CN=").or_else(|| part("O=")).unwrap_or_else(|| name.to_owned())
}
