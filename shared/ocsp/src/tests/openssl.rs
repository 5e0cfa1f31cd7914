//! `tests/openssl` was made by OpenSSL 3: `openssl ocsp -no_nonce -reqout` and `openssl ocsp -index`.

use jiff::Timestamp;
use x509::{Certificate, RevocationReason};

use crate::{Answer, Question, Responder, State, Status, read, state};

const CA: &str = include_str!("../../tests/openssl/ca.pem");
const GOOD: (&str, &[u8]) =
    (include_str!("../../tests/openssl/good.pem"), include_bytes!("../../tests/openssl/good.req"));
const REVOKED: (&str, &[u8]) =
    (include_str!("../../tests/openssl/revoked.pem"), include_bytes!("../../tests/openssl/revoked.req"));
const DELEGATE: (&str, &[u8]) =
    (include_str!("../../tests/openssl/resp.pem"), include_bytes!("../../tests/openssl/resp.req"));

fn certificate(pem: &str) -> Certificate {
    Certificate::from_pem(pem).unwrap()
}

fn now() -> Timestamp {
    "2026-11-29T00:00:00Z".parse().unwrap()
}

fn answer(certificate_pem: &str, response: &[u8]) -> Answer {
    read(response, &Question::new(&certificate(certificate_pem), &certificate(CA)).unwrap(), now()).unwrap()
}

#[test]
fn requests_are_those_of_openssl() {
    for (pem, request) in [GOOD, REVOKED, DELEGATE] {
        let certificate = certificate(pem);
        let question = Question::new(&certificate, &self::certificate(CA)).unwrap();
        assert_eq!(question.request(), request, "{}", certificate.subject);
    }
}

#[test]
fn the_ca_answers() {
    let answer = answer(GOOD.0, include_bytes!("../../tests/openssl/good-by-ca.der"));
    assert_eq!((answer.status, &answer.responder), (Status::Good, &Responder::Ca));
    assert_eq!(answer.this_update.to_string(), "2026-11-28T11:25:41Z");
    assert_eq!(answer.next_update.unwrap().to_string(), "2026-12-05T11:25:41Z");
    assert_eq!((answer.produced_at, state(&answer, now())), (answer.this_update, State::Fresh));
}

#[test]
fn a_delegate_answers() {
    let answer = answer(REVOKED.0, include_bytes!("../../tests/openssl/revoked-by-delegate.der"));
    let at = "2026-11-20T12:00:00Z".parse().unwrap();
    assert_eq!(answer.status, Status::Revoked { at, reason: Some(RevocationReason::KeyCompromise) });
    let delegate = certificate(DELEGATE.0);
    assert_eq!(answer.responder, Responder::Delegate { subject: delegate.subject, not_after: delegate.not_after });
}

#[test]
fn a_delegate_named_by_its_key_answers() {
    let answer = answer(DELEGATE.0, include_bytes!("../../tests/openssl/unknown-by-delegate.der"));
    assert_eq!(answer.status, Status::Unknown);
    assert!(matches!(answer.responder, Responder::Delegate { .. }));
}
