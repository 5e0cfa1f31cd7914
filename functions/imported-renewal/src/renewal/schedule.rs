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

/// For checks after a renewal that has succeeded.
const TO_CHECK: SignedDuration = SignedDuration::from_mins(1);

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

    /// When checks after the renewal have to be done. Most of the time is left for other certificates of the same event.
    pub(super) fn checked_by(&self) -> Timestamp {
        let now = self.clock.now();
        let quarter = self.obtained_by().duration_since(now) / 4;
        now.checked_add(quarter.min(TO_CHECK)).unwrap_or(now)
    }

    /// Whether there is time for this before what is known has to be recorded.
    pub(super) fn has_time_for(&self, time: SignedDuration) -> bool {
        self.clock.now().checked_add(time).is_ok_and(|done| done <= self.verified_by())
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

#[cfg(test)]
mod tests {
    use simulated_aws::Aws;

    use super::*;

    #[test]
    fn checks_after_a_renewal_leave_time() {
        let aws = Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), "123456789012", "us-east-1");
        let check = SignedDuration::from_secs(9);
        for (left, checks_for, has_time) in
            [(900, 60, true), (300, 52, true), (91, 0, true), (29, -15, true), (28, -15, false)]
        {
            let deadline = aws.now() + SignedDuration::from_secs(left);
            let schedule = Schedule::new(Clock::of(&aws.sdk_config()), deadline);
            assert_eq!(schedule.checked_by().duration_since(aws.now()).as_secs(), checks_for, "{left}");
            assert_eq!(schedule.has_time_for(check), has_time, "{left}");
        }
    }
}
