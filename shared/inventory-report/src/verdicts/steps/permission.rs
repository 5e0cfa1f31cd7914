//! What to allow so that what is unknown becomes known.

use std::collections::BTreeSet;

use inventory::{Reading, Unreadable};
use notices::{foreign, foreign_up_to};

use crate::model::{Row, Step};

/// As much of an explanation as is shown.
const LONGEST: usize = 300;

pub(super) fn steps(row: &Row) -> Vec<Step> {
    let entry = &row.entry;
    let all = [why(&entry.identity), why(&entry.tags), why(&entry.described), why(&entry.chain), why(&entry.owner)];
    let distinct: BTreeSet<&Unreadable> = all.into_iter().flatten().collect();
    distinct.into_iter().map(step).collect()
}

fn why<T>(reading: &Reading<T>) -> Option<&Unreadable> {
    reading.unreadable()
}

fn step(why: &Unreadable) -> Step {
    let explanation = foreign_up_to(&why.explanation, LONGEST);
    let text = match explanation.is_empty() {
        true => format!(
            "{} failed ({}): resolve that, so that the verdicts can be known.",
            foreign(&why.action),
            foreign(&why.code)
        ),
        false => format!("{} failed ({}): {explanation}", foreign(&why.action), foreign(&why.code)),
    };
    Step { text, command: None }
}
