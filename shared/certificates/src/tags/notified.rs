//! Which notices about a certificate were sent already.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::lifetime::utc_date;
use crate::milestone::Milestone;

/// The notices that were sent already about a certificate with a certain expiry: the latest milestone, and other
/// kinds of notice since then. Written `30@2026-12-24` or `30@2026-12-24/renewal-action-required`;
/// `-` means that no milestone was reported.
///
/// The date is that of `notAfter`, so everything starts over with a renewed certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    /// The latest milestone that was reported.
    pub milestone: Option<Milestone>,
    /// UTC date of the certificate's `notAfter`.
    pub not_after: Date,
    /// Other kinds of notice that were sent since that milestone.
    pub kinds: Vec<String>,
}

impl Notified {
    /// No notices yet about a certificate with this expiry.
    pub fn nothing(not_after: Timestamp) -> Self {
        Self { milestone: None, not_after: utc_date(not_after), kinds: Vec::new() }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (milestone, rest) = text.split_once('@')?;
        let mut rest = rest.split('/');
        Some(Self {
            milestone: match milestone {
                "-" => None,
                "expired" => Some(Milestone::Expired),
                days => Some(Milestone::DaysLeft(days.parse().ok()?)),
            },
            not_after: rest.next()?.parse().ok()?,
            kinds: rest.filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        })
    }
}

impl fmt::Display for Notified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.milestone {
            Some(milestone) => write!(f, "{milestone}@{}", self.not_after)?,
            None => write!(f, "-@{}", self.not_after)?,
        }
        self.kinds.iter().try_for_each(|kind| write!(f, "/{kind}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tags::is_allowed_value;

    proptest! {
        #[test]
        fn what_is_written_can_be_read_and_stored(
            days in proptest::option::of(0u16..400),
            kinds in proptest::collection::vec("[a-z-]{1,20}", 0..4),
            second in -60_000_000_000i64..250_000_000_000,
        ) {
            let at = Timestamp::from_second(second).unwrap();
            let notified = Notified { milestone: days.map(Milestone::DaysLeft), kinds, ..Notified::nothing(at) };
            let text = notified.to_string();
            prop_assert!(is_allowed_value(&text));
            prop_assert_eq!(Notified::parse(&text), Some(notified));
        }
    }
}
