//! How fast Route 53 is called.

use aws_client::{Clock, RateLimiter};
use jiff::{SignedDuration, Timestamp};

/// Ten calls a second of an account
/// ([quotas](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests)).
const CALL_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// Route 53's throughput of changes: 100 tokens a second, of which a record that is UPSERTed takes two; its
/// bucket holds more than a whole batch.
const RECORD_INTERVAL: SignedDuration = SignedDuration::from_millis(21);

/// The limits of one invocation. Calls that come too fast cost more time than they save.
#[derive(Debug)]
pub struct Route53Limits {
    /// Of calls.
    pub calls: RateLimiter,
    /// Of the records that are created.
    pub records: RateLimiter,
    clock: Clock,
}

impl Route53Limits {
    /// For the few calls of a single certificate.
    pub fn unlimited(clock: &Clock) -> Self {
        let limiter = || RateLimiter::unlimited(clock);
        Self { calls: limiter(), records: limiter(), clock: clock.clone() }
    }

    /// For many certificates: it leaves the quotas of the account to others too.
    pub fn limited(clock: &Clock) -> Self {
        let limiter = |interval| RateLimiter::new(clock, interval);
        Self { calls: limiter(CALL_INTERVAL), records: limiter(RECORD_INTERVAL), clock: clock.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
