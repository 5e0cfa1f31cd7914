//! Key pairs of the kinds that ACM knows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RsaEncoding, RsaKeyPair};

use crate::der;

/// Type and size of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Key {
    /// RSA, 1024 bits. Only for certificates without real keys ([`CertificateSpec::thin`](crate::CertificateSpec::thin)).
    Rsa1024,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
}

impl Key {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Rsa1024, Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384, Self::P521];

    /// ACM's name, as ListCertificates and RequestCertificate spell it.
    #[must_use]
    pub fn acm_name(self) -> &'static str {
        match self {
            Self::Rsa1024 => "RSA_1024",
            Self::Rsa2048 => "RSA_2048",
            Self::Rsa3072 => "RSA_3072",
            Self::Rsa4096 => "RSA_4096",
            Self::P256 => "EC_prime256v1",
            Self::P384 => "EC_secp384r1",
            Self::P521 => "EC_secp521r1",
        }
    }

    pub(crate) fn from_acm_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.acm_name() == name)
    }

    /// Whether it is an RSA key.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa1024 | Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }

    fn curve_oid(self) -> Option<&'static str> {
        match self {
            Self::P256 => Some("1.2.840.10045.3.1.7"),
            Self::P384 => Some("1.3.132.0.34"),
            Self::P521 => Some("1.3.132.0.35"),
            _ => None,
        }
    }
}

/// The digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// A private key. Clones share it; its `Debug` shows the kind only.
#[derive(Clone)]
pub struct PrivateKey {
    kind: Key,
    pair: Arc<Pair>,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    /// RSA of 1024 bits, which the cryptography library does not read: it is imported, and signs nothing.
    Small {
        der: Vec<u8>,
        public_key: Vec<u8>,
    },
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.kind)
    }
}

impl PrivateKey {
    /// A new key. RSA keys take from tenths of a second to seconds: see [`PrivateKey::cached`].
    ///
    /// # Panics
    /// For [`Key::Rsa1024`], which the cryptography library refuses to make.
    pub fn generate(kind: Key) -> Self {
        let rsa = |size| Pair::Rsa(RsaKeyPair::generate(size).expect("RSA key generation"));
        let pair = match kind {
            Key::Rsa1024 => panic!("RSA_1024 exists for thin certificates only"),
            Key::Rsa2048 => rsa(KeySize::Rsa2048),
            Key::Rsa3072 => rsa(KeySize::Rsa3072),
            Key::Rsa4096 => rsa(KeySize::Rsa4096),
            Key::P256 | Key::P384 | Key::P521 => Pair::Ec(
                EcdsaKeyPair::generate(signing(kind, default_hash(kind)).expect("natural digest"))
                    .expect("EC key generation"),
            ),
        };
        Self { kind, pair: Arc::new(pair) }
    }

    /// The same key for the same kind and slot within this process.
    /// Slot 0 is used by [`Aws::insert_certificate`](crate::Aws::insert_certificate),
    /// slot 1 by private CAs; tests may use others.
    pub fn cached(kind: Key, slot: u8) -> Self {
        static CACHE: LazyLock<Mutex<HashMap<(Key, u8), PrivateKey>>> = LazyLock::new(Mutex::default);
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        cache.entry((kind, slot)).or_insert_with(|| Self::generate(kind)).clone()
    }

    /// An unencrypted PEM key: PKCS #8 (`PRIVATE KEY`), PKCS #1 (`RSA PRIVATE KEY`) or SEC 1
    /// (`EC PRIVATE KEY`).
    pub(crate) fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let (label, der) = pem_rfc7468::decode_vec(pem).map_err(|error| error.to_string())?;
        let rsa = match label {
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der).ok(),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der).ok(),
            "EC PRIVATE KEY" => None,
            other => return Err(format!("{other} is not an unencrypted private key")),
        };
        if let Some(pair) = rsa {
            let kind = match pair.public_modulus_len() {
                256 => Key::Rsa2048,
                384 => Key::Rsa3072,
                512 => Key::Rsa4096,
                bytes => return Err(format!("an RSA key of {} bits", bytes * 8)),
            };
            return Ok(Self { kind, pair: Arc::new(Pair::Rsa(pair)) });
        }
        if let Some(public_key) = public_key_of_rsa_1024(label, &der) {
            let pair = Pair::Small { der: der.clone(), public_key };
            return Ok(Self { kind: Key::Rsa1024, pair: Arc::new(pair) });
        }
        for kind in [Key::P256, Key::P384, Key::P521] {
            let Some(algorithm) = signing(kind, default_hash(kind)) else { continue };
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(algorithm, &der) {
                return Ok(Self { kind, pair: Arc::new(Pair::Ec(pair)) });
            }
        }
        Err("neither an RSA key nor one on P-256, P-384 or P-521".to_owned())
    }

    /// Type and size.
    pub fn kind(&self) -> Key {
        self.kind
    }

    /// PKCS #8, PEM.
    pub fn pem(&self) -> String {
        let der = match &*self.pair {
            Pair::Rsa(pair) => pair.as_der().map(|der| der.as_ref().to_vec()),
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Small { der, .. } => Ok(der.clone()),
        };
        pem_block("PRIVATE KEY", &der.expect("a valid key can be written"))
    }

    /// The content of the certificate's `subjectPublicKey`.
    pub(crate) fn public_key(&self) -> &[u8] {
        match &*self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Small { public_key, .. } => public_key,
        }
    }

    /// RFC 5280, 4.1: SubjectPublicKeyInfo, with the algorithms of RFC 3279 and RFC 5480.
    pub(crate) fn public_key_info(&self) -> Vec<u8> {
        let algorithm = match self.kind.curve_oid() {
            Some(curve) => der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(curve)]),
            None => der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::null()]),
        };
        der::sequence(&[algorithm, der::bits(self.public_key())])
    }

    /// Signs; `None` when the cryptography library cannot sign with this key and digest.
    pub(crate) fn sign(&self, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        match &*self.pair {
            Pair::Rsa(pair) => {
                let padding: &'static dyn RsaEncoding = match hash {
                    Hash::Sha256 => &signature::RSA_PKCS1_SHA256,
                    Hash::Sha384 => &signature::RSA_PKCS1_SHA384,
                    Hash::Sha512 => &signature::RSA_PKCS1_SHA512,
                };
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &SystemRandom::new(), message, &mut out).ok()?;
                Some(out)
            }
            Pair::Small { .. } => None,
            // The pair was made for the natural digest, so that no other has to be made from it.
            Pair::Ec(pair) if hash == default_hash(self.kind) => {
                Some(pair.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
            }
            Pair::Ec(pair) => {
                let algorithm = signing(self.kind, hash)?;
                let pkcs8 = pair.to_pkcs8v1().ok()?;
                let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).ok()?;
                Some(pair.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
            }
        }
    }
}

