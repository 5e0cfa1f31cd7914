//! Acts on private CAs
//! ([AWS Private CA's API in CloudTrail](https://docs.aws.amazon.com/privateca/latest/userguide/PcaCtIntro.html)).

use super::super::act::{Act, ActKind};
use super::text;
use crate::record::Record;

/// Templates of a CA's own certificate
/// ([templates](https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html)).
const CA_TEMPLATES: &str = "CACertificate";

pub(super) fn recognize(record: &Record<'_>) -> Option<Act> {
    if record.error.is_some() {
        return None;
    }
    let ca = || text(&record.request["certificateAuthorityArn"]);
    let policy = || text(&record.request["resourceArn"]);
    Some(match record.name {
        "UpdateCertificateAuthority" if record.request["status"] == "DISABLED" => Act::new(ActKind::CaDisabled, ca()),
        "UpdateCertificateAuthority" if !record.request["revocationConfiguration"].is_null() => {
            Act::new(ActKind::CaRevocationChanged, ca())
        }
        "DeleteCertificateAuthority" => Act::new(ActKind::CaDeleted, ca()).detail(days(record)),
        "DeletePermission" => Act::new(ActKind::CaPermissionDeleted, ca()).detail(text(&record.request["principal"])),
        "CreatePermission" => Act::new(ActKind::CaPermissionCreated, ca()).detail(text(&record.request["principal"])),
        "PutPolicy" | "DeletePolicy" => Act::new(ActKind::CaPolicyChanged, policy()).detail(record.name),
        "IssueCertificate" => {
            let template = text(&record.request["templateArn"]);
            if !template.contains(CA_TEMPLATES) {
                return None;
            }
            Act::new(ActKind::CaCertificateIssued, ca()).detail(template)
        }
        "RevokeCertificate" => {
            let serial = text(&record.request["certificateSerial"]);
            Act::new(ActKind::PrivateCertificateRevoked, ca()).detail(serial)
        }
        _ => return None,
    })
}

/// For how long it can be restored: 30 days unless the call says fewer
/// ([DeleteCertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeleteCertificateAuthority.html)).
fn days(record: &Record<'_>) -> String {
    record.request["permanentDeletionTimeInDays"].as_u64().unwrap_or(30).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    #[test]
    fn calls_on_cas_are_acts() {
        let ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1";
        let template = |name: &str| json!({"certificateAuthorityArn": ca, "templateArn": format!("arn:aws:acm-pca:::template/{name}")});
        let with = |member: &str, value: serde_json::Value| json!({"certificateAuthorityArn": ca, member: value});
        for (name, request, error, expected) in [
            ("UpdateCertificateAuthority", with("status", json!("DISABLED")), None, Some((ActKind::CaDisabled, None))),
            ("UpdateCertificateAuthority", with("status", json!("ACTIVE")), None, None),
            (
                "UpdateCertificateAuthority",
                with("revocationConfiguration", json!({})),
                None,
                Some((ActKind::CaRevocationChanged, None)),
            ),
            (
                "DeleteCertificateAuthority",
                with("permanentDeletionTimeInDays", json!(7)),
                None,
                Some((ActKind::CaDeleted, Some("7"))),
            ),
            ("DeleteCertificateAuthority", with("x", json!(1)), None, Some((ActKind::CaDeleted, Some("30")))),
            ("DeleteCertificateAuthority", with("x", json!(1)), Some("InvalidStateException"), None),
            (
                "DeletePermission",
                with("principal", json!("acm.amazonaws.com")),
                None,
                Some((ActKind::CaPermissionDeleted, Some("acm.amazonaws.com"))),
            ),
            (
                "CreatePermission",
                with("principal", json!("acm.amazonaws.com")),
                None,
                Some((ActKind::CaPermissionCreated, Some("acm.amazonaws.com"))),
            ),
            (
                "IssueCertificate",
                template("SubordinateCACertificate_PathLen0/V1"),
                None,
                Some((
                    ActKind::CaCertificateIssued,
                    Some("arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"),
                )),
            ),
            ("IssueCertificate", template("EndEntityCertificate/V1"), None, None),
            (
                "RevokeCertificate",
                with("certificateSerial", json!("0a")),
                None,
                Some((ActKind::PrivateCertificateRevoked, Some("0a"))),
            ),
            ("ListPermissions", with("x", json!(1)), None, None),
        ] {
            let event = record("acm-pca.amazonaws.com", name, &request, &json!(null), error);
            let act = recognize(&Record::read(&event).unwrap());
            assert_eq!(act.as_ref().map(|act| (act.kind, act.detail.as_deref())), expected, "{name} {request}");
            assert!(act.is_none_or(|act| act.subject == ca));
        }
        let event = record("acm-pca.amazonaws.com", "PutPolicy", &json!({ "resourceArn": ca }), &json!(null), None);
        let act = recognize(&Record::read(&event).unwrap()).unwrap();
        assert_eq!((act.kind, act.subject.as_str()), (ActKind::CaPolicyChanged, ca));
    }
}
