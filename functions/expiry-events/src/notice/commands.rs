//! Commands of the AWS CLI. A command is the last part of its step and has no full stop, which would be copied with it.

use certificates::tags::{NOTICES, PRIVATE_CA, RENEW_FROM};
use certificates::{CertificateDetail, KeyAlgorithm};

use crate::CertificateState;

/// A command for this certificate.
pub(super) fn cli(certificate: &CertificateDetail, command: &str, options: &str) -> String {
    format!("aws acm {command} --region {} --certificate-arn {}{options}", certificate.arn.region(), certificate.arn)
}

pub(super) fn tag(certificate: &CertificateDetail, key: &str, value: &str) -> String {
    cli(certificate, "add-tags-to-certificate", &format!(" --tags Key={key},Value={value}"))
}

pub(super) fn delete(certificate: &CertificateDetail) -> String {
    cli(certificate, "delete-certificate", "")
}

pub(super) fn describe_renewal(certificate: &CertificateDetail) -> String {
    cli(certificate, "describe-certificate", " --query Certificate.RenewalSummary")
}

/// Mutes its notices.
pub(super) fn mute(certificate: &CertificateDetail) -> String {
    tag(certificate, NOTICES, "off")
}

/// What and how to import. ACM refuses another type or size of key under the same ARN.
pub(super) fn import(certificate: &CertificateDetail) -> String {
    let files =
        " --certificate fileb://certificate.pem --private-key fileb://key.pem --certificate-chain fileb://chain.pem";
    let key =
        certificate.key_algorithm.as_ref().map_or_else(String::new, |key| format!(" ({})", KeyAlgorithm::as_str(key)));
    format!(
        "import a new certificate with a key of the same type{key} under the same ARN: {}",
        cli(certificate, "import-certificate", files)
    )
}

/// How to have it renewed from a private CA: its ARN has to be filled in unless the certificate names one.
pub(super) fn renew_from_private_ca(state: &CertificateState) -> String {
    let command = tag(&state.certificate, RENEW_FROM, "private-ca");
    match &state.tag_state.settings.private_ca {
        Some(Ok(_)) => format!(": {command}"),
        _ => {
            format!(" (replace PRIVATE_CA_ARN with the ARN of the CA): {command} Key={PRIVATE_CA},Value=PRIVATE_CA_ARN")
        }
    }
}
