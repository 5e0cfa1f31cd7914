//! Why a response says nothing.

use jiff::Timestamp;
use x509::Unsupported;

/// The most that a response may have, bytes. One with a delegate's certificate has about 2,000.
pub const MAX_RESPONSE: usize = 65_536;

/// Why a response says nothing about the certificate that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// It is larger than [`MAX_RESPONSE`].
    #[error("the OCSP response has {0} bytes, more than the {max} allowed", max = MAX_RESPONSE)]
    TooLong(
        /// Its size, bytes.
        usize,
    ),
    /// It is not DER, or not an OCSP response: a proxy's page, an empty body.
    #[error("the OCSP response is malformed, in {part}: {reason}")]
    Malformed {
        /// The field, as RFC 6960 names it.
        part: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The responder refuses to answer. Refusals are not signed.
    #[error("the OCSP responder refuses to answer: {0}")]
    Refused(Refusal),
    /// It is a response of a type that nobody uses.
    #[error("the OCSP response is of the unknown type {0}")]
    UnknownType(
        /// The type's OID.
        String,
    ),
    /// It is of another version than 1.
    #[error("the OCSP response is of the unknown version {0}")]
    UnknownVersion(
        /// What is written for the version, which is 0 for version 1.
        u8,
    ),
    /// It has an extension that must be understood and is not.
    #[error("the OCSP response has the unknown critical extension {0}, and must not be used")]
    UnknownCriticalExtension(
        /// The extension's OID.
        String,
    ),
    /// It is about other certificates.
    #[error("the OCSP response is about {0} other certificates, not about the one asked for")]
    OtherCertificate(
        /// How many there are.
        usize,
    ),
    /// Its signer is neither the CA nor has a certificate in the response.
    #[error("the OCSP response is signed by neither the CA nor a certificate that comes with it")]
    UnknownResponder,
    /// Its signer's certificate is not the CA's, or is not known to be.
    #[error("the OCSP responder's certificate \"{0}\" was not issued by the CA")]
    NotIssuedByCa(
        /// Its subject.
        String,
    ),
    /// Its signer's certificate is for something else than OCSP.
    #[error("the OCSP responder's certificate \"{0}\" is not for OCSP: it has no id-kp-OCSPSigning")]
    NotForOcsp(
        /// Its subject.
        String,
    ),
    /// Its signer's certificate has expired, or is not valid yet.
    #[error("the OCSP responder's certificate \"{subject}\" is valid from {not_before} to {not_after} only")]
    ResponderNotValid {
        /// Its subject.
        subject: String,
        /// When it becomes valid.
        not_before: Timestamp,
        /// When it expires.
        not_after: Timestamp,
    },
    /// The signature cannot be verified. That does not say whose it is.
    #[error("the OCSP response's signature cannot be verified: {0}")]
    Unsupported(#[from] Unsupported),
    /// The signature is not that of its signer's key over these bytes.
    #[error("the OCSP response's signature is not that of its signer's key")]
    WrongSignature,
}

/// Why a responder refuses to answer ([RFC 6960, 2.3](https://www.rfc-editor.org/rfc/rfc6960#section-2.3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not understand the request.
    #[error("malformedRequest")]
    MalformedRequest,
    /// It failed.
    #[error("internalError")]
    InternalError,
    /// It cannot answer now.
    #[error("tryLater")]
    TryLater,
    /// It wants signed requests.
    #[error("sigRequired")]
    SigRequired,
    /// It has no answer about this certificate, or none for this client
    /// ([RFC 5019, 2.2.3](https://www.rfc-editor.org/rfc/rfc5019#section-2.2.3)).
    #[error("unauthorized: it does not know the certificate or its CA")]
    Unauthorized,
    /// A number that RFC 6960 does not have.
    #[error("responseStatus {0}")]
    Other(u8),
}

impl Refusal {
    /// Whether a later attempt may succeed.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::InternalError | Self::TryLater)
    }
}

impl From<u8> for Refusal {
    fn from(status: u8) -> Self {
        match status {
            1 => Self::MalformedRequest,
            2 => Self::InternalError,
            3 => Self::TryLater,
            5 => Self::SigRequired,
            6 => Self::Unauthorized,
            other => Self::Other(other),
        }
    }
}
