//! Answers that are kept for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Ten times the accounts that large organizations have.
const MOST: usize = 10_000;

/// Answers about accounts, by their ids.
#[derive(Debug)]
pub(crate) struct Cache<T> {
    /// How long an answer holds.
    lasting: SignedDuration,
    answers: Mutex<HashMap<String, (T, Timestamp)>>,
}

impl<T: Clone> Cache<T> {
    pub(crate) fn new(lasting: SignedDuration) -> Self {
        Self { lasting, answers: Mutex::default() }
    }

    pub(crate) fn get(&self, id: &str, now: Timestamp) -> Option<T> {
        let answers = self.lock();
        let (answer, since) = answers.get(id)?;
        (now.duration_since(*since) < self.lasting).then(|| answer.clone())
    }

    pub(crate) fn keep(&self, id: &str, answer: T, now: Timestamp) {
        let mut answers = self.lock();
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(id.to_owned(), (answer, now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (T, Timestamp)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
