//! Certificates that a private CA should never hand out, for tests of what callers check.

use jiff::Timestamp;
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{Authority, chain_of};
use crate::keys::{Key, PrivateKey, default_hash, pem_block};
use crate::reading::key_kind;
use crate::x509::{self, AltName, Template};

/// What is wrong with the certificates that private CAs issue from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misissue {
    /// The public key is not the CSR's.
    OtherKey,
    /// These DNS names instead of the CSR's SANs.
    OtherNames(Vec<String>),
    /// Valid from this time.
    NotBefore(Timestamp),
    /// Valid until this time.
    NotAfter(Timestamp),
    /// No KeyUsage extension.
    NoKeyUsage,
    /// No ExtendedKeyUsage extension.
    NoExtendedKeyUsage,
    /// Signed by another CA than the chain shows.
    ForeignSignature,
    /// The chain is that of another CA.
    ForeignChain,
    /// The chain starts with the leaf.
    LeafInChain,
    /// The chain is missing.
    NoChain,
    /// The leaf is not a certificate.
    Garbage,
}

impl Misissue {
    /// Spoils what is to be signed.
    pub(super) fn spoil(&self, template: &mut Template) {
        match self {
            Self::OtherKey => {
                // The kind stays, so that only the key itself is wrong.
                let info = SubjectPublicKeyInfo::from_der(&template.public_key_info);
                let kind = info.ok().and_then(|(_, info)| key_kind(&info).ok()).unwrap_or(Key::P256);
                template.public_key_info = PrivateKey::cached(kind, 3).public_key_info();
            }
            Self::OtherNames(names) => {
                let names: Vec<_> = names.iter().cloned().map(AltName::Dns).collect();
                template.extensions.retain(|(oid, ..)| *oid != x509::SUBJECT_ALT_NAME);
                template.extensions.push(x509::alt_names(&names, false));
            }
            Self::NotBefore(at) => template.not_before = *at,
            Self::NotAfter(at) => template.not_after = *at,
            Self::NoKeyUsage => template.extensions.retain(|(oid, ..)| *oid != x509::KEY_USAGE),
            Self::NoExtendedKeyUsage => {
                template.extensions.retain(|(oid, ..)| *oid != x509::EXTENDED_KEY_USAGE);
            }
            Self::ForeignSignature | Self::ForeignChain | Self::LeafInChain | Self::NoChain | Self::Garbage => {}
        }
    }

    /// The key that signs, when it is not the CA's.
    pub(super) fn signing_key(&self, ca: &Authority) -> Option<PrivateKey> {
        (*self == Self::ForeignSignature).then(|| PrivateKey::cached(ca.key.kind(), 3))
    }

    /// Leaf and chain as GetCertificate answers them.
    pub(super) fn answer(&self, ca: &Authority, leaf: &str) -> (String, Option<String>) {
        let chain = chain_of(ca);
        match self {
            Self::ForeignChain => (leaf.to_owned(), Some(foreign_chain(ca))),
            Self::LeafInChain => (leaf.to_owned(), Some(format!("{leaf}{chain}"))),
            Self::NoChain => (leaf.to_owned(), None),
            Self::Garbage => (pem_block("CERTIFICATE", b"no certificate"), Some(chain)),
            _ => (leaf.to_owned(), Some(chain)),
        }
    }
}

/// A CA certificate of the same name with another key.
fn foreign_chain(ca: &Authority) -> String {
    let key = PrivateKey::cached(ca.key.kind(), 3);
    let template = Template {
        serial: vec![2],
        subject: ca.name.clone(),
        issuer: ca.name.clone(),
        public_key_info: key.public_key_info(),
        not_before: ca.facts.not_before,
        not_after: ca.facts.not_after,
        extensions: vec![x509::basic_constraints(true)],
    };
    template.sign(&key, default_hash(key.kind())).expect("every key signs with its natural digest")
}
