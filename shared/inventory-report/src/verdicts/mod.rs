//! The verdicts about a row: pure, one file each.

pub(crate) mod findings;
pub(crate) mod readiness;
pub(crate) mod renewer;
pub(crate) mod rules;
pub(crate) mod steps;
pub(crate) mod use_verdict;

use inventory::{Reading, Unreadable};
use notices::{foreign, foreign_up_to};

/// Why a fact is not known, where it is not: what could not be read, or was not read yet.
pub(crate) fn lack<T>(reading: &Reading<T>, fact: &str) -> Option<String> {
    match reading {
        Reading::Known { .. } => None,
        Reading::Unreadable(why) => Some(format!("{fact} could not be read ({})", because(why))),
        Reading::NotAsked => Some(format!("{fact} was not read yet")),
    }
}

/// The ARN or id of a resource, for people: longer than a name.
pub(crate) fn resource(text: &str) -> String {
    foreign_up_to(text, 200)
}

/// An answer of AWS, for people: the action and the error code.
pub(crate) fn because(why: &Unreadable) -> String {
    format!("{}: {}", foreign(&why.action), foreign(&why.code))
}
