//! Tagged `acm-autopilot:pinned`: its clients compare it with a copy, and refuse a new one.

use crate::model::Row;
use crate::verdicts::readiness::PINNED;

pub(super) fn find(row: &Row) -> Option<String> {
    let is_pinned = row.entry.tags.known().is_some_and(|tags| tags.contains_key(PINNED));
    is_pinned.then(|| format!("It is pinned ({PINNED}): tell the owners of its clients before each renewal."))
}
