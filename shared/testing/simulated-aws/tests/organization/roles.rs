//! Whom roles trust, and what they allow.

use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use simulated_aws::{Aws, CallResult, CertificateSpec, Fault, RoleRule, RoleTrust};

use super::{MANAGEMENT, SHOP, start};

const READ: &str = "arn:aws:iam::111122223333:role/acm-autopilot/acm-autopilot-read";

/// AssumeRole by somebody who has a role.
async fn assume(aws: &Aws, by: &str, external_id: &str) -> Result<AssumeRoleOutput, AssumeRoleError> {
    let sts = aws_sdk_sts::Client::new(&aws.sdk_config_as(by, "function"));
    let assume = sts.assume_role().role_arn(READ).role_session_name("acm-autopilot-expiry-events");
    assume.external_id(external_id).send().await.map_err(SdkError::into_service_error)
}

fn hub_role(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/acm-autopilot/{name}")
}

#[tokio::test]
async fn each_condition_of_a_trust_policy_must_be_met() {
    let (aws, _server, organization) = start();
    let trust = RoleTrust::default()
        .account(MANAGEMENT)
        .principal_like("arn:aws:iam::*:role/acm-autopilot/hub-ExpiryEvents*")
        .external_id("acm-autopilot")
        .organization(organization.id());
    aws.set_role(READ, RoleRule::Trust(trust));
    let function = hub_role(MANAGEMENT, "hub-ExpiryEventsRole-1A2B");
    let code = async |by: &str, external_id: &str| {
        let refused = assume(&aws, by, external_id).await.err();
        refused.map(|error| error.code().unwrap_or_default().to_owned())
    };
    assert_eq!(code(&function, "acm-autopilot").await, None);
    let denied = Some("AccessDenied".to_owned());
    assert_eq!(code(&function, "another").await, denied);
    assert_eq!(code(&hub_role(MANAGEMENT, "hub-DnsValidationRole"), "acm-autopilot").await, denied);
    assert_eq!(code(&hub_role(SHOP, "hub-ExpiryEventsRole"), "acm-autopilot").await, denied);
    let elsewhere = RoleTrust::default().organization("o-zzzzzzzzzz");
    aws.set_role(READ, RoleRule::Trust(elsewhere));
    assert_eq!(code(&function, "acm-autopilot").await, denied);
}

#[tokio::test]
async fn a_limited_role_allows_its_actions_only() {
    let (aws, _server, _) = start();
    let arn = aws.scoped(SHOP, "us-east-1").insert_certificate(CertificateSpec::imported("example.com").thin());
    aws.limit_role(READ, &["acm:List*", "acm:DescribeCertificate"]);
    let config = aws.sdk_config_as(READ, "test");
    let acm = aws_sdk_acm::Client::new(&config);
    assert_eq!(acm.list_certificates().send().await.unwrap().certificate_summary_list().len(), 1);
    acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
    let denied = acm.delete_certificate().certificate_arn(&arn).send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
    let why = "User: arn:aws:sts::111122223333:assumed-role/acm-autopilot-read/test is not authorized to perform: \
        acm:DeleteCertificate on resource: ";
    let because = "because no identity-based policy allows the acm:DeleteCertificate action";
    assert_eq!(denied.message(), Some(format!("{why}{arn} {because}").as_str()));
    assert!(aws.scoped(SHOP, "us-east-1").certificate(&arn).is_some(), "nothing happened");
    assert_eq!(aws.calls().last().unwrap().result, CallResult::Error("AccessDeniedException".to_owned()));

    let route53 = aws_sdk_route53::Client::new(&config);
    assert_eq!(route53.list_hosted_zones().send().await.unwrap_err().code(), Some("AccessDenied"));
    let sns = aws_sdk_sns::Client::new(&config);
    assert_eq!(sns.list_topics().send().await.unwrap_err().code(), Some("AuthorizationError"));
    let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(SHOP), "no permission is needed to ask who one is");
}

#[tokio::test]
async fn other_roles_of_the_account_are_not_limited() {
    let (aws, _server, _) = start();
    aws.limit_role(READ, &[]);
    let other = aws.sdk_config_as(&hub_role(SHOP, "acm-autopilot-renew"), "test");
    aws_sdk_acm::Client::new(&other).list_certificates().send().await.unwrap();
    let limited = aws_sdk_acm::Client::new(&aws.sdk_config_as(READ, "test"));
    let denied = limited.list_certificates().send().await.unwrap_err();
    let message = denied.message().unwrap();
    assert!(
        message.ends_with(
            "perform: acm:ListCertificates because no identity-based policy allows the acm:ListCertificates action"
        ),
        "{message}"
    );
}

#[tokio::test]
async fn calls_are_found_by_role_and_by_place() {
    let (aws, _server, _) = start();
    let there = aws.scoped(SHOP, "eu-west-1");
    let acm = aws_sdk_acm::Client::new(&there.sdk_config_as(READ, "test"));
    acm.list_certificates().send().await.unwrap();
    aws.fail_next("ListCertificates", 1, Fault::AccessDenied);
    acm.list_certificates().send().await.unwrap_err();
    aws_sdk_acm::Client::new(&aws.sdk_config()).list_certificates().send().await.unwrap();
    assert_eq!((aws.calls_by_role(READ).len(), there.calls_here().len(), aws.calls_here().len()), (2, 2, 1));
    assert!(aws.scoped(SHOP, "us-east-1").calls_here().is_empty());
    aws.take_record();
    acm.list_certificates().send().await.unwrap();
    assert_eq!((there.calls_here().len(), aws.calls_here().len()), (1, 0));
}
