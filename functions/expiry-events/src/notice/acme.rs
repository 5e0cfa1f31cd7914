//! Certificates of ACME clients in words. Only the client can renew its certificate, and ACM deletes it a year after its
//! expiry.

use certificates::CertificateDetail;
use notices::foreign;

use super::commands::mute;
use super::phrases::name;
use super::steps::Steps;

/// The ACME client that holds the key, as far as ACM shows who it is.
fn client(certificate: &CertificateDetail) -> String {
    match (&certificate.acme_account, &certificate.acme_endpoint) {
        (None, None) => "its ACME client".into(),
        (Some(account), None) => format!("its ACME client (account {})", foreign(account)),
        (None, Some(endpoint)) => format!("its ACME client (endpoint {})", name(endpoint)),
        (Some(account), Some(endpoint)) => {
            format!("its ACME client (account {} at endpoint {})", foreign(account), name(endpoint))
        }
    }
}

pub(super) fn what_happens_next(certificate: &CertificateDetail) -> String {
    format!(
        "ACM does not renew the certificate: {} requests the next certificate, under a new ARN. That client has none \
         for the same names yet.",
        client(certificate)
    )
}

pub(super) fn add_steps(steps: &mut Steps, certificate: &CertificateDetail) {
    steps.add(format!("Check that {} still runs, and read its log.", client(certificate)));
    steps.add(format!("If nothing uses the certificate any more, mute its notices: {}", mute(certificate)));
}
