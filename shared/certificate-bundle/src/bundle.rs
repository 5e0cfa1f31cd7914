//! What was found.

use std::fmt;

use jiff::Timestamp;

use crate::PrivateKey;
use crate::certificate::Certificate;

/// A certificate with its chain and its private key, as ImportCertificate takes them.
#[derive(Clone)]
pub struct Bundle {
    pub(crate) leaf: Certificate,
    pub(crate) chain: Vec<Certificate>,
    pub(crate) key: PrivateKey,
}

impl Bundle {
    /// The certificate in DER.
    pub fn leaf_der(&self) -> &[u8] {
        &self.leaf.der
    }

    /// The certificate in PEM.
    pub fn leaf_pem(&self) -> &str {
        &self.leaf.pem
    }

    /// When the certificate expires.
    pub fn not_after(&self) -> Timestamp {
        self.leaf.facts.not_after
    }

    /// Its chain from its issuer upwards, each in DER: each certificate has signed the one before it. Empty for a
    /// self-signed certificate, and where the secret does not have the issuer.
    pub fn chain_der(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(|certificate| certificate.der.as_slice())
    }

    /// Its chain in PEM, empty where there is none.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(|certificate| certificate.pem.as_str()).collect()
    }

    /// The certificate's private key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.leaf.names.iter().collect();
        write!(f, "Bundle(names {names:?}, chain of {}, {:?})", self.chain.len(), self.key)
    }
}
