//! How urgent a notice is. The tables are those of the function's README.

use certificates::has_expired;
use notices::Severity::{self, Critical, Info, Warning};

use super::Look;
use super::outlook::Outlook;

/// For this many days after expiry, a certificate in use is reported daily.
const DAILY_AFTER_EXPIRY: i64 = 7;

/// What the urgency of an expiry depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Calendar days left.
    pub days_left: i64,
    /// Whether it has expired.
    pub expired: bool,
    /// Whether an AWS resource uses the certificate, where known.
    pub in_use: Option<bool>,
    /// Whether something renews it in time without anybody's help, as far as can be seen.
    pub renews_itself: bool,
}

impl Situation {
    /// The situation that was found.
    pub fn of(look: &Look, outlook: &Outlook) -> Self {
        Self {
            days_left: look.days_left().unwrap_or_default(),
            expired: look.facts.not_after.is_some_and(|end| has_expired(end, look.now)),
            in_use: look.in_use(),
            renews_itself: outlook.renews_itself(look),
        }
    }
}

/// Whether the expiry is reported every day, whatever the tags say: it is critical, and AWS knows that the certificate
/// is in use. Not for ever: after [`DAILY_AFTER_EXPIRY`] days whoever uses it knows.
pub fn is_daily(situation: Situation) -> bool {
    situation.in_use == Some(true) && of_end(situation) == Critical && situation.days_left >= -DAILY_AFTER_EXPIRY
}

/// The urgency of an expiry, to come or past.
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

/// The urgency of a renewal that waits for a person: that of the expiry, and never too low to be seen
/// where the certificate may be in use.
pub fn of_action_required(situation: Situation) -> Severity {
    let least = if situation.in_use == Some(false) { Info } else { Warning };
    of_end(Situation { renews_itself: false, ..situation }).max(least)
}

/// The urgency of a revocation.
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
    fn daily_is_what_is_critical_and_known_to_be_in_use() {
        for (expired, renews_itself, days_left, in_use, daily) in [
            (false, false, 7, USED, true),
            (false, false, 8, USED, false),
            (false, false, 7, UNKNOWN, false),
            (false, false, 7, UNUSED, false),
            (false, true, 7, USED, false),
            (false, false, 0, USED, true),
            (true, false, 0, USED, true),
            (true, false, -7, USED, true),
            (true, false, -8, USED, false),
            (true, false, -1, UNKNOWN, false),
        ] {
            let situation = Situation { days_left, expired, in_use, renews_itself };
            assert_eq!(is_daily(situation), daily, "{situation:?}");
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
