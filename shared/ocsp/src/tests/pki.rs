//! A CA, its certificates, and responses that are signed with them.

use std::sync::LazyLock;

use der::asn1::{Any, AnyRef, BitString, GeneralizedTime, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SigningKey,
    date_time_ymd,
};
use x509::Certificate;

use crate::asn1::{
    BASIC, BasicResponse, CertId, CertStatus, Extension, OcspRequest, OcspResponse, ResponderId, ResponseBytes,
    ResponseData, SingleResponse,
};
use crate::{Answer, Question, ResponseError, read};

pub(crate) const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

pub(crate) static PKI: LazyLock<Pki> = LazyLock::new(Pki::new);

pub(crate) struct Signer {
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyPair,
}

pub(crate) struct Pki {
    pub(crate) ca: Signer,
    /// Has the CA's name and another key.
    pub(crate) namesake: Signer,
    pub(crate) delegate: Signer,
    /// Has no extended key usage.
    pub(crate) leaf: Signer,
    pub(crate) expired: Signer,
    /// The namesake's delegate.
    pub(crate) foreign: Signer,
    pub(crate) question: Question,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn ca() -> (CertifiedIssuer<'static, KeyPair>, Signer) {
    let mut params = params("Example CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let copy = KeyPair::from_pem(&key.serialize_pem()).unwrap();
    let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
    let certificate = Certificate::from_der(issuer.der()).unwrap();
    (issuer, Signer { certificate, key: copy })
}

fn issued(issuer: &CertifiedIssuer<'static, KeyPair>, params: &CertificateParams) -> Signer {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    Signer { certificate: Certificate::from_der(certificate.der()).unwrap(), key }
}

impl Pki {
    fn new() -> Self {
        let ((issuer, ca), (other_issuer, namesake)) = (self::ca(), self::ca());
        let mut for_ocsp = params("Responder");
        for_ocsp.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        let mut expired = for_ocsp.clone();
        (expired.not_before, expired.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 11, 1));
        let leaf = issued(&issuer, &params("www.example.com"));
        let question = Question::new(&leaf.certificate, &ca.certificate).unwrap();
        Self {
            delegate: issued(&issuer, &for_ocsp),
            expired: issued(&issuer, &expired),
            foreign: issued(&other_issuer, &for_ocsp),
            ca,
            namesake,
            leaf,
            question,
        }
    }
}

pub(crate) fn time(text: &str) -> GeneralizedTime {
    let second = text.parse::<Timestamp>().unwrap().as_second();
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(second.try_into().unwrap())).unwrap()
}

/// The CertID that the question asks for.
pub(crate) fn cert_id() -> CertId {
    OcspRequest::from_der(PKI.question.request()).unwrap().tbs_request.request_list.remove(0).cert_id
}

pub(crate) fn single() -> SingleResponse {
    SingleResponse {
        cert_id: cert_id(),
        cert_status: CertStatus::Good(Null),
        this_update: time("2026-11-01T00:00:00Z"),
        next_update: Some(time("2026-11-08T00:00:00Z")),
        single_extensions: None,
    }
}

pub(crate) fn by_name(signer: &Signer) -> ResponderId {
    ResponderId::ByName(Any::from_der(signer.certificate.subject.der()).unwrap())
}

pub(crate) fn data(signer: &Signer) -> ResponseData {
    ResponseData {
        version: None,
        responder_id: by_name(signer),
        produced_at: time("2026-11-01T00:00:00Z"),
        responses: vec![single()],
        response_extensions: None,
    }
}

pub(crate) fn critical() -> Option<Vec<Extension>> {
    let oid = ObjectIdentifier::new_unwrap("1.2.3");
    Some(vec![Extension { oid, critical: true, value: OctetString::new([5, 0]).unwrap() }])
}

/// A response of this ResponseData, DER, with these certificates.
pub(crate) fn signed(data: &[u8], signer: &Signer, certs: &[&Signer]) -> Vec<u8> {
    signed_as(data, signer, certs, ECDSA_WITH_SHA256)
}

/// [`signed`], by an algorithm of this name.
pub(crate) fn signed_as(data: &[u8], signer: &Signer, certs: &[&Signer], algorithm: &[u8]) -> Vec<u8> {
    let certs: Vec<Any> = certs.iter().map(|one| Any::from_der(one.certificate.der()).unwrap()).collect();
    let basic = BasicResponse {
        tbs_response_data: AnyRef::from_der(data).unwrap(),
        signature_algorithm: AnyRef::from_der(algorithm).unwrap(),
        signature: BitString::from_bytes(&signer.key.sign(data).unwrap()).unwrap(),
        certs: (!certs.is_empty()).then_some(certs),
    };
    wrapped(&basic.to_der().unwrap())
}

/// An OCSPResponse of this BasicOCSPResponse, DER.
pub(crate) fn wrapped(basic: &[u8]) -> Vec<u8> {
    let bytes = ResponseBytes { response_type: BASIC, response: OctetString::new(basic).unwrap() };
    response(0, Some(bytes))
}

pub(crate) fn response(status: u8, response_bytes: Option<ResponseBytes>) -> Vec<u8> {
    let status = [0x0a, 1, status];
    OcspResponse { response_status: AnyRef::from_der(&status).unwrap(), response_bytes }.to_der().unwrap()
}

pub(crate) fn answer(response: &[u8]) -> Result<Answer, ResponseError> {
    read(response, &PKI.question, "2026-11-02T00:00:00Z".parse().unwrap())
}
