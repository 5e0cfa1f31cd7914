//! Expired, and something uses it: clients refuse it now.

use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::{Row, Use};

pub(super) fn find(row: &Row, now: Timestamp) -> Option<String> {
    let is_found = row.use_verdict.verdict == Use::InUse && life(&row.entry, now) == Life::Expired;
    let on = row.entry.not_after.map_or(String::new(), |end| format!(" on {}", certificates::utc_date(end)));
    is_found.then(|| format!("It expired{on}, and is in use: clients refuse it."))
}
