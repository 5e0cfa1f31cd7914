//! What people are notified of.

mod complete;
mod domain_names;
mod endpoints;
mod failed;
mod headline;

use certificates::utc_date;
use jiff::Timestamp;

pub(crate) use complete::complete;
pub(crate) use failed::{failed, with_maintenance};

/// Remarks and details are sentences.
const SENTENCE: usize = 600;

fn day(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "an unknown day".into(), |time| utc_date(time).to_string())
}

#[cfg(test)]
mod tests;
