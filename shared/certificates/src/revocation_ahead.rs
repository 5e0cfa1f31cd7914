//! Whether a CA is about to revoke a certificate, by the window in which it suggests a renewal (ARI, RFC 9773).

use jiff::Timestamp;

/// Whether the CA has moved the window into the past, as it does before it revokes: the window is over, and the CA explains
/// why, or it is one that ends too early. Ordinary windows end in the second half of the lifetime, from `not_before` to
/// `not_after`.
pub fn is_revocation_ahead(
    window_end: Timestamp,
    is_explained: bool,
    lifetime: Option<(Timestamp, Timestamp)>,
    now: Timestamp,
) -> bool {
    let middle = lifetime.and_then(|(start, end)| start.checked_add(end.duration_since(start) / 2).ok());
    let is_early = middle.is_some_and(|middle| window_end < middle);
    window_end <= now && (is_explained || is_early)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_is_over_too_early_or_with_a_reason_announces_a_revocation() {
        let day = |day: u32| format!("2026-11-{day:02}T00:00:00Z").parse::<Timestamp>().unwrap();
        let lifetime = Some((day(1), day(21)));
        for (window_end, is_explained, now, expected) in [
            (5, true, 6, true),
            (5, false, 6, true),
            (15, true, 16, true),
            (15, false, 16, false),
            (11, false, 16, false),
            (5, true, 4, false),
            (5, true, 5, true),
        ] {
            let is_ahead = is_revocation_ahead(day(window_end), is_explained, lifetime, day(now));
            assert_eq!(is_ahead, expected, "{window_end} {is_explained} {now}");
        }
        assert!(!is_revocation_ahead(day(5), false, None, day(6)), "no lifetime is known");
    }
}
