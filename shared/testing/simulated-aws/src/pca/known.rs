//! Which signatures are known to be good, since the CAs here made them.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{Context, SHA256};

/// Digests of each certificate that was signed here, with its issuer's.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeSet<Vec<u8>>);

impl Known {
    /// Notes that `issuer` signed `certificate` (both PEM).
    pub(super) fn note(&mut self, certificate: &str, issuer: &str) {
        let der = |pem: &str| pem_rfc7468::decode_vec(pem.as_bytes()).map(|(_, der)| der);
        if let (Ok(certificate), Ok(issuer)) = (der(certificate), der(issuer)) {
            self.0.insert(digest(&certificate, &issuer));
        }
    }

    /// Whether exactly this certificate was signed here by this issuer (both DER).
    pub(crate) fn is_signed(&self, certificate: &[u8], issuer: &[u8]) -> bool {
        self.0.contains(&digest(certificate, issuer))
    }
}

fn digest(certificate: &[u8], issuer: &[u8]) -> Vec<u8> {
    let mut digest = Context::new(&SHA256);
    digest.update(certificate);
    digest.update(issuer);
    digest.finish().as_ref().to_vec()
}
