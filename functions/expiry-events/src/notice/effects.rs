//! Why a notice matters: who uses the certificate, and what they see.

use super::expiry_date;
use super::phrases::resource;
use crate::CertificateState;
use crate::policy::NoticeKind;

pub(super) fn why_it_matters(kind: NoticeKind, state: &CertificateState) -> String {
    let effect = effect(kind, state);
    match state.in_use() {
        Some(true) => format!("The certificate is in use by {}. {effect}", users(state)),
        Some(false) => format!("No AWS resource uses the certificate. {}", effect_outside(kind, state)),
        None if state.certificate.is_acme() => format!(
            "An ACME client holds the key of the certificate, so AWS cannot see whether the certificate is in use. {effect}"
        ),
        None if state.is_for_clients_only() => {
            format!("The certificate identifies clients, so AWS cannot see whether it is in use. {effect}")
        }
        None => format!("ACM did not say whether AWS resources use the certificate. {effect}"),
    }
}

fn effect(kind: NoticeKind, state: &CertificateState) -> String {
    let date = expiry_date(state);
    let (future, past) = if state.is_for_clients_only() {
        ("servers will refuse the clients that present it", "Servers have refused the clients that present it")
    } else {
        ("clients will refuse to connect", "Clients have refused to connect")
    };
    match kind {
        NoticeKind::Expiring | NoticeKind::ActionRequired => {
            format!("Unless the certificate is renewed or replaced, {future} from {date} on.")
        }
        NoticeKind::Expired => format!("{past} since {date}."),
        NoticeKind::Renewed | NoticeKind::Rotated => {
            "The AWS resources that use it get the new certificate automatically.".into()
        }
        NoticeKind::RevocationAhead => {
            "Once the certificate is revoked, whoever checks for revocation refuses it.".into()
        }
        NoticeKind::Revoked => "Whoever checks for revocation refuses the certificate.".into(),
    }
}

fn effect_outside(kind: NoticeKind, state: &CertificateState) -> String {
    let date = expiry_date(state);
    match kind {
        NoticeKind::Expiring | NoticeKind::ActionRequired => {
            format!("If copies of the certificate are in use outside AWS, they stop working on {date}.")
        }
        NoticeKind::Expired => {
            format!("If copies of the certificate are in use outside AWS, they stopped working on {date}.")
        }
        NoticeKind::Renewed | NoticeKind::Rotated => {
            "Copies outside AWS, if there are any, are still the old certificate.".into()
        }
        NoticeKind::RevocationAhead => {
            "If copies of the certificate are in use outside AWS, whoever checks for revocation will refuse them."
                .into()
        }
        NoticeKind::Revoked => {
            "If copies of the certificate are in use outside AWS, whoever checks for revocation refuses them.".into()
        }
    }
}

/// The first resource that uses it, and how many more.
fn users(state: &CertificateState) -> String {
    let users = &state.certificate.in_use_by;
    match (users.first(), users.len()) {
        (Some(first), 1) => resource(first),
        (Some(first), 2) => format!("{} and 1 more resource", resource(first)),
        (Some(first), count) => format!("{} and {} more resources", resource(first), count - 1),
        (None, _) => "AWS resources".into(),
    }
}
