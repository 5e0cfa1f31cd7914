//! Calls so far apart that a sweep leaves the account's quotas to others too.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_client::Clock;
use jiff::{SignedDuration, Timestamp};

/// Gives calls their turn.
#[derive(Debug)]
pub(crate) struct Pace {
    clock: Clock,
    apart: SignedDuration,
    next: Mutex<Option<Timestamp>>,
}

impl Pace {
    /// Calls that are begun at least so far apart.
    pub(crate) fn new(clock: &Clock, apart: SignedDuration) -> Self {
        Self { clock: clock.clone(), apart, next: Mutex::default() }
    }

    /// No waiting: for the few calls of a single certificate.
    pub(crate) fn none(clock: &Clock) -> Self {
        Self::new(clock, SignedDuration::ZERO)
    }

    /// Whether calls wait for each other at all.
    pub(crate) fn is_paced(&self) -> bool {
        !self.apart.is_zero()
    }

    /// When a call that asks for its turn now would get it.
    pub(crate) fn next(&self) -> Timestamp {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        next.map_or(now, |next| next.max(now))
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) {
        self.turn_for(1).await;
    }

    /// Waits for a turn for a call that counts as so many.
    pub(crate) async fn turn_for(&self, calls: usize) {
        if !self.is_paced() {
            return;
        }
        let calls = i32::try_from(calls).unwrap_or(i32::MAX);
        let now = self.clock.now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = turn.checked_add(self.apart.saturating_mul(calls)).ok();
            turn
        };
        if let Ok(wait) = Duration::try_from(turn.duration_since(now))
            && !wait.is_zero()
        {
            self.clock.sleep(wait).await;
        }
    }
}
