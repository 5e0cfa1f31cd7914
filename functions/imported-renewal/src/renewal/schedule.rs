//! By when the steps of an attempt have to be done, so that time is left for those that follow.

use std::time::Duration;

use aws_client::Clock;
use jiff::{SignedDuration, Timestamp};

/// Before the deadline, an attempt stops waiting for its source, and imports or gives up.
const TO_IMPORT: SignedDuration = SignedDuration::from_secs(90);
/// Before the deadline, it stops waiting for the import, and asks what ACM has.
const TO_VERIFY: SignedDuration = SignedDuration::from_secs(45);
/// Before the deadline, it stops asking, and records what it knows.
const TO_RECORD: SignedDuration = SignedDuration::from_secs(20);

#[derive(Debug, Clone)]
pub(super) struct Schedule {
    clock: Clock,
    pub(super) deadline: Timestamp,
}

impl Schedule {
    pub(super) fn new(clock: Clock, deadline: Timestamp) -> Self {
        Self { clock, deadline }
    }

    /// When the source has to be done.
    pub(super) fn obtained_by(&self) -> Timestamp {
        before(self.deadline, TO_IMPORT)
    }

    /// When the import has to be done.
    pub(super) fn imported_by(&self) -> Timestamp {
        before(self.deadline, TO_VERIFY)
    }

    /// When it has to be known what ACM shows.
    pub(super) fn verified_by(&self) -> Timestamp {
        before(self.deadline, TO_RECORD)
    }

    /// The result of the work; `None` when it was not done by then, and was cut off.
    pub(super) async fn run_until<T>(&self, until: Timestamp, work: impl Future<Output = T>) -> Option<T> {
        let left = Duration::try_from(until.duration_since(self.clock.now())).ok()?;
        tokio::select! {
            biased;
            result = work => Some(result),
            () = self.clock.sleep(left) => None,
        }
    }
}

pub(super) fn before(deadline: Timestamp, by: SignedDuration) -> Timestamp {
    deadline.checked_sub(by).unwrap_or(deadline)
}
