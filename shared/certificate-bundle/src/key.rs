//! A private key.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _,
};
use pem_rfc7468::LineEnding;
use zeroize::Zeroizing;

use crate::certificate::PublicKey;

/// The sizes of RSA keys that ACM imports and that are safe
/// ([prerequisites](https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html)), bytes.
const RSA_SIZES: [usize; 3] = [256, 384, 512];
/// The curves that ACM imports.
const CURVES: [&EcdsaSigningAlgorithm; 3] =
    [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING];

/// A private key of a type that ACM imports, whatever it was written in. Wiped from memory when dropped, and never shown.
#[derive(Clone)]
pub struct PrivateKey {
    pem: Zeroizing<String>,
    public_key_der: Vec<u8>,
    /// The same, to compare it.
    pub(crate) public_key: PublicKey,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}

impl PrivateKey {
    /// The key as unencrypted PKCS #8 in PEM, as ImportCertificate takes it.
    pub fn pkcs8_pem(&self) -> &str {
        &self.pem
    }

    /// Its public key, a SubjectPublicKeyInfo in DER.
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key_der
    }

    /// Reads PKCS #1, SEC 1 and PKCS #8; `None` for a damaged key, and for one that ACM does not import.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        Self::rsa(der).or_else(|| CURVES.iter().find_map(|curve| Self::ecdsa(curve, der)))
    }

    fn rsa(der: &[u8]) -> Option<Self> {
        let pair = rsa::KeyPair::from_pkcs8(der).or_else(|_| rsa::KeyPair::from_der(der)).ok()?;
        let is_imported = RSA_SIZES.contains(&pair.public_modulus_len());
        let pkcs8: Pkcs8V1Der<'_> = is_imported.then(|| pair.as_der())?.ok()?;
        Self::new(pkcs8.as_ref(), pair.public_key().as_der().ok()?)
    }

    /// The curve is part of PKCS #8 and, in practice, of SEC 1.
    fn ecdsa(curve: &'static EcdsaSigningAlgorithm, der: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_private_key_der(curve, der).ok()?;
        Self::new(pair.to_pkcs8v1().ok()?.as_ref(), pair.public_key().as_der().ok()?)
    }

    /// aws-lc-rs wipes its own encodings.
    fn new(pkcs8: &[u8], public_key: PublicKeyX509Der<'_>) -> Option<Self> {
        let pem = pem_rfc7468::encode_string("PRIVATE KEY", LineEnding::LF, pkcs8).map(Zeroizing::new).ok()?;
        let public_key_der = public_key.as_ref().to_vec();
        Some(Self { pem, public_key: PublicKey::from_der(&public_key_der)?, public_key_der })
    }
}
