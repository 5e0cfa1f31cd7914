//! `Retry-After` (RFC 9110, 10.2.3; RFC 8555, 6.6).

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// Servers say "next week" at most; more is a mistake.
const LONGEST: SignedDuration = SignedDuration::from_hours(8 * 24);

/// The moment that a header names: seconds from now, or an HTTP date. None for what is neither, or is not ahead.
pub(crate) fn parse(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    let at = match value.parse::<u32>() {
        Ok(seconds) => now.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok()?,
        Err(_) => DateTimeParser::new().parse_timestamp(value).ok()?,
    };
    let latest = now.checked_add(LONGEST).ok()?;
    (at > now).then(|| at.min(latest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_that_are_ahead() {
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let parsed = |value: &str| parse(value, now).map(|at| at.duration_since(now).as_secs());
        assert_eq!(parsed("120"), Some(120));
        assert_eq!(parsed(" 7 "), Some(7));
        assert_eq!(parsed("Fri, 20 Nov 2026 08:10:00 GMT"), Some(600));
        for wrong in ["", "0", "-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "99999999999"] {
            assert_eq!(parsed(wrong), None, "{wrong:?}");
        }
        assert_eq!(parsed("4000000000"), Some(8 * 86_400), "no longer than a week and a day");
    }
}
