//! A certificate above it expires before it does: from then on clients refuse it.

use certificates::utc_date;
use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::Row;

pub(super) fn find(row: &Row, now: Timestamp) -> Option<String> {
    let first = row.entry.chain.known()?.first_expiry?;
    let own = row.entry.not_after?;
    let is_found = first < own && life(&row.entry, now) == Life::Valid;
    is_found.then(|| {
        format!("A certificate of its chain expires on {}, before it does on {}.", utc_date(first), utc_date(own))
    })
}
