//! What to do next about a row.

use jiff::Timestamp;

use crate::model::{Row, Step};

pub(crate) fn steps(_row: &Row, _now: Timestamp) -> Vec<Step> {
    Vec::new()
}
