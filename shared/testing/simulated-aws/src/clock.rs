//! The virtual clock as the SDK's time source and sleep.
//!
//! Time passes as in a discrete-event simulation: while any task can continue, the clock does not move;
//! when nothing else happens, the sleeper that is due first moves it. So a back-off costs no wall time,
//! and a time-out around work that is ready never fires.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use jiff::{SignedDuration, Timestamp};

use crate::Aws;

/// Polls without any progress after which everyone is taken to be waiting for the clock.
/// More than one, since a task that yielded to its executor gets its turn in between.
const IDLE_POLLS: u32 = 4;
/// A sleeper that waits for another one which nobody polls any more stops waiting after this many.
const STUCK_POLLS: u32 = 10_000;

/// Those who wait for the clock.
#[derive(Debug, Default)]
pub(crate) struct Sleepers {
    waiting: BTreeSet<(Timestamp, u64)>,
    next_id: u64,
    /// Grows with everything that happens.
    pub(crate) progress: u64,
}

impl TimeSource for Aws {
    fn now(&self) -> SystemTime {
        SystemTime::from(Aws::now(self))
    }
}

impl AsyncSleep for Aws {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(VirtualSleep { aws: self.clone(), duration, due: None, seen: 0, idle: 0, polls: 0 })
    }
}

struct VirtualSleep {
    aws: Aws,
    duration: Duration,
    due: Option<(Timestamp, u64)>,
    seen: u64,
    idle: u32,
    polls: u32,
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let aws = this.aws.clone();
        let mut state = aws.state();
        let now = state.now;
        let due = *this.due.get_or_insert_with(|| {
            let wait = SignedDuration::try_from(this.duration).unwrap_or(SignedDuration::MAX);
            let at = now.checked_add(wait).unwrap_or(Timestamp::MAX);
            state.sleepers.next_id += 1;
            let due = (at, state.sleepers.next_id);
            state.sleepers.waiting.insert(due);
            state.sleepers.progress += 1;
            due
        });
        this.polls += 1;
        if state.sleepers.progress == this.seen {
            this.idle += 1;
        } else {
            this.seen = state.sleepers.progress;
            this.idle = 0;
        }
        let first = state.sleepers.waiting.first() == Some(&due);
        let my_turn = (first && this.idle >= IDLE_POLLS) || this.polls >= STUCK_POLLS;
        if due.0 <= state.now || my_turn {
            state.now = state.now.max(due.0);
            state.sleepers.waiting.remove(&due);
            state.sleepers.progress += 1;
            this.due = None;
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for VirtualSleep {
    fn drop(&mut self) {
        if let Some(due) = self.due.take() {
            self.aws.state().sleepers.waiting.remove(&due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws() -> Aws {
        Aws::new("2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn sleeping_moves_the_clock_and_takes_no_time() {
        let aws = aws();
        aws.sleep(Duration::from_secs(3600)).await;
        assert_eq!(Aws::now(&aws), "2026-01-01T01:00:00Z".parse().unwrap());
    }

    #[tokio::test]
    async fn of_two_sleepers_the_earlier_wakes_first() {
        let aws = aws();
        let woken = std::sync::Mutex::new(Vec::new());
        let sleep = |seconds| {
            let (aws, woken) = (&aws, &woken);
            async move {
                aws.sleep(Duration::from_secs(seconds)).await;
                woken.lock().unwrap().push((seconds, Aws::now(aws).as_second() % 3600));
            }
        };
        tokio::join!(sleep(50), sleep(10), sleep(30));
        assert_eq!(*woken.lock().unwrap(), [(10, 10), (30, 30), (50, 50)]);
    }

    #[tokio::test]
    async fn a_time_out_does_not_beat_work_that_is_ready() {
        let aws = aws();
        tokio::select! {
            biased;
            () = aws.sleep(Duration::from_secs(1)) => panic!("the time-out fired"),
            () = async { for _ in 0..2 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(Aws::now(&aws), "2026-01-01T00:00:00Z".parse().unwrap());
    }
}
