//! A cell of what may not have been read.

use inventory::{Reading, Unreadable};

/// What was read, or why it was not.
pub(super) fn reading<T>(reading: &Reading<T>, shown: impl Fn(&T) -> String) -> String {
    match reading {
        Reading::Known { value, .. } => shown(value),
        Reading::Unreadable(why) => unreadable(why),
        Reading::NotAsked => "not read yet".into(),
    }
}

pub(super) fn unreadable(why: &Unreadable) -> String {
    format!("unreadable: {} ({})", why.code, why.action)
}
