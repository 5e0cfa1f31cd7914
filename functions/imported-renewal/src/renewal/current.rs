//! The certificate in place.

use aws_client::{CallError, CallErrorKind};
use certificates::{CertificateArn, CertificateDetail, Failure, FailureReason};
use x509::{Certificate, Chain, KeyType, SerialNumber};

use crate::error::Error;

#[derive(Debug)]
pub(super) struct CurrentCertificate {
    /// Its chain is empty where it was imported without one.
    pub(super) chain: Chain,
    pub(super) key_type: KeyType,
}

/// Reads the certificate in place, or why it cannot be renewed as it is.
///
/// # Errors
/// ACM did not show it; the same event finds out again.
pub(super) async fn read_current(
    acm: &aws_sdk_acm::Client,
    arn: &CertificateArn,
) -> Result<Result<CurrentCertificate, Failure>, Error> {
    let answer = acm.get_certificate().certificate_arn(arn.as_str()).send().await;
    match answer.map_err(|error| CallError::new("acm:GetCertificate", &error)) {
        Ok(answer) => {
            let (certificate, chain) = (answer.certificate(), answer.certificate_chain());
            Ok(parse(certificate.unwrap_or_default(), chain.unwrap_or_default()))
        }
        // Only a person resolves this, and a person reads notices sooner than dead letters.
        Err(error) if error.kind == CallErrorKind::Denied => {
            Ok(Err(Failure::new(FailureReason::PermissionMissing, error.to_string())))
        }
        Err(error) => Err(Error::gather(arn, error)),
    }
}

fn parse(certificate: &str, chain: &str) -> Result<CurrentCertificate, Failure> {
    let unreadable = |what: &str, error| {
        Failure::new(FailureReason::PresentCertificateUnreadable, format!("{what} cannot be read: {error}"))
    };
    let leaf = Certificate::from_pem(certificate).map_err(|error| unreadable("the certificate in place", error))?;
    // Without its chain, the issuer would seem to change, though it does not.
    let above =
        Certificate::all_from_pem(chain).map_err(|error| unreadable("the chain of the certificate in place", error))?;
    let key_type = leaf.key_type.ok_or_else(|| {
        let detail = "ACM keeps the type of key under an ARN, and no source issues for this one";
        Failure::new(FailureReason::KeyTypeNotIssuable, detail)
    })?;
    Ok(CurrentCertificate { chain: Chain { leaf, above }, key_type })
}

/// Whether the certificate was replaced since it was described: by an attempt that has finished, or by a person. ACM's
/// spelling of a serial number may differ from the certificate's (a negative one), so ACM is asked again.
///
/// # Errors
/// ACM did not answer.
pub(super) async fn is_replaced_since(
    acm: &aws_sdk_acm::Client,
    described: &CertificateDetail,
    current: &CurrentCertificate,
) -> Result<bool, Error> {
    let Some(serial) = &described.serial else { return Ok(false) };
    if SerialNumber::parse(serial).as_ref() == Some(&current.chain.leaf.serial) {
        return Ok(false);
    }
    let now = acm::describe(acm, &described.arn).await.map_err(|error| Error::gather(&described.arn, error))?;
    Ok(now.is_none_or(|now| now.serial != described.serial || now.imported_at != described.imported_at))
}
