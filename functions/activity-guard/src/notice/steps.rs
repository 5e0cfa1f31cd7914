//! What a person should do.

use notices::foreign_up_to;

use crate::policy::ActKind;
use crate::report::Reported;

const LONGEST_ARN: usize = 300;

pub(super) fn what_to_do(act: &Reported) -> Vec<String> {
    let mut steps = vec![who(act)];
    steps.extend(undo(act));
    if act.by_own_role {
        steps.insert(
            0,
            "Treat the role's credentials as stolen: revoke its sessions in IAM, and look for what else it did.".into(),
        );
    }
    steps
}

/// The event is the proof, and the first question is whether it was meant.
fn who(act: &Reported) -> String {
    let region = trail_region(act);
    match (&act.event_id, &act.principal) {
        (Some(id), Some(_)) => format!(
            "Ask whoever is named below whether it was meant. The call: aws cloudtrail lookup-events --region {region} \
             --lookup-attributes AttributeKey=EventId,AttributeValue={}",
            word(id)
        ),
        _ => format!(
            "Find out who did it: aws cloudtrail lookup-events --region {region} --lookup-attributes \
             AttributeKey=EventName,AttributeValue={}",
            call(act.kind)
        ),
    }
}

/// CloudTrail records services without Regions in one Region of the partition
/// ([global service events](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html)).
fn trail_region(act: &Reported) -> &str {
    match act.kind {
        ActKind::RoleChanged | ActKind::ValidationRecordDeleted => match act.region.split('-').next() {
            Some("cn") => "cn-north-1",
            _ if act.region.starts_with("us-gov-") => "us-gov-west-1",
            _ => "us-east-1",
        },
        _ => &act.region,
    }
}

/// The call that the kind of act is.
fn call(kind: ActKind) -> &'static str {
    match kind {
        ActKind::CertificateRequested | ActKind::CertificateIssued => "RequestCertificate",
        ActKind::CertificateImported => "ImportCertificate",
        ActKind::CertificateDeleted | ActKind::CertificateDeletionRefused => "DeleteCertificate",
        ActKind::KeyExported => "ExportCertificate",
        ActKind::CertificateRevoked | ActKind::PrivateCertificateRevoked => "RevokeCertificate",
        ActKind::OptionsChanged => "UpdateCertificateOptions",
        ActKind::AutopilotTagsChanged => "AddTagsToCertificate",
        ActKind::AcmeEndpointCreated => "CreateAcmeEndpoint",
        ActKind::AcmeBindingCreated => "CreateAcmeExternalAccountBinding",
        ActKind::AcmeDomainAllowed => "CreateAcmeDomainValidation",
        ActKind::AcmeCredentialsRead => "GetAcmeExternalAccountBindingCredentials",
        ActKind::CaDisabled | ActKind::CaRevocationChanged => "UpdateCertificateAuthority",
        ActKind::CaDeleted => "DeleteCertificateAuthority",
        ActKind::CaPermissionDeleted => "DeletePermission",
        ActKind::CaPermissionCreated => "CreatePermission",
        ActKind::CaPolicyChanged => "PutPolicy",
        ActKind::CaCertificateIssued => "IssueCertificate",
        ActKind::GrantRevoked => "RevokeGrant",
        ActKind::ValidationRecordDeleted => "ChangeResourceRecordSets",
        ActKind::RoleChanged => "UpdateAssumeRolePolicy",
    }
}

fn undo(act: &Reported) -> Vec<String> {
    let (arn, region) = (word(&act.resource), &act.region);
    let acm = |call: &str| format!("aws acm {call} --region {region} --certificate-arn {arn}");
    let pca = |call: &str| format!("aws acm-pca {call} --region {region} --certificate-authority-arn {arn}");
    let steps: Vec<String> = match act.kind {
        ActKind::CertificateRequested | ActKind::CertificateImported | ActKind::CertificateIssued => vec![
            "If it was meant, add the domain to the grants: then it is quiet.".into(),
            format!("If not: {}", acm("delete-certificate")),
        ],
        ActKind::CertificateDeleted => {
            vec!["Request or import another certificate for the names below, and attach it to what used the deleted one.".into()]
        }
        ActKind::CertificateDeletionRefused => {
            vec!["If the certificate is not needed any more, detach it first; otherwise take acm:DeleteCertificate from whoever tried.".into()]
        }
        ActKind::KeyExported => vec![
            "If it was meant, add the names to the grants of exportable domains: then it is quiet.".into(),
            format!(
                "If not, replace the certificate, and then revoke it: {} --revocation-reason KEY_COMPROMISE",
                acm("revoke-certificate")
            ),
        ],
        ActKind::CertificateRevoked => {
            vec![
                "Replace the certificate wherever it is in use: request or import another one, and attach that.".into(),
            ]
        }
        ActKind::OptionsChanged => {
            vec![format!("See what it is now, and set it back: {}", acm("describe-certificate"))]
        }
        ActKind::AutopilotTagsChanged => {
            vec![format!("See the tags, and set those back that start renewals: {}", acm("list-tags-for-certificate"))]
        }
        ActKind::AcmeEndpointCreated | ActKind::AcmeDomainAllowed => {
            vec![format!(
                "If it was not meant: aws acm delete-acme-endpoint --region {region} --acme-endpoint-arn {arn}"
            )]
        }
        ActKind::AcmeBindingCreated | ActKind::AcmeCredentialsRead => vec![
            format!(
                "If it was not meant: aws acm revoke-acme-external-account-binding --region {region} --acme-external-account-binding-arn {arn}"
            ),
            "Then revoke the ACME accounts that registered with it: revoking the binding does not stop them.".into(),
        ],
        ActKind::CaDisabled => vec![format!("Enable it: {} --status ACTIVE", pca("update-certificate-authority"))],
        ActKind::CaDeleted => vec![
            format!("Restore it while that is possible: {}", pca("restore-certificate-authority")),
            format!("Then enable it: {} --status ACTIVE", pca("update-certificate-authority")),
        ],
        ActKind::CaRevocationChanged => {
            vec![format!("See what it is now, and set it back: {}", pca("describe-certificate-authority"))]
        }
        ActKind::CaPermissionDeleted => vec![format!(
            "Give it back: {} --principal acm.amazonaws.com --actions IssueCertificate GetCertificate ListPermissions",
            pca("create-permission")
        )],
        ActKind::CaPermissionCreated => {
            vec![format!("If it was not meant: {} --principal acm.amazonaws.com", pca("delete-permission"))]
        }
        ActKind::CaPolicyChanged => {
            vec![format!("See what it is now: aws acm-pca get-policy --region {region} --resource-arn {arn}")]
        }
        ActKind::CaCertificateIssued => {
            vec!["If it was not meant, revoke that certificate at this CA, and see what the other CA issued.".into()]
        }
        ActKind::PrivateCertificateRevoked => vec![
            "If it was not meant, issue another certificate for the same names: the revoked one stays revoked.".into(),
        ],
        ActKind::GrantRevoked => vec!["Attach the certificate to the service again, which makes a new grant.".into()],
        ActKind::ValidationRecordDeleted => vec![
            "Create the record again if dns-validation may not write into the zone: ACM shows its name and value."
                .into(),
        ],
        ActKind::RoleChanged => {
            vec!["Compare the role with the stack that made it, and deploy the stack again.".into()]
        }
    };
    steps
}

/// A word for a command, as far as it is one.
fn word(text: &str) -> String {
    let plain: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || ":/_.-+=@,".contains(*c)).collect();
    foreign_up_to(&plain, LONGEST_ARN)
}
