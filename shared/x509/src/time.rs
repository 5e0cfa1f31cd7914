//! Times of certificates.

use jiff::Timestamp;

/// The time this many seconds after 1970; `None` outside the years 0 to 9999.
///
/// `9999-12-31T23:59:59Z` says that a certificate has no well-defined expiration
/// ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)), and is later than
/// [`Timestamp::MAX`], which represents it then.
pub fn rfc5280_time(second: i64, nanosecond: i32) -> Option<Timestamp> {
    /// 9999-12-31T23:59:59Z.
    const LAST: i64 = 253_402_300_799;
    if (Timestamp::MAX.as_second()..=LAST).contains(&second) {
        return Some(Timestamp::MAX);
    }
    Timestamp::new(second, nanosecond).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_well_defined_expiration_is_the_last_moment() {
        for (second, expected) in [
            (253_402_300_799, Some(Timestamp::MAX)),
            (253_402_300_800, None),
            (i64::MAX, None),
            (i64::MIN, None),
            (1_795_241_450, "2026-11-21T06:10:50Z".parse().ok()),
        ] {
            assert_eq!(rfc5280_time(second, 0), expected, "{second}");
        }
    }
}
