//! Its key was exported: after each renewal, what is outside AWS still has the old certificate.

use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::Row;
use crate::verdicts::use_verdict::is_exported;

pub(super) fn find(row: &Row, now: Timestamp) -> Option<String> {
    let is_found = is_exported(&row.entry) && life(&row.entry, now) == Life::Valid;
    is_found
        .then(|| "Its key was exported: copies outside AWS have to be exported again after each renewal.".to_owned())
}