/// RSAPublicKey (RFC 8017, A.1.1) of a key of 1024 bits in PKCS #1 or PKCS #8.
fn public_key_of_rsa_1024(label: &str, der: &[u8]) -> Option<Vec<u8>> {
    use x509_parser::der_parser::der::{DerObject, parse_der};
    let members = |der: &[u8]| -> Option<Vec<Vec<u8>>> {
        let (_, sequence): (_, DerObject<'_>) = parse_der(der).ok()?;
        sequence.as_sequence().ok()?.iter().map(|member| member.as_slice().ok().map(<[u8]>::to_vec)).collect()
    };
    // PrivateKeyInfo (RFC 5208, 5): version, algorithm, and the key in octets.
    let inner = (label == "PRIVATE KEY").then(|| {
        let (_, info) = parse_der(der).ok()?;
        info.as_sequence().ok()?.get(2)?.as_slice().ok().map(<[u8]>::to_vec)
    });
    let key = members(&inner.unwrap_or_else(|| Some(der.to_vec()))?)?;
    let (modulus, exponent) = (key.get(1)?, key.get(2)?);
    let bytes = modulus.iter().skip_while(|byte| **byte == 0).count();
    (key.len() >= 9 && bytes == 128).then(|| der::sequence(&[der::unsigned(modulus), der::unsigned(exponent)]))
}

/// The digest that is as strong as the curve; SHA-256 for RSA.
pub(crate) fn default_hash(kind: Key) -> Hash {
    match kind {
        Key::P384 => Hash::Sha384,
        Key::P521 => Hash::Sha512,
        _ => Hash::Sha256,
    }
}

fn signing(kind: Key, hash: Hash) -> Option<&'static EcdsaSigningAlgorithm> {
    match (kind, hash) {
        (Key::P256, Hash::Sha256) => Some(&signature::ECDSA_P256_SHA256_ASN1_SIGNING),
        (Key::P384, Hash::Sha384) => Some(&signature::ECDSA_P384_SHA384_ASN1_SIGNING),
        (Key::P521, Hash::Sha256) => Some(&signature::ECDSA_P521_SHA256_ASN1_SIGNING),
        (Key::P521, Hash::Sha384) => Some(&signature::ECDSA_P521_SHA384_ASN1_SIGNING),
        (Key::P521, Hash::Sha512) => Some(&signature::ECDSA_P521_SHA512_ASN1_SIGNING),
        _ => None,
    }
}

/// RFC 7468 text.
pub(crate) fn pem_block(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).expect("the label is well formed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        for kind in [Key::Rsa2048, Key::P256, Key::P384, Key::P521] {
            let key = PrivateKey::cached(kind, 0);
            let read = PrivateKey::from_pem(key.pem().as_bytes()).unwrap();
            assert_eq!(read.kind(), kind);
            assert_eq!(read.public_key(), key.public_key());
        }
    }

    #[test]
    fn keys_of_other_tools_are_read() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let read = PrivateKey::from_pem(key.serialize_pem().as_bytes()).unwrap();
        assert_eq!(read.kind(), Key::P384);
    }

    #[test]
    fn an_rsa_key_of_1024_bits_is_read_and_signs_nothing() {
        let number = |bytes: usize| der::unsigned(&vec![0xc5; bytes]);
        let public = [number(128), der::unsigned(&[1, 0, 1])];
        let others = [128, 64, 64, 64, 64, 64].map(number);
        let key = der::sequence(&[&[der::unsigned(&[0])], &public[..], &others[..]].concat());
        let algorithm = der::sequence(&[der::oid("1.2.840.113549.1.1.1"), der::null()]);
        let info = der::sequence(&[der::unsigned(&[0]), algorithm, der::octets(&key)]);
        for (label, der) in [("RSA PRIVATE KEY", &key), ("PRIVATE KEY", &info)] {
            let read = PrivateKey::from_pem(pem_block(label, der).as_bytes()).unwrap();
            assert_eq!((read.kind(), read.public_key()), (Key::Rsa1024, &der::sequence(&public)[..]));
            assert_eq!(read.sign(Hash::Sha256, b"x"), None);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(PrivateKey::from_pem(b"nonsense").is_err());
        let encrypted = pem_block("ENCRYPTED PRIVATE KEY", &[0x30, 0]);
        assert!(PrivateKey::from_pem(encrypted.as_bytes()).unwrap_err().contains("unencrypted"));
    }
}
