//! AWS is eventually consistent: what one service says, another may not know yet.

use jiff::{SignedDuration, Timestamp};

/// How long AWS may need: ACM needs "several seconds" before it describes a new
/// certificate ([DescribeCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html)).
/// Lambda tries a failed event again after one minute and after two more
/// ([retries](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)): the last try comes
/// later than this, so that the event of a resource that was created and deleted at once does not fail for good.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Whether AWS may not show everywhere yet what happened at this time.
pub fn is_settling(happened_at: Option<Timestamp>, now: Timestamp) -> bool {
    happened_at.is_some_and(|at| now.duration_since(at) < SETTLED_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_two_minutes_aws_shows_it() {
        let now: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        for (at, is) in [
            ("2026-11-21T06:00:01Z", true),
            ("2026-11-21T06:00:00Z", true),
            ("2026-11-21T05:58:01Z", true),
            ("2026-11-21T05:58:00Z", false),
            ("2025-11-21T06:00:00Z", false),
        ] {
            assert_eq!(is_settling(Some(at.parse().unwrap()), now), is, "{at}");
        }
        assert!(!is_settling(None, now));
    }
}
