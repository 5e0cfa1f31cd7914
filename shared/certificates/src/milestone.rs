//! The points of a certificate's life at which people are notified.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::certificate::CertificateSummary;
use crate::lifetime::{calendar_days_between, days_left, has_expired, utc_date};

/// A point that a certificate has reached. Later points are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// `notAfter` has passed.
    Expired,
    /// This many days, or fewer, are left.
    DaysLeft(u16),
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => f.write_str("expired"),
            Self::DaysLeft(days) => write!(f, "{days}"),
        }
    }
}

/// Why a list of thresholds cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidThresholds {
    /// Not a number of days.
    #[error("`{0}` is not a number of days from 0 to 365")]
    NotDays(String),
    /// Nothing in the list.
    #[error("the list is empty; give at least one number of days, for instance 30")]
    Empty,
}

/// The days before `notAfter` at which a notice is due, highest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds(Vec<u16>);

impl FromStr for Thresholds {
    type Err = InvalidThresholds;

    /// Reads a list such as `45,30,15,7,3,1,0`, in any order.
    fn from_str(text: &str) -> Result<Self, InvalidThresholds> {
        let mut days = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| {
                item.parse::<u16>()
                    .ok()
                    .filter(|days| *days <= 365)
                    .ok_or_else(|| InvalidThresholds::NotDays(item.chars().take(40).collect()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if days.is_empty() {
            return Err(InvalidThresholds::Empty);
        }
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        Ok(Self(days))
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self(vec![45, 30, 15, 7, 3, 1, 0])
    }
}

impl Thresholds {
    /// Those that make sense for this certificate: at most half its lifetime, so that a certificate
    /// of seven days is not announced on the day of its issue.
    fn fitting(&self, certificate: &CertificateSummary) -> impl Iterator<Item = u16> {
        let limit = certificate.validity_days().map_or(i64::MAX, |days| days / 2);
        self.0.iter().copied().filter(move |days| i64::from(*days) <= limit)
    }

    /// The latest milestone that the certificate has reached, if any.
    ///
    /// A certificate that has not been issued yet has no `notAfter` and reaches none.
    pub fn reached(&self, certificate: &CertificateSummary, now: Timestamp) -> Option<Milestone> {
        let not_after = certificate.not_after?;
        if has_expired(not_after, now) {
            return Some(Milestone::Expired);
        }
        let left = days_left(not_after, now);
        self.fitting(certificate).filter(|days| left <= i64::from(*days)).min().map(Milestone::DaysLeft)
    }

    /// Whether a threshold was crossed after the day of `since`, up to and including today.
    pub fn crossed_since(&self, since: Timestamp, certificate: &CertificateSummary, now: Timestamp) -> bool {
        let Some(not_after) = certificate.not_after else { return false };
        let then = calendar_days_between(utc_date(since), utc_date(not_after));
        let left = days_left(not_after, now);
        self.fitting(certificate).any(|days| left <= i64::from(days) && i64::from(days) < then)
    }
}

/// How many days before its expiry a certificate is renewed: `renew_before_days`, but at most a third
/// of its lifetime. Otherwise a certificate of seven days would be renewed at every check.
pub fn renewal_window(renew_before_days: u16, certificate: &CertificateSummary) -> i64 {
    let wanted = i64::from(renew_before_days);
    certificate.validity_days().map_or(wanted, |days| wanted.min((days / 3).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::summary;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn thresholds_come_in_any_order_and_refuse_nonsense() {
        assert_eq!("0, 45,7,7".parse::<Thresholds>().unwrap(), Thresholds(vec![45, 7, 0]));
        for bad in ["soon", "30;15", "-1", "366", "1.5"] {
            assert!(matches!(bad.parse::<Thresholds>(), Err(InvalidThresholds::NotDays(_))), "{bad}");
        }
        assert_eq!(" , ".parse::<Thresholds>(), Err(InvalidThresholds::Empty));
    }

    #[test]
    fn the_latest_milestone_counts_even_when_looks_were_missed() {
        let certificate = summary("2025-12-24T12:00:00Z", "2026-12-24T12:00:00Z");
        let thresholds = Thresholds::default();
        for (now, reached) in [
            ("2026-11-08T00:00:00Z", None),
            ("2026-11-09T00:00:00Z", Some(Milestone::DaysLeft(45))),
            ("2026-11-23T23:00:00Z", Some(Milestone::DaysLeft(45))),
            ("2026-11-24T00:00:00Z", Some(Milestone::DaysLeft(30))),
            ("2026-12-20T00:00:00Z", Some(Milestone::DaysLeft(7))),
            ("2026-12-24T00:00:00Z", Some(Milestone::DaysLeft(0))),
            ("2026-12-24T12:00:01Z", Some(Milestone::Expired)),
            ("2027-12-24T12:00:01Z", Some(Milestone::Expired)),
        ] {
            assert_eq!(thresholds.reached(&certificate, at(now)), reached, "{now}");
        }
    }

    #[test]
    fn short_lived_certificates_get_late_thresholds_and_a_short_window() {
        let week = summary("2026-12-17T12:00:00Z", "2026-12-24T12:00:00Z");
        let thresholds = Thresholds::default();
        assert_eq!(thresholds.reached(&week, at("2026-12-17T13:00:00Z")), None);
        assert_eq!(thresholds.reached(&week, at("2026-12-21T00:00:00Z")), Some(Milestone::DaysLeft(3)));
        assert_eq!(renewal_window(30, &week), 2);
        assert_eq!(renewal_window(30, &summary("2026-11-24T12:00:00Z", "2027-01-10T12:00:00Z")), 15);
        assert_eq!(renewal_window(30, &summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")), 30);
        assert_eq!(renewal_window(30, &summary("2026-12-24T00:00:00Z", "2026-12-25T00:00:00Z")), 1);
    }

    #[test]
    fn a_pending_certificate_reaches_nothing() {
        let mut pending = summary("2026-01-01T00:00:00Z", "2026-12-24T12:00:00Z");
        pending.not_after = None;
        assert_eq!(Thresholds::default().reached(&pending, at("2030-01-01T00:00:00Z")), None);
    }

    #[test]
    fn crossing_since_a_day() {
        let certificate = summary("2025-12-24T12:00:00Z", "2026-12-24T12:00:00Z");
        let thresholds = Thresholds::default();
        for (since, now, crossed) in [
            ("2026-11-24T06:00:00Z", "2026-11-24T23:00:00Z", false),
            ("2026-11-24T06:00:00Z", "2026-12-08T23:00:00Z", false),
            ("2026-11-24T06:00:00Z", "2026-12-09T00:00:00Z", true),
            ("2026-11-23T06:00:00Z", "2026-11-24T00:00:00Z", true),
        ] {
            assert_eq!(thresholds.crossed_since(at(since), &certificate, at(now)), crossed, "{since} {now}");
        }
    }
}
