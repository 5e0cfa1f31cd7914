//! Service control policies.

use aws_config::SdkConfig;
use aws_sdk_acm::error::ProvideErrorMetadata;
use simulated_aws::Aws;

use super::{LAB, MANAGEMENT, SHOP, WORKLOADS, start};

async fn refusal(config: &SdkConfig) -> Option<String> {
    let listed = aws_sdk_acm::Client::new(config).list_certificates().send().await;
    listed.err().map(|error| {
        assert_eq!(error.code(), Some("AccessDeniedException"));
        error.message().unwrap_or_default().to_owned()
    })
}

fn role(aws: &Aws, account: &str) -> SdkConfig {
    aws.sdk_config_as(&format!("arn:aws:iam::{account}:role/acm-autopilot/acm-autopilot-read"), "test")
}

#[tokio::test]
async fn a_policy_denies_all_accounts_below_its_target() {
    let (aws, _server, organization) = start();
    let policy = organization.deny(WORKLOADS, &["acm:*"]);
    assert_eq!(
        refusal(&role(&aws, SHOP)).await.unwrap(),
        format!(
            "User: arn:aws:sts::{SHOP}:assumed-role/acm-autopilot-read/test is not authorized to perform: \
             acm:ListCertificates with an explicit deny in a service control policy: \
             arn:aws:organizations::{MANAGEMENT}:policy/o-a1b2c3d4e5/service_control_policy/{policy}"
        )
    );
    assert!(refusal(&aws.scoped(SHOP, "eu-west-1").sdk_config()).await.is_some(), "everybody in the account");
    assert_eq!(refusal(&role(&aws, LAB)).await, None);
    organization.move_account(SHOP, organization.root());
    assert_eq!(refusal(&role(&aws, SHOP)).await, None);
    organization.move_account(SHOP, WORKLOADS);
    organization.delete_policy(&policy);
    assert_eq!(refusal(&role(&aws, SHOP)).await, None);
}

/// User guide, "Service control policies": "SCPs don't affect users or roles in the management account."
#[tokio::test]
async fn the_management_account_is_never_denied() {
    let (aws, _server, organization) = start();
    organization.deny(organization.root(), &["acm:ListCertificates"]);
    assert_eq!(refusal(&role(&aws, MANAGEMENT)).await, None);
    assert!(refusal(&role(&aws, LAB)).await.is_some());
}

#[tokio::test]
async fn a_policy_may_except_roles() {
    let (aws, _server, organization) = start();
    organization.deny_except(SHOP, &["acm:ListCertificates"], &["arn:aws:iam::*:role/acm-autopilot/*"]);
    assert_eq!(refusal(&role(&aws, SHOP)).await, None);
    assert!(refusal(&aws.sdk_config_as(&format!("arn:aws:iam::{SHOP}:role/admin"), "test")).await.is_some());
}

#[tokio::test]
async fn who_one_is_cannot_be_denied() {
    let (aws, _server, organization) = start();
    organization.deny(SHOP, &["*"]);
    aws_sdk_sts::Client::new(&role(&aws, SHOP)).get_caller_identity().send().await.unwrap();
}
