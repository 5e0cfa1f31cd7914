//! How much of a certificate's life is left, counted in calendar days of UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// The UTC calendar date of a moment.
pub fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Calendar days from one date to another; negative when `to` is earlier.
pub fn calendar_days_between(from: Date, to: Date) -> i64 {
    // Both are dates of jiff's own range, so the difference in days always exists.
    from.until((Unit::Day, to)).map_or(0, |span| i64::from(span.get_days()))
}

/// Days left until `not_after`: 0 on the day itself (UTC), negative afterwards.
///
/// Calendar days, not durations cut to days: a duration of 29.9 days would be 29, and the notice
/// for day 30 would never be due when the check runs later in the day than the certificate ends.
pub fn days_left(not_after: Timestamp, now: Timestamp) -> i64 {
    calendar_days_between(utc_date(now), utc_date(not_after))
}

/// Whether the certificate is no longer valid. `notAfter` itself is still inside the validity
/// ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
pub fn has_expired(not_after: Timestamp, now: Timestamp) -> bool {
    now > not_after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_has_no_expiry_never_expires() {
        assert!(!has_expired(Timestamp::MAX, at("2026-11-21T06:10:50Z")));
    }

    #[test]
    fn days_are_calendar_days() {
        for (not_after, now, days) in [
            ("2026-12-24T00:00:00Z", "2026-11-24T23:59:59Z", 30),
            ("2026-12-24T23:59:59Z", "2026-11-24T00:00:00Z", 30),
            ("2026-12-24T12:00:00Z", "2026-12-24T11:00:00Z", 0),
            ("2026-12-24T12:00:00Z", "2026-12-24T13:00:00Z", 0),
            ("2026-12-24T12:00:00Z", "2026-12-25T00:00:00Z", -1),
            ("2028-03-01T00:00:00Z", "2028-02-28T00:00:00Z", 2),
            ("2027-12-24T00:00:00Z", "2026-12-24T00:00:00Z", 365),
        ] {
            assert_eq!(days_left(at(not_after), at(now)), days, "{not_after} at {now}");
        }
    }

    #[test]
    fn the_last_second_is_still_valid() {
        let end = at("2026-12-24T12:00:00Z");
        assert!(!has_expired(end, end));
        assert!(has_expired(end, at("2026-12-24T12:00:01Z")));
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        assert!(days_left(Timestamp::MAX, Timestamp::MIN) > 6_000_000);
        assert!(days_left(Timestamp::MIN, Timestamp::MAX) < -6_000_000);
    }
}
