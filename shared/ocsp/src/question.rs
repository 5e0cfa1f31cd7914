//! The question for the status of one certificate.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use der::Encode;
use der::asn1::{Any, Int, OctetString};
use x509::{Certificate, Signatures};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::asn1::{CertId, HashAlgorithm, OcspRequest, Request, SHA1, TbsRequest};

/// The question for the status of one certificate.
#[derive(Clone)]
pub struct Question {
    cert_id: CertId,
    request: Vec<u8>,
    ca: Certificate,
}

/// Why the status of a certificate cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuestion {
    /// Only the CA that issued it, with the same key, knows its status.
    #[error("the certificate \"{certificate}\" was not issued by \"{ca}\"")]
    OtherCa {
        /// Its subject.
        certificate: String,
        /// The subject of the CA's certificate.
        ca: String,
    },
    /// Serial number or key cannot be carried over into a request.
    #[error("the certificate \"{0}\" or its CA's key does not fit into an OCSP request")]
    Encoding(
        /// Its subject.
        String,
    ),
}

impl Question {
    /// Asks for the status of a certificate that this CA issued.
    ///
    /// # Errors
    /// The certificate names another issuer, or was signed with another key, or the request cannot be made.
    pub fn new(certificate: &Certificate, ca: &Certificate) -> Result<Self, NoQuestion> {
        // None: a signature that cannot be verified. The responder knows whether it is its own.
        if certificate.is_issued_by(ca, Signatures::Legacy) == Some(false) {
            let (certificate, ca) = (certificate.subject.to_string(), ca.subject.to_string());
            return Err(NoQuestion::OtherCa { certificate, ca });
        }
        let encoding = || NoQuestion::Encoding(certificate.subject.to_string());
        let cert_id = cert_id(certificate, ca).ok_or_else(encoding)?;
        let request_list = vec![Request { cert_id: cert_id.clone() }];
        let request = OcspRequest { tbs_request: TbsRequest { request_list } }.to_der().map_err(|_| encoding())?;
        Ok(Self { cert_id, request, ca: ca.clone() })
    }

    /// The OCSPRequest, DER.
    pub fn request(&self) -> &[u8] {
        &self.request
    }

    /// The CA's certificate.
    pub(crate) fn ca(&self) -> &Certificate {
        &self.ca
    }

    /// Whether a response is about the certificate asked for. The parameters of SHA-1 may be NULL or absent.
    pub(crate) fn is_about(&self, other: &CertId) -> bool {
        other.hash_algorithm.oid == self.cert_id.hash_algorithm.oid
            && other.issuer_name_hash == self.cert_id.issuer_name_hash
            && other.issuer_key_hash == self.cert_id.issuer_key_hash
            && other.serial_number == self.cert_id.serial_number
    }
}

/// CertID: the hashes are those of the issuer's name as the certificate has it, and of the bits of the issuer's key
/// ([RFC 6960, 4.1.1](https://www.rfc-editor.org/rfc/rfc6960#section-4.1.1)).
fn cert_id(certificate: &Certificate, ca: &Certificate) -> Option<CertId> {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).ok()?;
    Some(CertId {
        hash_algorithm: HashAlgorithm { oid: SHA1, parameters: Some(Any::null()) },
        issuer_name_hash: OctetString::new(sha1(certificate.issuer.der())).ok()?,
        issuer_key_hash: OctetString::new(key_hash(ca)?).ok()?,
        serial_number: Int::new(parsed.tbs_certificate.raw_serial()).ok()?,
    })
}

/// SHA-1 of the bits of a certificate's key, by which issuers and responders are named.
pub(crate) fn key_hash(certificate: &Certificate) -> Option<Vec<u8>> {
    let (_, key) = SubjectPublicKeyInfo::from_der(&certificate.public_key).ok()?;
    Some(sha1(&key.subject_public_key.data))
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}
