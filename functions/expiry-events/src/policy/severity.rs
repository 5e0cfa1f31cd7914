//! How urgent a notice is. The tables are those of the function's README.

use notices::Severity::{self, Critical, Info, Warning};

/// What the urgency of an approaching or past end depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Calendar days left.
    pub days_left: i64,
    /// Whether the end has passed.
    pub expired: bool,
    /// Whether an AWS resource uses the certificate, where known.
    pub in_use: Option<bool>,
    /// Whether something renews it in time without anybody's help, as far as can be seen.
    pub renews_itself: bool,
}

/// The urgency of an end that approaches or has passed.
#[must_use]
pub fn of_end(situation: Situation) -> Severity {
    let Situation { days_left, expired, in_use, renews_itself } = situation;
    // Whoever cannot be asked may be using it.
    let may_be_in_use = in_use != Some(false);
    match () {
        () if expired => match in_use {
            Some(true) => Critical,
            None => Warning,
            Some(false) => Info,
        },
        () if renews_itself => Info,
        () if days_left <= 7 && may_be_in_use => Critical,
        () if days_left <= 7 => Warning,
        () if days_left <= 30 && may_be_in_use => Warning,
        () => Info,
    }
}

/// The urgency of a renewal that waits for a person: that of the end, and never too low to be seen
/// where the certificate may be in use.
#[must_use]
pub fn of_action_required(situation: Situation) -> Severity {
    let least = if situation.in_use == Some(false) { Info } else { Warning };
    of_end(Situation { renews_itself: false, ..situation }).max(least)
}

/// The urgency of a revocation.
#[must_use]
pub fn of_revocation(in_use: Option<bool>) -> Severity {
    if in_use == Some(true) { Critical } else { Warning }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USED: Option<bool> = Some(true);
    const UNUSED: Option<bool> = Some(false);
    const UNKNOWN: Option<bool> = None;

    #[test]
    fn the_table_of_ends() {
        for (expired, renews_itself, days, [used, unused, unknown]) in [
            (true, false, -1, [Critical, Info, Warning]),
            (true, true, -400, [Critical, Info, Warning]),
            (true, true, 0, [Critical, Info, Warning]),
            (false, true, 45, [Info, Info, Info]),
            (false, true, 0, [Info, Info, Info]),
            (false, false, 0, [Critical, Warning, Critical]),
            (false, false, 7, [Critical, Warning, Critical]),
            (false, false, 8, [Warning, Info, Warning]),
            (false, false, 30, [Warning, Info, Warning]),
            (false, false, 31, [Info, Info, Info]),
        ] {
            for (in_use, expected) in [(USED, used), (UNUSED, unused), (UNKNOWN, unknown)] {
                let situation = Situation { days_left: days, expired, in_use, renews_itself };
                assert_eq!(of_end(situation), expected, "{situation:?}");
            }
        }
    }

    #[test]
    fn action_required_is_seen_where_the_certificate_may_be_in_use() {
        for (days, in_use, expected) in
            [(60, USED, Warning), (60, UNKNOWN, Warning), (60, UNUSED, Info), (5, USED, Critical), (5, UNUSED, Warning)]
        {
            let situation = Situation { days_left: days, expired: false, in_use, renews_itself: true };
            assert_eq!(of_action_required(situation), expected, "{situation:?}");
        }
    }

    #[test]
    fn a_revoked_certificate_in_use_is_critical() {
        assert_eq!([USED, UNUSED, UNKNOWN].map(of_revocation), [Critical, Warning, Warning]);
    }
}
