//! Public keys: their type and size, and whether two are the same.

use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The type and size of a key, as far as ACM imports it
/// ([prerequisites](https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html)). A re-import
/// under the same ARN has to keep them
/// ([Reimport a certificate](https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// RSA with a modulus of 2,048 bits.
    Rsa2048,
    /// RSA with a modulus of 3,072 bits.
    Rsa3072,
    /// RSA with a modulus of 4,096 bits.
    Rsa4096,
    /// ECDSA on the curve P-256.
    P256,
    /// ECDSA on the curve P-384.
    P384,
    /// ECDSA on the curve P-521.
    P521,
}

impl KeyType {
    /// Whether it is an RSA key.
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }
}

pub(crate) fn of_certificate(certificate: &X509Certificate<'_>) -> Option<KeyType> {
    let key = certificate.public_key();
    if key.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        let PublicKey::RSA(rsa) = key.parsed().ok()? else { return None };
        return match rsa.key_size() {
            2048 => Some(KeyType::Rsa2048),
            3072 => Some(KeyType::Rsa3072),
            4096 => Some(KeyType::Rsa4096),
            _ => None,
        };
    }
    if key.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
    [(OID_EC_P256, KeyType::P256), (OID_NIST_EC_P384, KeyType::P384), (OID_NIST_EC_P521, KeyType::P521)]
        .into_iter()
        .find_map(|(oid, key_type)| (oid == curve).then_some(key_type))
}

/// Whether two keys (SubjectPublicKeyInfo, DER) are the same. The keys themselves are compared, not their encodings: the
/// parameters of an RSA key may be NULL or absent.
pub(crate) fn are_same_key(one: &[u8], other: &[u8]) -> bool {
    let bits = |der: &[u8]| {
        SubjectPublicKeyInfo::from_der(der)
            .ok()
            .map(|(_, key)| (key.algorithm.algorithm.to_id_string(), key.subject_public_key.data.to_vec()))
    };
    bits(one).is_some_and(|one| bits(other) == Some(one))
}
