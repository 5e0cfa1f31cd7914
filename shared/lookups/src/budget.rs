//! How fast AWS is asked, and until when.

use std::cell::Cell;
use std::time::Duration;

use aws_client::Clock;
use jiff::{SignedDuration, Timestamp};

/// Lookups start this far apart: ACM answers ten DescribeCertificate and ten ListTagsForCertificate a second
/// for the whole account ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)).
const INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// No lookup starts with less time than this: enough for a throttled call and its retries, and for the
/// report afterwards.
const RESERVE: SignedDuration = SignedDuration::from_secs(60);

/// Spreads lookups over time, and stops them before a deadline.
#[derive(Debug)]
pub struct Budget<'a> {
    clock: &'a Clock,
    next: Cell<Timestamp>,
    deadline: Timestamp,
}

impl<'a> Budget<'a> {
    /// Lookups from now on, until this deadline.
    pub fn new(clock: &'a Clock, deadline: Timestamp) -> Self {
        Self { clock, next: Cell::new(clock.now()), deadline }
    }

    /// Whether there is time for another lookup.
    pub fn has_time(&self) -> bool {
        self.has_time_at(self.clock.now())
    }

    /// Waits until another lookup may start; `false` when there is no time left for one.
    pub async fn wait_for_turn(&self) -> bool {
        let now = self.clock.now();
        let turn = self.next.get().max(now);
        if !self.has_time_at(turn) {
            return false;
        }
        self.next.set(turn.saturating_add(INTERVAL).unwrap_or(turn));
        if let Ok(wait) = Duration::try_from(turn.duration_since(now)) {
            self.clock.sleep(wait).await;
        }
        true
    }

    fn has_time_at(&self, at: Timestamp) -> bool {
        self.deadline.duration_since(at) >= RESERVE
    }
}
