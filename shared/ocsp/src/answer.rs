//! What a responder says of a certificate.

use jiff::Timestamp;
use x509::{DistinguishedName, RevocationReason};

/// What a responder says of a certificate, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the certificate is revoked.
    pub status: Status,
    /// When the responder last knew the status to be so.
    pub this_update: Timestamp,
    /// When it will know more; `None` where it always does.
    pub next_update: Option<Timestamp>,
    /// When the response was signed.
    pub produced_at: Timestamp,
    /// Who signed it.
    pub responder: Responder,
}

/// Whether a certificate is revoked ([RFC 6960, 2.2](https://www.rfc-editor.org/rfc/rfc6960#section-2.2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not revoked.
    Good,
    /// It is revoked, or was never issued.
    Revoked {
        /// When it was revoked.
        at: Timestamp,
        /// Why; `None` where the responder does not say.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know it.
    Unknown,
}

/// Who signed a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Responder {
    /// The CA itself.
    Ca,
    /// The subject of a certificate that the CA issued for that
    /// ([RFC 6960, 4.2.2.2](https://www.rfc-editor.org/rfc/rfc6960#section-4.2.2.2)).
    Delegate {
        /// Its name.
        subject: DistinguishedName,
        /// When its certificate expires, and with it every response that it signed.
        not_after: Timestamp,
    },
}
