//! Let's Encrypt's rate limits (letsencrypt.org/docs/rate-limits), as buckets that refill evenly.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::problem::Problem;

/// A limit: this many in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Limit {
    /// 300 new orders per account in 3 hours.
    NewOrders,
    /// 50 certificates per registered domain in 7 days.
    Domain,
    /// 5 certificates per exact set of identifiers in 7 days.
    ExactSet,
    /// 5 failed authorizations per identifier and account in an hour.
    FailedAuthorizations,
    /// 1,152 consecutive failures per identifier and account; one is forgiven each day.
    ConsecutiveFailures,
}

impl Limit {
    fn size(self) -> (i32, SignedDuration) {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        match self {
            Self::NewOrders => (300, SignedDuration::from_hours(3)),
            Self::Domain => (50, days(7)),
            Self::ExactSet => (5, days(7)),
            Self::FailedAuthorizations => (5, SignedDuration::from_hours(1)),
            Self::ConsecutiveFailures => (1_152, days(1_152)),
        }
    }

    /// Boulder's texts, shortened.
    fn detail(self, key: &str, retry_at: Timestamp) -> String {
        let what = match self {
            Self::NewOrders => "too many new orders (300) from this account in the last 3h0m0s".to_owned(),
            Self::Domain => {
                format!("too many certificates (50) already issued for {key:?} in the last 168h0m0s")
            }
            Self::ExactSet => "too many certificates (5) already issued for this exact set of identifiers in the \
                               last 168h0m0s"
                .to_owned(),
            Self::FailedAuthorizations => {
                format!("too many failed authorizations (5) for {key:?} in the last 1h0m0s")
            }
            Self::ConsecutiveFailures => {
                format!("Your account is temporarily prevented from requesting certificates for {key:?}")
            }
        };
        let at = retry_at.strftime("%Y-%m-%d %H:%M:%S UTC");
        format!("{what}, retry after {at}: see https://letsencrypt.org/docs/rate-limits/")
    }
}

/// What was taken from each bucket, as the time at which it would be full again (GCRA, which Boulder uses).
#[derive(Debug, Default)]
pub(super) struct Limits {
    full_at: BTreeMap<(Limit, String), Timestamp>,
    pub(super) refused: u64,
}

impl Limits {
    /// Whether one more is allowed now; `of` is an account's part of the key, `what` the rest.
    pub(super) fn check(&mut self, limit: Limit, of: &str, what: &str, now: Timestamp) -> Result<(), Problem> {
        let (_, period) = limit.size();
        let retry_at = self.next(limit, of, what, now) - period;
        if retry_at <= now {
            return Ok(());
        }
        self.refused += 1;
        let problem = Problem::new("rateLimited", limit.detail(what, retry_at));
        Err(Problem { retry_at: Some(retry_at), ..problem })
    }

    pub(super) fn spend(&mut self, limit: Limit, of: &str, what: &str, now: Timestamp) {
        let next = self.next(limit, of, what, now);
        self.full_at.insert((limit, format!("{of} {what}")), next);
    }

    /// A success forgives all failures in a row.
    pub(super) fn reset(&mut self, limit: Limit, of: &str, what: &str) {
        self.full_at.remove(&(limit, format!("{of} {what}")));
    }

    fn next(&self, limit: Limit, of: &str, what: &str, now: Timestamp) -> Timestamp {
        let (size, period) = limit.size();
        let full_at = self.full_at.get(&(limit, format!("{of} {what}"))).copied().unwrap_or(now);
        full_at.max(now) + period / size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_at_once_then_one_every_34_hours() {
        let mut limits = Limits::default();
        let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let mut issued = Vec::new();
        for hour in 0..14 * 24 {
            let now = start + SignedDuration::from_hours(hour);
            while limits.check(Limit::ExactSet, "", "a.example", now).is_ok() {
                limits.spend(Limit::ExactSet, "", "a.example", now);
                issued.push(hour);
            }
        }
        assert_eq!(issued[..7], [0, 0, 0, 0, 0, 34, 68]);
        let refusal = limits.check(Limit::ExactSet, "", "a.example", start).unwrap_err();
        assert!(refusal.retry_at.unwrap() > start);
    }
}
