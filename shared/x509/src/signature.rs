//! Who signed a certificate.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// Which signatures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// SHA-2, and of RSA keys those from 2,048 bits on. For a certificate that is to be put in place.
    Current,
    /// Also SHA-1 with RSA, and RSA keys from 1,024 bits on. For a certificate that is in place: whether it
    /// is weak is another question than who signed it.
    Legacy,
}

/// Whether a certificate (DER) was signed with the key of another one, and names it as its issuer. `None`
/// where the signature is none of those that count, the issuer's key is too short for it, or one of the two cannot be
/// read.
pub fn is_issued_by(certificate: &[u8], issuer: &[u8], counted: Signatures) -> Option<bool> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let (_, issuer) = X509Certificate::from_der(issuer).ok()?;
    if certificate.issuer().as_raw() != issuer.subject().as_raw() {
        return Some(false);
    }
    is_verified(&certificate, &issuer, counted)
}

/// [`is_issued_by`], whatever the two are named: a CA may have had another name, or the same one in another type of
/// string, with the same key.
pub fn is_signed_by(certificate: &[u8], issuer: &[u8], counted: Signatures) -> Option<bool> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let (_, issuer) = X509Certificate::from_der(issuer).ok()?;
    is_verified(&certificate, &issuer, counted)
}

fn is_verified(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>, counted: Signatures) -> Option<bool> {
    let algorithm = verification_algorithm(&certificate.signature_algorithm, issuer.public_key(), counted)?;
    let key = UnparsedPublicKey::new(algorithm, &issuer.public_key().subject_public_key.data);
    Some(key.verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data).is_ok())
}

/// Signature algorithms ([RFC 8017, A.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.2),
/// [RFC 5758, 3.2](https://www.rfc-editor.org/rfc/rfc5758#section-3.2)).
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";
const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
const SHA384_WITH_RSA: &str = "1.2.840.113549.1.1.12";
const SHA512_WITH_RSA: &str = "1.2.840.113549.1.1.13";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";
const ECDSA_WITH_SHA384: &str = "1.2.840.10045.4.3.3";
const ECDSA_WITH_SHA512: &str = "1.2.840.10045.4.3.4";
/// Hash functions ([RFC 5754, 2](https://www.rfc-editor.org/rfc/rfc5754#section-2)).
const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const SHA384: &str = "2.16.840.1.101.3.4.2.2";
const SHA512: &str = "2.16.840.1.101.3.4.2.3";
/// Keys on curves ([RFC 5480, 2.1.1](https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1)).
const ID_EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
/// Curves ([RFC 5480, 2.1.1.1](https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1.1)).
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const P521: &str = "1.3.132.0.35";

/// The algorithm of a signature, given its signer's key; `None` where it is none of those that count, or the key is too
/// short for it. x509-parser's own `verify` has neither P-521 nor SHA-512 with ECDSA, which private CAs use.
pub(crate) fn verification_algorithm(
    found: &AlgorithmIdentifier<'_>,
    key: &SubjectPublicKeyInfo<'_>,
    counted: Signatures,
) -> Option<&'static dyn VerificationAlgorithm> {
    if is_too_short(found, key, counted) {
        return None;
    }
    by_identifier(found, key, counted)
}

/// The hash function of a signature algorithm.
pub(crate) fn hash_function(found: &AlgorithmIdentifier<'_>) -> Option<&'static digest::Algorithm> {
    Some(match found.algorithm.to_id_string().as_str() {
        SHA1_WITH_RSA => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        SHA256_WITH_RSA | ECDSA_WITH_SHA256 => &digest::SHA256,
        SHA384_WITH_RSA | ECDSA_WITH_SHA384 => &digest::SHA384,
        SHA512_WITH_RSA | ECDSA_WITH_SHA512 => &digest::SHA512,
        RSASSA_PSS => match pss_hash(found)?.as_str() {
            SHA256 => &digest::SHA256,
            SHA384 => &digest::SHA384,
            SHA512 => &digest::SHA512,
            _ => return None,
        },
        _ => return None,
    })
}

fn pss_hash(found: &AlgorithmIdentifier<'_>) -> Option<String> {
    Some(RsaSsaPssParams::try_from(found.parameters.as_ref()?).ok()?.hash_algorithm_oid().to_id_string())
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<String> {
    let is_of_a_curve = key.algorithm.algorithm.to_id_string() == ID_EC_PUBLIC_KEY;
    is_of_a_curve.then_some(key.algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string())
}

fn by_identifier(
    found: &AlgorithmIdentifier<'_>,
    key: &SubjectPublicKeyInfo<'_>,
    counted: Signatures,
) -> Option<&'static dyn VerificationAlgorithm> {
    use Signatures::{Current, Legacy};
    Some(match (found.algorithm.to_id_string().as_str(), counted) {
        (SHA1_WITH_RSA, Legacy) => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (SHA256_WITH_RSA, Legacy) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (SHA512_WITH_RSA, Legacy) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (SHA256_WITH_RSA, Current) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (SHA512_WITH_RSA, Current) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (SHA384_WITH_RSA, _) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (RSASSA_PSS, _) => match pss_hash(found)?.as_str() {
            SHA256 => &signature::RSA_PSS_2048_8192_SHA256,
            SHA384 => &signature::RSA_PSS_2048_8192_SHA384,
            SHA512 => &signature::RSA_PSS_2048_8192_SHA512,
            _ => return None,
        },
        (ECDSA_WITH_SHA256, _) => match curve(key)?.as_str() {
            P256 => &signature::ECDSA_P256_SHA256_ASN1,
            P384 => &signature::ECDSA_P384_SHA256_ASN1,
            P521 => &signature::ECDSA_P521_SHA256_ASN1,
            _ => return None,
        },
        (ECDSA_WITH_SHA384, _) => match curve(key)?.as_str() {
            P256 => &signature::ECDSA_P256_SHA384_ASN1,
            P384 => &signature::ECDSA_P384_SHA384_ASN1,
            P521 => &signature::ECDSA_P521_SHA384_ASN1,
            _ => return None,
        },
        (ECDSA_WITH_SHA512, _) => match curve(key)?.as_str() {
            P256 => &signature::ECDSA_P256_SHA512_ASN1,
            P384 => &signature::ECDSA_P384_SHA512_ASN1,
            P521 => &signature::ECDSA_P521_SHA512_ASN1,
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether the signer has an RSA key shorter than [`by_identifier`]'s take. They refuse it, which must not be
/// mistaken for somebody else's signature.
fn is_too_short(found: &AlgorithmIdentifier<'_>, key: &SubjectPublicKeyInfo<'_>, counted: Signatures) -> bool {
    let Ok(PublicKey::RSA(key)) = key.parsed() else { return false };
    let takes_1024 =
        [SHA1_WITH_RSA, SHA256_WITH_RSA, SHA512_WITH_RSA].contains(&found.algorithm.to_id_string().as_str());
    let least = if counted == Signatures::Legacy && takes_1024 { 1_024 } else { 2_048 };
    key.key_size() < least
}
