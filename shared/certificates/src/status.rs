//! The four states of a renewal, as AWS's guidance for imported certificates names them.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::Serialize;

/// No Lambda function runs longer
/// ([quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)), so a renewal
/// that has been in progress for longer than this is one that crashed.
pub const CLAIM_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// How long a renewal pauses after this many failed attempts, where time may fix the failure.
pub fn retry_pause(attempts: u32) -> SignedDuration {
    SignedDuration::from_hours(match attempts {
        0 | 1 => 1,
        2 => 4,
        _ => 24,
    })
}

/// How far the renewal of an imported certificate is. Kept in the tag
/// [`tags::STATUS`](crate::tags::STATUS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenewalStatus {
    /// A renewal was requested and has not started.
    PendingRenewal,
    /// A function is working on it, or crashed.
    RenewalInProgress,
    /// The certificate was replaced in place.
    RenewalComplete,
    /// The last attempt failed; the old certificate is untouched.
    RenewalFailed,
}

impl RenewalStatus {
    /// All of them, in the order in which a renewal passes through them.
    pub const ALL: [Self; 4] =
        [Self::PendingRenewal, Self::RenewalInProgress, Self::RenewalComplete, Self::RenewalFailed];

    /// The value of the status tag.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingRenewal => "pending-renewal",
            Self::RenewalInProgress => "renewal-in-progress",
            Self::RenewalComplete => "renewal-complete",
            Self::RenewalFailed => "renewal-failed",
        }
    }
}

impl fmt::Display for RenewalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of the four states.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a renewal status")]
pub struct UnknownStatus;

impl FromStr for RenewalStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_day() {
        assert_eq!([0, 1, 2, 3, 99].map(|attempts| retry_pause(attempts).as_hours()), [1, 1, 4, 24, 24]);
    }

    #[test]
    fn every_status_survives_the_way_through_a_tag() {
        for status in RenewalStatus::ALL {
            assert_eq!((status.as_str().parse(), status.to_string()), (Ok(status), status.as_str().into()));
        }
    }
}
