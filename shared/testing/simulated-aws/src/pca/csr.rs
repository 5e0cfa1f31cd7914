//! What IssueCertificate takes from a CSR.

use serde_json::Value;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::prelude::FromDer;

use crate::calls::{ApiError, decode_blob};
use crate::reading::{key_kind, signature_is_valid};
use crate::x509;

/// API reference, Csr: 1 to 32,768 bytes.
const LARGEST_CSR: usize = 32_768;

/// What a certificate takes from its CSR.
pub(super) struct Request {
    pub(super) subject: Vec<u8>,
    pub(super) subject_is_empty: bool,
    /// The SAN extension's value, byte for byte.
    pub(super) alt_names: Option<Vec<u8>>,
    pub(super) public_key_info: Vec<u8>,
    pub(super) public_key: Vec<u8>,
}

impl Request {
    /// API reference, Csr, MalformedCSRException: "The certificate signing request is invalid", which its own
    /// signature shows.
    pub(super) fn read(input: &Value) -> Result<Self, ApiError> {
        let malformed = |why: String| ApiError::new("MalformedCSRException", why);
        let pem = input["Csr"].as_str().and_then(decode_blob).unwrap_or_default();
        if pem.is_empty() || pem.len() > LARGEST_CSR {
            return Err(ApiError::constraint("csr", "have length between 1 and 32768"));
        }
        let (label, der) = pem_rfc7468::decode_vec(&pem).map_err(|error| malformed(format!("not PEM: {error}")))?;
        if !matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
            return Err(malformed(format!("a {label}")));
        }
        let (_, csr) =
            X509CertificationRequest::from_der(&der).map_err(|error| malformed(format!("not PKCS #10: {error}")))?;
        let info = &csr.certification_request_info;
        key_kind(&info.subject_pki).map_err(malformed)?;
        let algorithm = csr.signature_algorithm.algorithm.to_id_string();
        if !signature_is_valid(&info.subject_pki, &algorithm, info.raw, &csr.signature_value.data) {
            return Err(malformed("the signature of the CSR is not valid".to_owned()));
        }
        let requested = info.attributes().iter().find_map(|attribute| match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
            _ => None,
        });
        let alt_names = requested
            .into_iter()
            .flatten()
            .find(|extension| extension.oid.to_id_string() == x509::SUBJECT_ALT_NAME)
            .map(|extension| (extension.value.to_vec(), extension.critical));
        let subject = info.subject.as_raw().to_vec();
        let subject_is_empty = info.subject.iter().next().is_none();
        if subject_is_empty && alt_names.is_none() {
            return Err(malformed("neither a subject nor subject alternative names".to_owned()));
        }
        // RFC 5280, 4.2.1.6; AWS Private CA refuses it: github.com/cert-manager/csi-driver-spiffe, issue 477.
        if subject_is_empty && alt_names.as_ref().is_some_and(|(_, is_critical)| !is_critical) {
            return Err(malformed("no subject, and subject alternative names that are not critical".to_owned()));
        }
        Ok(Self {
            subject,
            subject_is_empty,
            alt_names: alt_names.map(|(value, _)| value),
            public_key_info: info.subject_pki.raw.to_vec(),
            public_key: info.subject_pki.subject_public_key.data.to_vec(),
        })
    }
}
