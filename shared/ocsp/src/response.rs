//! Reads and verifies a response.

use der::asn1::GeneralizedTime;
use der::{Decode, Encode, Tag, Tagged};
use jiff::Timestamp;
use x509::RevocationReason;

use crate::asn1::{
    BASIC, BasicResponse, CertStatus, Extension, OcspResponse, ResponseBytes, ResponseData, RevokedInfo, SingleResponse,
};
use crate::responder::Signed;
use crate::{Answer, MAX_RESPONSE, Question, Refusal, Responder, ResponseError, Status};

/// Reads a response (an OCSPResponse, DER), verifies that the CA of the question stands behind it, and says what it says
/// about the certificate of the question. How fresh it is, [`state`](crate::state) says.
///
/// # Errors
/// It is no response, the responder refuses to answer, it is about another certificate, or neither the CA nor one with a
/// valid certificate that the CA issued for that signed it.
pub fn read(response: &[u8], question: &Question, now: Timestamp) -> Result<Answer, ResponseError> {
    if response.len() > MAX_RESPONSE {
        return Err(ResponseError::TooLong(response.len()));
    }
    let bytes = response_bytes(response)?;
    let basic = BasicResponse::from_der(bytes.response.as_bytes()).map_err(malformed("BasicOCSPResponse"))?;
    let signed = basic.tbs_response_data.to_der().map_err(malformed("tbsResponseData"))?;
    let algorithm = basic.signature_algorithm.to_der().map_err(malformed("signatureAlgorithm"))?;
    let data = ResponseData::from_der(&signed).map_err(malformed("tbsResponseData"))?;
    let signature = basic.signature.as_bytes().unwrap_or_default();
    let signed = Signed { data: &signed, algorithm: &algorithm, signature };
    let certs = basic.certs.unwrap_or_default();
    let responder = signed.signer(&data.responder_id, &certs, question.ca(), now)?;
    if let Some(version @ 1..) = data.version {
        return Err(ResponseError::UnknownVersion(version));
    }
    refuse_critical(data.response_extensions.as_deref())?;
    let single = data.responses.iter().find(|single| question.is_about(&single.cert_id));
    let single = single.ok_or(ResponseError::OtherCertificate(data.responses.len()))?;
    refuse_critical(single.single_extensions.as_deref())?;
    answer(single, &data.produced_at, responder)
}

fn response_bytes(response: &[u8]) -> Result<ResponseBytes, ResponseError> {
    let response = OcspResponse::from_der(response).map_err(malformed("OCSPResponse"))?;
    match (response.response_status.tag(), response.response_status.value()) {
        (Tag::Enumerated, [0]) => {}
        (Tag::Enumerated, [status]) => return Err(ResponseError::Refused(Refusal::from(*status))),
        _ => return Err(absurd("responseStatus", "not an ENUMERATED of one byte")),
    }
    let bytes = response.response_bytes.ok_or_else(|| absurd("responseBytes", "absent although successful"))?;
    match bytes.response_type {
        BASIC => Ok(bytes),
        other => Err(ResponseError::UnknownType(other.to_string())),
    }
}

fn answer(
    single: &SingleResponse,
    produced_at: &GeneralizedTime,
    responder: Responder,
) -> Result<Answer, ResponseError> {
    let status = match &single.cert_status {
        CertStatus::Good(_) => Status::Good,
        CertStatus::Unknown(_) => Status::Unknown,
        CertStatus::Revoked(info) => revoked(info)?,
    };
    Ok(Answer {
        status,
        this_update: time(&single.this_update, "thisUpdate")?,
        next_update: single.next_update.as_ref().map(|at| time(at, "nextUpdate")).transpose()?,
        produced_at: time(produced_at, "producedAt")?,
        responder,
    })
}

fn revoked(info: &RevokedInfo) -> Result<Status, ResponseError> {
    let reason = match info.revocation_reason.as_ref().map(|reason| (reason.tag(), reason.value())) {
        None => None,
        Some((Tag::Enumerated, [reason])) => Some(RevocationReason::from(*reason)),
        Some(_) => return Err(absurd("revocationReason", "not an ENUMERATED of one byte")),
    };
    Ok(Status::Revoked { at: time(&info.revocation_time, "revocationTime")?, reason })
}

fn time(time: &GeneralizedTime, part: &'static str) -> Result<Timestamp, ResponseError> {
    let second = i64::try_from(time.to_unix_duration().as_secs()).ok();
    second.and_then(|second| x509::rfc5280_time(second, 0)).ok_or_else(|| absurd(part, "not a time"))
}

fn refuse_critical(extensions: Option<&[Extension]>) -> Result<(), ResponseError> {
    match extensions.unwrap_or_default().iter().find(|extension| extension.critical) {
        Some(extension) => Err(ResponseError::UnknownCriticalExtension(extension.oid.to_string())),
        None => Ok(()),
    }
}

fn malformed(part: &'static str) -> impl Fn(der::Error) -> ResponseError {
    move |error| ResponseError::Malformed { part, reason: error.to_string() }
}

fn absurd(part: &'static str, reason: &str) -> ResponseError {
    ResponseError::Malformed { part, reason: reason.into() }
}
