//! A certificate in a secret.

use std::collections::BTreeSet;
use std::net::IpAddr;

use pem_rfc7468::LineEnding;
use x509::Signatures;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::tlv;

/// What has to be known of a certificate to find its key, its chain and whom it is for.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// Its bytes.
    pub der: Vec<u8>,
    /// The same as PEM.
    pub pem: String,
    /// Its names and times.
    pub facts: x509::Certificate,
    /// Its DNS names in lower case and its IP addresses; the common name where it has no subject alternative name.
    pub names: BTreeSet<String>,
    /// Its public key.
    pub key: PublicKey,
}

/// A public key, regardless of how its parameters are written: those of RSA are NULL or absent.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    algorithm: String,
    bits: Vec<u8>,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        Some(Self::from(&SubjectPublicKeyInfo::from_der(der).ok()?.1))
    }
}

impl From<&SubjectPublicKeyInfo<'_>> for PublicKey {
    fn from(info: &SubjectPublicKeyInfo<'_>) -> Self {
        Self { algorithm: info.algorithm.algorithm.to_id_string(), bits: info.subject_public_key.data.to_vec() }
    }
}

impl Certificate {
    /// Reads a certificate. What follows it is left: OpenSSL's `TRUSTED CERTIFICATE` has settings there.
    pub(crate) fn from_der(bytes: &[u8]) -> Option<Self> {
        let der = tlv::first_element(bytes)?;
        let (_, parsed) = X509Certificate::from_der(der).ok()?;
        let pem = pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, der).ok()?;
        let facts = x509::Certificate::all_from_pem(&pem).ok()?.pop()?;
        let names = names(&parsed, &facts);
        Some(Self { der: der.to_vec(), key: PublicKey::from(parsed.public_key()), names, facts, pem })
    }

    /// Whether that one's subject is this one's issuer, and its key may have signed this one: `Some(true)` where it is known
    /// to have, `None` where the signature is of a kind that is not verified here.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> Option<bool> {
        if self.facts.issuer != issuer.facts.subject {
            return Some(false);
        }
        x509::is_signed_by(&self.der, &issuer.der, Signatures::Legacy)
    }

    /// Whether it is self-signed, as a root is.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.is_issued_by(self) != Some(false)
    }
}

fn names(parsed: &X509Certificate<'_>, facts: &x509::Certificate) -> BTreeSet<String> {
    match parsed.subject_alternative_name() {
        Ok(Some(extension)) => extension.value.general_names.iter().filter_map(name).collect(),
        _ => facts.subject.common_names().map(|name| name.to_ascii_lowercase()).collect(),
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(octets) => {
            let v4 = <[u8; 4]>::try_from(*octets).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*octets).map(IpAddr::from)).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
