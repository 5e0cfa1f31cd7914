//! Encryption by passwords: PBES2 ([RFC 8018, 6.2](https://www.rfc-editor.org/rfc/rfc8018#section-6.2)), which all current
//! tools write, and the older schemes of PKCS #12 ([RFC 7292, C](https://www.rfc-editor.org/rfc/rfc7292#appendix-C)).

mod cipher;
mod derivation;
mod work;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, DecodeValue, FixedTag, Sequence};
use zeroize::Zeroizing;

use crate::password::Candidate;
use crate::tlv::{self, Kind};
use cipher::Cipher;

pub(crate) use derivation::{Pbkdf2, Purpose, digest, hmac, pkcs12};
pub(crate) use work::Work;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
pub(crate) const PBKDF2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// Why something could not be decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The password is another one.
    Password,
    /// An algorithm is not supported.
    Unsupported,
    /// It takes too many iterations.
    Work,
    /// The structure cannot be read.
    Structure,
}

impl From<der::Error> for Failed {
    fn from(_: der::Error) -> Self {
        Self::Structure
    }
}

/// AlgorithmIdentifier ([RFC 5280, 4.1.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2)).
#[derive(Clone, Copy, Sequence)]
pub(crate) struct Algorithm<'a> {
    pub oid: ObjectIdentifier,
    pub parameters: Option<AnyRef<'a>>,
}

/// EncryptedPrivateKeyInfo ([RFC 5958, 3](https://www.rfc-editor.org/rfc/rfc5958#section-3)).
#[derive(Sequence)]
struct EncryptedKey<'a> {
    algorithm: Algorithm<'a>,
    data: &'a OctetStringRef,
}

/// PBES2-params ([RFC 8018, A.4](https://www.rfc-editor.org/rfc/rfc8018#appendix-A.4)).
#[derive(Sequence)]
struct Pbes2<'a> {
    derivation: Algorithm<'a>,
    cipher: Algorithm<'a>,
}

/// pkcs-12PbeParams ([RFC 7292, C](https://www.rfc-editor.org/rfc/rfc7292#appendix-C)).
#[derive(Sequence)]
struct Pkcs12Pbe<'a> {
    salt: &'a OctetStringRef,
    iterations: u32,
}

impl<'a> Algorithm<'a> {
    /// Its parameters.
    pub(crate) fn read<T>(&self) -> Result<T, Failed>
    where
        T: Decode<'a, Error = der::Error> + DecodeValue<'a, Error = der::Error> + FixedTag,
    {
        Ok(self.parameters.ok_or(Failed::Structure)?.decode_as()?)
    }
}

/// Decrypts a private key in PKCS #8.
pub(crate) fn decrypt_key(der: &[u8], password: &Candidate<'_>, work: &mut Work) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let encrypted = EncryptedKey::from_der(der)?;
    let key = decrypt(&encrypted.algorithm, encrypted.data.as_bytes(), password, work)?;
    // A wrong password leaves a valid padding once in 256 times.
    if tlv::kind(&key) == Some(Kind::Key) { Ok(key) } else { Err(Failed::Password) }
}

/// Decrypts, by whatever algorithm is named.
pub(crate) fn decrypt(
    algorithm: &Algorithm<'_>,
    data: &[u8],
    password: &Candidate<'_>,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    if algorithm.oid == PBES2 {
        pbes2(algorithm, data, password, work)
    } else {
        pkcs12_pbe(algorithm, data, password, work)
    }
}

fn pbes2(
    algorithm: &Algorithm<'_>,
    data: &[u8],
    password: &Candidate<'_>,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let Pbes2 { derivation, cipher } = algorithm.read()?;
    let iv = cipher.read::<&OctetStringRef>();
    let cipher = Cipher::of_pbes2(cipher.oid).ok_or(Failed::Unsupported)?;
    if derivation.oid != PBKDF2 {
        return Err(Failed::Unsupported);
    }
    let key = derivation.read::<Pbkdf2<'_>>()?.derive(password.text, cipher.key_length(), work)?;
    cipher.decrypt(&key, iv?.as_bytes(), data)
}

fn pkcs12_pbe(
    algorithm: &Algorithm<'_>,
    data: &[u8],
    password: &Candidate<'_>,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let cipher = Cipher::of_pkcs12(algorithm.oid).ok_or(Failed::Unsupported)?;
    let Pkcs12Pbe { salt, iterations } = algorithm.read()?;
    let digest = digest(SHA1).ok_or(Failed::Unsupported)?;
    let mut derive = |purpose, length| -> Result<_, Failed> {
        work.spend(iterations, length, digest.output_len)?;
        Ok(pkcs12(digest, purpose, password, salt.as_bytes(), iterations, length))
    };
    let key = derive(Purpose::Key, cipher.key_length())?;
    let iv = derive(Purpose::Iv, cipher.block_length())?;
    cipher.decrypt(&key, &iv, data)
}
