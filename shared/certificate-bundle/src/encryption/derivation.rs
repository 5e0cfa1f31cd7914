//! Keys from passwords.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{self, Context};
use aws_lc_rs::{hmac, pbkdf2};
use der::Sequence;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use zeroize::Zeroizing;

use super::{Algorithm, Failed, Work};
use crate::password::Candidate;

/// PBKDF2-params ([RFC 8018, A.2](https://www.rfc-editor.org/rfc/rfc8018#appendix-A.2)).
#[derive(Sequence)]
pub(crate) struct Pbkdf2<'a> {
    salt: &'a OctetStringRef,
    iterations: u32,
    /// Needed where the cipher does not determine it, such as for a MAC.
    pub key_length: Option<u16>,
    function: Option<Algorithm<'a>>,
}

/// What is derived ([RFC 7292, B.3](https://www.rfc-editor.org/rfc/rfc7292#appendix-B.3)).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// A key for encryption.
    Key = 1,
    /// An initial value.
    Iv = 2,
    /// A key for a MAC.
    Mac = 3,
}

impl Pbkdf2<'_> {
    /// Derives a key of this length.
    pub(crate) fn derive(&self, password: &str, length: usize, work: &mut Work) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let (function, digest_length) = match &self.function {
            Some(function) => pseudo_random_function(function.oid).ok_or(Failed::Unsupported)?,
            None => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
        };
        let iterations = NonZeroU32::new(self.iterations).ok_or(Failed::Structure)?;
        work.spend(self.iterations, length, digest_length)?;
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(function, iterations, self.salt.as_bytes(), password.as_bytes(), &mut key);
        Ok(key)
    }
}

/// HMACs ([RFC 8018, B.1.2](https://www.rfc-editor.org/rfc/rfc8018#appendix-B.1.2)), and the length of their digests.
fn pseudo_random_function(oid: ObjectIdentifier) -> Option<(pbkdf2::Algorithm, usize)> {
    Some(match oid.to_string().as_str() {
        "1.2.840.113549.2.7" => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
        "1.2.840.113549.2.9" => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        "1.2.840.113549.2.10" => (pbkdf2::PBKDF2_HMAC_SHA384, 48),
        "1.2.840.113549.2.11" => (pbkdf2::PBKDF2_HMAC_SHA512, 64),
        _ => return None,
    })
}

/// Hash functions by their OIDs and those of their HMACs.
pub(crate) fn digest(oid: ObjectIdentifier) -> Option<&'static digest::Algorithm> {
    Some(match oid.to_string().as_str() {
        "1.3.14.3.2.26" | "1.2.840.113549.2.7" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "2.16.840.1.101.3.4.2.1" | "1.2.840.113549.2.9" => &digest::SHA256,
        "2.16.840.1.101.3.4.2.2" | "1.2.840.113549.2.10" => &digest::SHA384,
        "2.16.840.1.101.3.4.2.3" | "1.2.840.113549.2.11" => &digest::SHA512,
        _ => return None,
    })
}

/// HMACs by the same OIDs.
pub(crate) fn hmac(oid: ObjectIdentifier) -> Option<hmac::Algorithm> {
    let digest = digest(oid)?;
    [hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512]
        .into_iter()
        .find(|hmac| hmac.digest_algorithm() == digest)
}

/// The derivation of PKCS #12 ([RFC 7292, B.2](https://www.rfc-editor.org/rfc/rfc7292#appendix-B.2)), with its names of
/// variables.
pub(crate) fn pkcs12(
    digest: &'static digest::Algorithm,
    purpose: Purpose,
    password: &Candidate<'_>,
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let v = digest.block_len;
    let d = vec![purpose as u8; v];
    let mut i = Zeroizing::new(repeated(salt, v));
    i.extend_from_slice(&Zeroizing::new(repeated(&as_bmp_string(password), v)));
    let mut derived = Zeroizing::new(Vec::with_capacity(length + digest.output_len));
    while derived.len() < length {
        let a = hashed(digest, [&d, &i], iterations);
        derived.extend_from_slice(a.as_ref());
        let b: Vec<u8> = a.as_ref().iter().copied().cycle().take(v).collect();
        i.chunks_exact_mut(v).for_each(|chunk| add_and_one(chunk, &b));
    }
    derived.truncate(length);
    derived
}

fn hashed(digest: &'static digest::Algorithm, first: [&[u8]; 2], iterations: u32) -> digest::Digest {
    let mut context = Context::new(digest);
    first.iter().for_each(|part| context.update(part));
    (1..iterations).fold(context.finish(), |a, _| digest::digest(digest, a.as_ref()))
}

/// As many copies as fill whole blocks.
fn repeated(bytes: &[u8], block: usize) -> Vec<u8> {
    let length = bytes.len().next_multiple_of(block);
    bytes.iter().copied().cycle().take(length).collect()
}

/// Big-endian UTF-16 with two zeros at the end ([RFC 7292, B.1](https://www.rfc-editor.org/rfc/rfc7292#appendix-B.1)).
fn as_bmp_string(password: &Candidate<'_>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * password.text.len() + 2));
    if !password.is_null {
        bytes.extend(password.text.encode_utf16().chain([0]).flat_map(u16::to_be_bytes));
    }
    bytes
}

/// `(chunk + b + 1) mod 2^(8 * length)`.
fn add_and_one(chunk: &mut [u8], b: &[u8]) {
    let mut carry = 1;
    for (digit, addend) in chunk.iter_mut().zip(b).rev() {
        carry += u16::from(*digit) + u16::from(*addend);
        [_, *digit] = carry.to_be_bytes();
        carry >>= 8;
    }
}
