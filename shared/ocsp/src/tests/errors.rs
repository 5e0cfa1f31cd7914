use der::asn1::{Any, Int, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use x509::RevocationReason;

use super::pki::{PKI, answer, cert_id, critical, data, response, signed, signed_as, single, time, wrapped};
use crate::asn1::{CertStatus, ResponderId, ResponseBytes, ResponseData, RevokedInfo};
use crate::{MAX_RESPONSE, NoQuestion, Question, Refusal, Responder, ResponseError, Status};

fn error(response: &[u8]) -> String {
    answer(response).unwrap_err().to_string()
}

/// The error of a response of the CA's, with this changed.
fn changed(change: impl FnOnce(&mut ResponseData)) -> String {
    let mut data = data(&PKI.ca);
    change(&mut data);
    error(&signed(&data.to_der().unwrap(), &PKI.ca, &[]))
}

#[test]
fn what_is_no_response_is_malformed() {
    let no_basic = Some(ResponseBytes {
        response_type: ObjectIdentifier::new_unwrap("1.2.3"),
        response: OctetString::new([]).unwrap(),
    });
    for (bytes, expected) in [
        (vec![], "the OCSP response is malformed, in OCSPResponse: "),
        (b"<html>".to_vec(), "the OCSP response is malformed, in OCSPResponse: "),
        (vec![0x30, 3, 2, 1, 0], "in responseStatus: not an ENUMERATED of one byte"),
        (vec![0x30, 4, 0x0a, 2, 1, 0], "in responseStatus: not an ENUMERATED of one byte"),
        (response(0, None), "in responseBytes: absent although successful"),
        (response(0, no_basic), "the OCSP response is of the unknown type 1.2.3"),
        (wrapped(&[0x30, 0]), "in BasicOCSPResponse: "),
        (signed(&[0x30, 0], &PKI.ca, &[]), "in tbsResponseData: "),
        ([response(1, None), vec![0]].concat(), "in OCSPResponse: "),
        (vec![0; MAX_RESPONSE + 1], "the OCSP response has 65537 bytes, more than the 65536 allowed"),
    ] {
        let found = error(&bytes);
        assert!(found.contains(expected), "{found}\n{expected}");
    }
}

#[test]
fn refusals_are_no_answers() {
    for (status, refusal, is_transient) in [
        (1, Refusal::MalformedRequest, false),
        (2, Refusal::InternalError, true),
        (3, Refusal::TryLater, true),
        (4, Refusal::Other(4), false),
        (5, Refusal::SigRequired, false),
        (6, Refusal::Unauthorized, false),
    ] {
        assert_eq!(answer(&response(status, None)), Err(ResponseError::Refused(refusal)));
        assert_eq!(refusal.is_transient(), is_transient, "{refusal}");
    }
}

#[test]
fn every_wrong_field_is_named() {
    let reason = |reason: Option<&[u8]>| {
        let revocation_reason = reason.map(|reason| Any::from_der(reason).unwrap());
        CertStatus::Revoked(RevokedInfo { revocation_time: time("2026-10-30T00:00:00Z"), revocation_reason })
    };
    assert_eq!(changed(|data| data.version = Some(1)), "the OCSP response is of the unknown version 1");
    assert_eq!(
        changed(|data| data.response_extensions = critical()),
        "the OCSP response has the unknown critical extension 1.2.3, and must not be used"
    );
    assert!(changed(|data| data.responses[0].single_extensions = critical()).contains("critical extension 1.2.3"));
    assert_eq!(
        changed(|data| data.responses[0].cert_status = reason(Some(&[2, 1, 1]))),
        "the OCSP response is malformed, in revocationReason: not an ENUMERATED of one byte"
    );
    let at = "2026-10-30T00:00:00Z".parse().unwrap();
    for (written, reason) in [
        (reason(None), None),
        (reason(Some(&[0x0a, 1, 4])), Some(RevocationReason::Superseded)),
        (reason(Some(&[0x0a, 1, 77])), Some(RevocationReason::Other(77))),
    ] {
        let mut data = data(&PKI.ca);
        data.responses[0].cert_status = written;
        let answer = answer(&signed(&data.to_der().unwrap(), &PKI.ca, &[])).unwrap();
        assert_eq!(answer.status, Status::Revoked { at, reason });
    }
}

#[test]
fn a_response_is_about_the_certificate_asked_for() {
    let other = |change: fn(&mut crate::asn1::CertId)| changed(|data| change(&mut data.responses[0].cert_id));
    let expected = "the OCSP response is about 1 other certificates, not about the one asked for";
    let hash = || OctetString::new([7; 20]).unwrap();
    for found in [
        other(|id| id.serial_number = Int::new(&[7]).unwrap()),
        other(|id| id.hash_algorithm.oid = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1")),
        changed(|data| data.responses[0].cert_id.issuer_name_hash = hash()),
        changed(|data| data.responses[0].cert_id.issuer_key_hash = hash()),
    ] {
        assert_eq!(found, expected);
    }
    assert!(changed(|data| data.responses.clear()).contains("about 0 other certificates"));

    // Among several, and without the parameters that SHA-1 may have.
    let mut data = data(&PKI.ca);
    data.responses.insert(0, single());
    data.responses[0].cert_id.serial_number = Int::new(&[7]).unwrap();
    data.responses[1].cert_id.hash_algorithm.parameters = None;
    assert!(answer(&signed(&data.to_der().unwrap(), &PKI.ca, &[])).is_ok());
}

#[test]
fn only_the_ca_and_its_delegates_answer() {
    let pki = &*PKI;
    let of = |signer, by, certs: &[_]| answer(&signed(&data(signer).to_der().unwrap(), by, certs));
    let text = |result: Result<_, ResponseError>| result.map(|_: crate::Answer| ()).unwrap_err().to_string();
    assert_eq!(of(&pki.ca, &pki.ca, &[]).unwrap().responder, Responder::Ca);
    assert!(matches!(
        of(&pki.delegate, &pki.delegate, &[&pki.delegate]).unwrap().responder,
        Responder::Delegate { .. }
    ));
    // All three delegates have the same name; the one that signed, and may, counts.
    let all = [&pki.expired, &pki.foreign, &pki.delegate];
    assert!(of(&pki.delegate, &pki.delegate, &all).is_ok());
    for (found, expected) in [
        (of(&pki.ca, &pki.namesake, &[]), ResponseError::WrongSignature),
        (of(&pki.ca, &pki.namesake, &[&pki.namesake]), ResponseError::WrongSignature),
        (of(&pki.delegate, &pki.ca, &[&pki.delegate]), ResponseError::WrongSignature),
        (of(&pki.delegate, &pki.delegate, &[]), ResponseError::UnknownResponder),
        (of(&pki.delegate, &pki.delegate, &[&pki.leaf]), ResponseError::UnknownResponder),
        (of(&pki.foreign, &pki.foreign, &[&pki.foreign]), ResponseError::NotIssuedByCa("CN=Responder".into())),
        (of(&pki.leaf, &pki.leaf, &[&pki.leaf]), ResponseError::NotForOcsp("CN=www.example.com".into())),
    ] {
        assert_eq!(found, Err(expected));
    }
    assert_eq!(
        text(of(&pki.expired, &pki.expired, &[&pki.expired])),
        "the OCSP responder's certificate \"CN=Responder\" is valid from 2026-01-01T00:00:00Z to 2026-11-01T00:00:00Z only"
    );
}

#[test]
fn responders_are_named_by_key_too() {
    let mut data = data(&PKI.ca);
    data.responder_id = ResponderId::ByKey(cert_id().issuer_key_hash);
    assert!(answer(&signed(&data.to_der().unwrap(), &PKI.ca, &[])).is_ok());
    data.responder_id = ResponderId::ByKey(OctetString::new([7; 20]).unwrap());
    assert_eq!(answer(&signed(&data.to_der().unwrap(), &PKI.ca, &[])), Err(ResponseError::UnknownResponder));
}

#[test]
fn an_unknown_algorithm_is_unsupported() {
    let data = data(&PKI.ca).to_der().unwrap();
    let ed25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    let found = answer(&signed_as(&data, &PKI.ca, &[], ed25519)).unwrap_err();
    assert!(matches!(found, ResponseError::Unsupported(ref algorithm) if algorithm.0 == "1.3.101.112"), "{found}");
}

#[test]
fn a_certificate_of_another_ca_is_not_asked_for() {
    let pki = &*PKI;
    for ca in [&pki.namesake, &pki.delegate] {
        let found = Question::new(&pki.leaf.certificate, &ca.certificate).err().unwrap();
        assert!(matches!(found, NoQuestion::OtherCa { .. }), "{found}");
    }
}
