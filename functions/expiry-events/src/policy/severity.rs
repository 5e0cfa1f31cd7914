//! How urgent a notice is. The tables are those of the function's README.

use notices::Severity::{self, Critical, Info, Warning};

use super::{NoticeKind, RenewalForecast};
use crate::CertificateState;

/// For this many days after expiry, a certificate in use is reported daily.
const DAILY_AFTER_EXPIRY: i64 = 7;

/// What the urgency of an expiry depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeverityInput {
    /// Calendar days left.
    pub days_left: i64,
    pub has_expired: bool,
    /// Whether an AWS resource uses the certificate, where known.
    pub in_use: Option<bool>,
    /// Whether the certificate is renewed in time without anybody's help, as far as can be seen.
    pub is_renewed_in_time: bool,
}

impl SeverityInput {
    pub fn new(state: &CertificateState, forecast: &RenewalForecast) -> Self {
        Self {
            days_left: state.days_left().unwrap_or_default(),
            has_expired: state.has_expired(),
            in_use: state.in_use(),
            is_renewed_in_time: forecast.is_in_time(state),
        }
    }
}

/// The urgency of a notice.
pub fn severity(kind: NoticeKind, input: SeverityInput) -> Severity {
    match kind {
        NoticeKind::Expiring | NoticeKind::Expired => of_expiry(input),
        NoticeKind::ActionRequired => of_action_required(input),
        NoticeKind::Revoked => of_revocation(input.in_use),
        NoticeKind::RevocationAhead => of_revocation_ahead(input.in_use),
        NoticeKind::Renewed | NoticeKind::Rotated => Info,
    }
}

/// Whether the expiry is reported every day, whatever the tags say: it is critical, and AWS knows that the certificate
/// is in use. Not for ever: after [`DAILY_AFTER_EXPIRY`] days whoever uses it knows.
pub fn is_reported_daily(input: SeverityInput) -> bool {
    input.in_use == Some(true) && of_expiry(input) == Critical && input.days_left >= -DAILY_AFTER_EXPIRY
}

/// The urgency of an expiry, to come or past.
fn of_expiry(input: SeverityInput) -> Severity {
    // Whoever cannot be asked may be using it.
    let may_be_in_use = input.in_use != Some(false);
    match (input.has_expired, input.in_use, input.days_left) {
        (true, Some(true), _) => Critical,
        (true, None, _) => Warning,
        (true, Some(false), _) => Info,
        (false, ..) if input.is_renewed_in_time => Info,
        (false, _, ..=7) if may_be_in_use => Critical,
        (false, _, ..=7) => Warning,
        (false, _, ..=30) if may_be_in_use => Warning,
        (false, ..) => Info,
    }
}

/// The urgency of a renewal that waits for a person: that of the expiry, and never too low to be seen
/// where the certificate may be in use.
fn of_action_required(input: SeverityInput) -> Severity {
    let least = if input.in_use == Some(false) { Info } else { Warning };
    of_expiry(SeverityInput { is_renewed_in_time: false, ..input }).max(least)
}

fn of_revocation(in_use: Option<bool>) -> Severity {
    if in_use == Some(true) { Critical } else { Warning }
}

/// The renewal has been requested already.
fn of_revocation_ahead(in_use: Option<bool>) -> Severity {
    if in_use == Some(false) { Info } else { Warning }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USED: Option<bool> = Some(true);
    const UNUSED: Option<bool> = Some(false);
    const UNKNOWN: Option<bool> = None;

    #[test]
    fn the_table_of_expiries() {
        for (has_expired, is_renewed_in_time, days, [used, unused, unknown]) in [
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
                let input = SeverityInput { days_left: days, has_expired, in_use, is_renewed_in_time };
                assert_eq!(of_expiry(input), expected, "{input:?}");
            }
        }
    }

    #[test]
    fn daily_is_what_is_critical_and_known_to_be_in_use() {
        for (has_expired, is_renewed_in_time, days_left, in_use, daily) in [
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
            let input = SeverityInput { days_left, has_expired, in_use, is_renewed_in_time };
            assert_eq!(is_reported_daily(input), daily, "{input:?}");
        }
    }

    #[test]
    fn action_required_is_seen_where_the_certificate_may_be_in_use() {
        for (days, in_use, expected) in
            [(60, USED, Warning), (60, UNKNOWN, Warning), (60, UNUSED, Info), (5, USED, Critical), (5, UNUSED, Warning)]
        {
            let input = SeverityInput { days_left: days, has_expired: false, in_use, is_renewed_in_time: true };
            assert_eq!(of_action_required(input), expected, "{input:?}");
        }
    }

    #[test]
    fn a_revoked_certificate_in_use_is_critical() {
        assert_eq!([USED, UNUSED, UNKNOWN].map(of_revocation), [Critical, Warning, Warning]);
    }
}
