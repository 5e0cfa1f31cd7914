//! Who signed a response, and whether the CA lets it
//! ([RFC 6960, 4.2.2.2](https://www.rfc-editor.org/rfc/rfc6960#section-4.2.2.2)).

use der::Encode;
use der::asn1::Any;
use jiff::Timestamp;
use x509::usages::OCSP_SIGNING;
use x509::{Certificate, DistinguishedName, SignatureCheck, Signatures};

use crate::asn1::ResponderId;
use crate::question::key_hash;
use crate::{Responder, ResponseError};

/// The signed bytes of a response, and their signature.
pub(crate) struct Signed<'a> {
    /// ResponseData, DER.
    pub(crate) data: &'a [u8],
    /// AlgorithmIdentifier, DER.
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl Signed<'_> {
    /// Who signed: the CA, or one with a certificate of the CA's among these. The response names its signer, but names are
    /// not unique, so that all are tried that it may mean.
    ///
    /// # Errors
    /// None of them signed, or may sign; the first reason.
    pub(crate) fn signer(
        &self,
        id: &ResponderId,
        certs: &[Any],
        ca: &Certificate,
        now: Timestamp,
    ) -> Result<Responder, ResponseError> {
        let mut first = None;
        if is_named(id, ca) {
            match self.verify(ca) {
                Ok(()) => return Ok(Responder::Ca),
                Err(error) => first = Some(error),
            }
        }
        // Certificates that cannot be read are nobody's.
        let certs = certs.iter().filter_map(|cert| Certificate::from_der(&cert.to_der().ok()?).ok());
        for delegate in certs.filter(|cert| is_named(id, cert)) {
            match may_answer(&delegate, ca, now).and_then(|()| self.verify(&delegate)) {
                Ok(()) => {
                    return Ok(Responder::Delegate { subject: delegate.subject, not_after: delegate.not_after });
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(ResponseError::UnknownResponder))
    }

    fn verify(&self, signer: &Certificate) -> Result<(), ResponseError> {
        let mut check = SignatureCheck::new(self.algorithm, signer, Signatures::Current)?;
        check.update(self.data);
        if check.is_signed_by(self.signature) { Ok(()) } else { Err(ResponseError::WrongSignature) }
    }
}

fn is_named(id: &ResponderId, certificate: &Certificate) -> bool {
    match id {
        ResponderId::ByName(name) => {
            name.to_der().is_ok_and(|name| DistinguishedName::from_der(&name) == certificate.subject)
        }
        ResponderId::ByKey(hash) => key_hash(certificate).is_some_and(|of_key| of_key == hash.as_bytes()),
    }
}

/// Whether the CA lets the subject of this certificate answer for it. Whether the certificate is revoked is not asked: most
/// have `id-pkix-ocsp-nocheck`, and live for days.
fn may_answer(delegate: &Certificate, ca: &Certificate, now: Timestamp) -> Result<(), ResponseError> {
    let subject = || delegate.subject.to_string();
    if delegate.is_issued_by(ca, Signatures::Current) != Some(true) {
        return Err(ResponseError::NotIssuedByCa(subject()));
    }
    // Without an extended key usage, a certificate may be used for everything but this.
    if !delegate.extended_key_usage.contains(OCSP_SIGNING) {
        return Err(ResponseError::NotForOcsp(subject()));
    }
    let (not_before, not_after) = (delegate.not_before, delegate.not_after);
    if now < not_before || now > not_after {
        return Err(ResponseError::ResponderNotValid { subject: subject(), not_before, not_after });
    }
    Ok(())
}
