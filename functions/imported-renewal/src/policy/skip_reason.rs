//! Why a certificate is left alone.

use jiff::Timestamp;

use crate::event::Occasion;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SkipReason {
    /// ACM renews what it issued.
    NotImported,
    /// No tag `renew-from`: the certificate is only watched.
    NotManaged,
    /// Another invocation is at work on it.
    RenewalInProgress,
    /// The last attempt failed, and its pause is not over.
    WaitingForRetry,
    /// The last attempt failed for a reason that a person has to resolve, and nothing has changed.
    WaitingForAPerson,
    /// It was replaced less than an hour ago.
    JustRenewed { possible_after: Timestamp },
    /// An attempt that may have been charged failed less than an hour ago.
    JustFailed { possible_after: Timestamp },
    /// It waits for a maintenance window, or for the end of a freeze.
    Postponed { possible_after: Timestamp },
    /// It does not expire soon.
    NotDue,
    /// A secret changed, and the certificate is not renewed from one.
    AnotherSource,
    /// The secret does not have a whole certificate yet.
    SecretNotReady,
    /// The secret has no newer certificate than the present one.
    SecretNotRenewed,
}

impl SkipReason {
    /// As it is in answers and logs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotImported => "not-imported",
            Self::NotManaged => "not-managed",
            Self::RenewalInProgress => "renewal-in-progress",
            Self::WaitingForRetry => "waiting-for-retry",
            Self::WaitingForAPerson => "waiting-for-a-person",
            Self::JustRenewed { .. } => "just-renewed",
            Self::JustFailed { .. } => "just-failed",
            Self::Postponed { .. } => "postponed",
            Self::NotDue => "not-due",
            Self::AnotherSource => "another-source",
            Self::SecretNotReady => "secret-not-ready",
            Self::SecretNotRenewed => "secret-not-renewed",
        }
    }

    /// From when on the same request is granted, where that is known.
    pub(crate) fn possible_after(self) -> Option<Timestamp> {
        match self {
            Self::JustRenewed { possible_after }
            | Self::JustFailed { possible_after }
            | Self::Postponed { possible_after } => Some(possible_after),
            _ => None,
        }
    }

    /// Whether a message has to be delivered again: it is too early for what it asks. A finding of AWS Config asks for
    /// nothing that a renewal in progress does not do.
    pub(crate) fn is_too_early(self, occasion: Occasion) -> bool {
        match self {
            Self::JustFailed { .. } => true,
            // A secret that was written twice within an hour: nobody asks again for the second certificate.
            Self::JustRenewed { .. } => occasion == Occasion::SecretChanged,
            Self::RenewalInProgress => occasion != Occasion::NonCompliant,
            _ => false,
        }
    }
}
