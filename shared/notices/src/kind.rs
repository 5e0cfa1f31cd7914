//! What a notice is about, and how urgent it is.

use serde::{Deserialize, Serialize};

/// What a notice is about: the message attribute `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A threshold of days before the expiry was crossed.
    Expiring,
    /// `notAfter` has passed.
    Expired,
    /// ACM cannot renew it without a person.
    RenewalActionRequired,
    /// ACM renewed it.
    Renewed,
    /// ACM rotated it.
    Rotated,
    /// It was revoked.
    Revoked,
    /// Its CA asks to replace it at once, and may revoke it soon.
    RevocationAhead,
    /// An imported certificate was replaced in place.
    RenewalComplete,
    /// The renewal of an imported certificate failed.
    RenewalFailed,
    /// A DNS record that ACM validates a domain by cannot be put into place.
    ValidationRecordsMissing,
}

impl Kind {
    /// The value of the message attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::RenewalActionRequired => "renewal-action-required",
            Self::Renewed => "renewed",
            Self::Rotated => "rotated",
            Self::Revoked => "revoked",
            Self::RevocationAhead => "revocation-ahead",
            Self::RenewalComplete => "renewal-complete",
            Self::RenewalFailed => "renewal-failed",
            Self::ValidationRecordsMissing => "validation-records-missing",
        }
    }
}

/// How urgent a notice is: the message attribute `severity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should act within days.
    Warning,
    /// Somebody should act today.
    Critical,
}

impl Severity {
    /// The value of the message attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}
