//! What the endpoints of a renewed certificate serve.

use certificates::CertificateDetail;
use notices::foreign;

use crate::endpoint_check::{Endpoint, Served};

/// A sentence for each.
pub(super) fn what_happened(endpoints: &[Endpoint]) -> Vec<String> {
    endpoints.iter().map(sentence).collect()
}

/// Whether a person should check one now. Those that serve the previous certificate are late as a rule.
pub(super) fn need_a_check(endpoints: &[Endpoint]) -> bool {
    endpoints.iter().any(|endpoint| matches!(endpoint.serves, Served::AnotherCertificate(_)))
}

/// What to do about those that do not serve the new certificate.
pub(super) fn steps(endpoints: &[Endpoint], after: &CertificateDetail) -> Vec<String> {
    endpoints.iter().filter_map(|endpoint| step(endpoint, after)).collect()
}

fn sentence(Endpoint { name, serves }: &Endpoint) -> String {
    let name = foreign(name);
    match serves {
        Served::NewCertificate => format!("{name} serves the new certificate."),
        Served::PreviousCertificate => format!("At the last check, {name} did not serve the new certificate yet."),
        Served::AnotherCertificate(Some(serial)) => {
            format!("{name} serves another certificate (serial {}).", foreign(&serial.to_string()))
        }
        Served::AnotherCertificate(None) => format!("{name} serves another certificate, which cannot be read."),
        Served::Unknown(why) => format!("What {name} serves could not be checked: {}.", foreign(why)),
    }
}

fn step(Endpoint { name, serves }: &Endpoint, after: &CertificateDetail) -> Option<String> {
    let name = foreign(name);
    let serial = after.serial.as_deref().unwrap_or("unknown");
    let show = format!(
        "openssl s_client -connect {name}:443 -servername {name} </dev/null 2>/dev/null | openssl x509 -noout -serial"
    );
    match serves {
        Served::PreviousCertificate => Some(format!(
            "Load balancers and CloudFront take minutes. Check later whether {name} serves serial {serial}: {show}"
        )),
        Served::AnotherCertificate(_) => Some(format!(
            "Check whether {name} points to a resource that uses this certificate, and serves serial {serial}: {show}"
        )),
        Served::NewCertificate | Served::Unknown(_) => None,
    }
}
