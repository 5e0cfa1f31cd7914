//! Why a CRL cannot be read, or must not be used.

use std::io;

use x509::Unsupported;

/// Why a CRL cannot be read, or must not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source failed. A later attempt may succeed.
    #[error("the CRL could not be read: {0}")]
    Source(#[from] io::Error),
    /// It is longer than the caller allows.
    #[error("the CRL is longer than the {0} bytes allowed")]
    TooLong(
        /// The limit, bytes.
        u64,
    ),
    /// It has more entries than the caller allows.
    #[error("the CRL has more than the {0} entries allowed")]
    TooManyEntries(
        /// The limit.
        u64,
    ),
    /// It ends too early: an upload or download that was interrupted.
    #[error("the CRL ends early, after {at} bytes, in {part}")]
    Truncated {
        /// How many bytes of DER there are.
        at: u64,
        /// The field, as RFC 5280 names it.
        part: &'static str,
    },
    /// It is not DER, or not a CRL.
    #[error("the CRL is malformed at byte {at}, in {part}: {problem}")]
    Malformed {
        /// The byte of the DER from 0, where the element begins.
        at: u64,
        /// The field, as RFC 5280 names it.
        part: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
    /// It does not begin as DER does, and is not PEM.
    #[error("not a CRL: neither DER nor PEM with a block `X509 CRL` ({0})")]
    NotPem(
        /// What is wrong with it as PEM.
        &'static str,
    ),
    /// It has an extension that must be understood and is not. RFC 5280, 5.2 and 5.3, forbids to use such a CRL.
    #[error("the CRL has the unknown critical extension {oid} at byte {at}, in {part}, and must not be used")]
    UnknownCriticalExtension {
        /// The byte of the DER from 0, where the extensions begin.
        at: u64,
        /// The field, as RFC 5280 names it.
        part: &'static str,
        /// The extension's OID.
        oid: String,
    },
    /// It is the CRL of another CA.
    #[error("the CRL was issued by \"{found}\", not by \"{expected}\"")]
    WrongIssuer {
        /// The CRL's issuer.
        found: String,
        /// The subject of the CA's certificate.
        expected: String,
    },
    /// The CA's certificate has a key usage without `cRLSign` (RFC 5280, 6.3.3, f).
    #[error("the CA's certificate does not allow its key to sign CRLs")]
    NotACrlSigner,
    /// The signature cannot be verified. That does not say whose it is.
    #[error("the CRL's signature cannot be verified: {0}")]
    Unsupported(#[from] Unsupported),
    /// The signature is not that of the CA's key over these bytes.
    #[error("the CRL's signature is not that of the CA's key")]
    WrongSignature,
}

/// What is wrong with an element of the DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is of another type.
    #[error("its tag is {found:#04x} instead of {expected:#04x}")]
    Tag {
        /// The tag that the field has.
        expected: u8,
        /// The tag that is there.
        found: u8,
    },
    /// Its length is not one of DER: indefinite, not as short as it goes, or of more than four bytes.
    #[error("its length is not in DER")]
    Length,
    /// It is longer than what holds it.
    #[error("it is longer than what holds it")]
    Overlong,
    /// It is larger than anything of its kind.
    #[error("it is larger than {} bytes", crate::der::MAX_ELEMENT)]
    TooLarge,
    /// Its content is not what its type demands.
    #[error("its content is not what its type demands")]
    Content,
    /// Something follows what should be last.
    #[error("something follows it")]
    Trailing,
    /// It is a version that is not known.
    #[error("its version is unknown")]
    Version,
    /// It differs from the `signature` among the signed fields (RFC 5280, 5.1.1.2).
    #[error("it differs from the algorithm that is signed")]
    OtherAlgorithm,
}
