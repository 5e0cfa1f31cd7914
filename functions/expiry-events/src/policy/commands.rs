//! Commands of the AWS CLI. A command is the last part of its step and has no full stop, which would be copied with it.

use certificates::tags::{NOTICES, PRIVATE_CA, RENEW_FROM};
use certificates::{CertificateDetail, KeyAlgorithm};

use super::Look;

/// A command for this certificate.
pub(super) fn cli(facts: &CertificateDetail, command: &str, options: &str) -> String {
    format!("aws acm {command} --region {} --certificate-arn {}{options}", facts.arn.region(), facts.arn)
}

pub(super) fn tag(facts: &CertificateDetail, key: &str, value: &str) -> String {
    cli(facts, "add-tags-to-certificate", &format!(" --tags Key={key},Value={value}"))
}

pub(super) fn delete(facts: &CertificateDetail) -> String {
    cli(facts, "delete-certificate", "")
}

pub(super) fn describe_renewal(facts: &CertificateDetail) -> String {
    cli(facts, "describe-certificate", " --query Certificate.RenewalSummary")
}

/// Mutes its notices.
pub(super) fn mute(facts: &CertificateDetail) -> String {
    tag(facts, NOTICES, "off")
}

/// What and how to import. ACM refuses another type or size of key under the same ARN.
pub(super) fn import(facts: &CertificateDetail) -> String {
    let files =
        " --certificate fileb://certificate.pem --private-key fileb://key.pem --certificate-chain fileb://chain.pem";
    let key = facts.key_algorithm.as_ref().map_or_else(String::new, |key| format!(" ({})", KeyAlgorithm::as_str(key)));
    format!(
        "import a new certificate with a key of the same type{key} under the same ARN: {}",
        cli(facts, "import-certificate", files)
    )
}

/// How to have it renewed from a private CA: its ARN has to be filled in unless the certificate names one.
pub(super) fn renew_from_private_ca(look: &Look) -> String {
    let command = tag(&look.facts, RENEW_FROM, "private-ca");
    match &look.tag_state.settings.private_ca {
        Some(Ok(_)) => format!(": {command}"),
        _ => format!(" (put the CA's ARN in place of PRIVATE_CA_ARN): {command} Key={PRIVATE_CA},Value=PRIVATE_CA_ARN"),
    }
}
