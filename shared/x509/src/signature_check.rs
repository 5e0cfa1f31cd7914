//! Signatures of CAs over other things than certificates: revocation lists, OCSP responses.

use aws_lc_rs::digest::Context;
use aws_lc_rs::signature::UnparsedPublicKey;
use x509_parser::prelude::FromDer;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::signature::{hash_function, verification_algorithm};
use crate::{Certificate, Signatures};

/// The verification of a signature over bytes that come piece by piece: only their hash is kept.
///
/// ML-DSA and Ed25519 sign the bytes themselves, not their hash, and so cannot be verified this way.
pub struct SignatureCheck {
    key: UnparsedPublicKey<Vec<u8>>,
    hash: Context,
}

/// A signature that cannot be verified: its algorithm is none of those that count, or the signer's key is too short or
/// of another type. That does not say whose it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("signatures by the algorithm {0} with the signer's key cannot be verified")]
pub struct Unsupported(
    /// The algorithm's OID, or `unreadable`.
    pub String,
);

impl SignatureCheck {
    /// Of a signature by this algorithm, an AlgorithmIdentifier in DER, and with the key of this certificate.
    ///
    /// # Errors
    /// It is none of the `counted` ones, the key does not fit it, or one of the two cannot be read.
    pub fn new(algorithm: &[u8], signer: &Certificate, counted: Signatures) -> Result<Self, Unsupported> {
        let Ok(([], found)) = AlgorithmIdentifier::from_der(algorithm) else {
            return Err(Unsupported("unreadable".into()));
        };
        let check = || {
            let (_, key) = SubjectPublicKeyInfo::from_der(&signer.public_key).ok()?;
            let algorithm = verification_algorithm(&found, &key, counted)?;
            let key = UnparsedPublicKey::new(algorithm, key.subject_public_key.data.to_vec());
            Some(Self { key, hash: Context::new(hash_function(&found)?) })
        };
        check().ok_or_else(|| Unsupported(found.algorithm.to_id_string()))
    }

    /// Takes the next of the signed bytes.
    pub fn update(&mut self, signed: &[u8]) {
        self.hash.update(signed);
    }

    /// Whether this is the key's signature over all bytes taken.
    pub fn is_signed_by(self, signature: &[u8]) -> bool {
        self.key.verify_digest(&self.hash.finish(), signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use x509_parser::pem::Pem;
    use x509_parser::prelude::X509Certificate;

    use super::*;

    const SAMPLES: &str = include_str!("../tests/signatures.pem");

    fn root(title: &str) -> Certificate {
        let (_, text) = SAMPLES.split_once(&format!("\n{title}\n")).unwrap_or_else(|| panic!("no {title}"));
        Certificate::from_der(&Pem::iter_from_buffer(text.as_bytes()).next().unwrap().unwrap().contents).unwrap()
    }

    /// Of a root's own signature, taken in two pieces.
    fn check(root: &Certificate, damage: u8) -> Result<bool, Unsupported> {
        let (_, parsed) = X509Certificate::from_der(root.der()).unwrap();
        let signed: &[u8] = parsed.tbs_certificate.as_ref();
        let mut signature = parsed.signature_value.data.to_vec();
        *signature.last_mut().unwrap() ^= damage;
        let mut check = SignatureCheck::new(&algorithm(root), root, Signatures::Current)?;
        check.update(&signed[..10]);
        check.update(&signed[10..]);
        Ok(check.is_signed_by(&signature))
    }

    /// The AlgorithmIdentifier, which is what lies between the signed bytes and the signature's BIT STRING.
    fn algorithm(root: &Certificate) -> Vec<u8> {
        let (_, parsed) = X509Certificate::from_der(root.der()).unwrap();
        let signed: &[u8] = parsed.tbs_certificate.as_ref();
        let after = root.der().windows(signed.len()).position(|bytes| bytes == signed).unwrap() + signed.len();
        let (rest, _) = AlgorithmIdentifier::from_der(&root.der()[after..]).unwrap();
        root.der()[after..root.der().len() - rest.len()].to_vec()
    }

    #[test]
    fn signatures_are_verified_over_pieces() {
        for title in ["RSA 2048, SHA-256", "RSA 2048, PSS with SHA-256", "P-384, SHA-256", "P-521, SHA-512"] {
            assert_eq!(check(&root(title), 0), Ok(true), "{title}");
            assert_eq!(check(&root(title), 1), Ok(false), "{title}, forged");
        }
    }

    #[test]
    fn what_does_not_count_is_unsupported() {
        for (title, oid) in [
            ("RSA 2048, SHA-1", "1.2.840.113549.1.1.5"),
            ("RSA 1024, SHA-256", "1.2.840.113549.1.1.11"),
            ("P-256, SHA-1", "1.2.840.10045.4.1"),
            ("Ed25519", "1.3.101.112"),
        ] {
            assert_eq!(check(&root(title), 0), Err(Unsupported(oid.into())), "{title}");
        }
        let garbage = SignatureCheck::new(b"garbage", &root("Ed25519"), Signatures::Current);
        assert_eq!(garbage.err(), Some(Unsupported("unreadable".into())));
    }
}
