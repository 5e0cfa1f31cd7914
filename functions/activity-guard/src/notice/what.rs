//! What happened.

use notices::{foreign, foreign_up_to};

use crate::policy::ActKind;
use crate::report::Reported;

const LONGEST_DETAIL: usize = 200;

pub(super) fn what_happened(act: &Reported, times: usize) -> String {
    let detail =
        act.detail.as_deref().map(|detail| foreign_up_to(detail, LONGEST_DETAIL)).filter(|text| !text.is_empty());
    let mut sentences = vec![sentence(act, detail.as_deref())];
    if act.by_own_role {
        sentences.push("A role of acm-autopilot did it, which acm-autopilot itself never does.".into());
    }
    if act.event_id.is_none() {
        sentences.push(
            "The daily check of the inventory found it; its event never arrived, or came before activity-guard was installed.".into(),
        );
    }
    if times > 1 {
        sentences.push(format!("This notice is about {times} of them; the list is below."));
    }
    sentences.join(" ")
}

fn sentence(act: &Reported, detail: Option<&str>) -> String {
    let names = names(act);
    let detail = detail.unwrap_or("not said");
    match act.kind {
        ActKind::CertificateRequested => {
            format!("A certificate was requested from ACM for {names}. The grants of this account do not cover that.")
        }
        ActKind::CertificateImported => {
            format!("A certificate for {names} was imported into ACM. The grants of this account do not cover that.")
        }
        ActKind::CertificateIssued => {
            format!("ACM has a new certificate for {names}. The grants of this account do not cover that.")
        }
        ActKind::CertificateDeleted if act.uses.is_empty() => format!("The certificate for {names} was deleted."),
        ActKind::CertificateDeleted => {
            format!("The certificate for {names} was deleted. {} used it when the inventory was read last.", uses(act))
        }
        ActKind::CertificateDeletionRefused => format!(
            "Somebody tried to delete the certificate for {names}. ACM refused, because the certificate is in use."
        ),
        ActKind::KeyExported => format!("The private key of the certificate for {names} was exported from ACM."),
        ActKind::CertificateRevoked => format!("The certificate for {names} was revoked (reason: {detail})."),
        ActKind::OptionsChanged => format!("Options of the certificate for {names} were changed: {detail}."),
        ActKind::AutopilotTagsChanged => format!(
            "Tags in which acm-autopilot keeps the state of a renewal, or that start renewals, were changed or removed: {detail}."
        ),
        ActKind::AcmeEndpointCreated => "An ACME endpoint was created in ACM.".into(),
        ActKind::AcmeBindingCreated => format!(
            "An external account binding was created, with which ACME clients register at an ACME endpoint of ACM. Its role: {detail}."
        ),
        ActKind::AcmeDomainAllowed => format!(
            "ACME clients of an endpoint may now get certificates for {names} (also: {detail}). The grants of this account do not cover that."
        ),
        ActKind::AcmeCredentialsRead => {
            "The secret of an external account binding was read, with which anybody can register an ACME client.".into()
        }
        ActKind::CaDisabled => "A private CA was disabled.".into(),
        ActKind::CaRevocationChanged => "The CRL or OCSP configuration of a private CA was changed.".into(),
        ActKind::CaDeleted if act.event_id.is_some() => {
            format!("A private CA was deleted. It can be restored for {detail} days.")
        }
        ActKind::CaDeleted => "A private CA was deleted. It can be restored until the date that AWS shows.".into(),
        ActKind::CaPermissionDeleted => format!("The permission of {detail} to use a private CA was deleted."),
        ActKind::CaPermissionCreated => format!("{detail} got the permission to use a private CA."),
        ActKind::CaPolicyChanged => format!("The resource policy of a private CA was changed by {detail}."),
        ActKind::CaCertificateIssued => {
            format!("A private CA issued the certificate of another CA, with the template {detail}.")
        }
        ActKind::PrivateCertificateRevoked => {
            format!("A private CA revoked the certificate with the serial number {detail}.")
        }
        ActKind::GrantRevoked => format!(
            "A KMS grant was revoked by which {} could use the private key of the certificate for {names}.",
            uses(act)
        ),
        ActKind::ValidationRecordDeleted => {
            format!("A DNS record by which ACM validates a domain was deleted: {names}.")
        }
        ActKind::RoleChanged => format!("{detail} was called on a role of acm-autopilot."),
    }
}

fn names(act: &Reported) -> String {
    let named: Vec<String> = act.names.iter().take(3).map(|name| foreign(name)).collect();
    match (named.is_empty(), act.names.len().saturating_sub(named.len())) {
        (true, _) => act.name.as_deref().map_or_else(|| "names that are not known".into(), foreign),
        (false, 0) => named.join(", "),
        (false, more) => format!("{} and {more} more", named.join(", ")),
    }
}

fn uses(act: &Reported) -> String {
    match act.uses.as_slice() {
        [] => "a service of AWS".into(),
        [one] => foreign(one),
        [one, rest @ ..] => format!("{} and {} more", foreign(one), rest.len()),
    }
}
