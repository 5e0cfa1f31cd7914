//! The notice of one act, or of the same act again and again.

mod headline;
mod next;
mod steps;
mod what;
mod why;

use notices::{ActivityNotice, Severity};

use crate::report::Reported;

/// A notice of acts of one kind in one account and Region, by one principal where that is known. There is at least one.
pub(crate) fn notice(acts: &[Reported]) -> ActivityNotice {
    let Some(first) = acts.first() else { return nothing() };
    ActivityNotice {
        kind: first.kind.as_str(),
        severity: acts.iter().map(|act| act.severity).max().unwrap_or(Severity::Info),
        headline: headline::headline(first).to_owned(),
        account: first.account.clone(),
        region: first.region.clone(),
        principal: first.principal.clone(),
        acts: acts.iter().map(Reported::entry).collect(),
        what_happened: what::what_happened(first, acts.len()),
        why_it_matters: why::why_it_matters(first),
        what_happens_next: next::what_happens_next(first).to_owned(),
        what_to_do: steps::what_to_do(first),
        sent_by: None,
    }
}

/// Callers have acts.
fn nothing() -> ActivityNotice {
    ActivityNotice {
        kind: "nothing",
        severity: Severity::Info,
        headline: "nothing happened".into(),
        account: String::new(),
        region: String::new(),
        principal: None,
        acts: Vec::new(),
        what_happened: String::new(),
        why_it_matters: String::new(),
        what_happens_next: String::new(),
        what_to_do: Vec::new(),
        sent_by: None,
    }
}
