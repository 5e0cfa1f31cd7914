//! The certificate signing request: same subject, same names, new key
//! ([RFC 2986](https://www.rfc-editor.org/rfc/rfc2986)).
//!
//! Subject and names are carried over as the DER that they are, so that repeated attributes, string
//! types and every kind of name survive.

use der::asn1::{AnyRef, BitString, ObjectIdentifier, OctetString};
use der::{Any, Decode, Encode, Sequence};
use x509::DistinguishedName;
use x509_cert::attr::Attributes;
use x509_cert::ext::Extension;
use x509_cert::request::{ExtensionReq, Version};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::certificate::Certificate;
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
    /// Something of the present certificate does not fit into a request.
    #[error("the subject or the names of the present certificate cannot be carried over: {0}")]
    Encoding(#[from] der::Error),
    /// The key failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Makes a request in PEM for a certificate like the present one with a new key.
pub(crate) fn like(present: &Certificate, key: &KeyPair) -> Result<String, CsrError> {
    let mut attributes = Attributes::new();
    if let Some((value, critical)) = &present.subject_alt_name {
        let extension = Extension {
            extn_id: SUBJECT_ALT_NAME,
            // RFC 5280, 4.2.1.6: without a subject the names have to be critical, and CAs refuse the request otherwise.
            critical: *critical || DistinguishedName::from_der(&present.subject).is_empty(),
            extn_value: OctetString::new(value.as_slice())?,
        };
        attributes.insert(ExtensionReq(vec![extension]).try_into()?)?;
    }
    let public_key = key.public_key_der()?;
    let info = RequestInfo {
        version: Version::V1,
        subject: AnyRef::from_der(&present.subject)?,
        public_key: AnyRef::from_der(&public_key)?,
        attributes,
    };
    // RFC 4055 wants NULL parameters with RSA, RFC 5758 none with ECDSA.
    let parameters = key.key_type().is_rsa().then(Any::null);
    let signature = key.sign(&info.to_der()?)?;
    let request = Request {
        info,
        algorithm: AlgorithmIdentifierOwned { oid: key.key_type().signature_algorithm(), parameters },
        signature: BitString::from_bytes(&signature)?,
    };
    let der = request.to_der()?;
    pem_rfc7468::encode_string("CERTIFICATE REQUEST", pem_rfc7468::LineEnding::LF, &der)
        .map_err(|_| CsrError::Encoding(der::ErrorKind::Failed.into()))
}

#[cfg(test)]
mod tests {
    use x509_parser::certification_request::X509CertificationRequest;
    use x509_parser::cri_attributes::ParsedCriAttribute;
    use x509_parser::prelude::FromDer;

    use super::*;
    use crate::key::KeyType;

    /// SEQUENCE of one SET with OU=b before OU=a: not in DER's order, as some CAs write it.
    const UNSORTED: [u8; 24] = [
        0x30, 0x16, 0x31, 0x14, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x0b, 0x0c, 0x01, b'b', 0x30, 0x08, 0x06, 0x03,
        0x55, 0x04, 0x0b, 0x0c, 0x01, b'a',
    ];

    fn present() -> Certificate {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["example.com".into()]).unwrap();
        Certificate::from_pem(&params.self_signed(&key).unwrap().pem()).unwrap()
    }

    #[test]
    fn subject_and_names_are_taken_as_they_are() {
        for subject in [present().subject, UNSORTED.to_vec(), vec![0x30, 0x00]] {
            let mut present = present();
            present.subject.clone_from(&subject);
            let key = KeyPair::generate(KeyType::P256).unwrap();
            let pem = like(&present, &key).unwrap();
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
    fn names_are_critical(present: &Certificate) -> bool {
        let pem = like(present, &KeyPair::generate(KeyType::P256).unwrap()).unwrap();
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
        const EMPTY_SUBJECT: &str = include_str!("../../../shared/x509/tests/pem/empty-subject.pem");
        let empty = Certificate::all_from_pem(EMPTY_SUBJECT).unwrap().remove(0);
        assert!(empty.subject_alt_name.as_ref().is_some_and(|(_, critical)| !critical));
        assert!(names_are_critical(&empty));
        let mut named = present();
        assert!(!names_are_critical(&named));
        named.subject_alt_name.as_mut().unwrap().1 = true;
        assert!(names_are_critical(&named));
    }

    #[test]
    fn a_subject_that_is_none_is_refused() {
        let mut present = present();
        present.subject = b"garbage".to_vec();
        let key = KeyPair::generate(KeyType::P256).unwrap();
        assert!(matches!(like(&present, &key), Err(CsrError::Encoding(_))));
    }
}
