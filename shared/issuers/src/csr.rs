//! The certificate signing request: same subject, same names, new key
//! ([RFC 2986](https://www.rfc-editor.org/rfc/rfc2986)).
//!
//! Subject and names are carried over as the DER that they are, so that repeated attributes, string
//! types and every kind of name survive.

use certificates::{Failure, FailureReason};
use der::asn1::{AnyRef, BitString, ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Sequence};
use x509::{Certificate, KeyType};
use x509_cert::attr::Attributes;
use x509_cert::ext::Extension;
use x509_cert::request::{ExtensionReq, Version};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::key::{KeyError, KeyPair};

const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// CertificationRequestInfo, with subject and key as the DER that they are: reading them into types
/// would refuse or reorder what a careless CA wrote.
#[derive(Sequence)]
struct RequestInfo<'a> {
    version: Version,
    subject: AnyRef<'a>,
    public_key: AnyRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    attributes: Attributes,
}

/// CertificationRequest.
#[derive(Sequence)]
struct Request<'a> {
    info: RequestInfo<'a>,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// Why no request could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CsrError {
    /// Something of the current certificate does not fit into a request.
    #[error("the subject or the names of the certificate in place cannot be carried over: {0}")]
    Encoding(#[from] der::Error),
    /// The key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<CsrError> for Failure {
    fn from(error: CsrError) -> Self {
        match error {
            CsrError::Key(error) => error.into(),
            CsrError::Encoding(_) => Self::new(FailureReason::PresentCertificateUnreadable, error.to_string()),
        }
    }
}

/// The algorithm by which a key of this type signs a request
/// ([RFC 4055, 5](https://www.rfc-editor.org/rfc/rfc4055#section-5),
/// [RFC 5758, 3.2](https://www.rfc-editor.org/rfc/rfc5758#section-3.2)).
fn signature_algorithm(key_type: KeyType) -> AlgorithmIdentifierOwned {
    let oid = ObjectIdentifier::new_unwrap(match key_type {
        KeyType::Rsa2048 | KeyType::Rsa3072 | KeyType::Rsa4096 => "1.2.840.113549.1.1.11",
        KeyType::P256 => "1.2.840.10045.4.3.2",
        KeyType::P384 => "1.2.840.10045.4.3.3",
        KeyType::P521 => "1.2.840.10045.4.3.4",
    });
    // RFC 4055 wants NULL parameters with RSA, RFC 5758 none with ECDSA.
    AlgorithmIdentifierOwned { oid, parameters: key_type.is_rsa().then(Any::null) }
}

/// Makes a request in PEM for a certificate like the current one with a new key.
pub(crate) fn from_current(current: &Certificate, key: &KeyPair) -> Result<String, CsrError> {
    let public_key = key.public_key_der()?;
    let info = RequestInfo {
        version: Version::V1,
        subject: AnyRef::from_der(current.subject.der())?,
        public_key: AnyRef::from_der(&public_key)?,
        attributes: names_of(current)?,
    };
    let signature = key.sign(&info.to_der()?)?;
    let request =
        Request { info, algorithm: signature_algorithm(key.key_type()), signature: BitString::from_bytes(&signature)? };
    let der = request.to_der()?;
    pem_rfc7468::encode_string("CERTIFICATE REQUEST", pem_rfc7468::LineEnding::LF, &der)
        .map_err(|_| CsrError::Encoding(der::ErrorKind::Failed.into()))
}

/// The request for the extension with the current certificate's names, if it has one.
fn names_of(current: &Certificate) -> Result<Attributes, CsrError> {
    let mut attributes = Attributes::new();
    if let Some((value, critical)) = &current.subject_alt_name {
        let extension = Extension {
            extn_id: SUBJECT_ALT_NAME,
            // RFC 5280, 4.2.1.6: without a subject the names have to be critical, and CAs refuse the request otherwise.
            critical: *critical || current.subject.is_empty(),
            extn_value: OctetString::new(value.as_slice())?,
        };
        attributes.insert(ExtensionReq(vec![extension]).try_into()?)?;
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use x509::DistinguishedName;
    use x509_parser::certification_request::X509CertificationRequest;
    use x509_parser::cri_attributes::ParsedCriAttribute;
    use x509_parser::prelude::FromDer;

    use super::*;

    /// SEQUENCE of one SET with OU=b before OU=a: not in DER's order, as some CAs write it.
    const UNSORTED: [u8; 24] = [
        0x30, 0x16, 0x31, 0x14, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c, 0x01, b'b', 0x30, 0x08, 0x06, 0x03,
        0x55, 0x04, 0x0b, 0x0c, 0x01, b'a',
    ];

    fn current() -> Certificate {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["example.com".into()]).unwrap();
        Certificate::from_pem(&params.self_signed(&key).unwrap().pem()).unwrap()
    }

    #[test]
    fn subject_and_names_are_taken_as_they_are() {
        for subject in [current().subject.der().to_vec(), UNSORTED.to_vec(), vec![0x30, 0x00]] {
            let mut current = current();
            current.subject = DistinguishedName::from_der(&subject);
            let key = KeyPair::generate(KeyType::P256).unwrap();
            let pem = from_current(&current, &key).unwrap();
            let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).unwrap();
            let (rest, csr) = X509CertificationRequest::from_der(&der).unwrap();
            assert!(rest.is_empty());
            assert_eq!(csr.certification_request_info.subject.as_raw(), subject);
            let names = csr.requested_extensions().unwrap().next().map(|_| ());
            assert_eq!(names, Some(()));
            assert!(der.windows(11).any(|window| window == b"example.com"));
        }
    }

    /// The names of a request for the same as this certificate are critical.
    fn names_are_critical(current: &Certificate) -> bool {
        let pem = from_current(current, &KeyPair::generate(KeyType::P256).unwrap()).unwrap();
        let (_, der) = pem_rfc7468::decode_vec(pem.as_bytes()).unwrap();
        let (_, csr) = X509CertificationRequest::from_der(&der).unwrap();
        let attributes = csr.certification_request_info.attributes();
        let extensions = attributes.iter().find_map(|attribute| match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(request) => Some(&request.extensions),
            _ => None,
        });
        let san = |extension: &&x509_parser::extensions::X509Extension<'_>| {
            extension.oid.to_id_string() == SUBJECT_ALT_NAME.to_string()
        };
        extensions.unwrap().iter().find(san).unwrap().critical
    }

    #[test]
    fn names_are_critical_where_there_is_no_subject() {
        const EMPTY_SUBJECT: &str = include_str!("../../x509/tests/pem/empty-subject.pem");
        let empty = Certificate::all_from_pem(EMPTY_SUBJECT).unwrap().remove(0);
        assert!(empty.subject_alt_name.as_ref().is_some_and(|(_, critical)| !critical));
        assert!(names_are_critical(&empty));
        let mut named = current();
        assert!(!names_are_critical(&named));
        named.subject_alt_name.as_mut().unwrap().1 = true;
        assert!(names_are_critical(&named));
    }

    #[test]
    fn a_subject_that_is_none_is_refused() {
        let mut current = current();
        current.subject = DistinguishedName::from_der(b"garbage");
        let key = KeyPair::generate(KeyType::P256).unwrap();
        assert!(matches!(from_current(&current, &key), Err(CsrError::Encoding(_))));
    }
}
