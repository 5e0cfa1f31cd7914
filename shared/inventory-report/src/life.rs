//! Whether a certificate is valid, has ended, or was never issued.

use certificates::{days_left, has_expired};
use inventory::Entry;
use jiff::Timestamp;

/// States in which nothing is done with a certificate or CA any more
/// ([CertificateDetail, `Status`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html),
/// [CertificateAuthority, `Status`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html)).
const NEVER_ISSUED: [&str; 5] =
    ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED", "CREATING", "PENDING_CERTIFICATE"];

/// What became of a certificate or CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It was never issued, or not yet.
    NotIssued,
    /// It never expires.
    Endless,
    /// It is valid, or will be.
    Valid,
    /// It is past its expiry.
    Expired,
    /// It is revoked or deleted, whatever its expiry.
    Ended,
}

/// What became of an entry.
pub(crate) fn life(entry: &Entry, now: Timestamp) -> Life {
    match (entry.status.as_str(), entry.not_after) {
        ("REVOKED" | "DELETED", _) => Life::Ended,
        ("EXPIRED", _) => Life::Expired,
        (status, _) if NEVER_ISSUED.contains(&status) => Life::NotIssued,
        // The last time there is means no expiry (RFC 5280, 4.1.2.5).
        (_, end) if end.is_none_or(|end| end == Timestamp::MAX) => Life::Endless,
        (_, Some(end)) if has_expired(end, now) => Life::Expired,
        _ => Life::Valid,
    }
}

/// Calendar days until the expiry, where there is one.
pub(crate) fn days(entry: &Entry, now: Timestamp) -> Option<i64> {
    entry.not_after.filter(|end| *end != Timestamp::MAX).map(|end| days_left(end, now))
}
