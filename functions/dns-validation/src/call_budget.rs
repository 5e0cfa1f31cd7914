//! How fast one invocation may call AWS, and until when.

use std::sync::Arc;

use aws_client::{Clock, RateLimiter};
use jiff::{SignedDuration, Timestamp};
use route53::Route53Limits;

/// ACM answers ten DescribeCertificate and ten ListTagsForCertificate a second
/// ([quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)).
/// Calls that come too fast cost more time than they save.
pub(crate) const CALL_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// ACM takes five AddTagsToCertificate a second.
const TAG_INTERVAL: SignedDuration = SignedDuration::from_millis(210);
/// No certificate is started with less time than this: enough for a throttled call and its retries, twice.
pub(crate) const RESERVE: SignedDuration = SignedDuration::from_secs(60);

/// The limits of one invocation, in one target.
#[derive(Debug)]
pub(crate) struct CallBudget {
    pub(crate) describe: RateLimiter,
    pub(crate) tag: RateLimiter,
    pub(crate) route53: Arc<Route53Limits>,
    /// When Lambda ends the invocation.
    deadline: Timestamp,
    clock: Clock,
}

impl CallBudget {
    /// For the few calls of a single certificate.
    pub(crate) fn unlimited(clock: &Clock, deadline: Timestamp) -> Self {
        Self::with(clock, deadline, Route53Limits::unlimited(clock), |_| RateLimiter::unlimited(clock))
    }

    /// For many certificates: it leaves the quotas of the account to others too.
    pub(crate) fn limited(clock: &Clock, deadline: Timestamp) -> Self {
        Self::with(clock, deadline, Route53Limits::limited(clock), |interval| RateLimiter::new(clock, interval))
    }

    /// Where several targets use the zones of one account, they share its limits.
    pub(crate) fn with_route53(self, route53: Arc<Route53Limits>) -> Self {
        Self { route53, ..self }
    }

    fn with(
        clock: &Clock,
        deadline: Timestamp,
        route53: Route53Limits,
        limiter: impl Fn(SignedDuration) -> RateLimiter,
    ) -> Self {
        let (describe, tag) = (limiter(CALL_INTERVAL), limiter(TAG_INTERVAL));
        Self { describe, tag, route53: Arc::new(route53), deadline, clock: clock.clone() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn time_left(&self) -> SignedDuration {
        self.deadline.duration_since(self.now())
    }

    /// Whether a call that waits for this limiter now starts with at least `reserve` left.
    pub(crate) fn has_time_for(&self, limiter: &RateLimiter, reserve: SignedDuration) -> bool {
        self.deadline.duration_since(limiter.next()) >= reserve
    }
}
