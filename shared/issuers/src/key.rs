//! Keys: made in memory, used once, never stored or shown.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256,
};
use certificates::{Failure, FailureReason};
use x509::KeyType;
use zeroize::Zeroizing;

/// The library could not make or use a key. It says no more than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library failed to {0}")]
pub(crate) struct KeyError(&'static str);

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(FailureReason::ServiceError, error.to_string())
    }
}

/// A private key, unencrypted, and its public half. Wiped from memory when dropped.
pub struct PrivateKey {
    pem: Zeroizing<String>,
    public_key: Vec<u8>,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}

impl PrivateKey {
    /// A key in PKCS #8 in PEM, and its public half, a SubjectPublicKeyInfo in DER.
    pub fn new(pem: Zeroizing<String>, public_key: Vec<u8>) -> Self {
        Self { pem, public_key }
    }

    /// The key in PEM, for ImportCertificate alone.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The public half, a SubjectPublicKeyInfo in DER.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

enum Signer {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair),
}

/// A new key pair. The private half leaves it only as a [`PrivateKey`], for ImportCertificate.
pub(crate) struct KeyPair {
    key_type: KeyType,
    signer: Signer,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:?}, private key redacted)", self.key_type)
    }
}

impl KeyPair {
    /// Makes a key pair.
    pub(crate) fn generate(key_type: KeyType) -> Result<Self, KeyError> {
        let rsa = |size| rsa::KeyPair::generate(size).map(Signer::Rsa);
        let ecdsa = |algorithm: &'static EcdsaSigningAlgorithm| EcdsaKeyPair::generate(algorithm).map(Signer::Ecdsa);
        let signer = match key_type {
            KeyType::Rsa2048 => rsa(KeySize::Rsa2048),
            KeyType::Rsa3072 => rsa(KeySize::Rsa3072),
            KeyType::Rsa4096 => rsa(KeySize::Rsa4096),
            KeyType::P256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            KeyType::P384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
            KeyType::P521 => ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING),
        };
        Ok(Self { key_type, signer: signer.map_err(|_| KeyError("make a key"))? })
    }

    /// Its type.
    pub(crate) fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The public key as a SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key_der(&self) -> Result<Vec<u8>, KeyError> {
        let der: Result<PublicKeyX509Der<'_>, _> = match &self.signer {
            Signer::Rsa(pair) => pair.public_key().as_der(),
            Signer::Ecdsa(pair) => pair.public_key().as_der(),
        };
        der.map(|der| der.as_ref().to_vec()).map_err(|_| KeyError("encode a public key"))
    }

    /// Signs a certificate signing request, by the algorithm that the request names for this type of key.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        let failed = |_| KeyError("sign");
        match &self.signer {
            Signer::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Signer::Ecdsa(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
        }
    }

    /// The private key as unencrypted PKCS #8 in PEM, which is what ImportCertificate takes.
    pub(crate) fn private_key(&self) -> Result<PrivateKey, KeyError> {
        Ok(PrivateKey::new(self.private_key_pem()?, self.public_key_der()?))
    }

    fn private_key_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let failed = KeyError("encode a private key");
        // aws-lc-rs wipes its own encodings when they are dropped.
        let pem = |der: &[u8]| {
            pem_rfc7468::encode_string("PRIVATE KEY", pem_rfc7468::LineEnding::LF, der).map(Zeroizing::new)
        };
        match &self.signer {
            Signer::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| failed)?;
                pem(der.as_ref()).map_err(|_| failed)
            }
            Signer::Ecdsa(pair) => pem(pair.to_pkcs8v1().map_err(|_| failed)?.as_ref()).map_err(|_| failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_private_key() {
        let pair = KeyPair::generate(KeyType::P256).unwrap();
        let pem = pair.private_key_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(format!("{pair:?}"), "KeyPair(P256, private key redacted)");
        assert_eq!(format!("{:?}", pair.private_key().unwrap()), "PrivateKey(redacted)");
    }

    #[test]
    fn every_type_fits_acms_limit() {
        for key_type in [KeyType::P256, KeyType::P384, KeyType::P521, KeyType::Rsa2048, KeyType::Rsa4096] {
            let pair = KeyPair::generate(key_type).unwrap();
            assert!(pair.private_key_pem().unwrap().len() <= 5_120, "{key_type:?}");
            assert!(!pair.sign(b"message").unwrap().is_empty());
        }
    }
}
