//! Each notice as people get it, and as the schema says.

use activity_guard::policy::ActKind;
use serde_json::{Value, json};

use crate::world::World;

/// A call that is noticed, for kinds that one call is enough for.
fn calls(world: &World, used: &str) -> Vec<(ActKind, Value)> {
    let ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1";
    let with = |member: &str, value: Value| json!({"certificateAuthorityArn": ca, member: value});
    let arn = || json!({ "certificateArn": used });
    let mut refused = world.call("acm", "DeleteCertificate", arn(), json!(null));
    refused["detail"]["errorCode"] = json!("ResourceInUseException");
    let endpoint = "arn:aws:acm:us-east-1:123456789012:acme-endpoint/1";
    let record = json!({"action": "DELETE", "resourceRecordSet": {"name": "_a.example.com.", "type": "CNAME",
        "resourceRecords": [{"value": "_b.acm-validations.aws."}]}});
    let tags = json!({"certificateArn": used, "tags": [{"key": "acm-autopilot:renew-from"}]});
    let pca = |name: &str, request: Value| world.call("acm-pca", name, request, json!(null));
    let template = json!("arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1");
    vec![
        (
            ActKind::CertificateRequested,
            world.call(
                "acm",
                "RequestCertificate",
                json!({"domainName": "bank.example"}),
                json!({"certificateArn": "arn:a"}),
            ),
        ),
        (ActKind::CertificateDeleted, world.call("acm", "DeleteCertificate", arn(), json!(null))),
        (ActKind::CertificateDeletionRefused, refused),
        (ActKind::KeyExported, world.call("acm", "ExportCertificate", arn(), json!({}))),
        (
            ActKind::CertificateRevoked,
            world.call(
                "acm",
                "RevokeCertificate",
                json!({"certificateArn": used, "revocationReason": "KEY_COMPROMISE"}),
                json!({}),
            ),
        ),
        (
            ActKind::OptionsChanged,
            world.call(
                "acm",
                "UpdateCertificateOptions",
                json!({"certificateArn": used,
                "options": {"certificateTransparencyLoggingPreference": "DISABLED"}}),
                json!(null),
            ),
        ),
        (ActKind::AutopilotTagsChanged, world.call("acm", "RemoveTagsFromCertificate", tags, json!(null))),
        (
            ActKind::AcmeEndpointCreated,
            world.call("acm", "CreateAcmeEndpoint", json!({}), json!({"acmeEndpointArn": endpoint})),
        ),
        (
            ActKind::AcmeDomainAllowed,
            world.call(
                "acm",
                "CreateAcmeDomainValidation",
                json!({"acmeEndpointArn": endpoint, "domainName": "bank.example",
                "prevalidationOptions": {"dnsPrevalidation": {"domainScope": {"wildcards": "ENABLED"}}}}),
                json!({}),
            ),
        ),
        (ActKind::CaDisabled, pca("UpdateCertificateAuthority", with("status", json!("DISABLED")))),
        (ActKind::CaDeleted, pca("DeleteCertificateAuthority", with("permanentDeletionTimeInDays", json!(7)))),
        (ActKind::CaPermissionDeleted, pca("DeletePermission", with("principal", json!("acm.amazonaws.com")))),
        (ActKind::CaCertificateIssued, pca("IssueCertificate", with("templateArn", template))),
        (
            ActKind::ValidationRecordDeleted,
            world.call(
                "route53",
                "ChangeResourceRecordSets",
                json!({"hostedZoneId": "Z1", "changeBatch": {"changes": [record]}}),
                json!({}),
            ),
        ),
        (
            ActKind::RoleChanged,
            world.call("iam", "UpdateAssumeRolePolicy", json!({"roleName": "acm-autopilot-dns"}), json!(null)),
        ),
    ]
}

#[tokio::test]
async fn notices_as_people_get_them() {
    let schema: Value = serde_json::from_str(include_str!("../../../../events/schemas/activity.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let (world, used, _) = World::filled().await;
    for (kind, event) in calls(&world, &used) {
        assert_eq!(world.outcome(&event).await, "noticed", "{kind:?}");
        let machines = world.last();
        assert!(schema.is_valid(&machines), "{kind:?}: {:?}", schema.iter_errors(&machines).next());
        let notice = world.notices().pop().unwrap();
        let forms: Value = serde_json::from_str(&notice.message).unwrap();
        let text = forms["default"].as_str().unwrap();
        assert!(text.len() < 2_000, "{kind:?} has {} characters", text.len());
        let whole = format!("{}\n\n{text}", notice.subject.unwrap_or_default());
        insta::assert_snapshot!(
            kind.as_str(),
            whole.replace(&used, "arn:aws:acm:us-east-1:123456789012:certificate/USED")
        );
    }
}
