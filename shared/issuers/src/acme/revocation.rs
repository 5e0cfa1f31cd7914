//! Whether the CA has announced that it will revoke a certificate (ARI, RFC 9773).

use acme::{CertificateId, Server};
use certificates::is_revocation_ahead;
use jiff::Timestamp;
use x509::Certificate;

/// The CA is asked: what a tag or an event says about it, anybody may have written.
pub(super) async fn is_announced(server: &Server, current: &Certificate, now: Timestamp) -> bool {
    let Some(id) = CertificateId::from_certificate(current.der()) else { return false };
    let Ok(window) = server.renewal_window(&id, current.not_after).await.window else { return false };
    let lifetime = Some((current.not_before, current.not_after));
    is_revocation_ahead(window.end, window.explanation.is_some(), lifetime, now)
}
