//! Keeps calls apart, so that a sweep leaves the account's quotas to others too.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::Clock;

/// Starts calls at least `interval` apart, whichever task makes them.
///
/// Quotas of AWS's APIs are per account and second, for all callers together: calls that come too fast are throttled
/// and cost more time than they save, for others as well.
#[derive(Debug)]
pub struct RateLimiter {
    clock: Clock,
    interval: SignedDuration,
    next: Mutex<Option<Timestamp>>,
}

impl RateLimiter {
    /// At most one call per interval.
    pub fn new(clock: &Clock, interval: SignedDuration) -> Self {
        Self { clock: clock.clone(), interval, next: Mutex::default() }
    }

    /// Calls do not wait: for the few that one certificate needs.
    pub fn unlimited(clock: &Clock) -> Self {
        Self::new(clock, SignedDuration::ZERO)
    }

    /// Whether calls wait for each other at all.
    pub fn is_limited(&self) -> bool {
        !self.interval.is_zero()
    }

    /// When a call that asks now may start.
    pub fn next(&self) -> Timestamp {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        next.map_or(now, |next| next.max(now))
    }

    /// Waits until a call may start.
    pub async fn acquire(&self) {
        self.acquire_many(1).await;
    }

    /// Waits until a call may start that counts as this many.
    pub async fn acquire_many(&self, calls: usize) {
        if let Some(start) = self.reserve(calls, Timestamp::MAX) {
            self.wait_until(start).await;
        }
    }

    /// Waits until a call may start, unless that is later than `latest`: then it returns `false` at once, and the next
    /// call does not have to wait for this one.
    pub async fn acquire_before(&self, latest: Timestamp) -> bool {
        let Some(start) = self.reserve(1, latest) else { return false };
        self.wait_until(start).await;
        true
    }

    fn reserve(&self, calls: usize, latest: Timestamp) -> Option<Timestamp> {
        let now = self.clock.now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = next.map_or(now, |next| next.max(now));
        if start > latest {
            return None;
        }
        let calls = i32::try_from(calls).unwrap_or(i32::MAX);
        *next = start.checked_add(self.interval.saturating_mul(calls)).ok();
        Some(start)
    }

    async fn wait_until(&self, start: Timestamp) {
        if let Ok(wait) = Duration::try_from(start.duration_since(self.clock.now()))
            && !wait.is_zero()
        {
            self.clock.sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use aws_config::SdkConfig;
    use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
    use aws_smithy_async::time::{SharedTimeSource, TimeSource};

    use super::*;

    /// Sleeping moves the time on.
    #[derive(Debug, Clone, Default)]
    struct Virtual(Arc<Mutex<Duration>>);

    impl TimeSource for Virtual {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + *self.0.lock().unwrap()
        }
    }

    impl AsyncSleep for Virtual {
        fn sleep(&self, duration: Duration) -> Sleep {
            *self.0.lock().unwrap() += duration;
            Sleep::new(async {})
        }
    }

    fn clock() -> Clock {
        let time = Virtual::default();
        let config = SdkConfig::builder()
            .time_source(SharedTimeSource::new(time.clone()))
            .sleep_impl(SharedAsyncSleep::new(time))
            .build();
        Clock::of(&config)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[tokio::test]
    async fn calls_are_an_interval_apart() {
        let clock = clock();
        let limiter = RateLimiter::new(&clock, SignedDuration::from_secs(2));
        for expected in [0, 2, 4] {
            limiter.acquire().await;
            assert_eq!(clock.now(), at(expected));
        }
        limiter.acquire_many(3).await;
        assert_eq!((clock.now(), limiter.next()), (at(6), at(12)));
        clock.sleep(Duration::from_secs(60)).await;
        limiter.acquire().await;
        assert_eq!(clock.now(), at(66), "time that was not used is not saved up");
    }

    #[tokio::test]
    async fn a_call_that_would_start_too_late_is_not_made_and_delays_no_other() {
        let clock = clock();
        let limiter = RateLimiter::new(&clock, SignedDuration::from_secs(2));
        assert!(limiter.acquire_before(at(0)).await);
        assert!(!limiter.acquire_before(at(1)).await);
        assert_eq!((clock.now(), limiter.next()), (at(0), at(2)));
        assert!(limiter.acquire_before(at(2)).await);
    }

    #[tokio::test]
    async fn without_a_limit_nobody_waits() {
        let clock = clock();
        let limiter = RateLimiter::unlimited(&clock);
        limiter.acquire_many(1_000).await;
        limiter.acquire().await;
        assert_eq!(clock.now(), at(0));
    }
}
