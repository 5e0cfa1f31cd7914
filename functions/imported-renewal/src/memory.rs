//! What this process remembers, for each account and Region apart: what happens in one must not be forgotten, or held
//! back, because of what happens in another.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use certificates::Target;

use crate::announced::Announced;
use crate::budget::Budget;

/// Most are empty; an organization has as many in which something is renewed within a day.
const MOST_TARGETS: usize = 10_000;

/// Of one account and Region. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) budget: Budget,
    pub(crate) announced: Announced,
}

/// Of all of them. The one that was not used for the longest time makes room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memories(Arc<Mutex<VecDeque<(Target, Memory)>>>);

impl Memories {
    pub(crate) fn of(&self, target: &Target) -> Memory {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().position(|(known, _)| known == target).and_then(|at| all.remove(at));
        let entry = known.unwrap_or_else(|| (target.clone(), Memory::default()));
        let memory = entry.1.clone();
        all.push_back(entry);
        if all.len() > MOST_TARGETS {
            all.pop_front();
        }
        memory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(number: usize) -> Target {
        Target { partition: "aws".into(), account: format!("{number:012}"), region: "us-east-1".into() }
    }

    #[test]
    fn each_target_has_its_own_and_the_last_used_stay() {
        let (memories, now) = (Memories::default(), "2026-11-20T08:00:00Z".parse().unwrap());
        memories.of(&target(0)).budget.quota_was_reached(now);
        assert!(memories.of(&target(0)).budget.quota_reached().is_some());
        assert!(memories.of(&target(1)).budget.quota_reached().is_none());
        for number in 1..MOST_TARGETS {
            memories.of(&target(number));
        }
        assert!(memories.of(&target(0)).budget.quota_reached().is_some());
        memories.of(&target(MOST_TARGETS));
        assert_eq!(memories.0.lock().unwrap().len(), MOST_TARGETS);
        assert!(memories.of(&target(0)).budget.quota_reached().is_some(), "it was used after the others");
    }
}
