//! Who may read an organization.

use aws_sdk_sts::config::Credentials;
use serde_json::{Value, json};
use simulated_aws::{Fault, Server};

use super::raw::{Answered, code, organizations};
use super::{LAB, MANAGEMENT, SHOP, STRANGER, start};

fn list(server: &Server, key: &str) -> Answered {
    organizations(server, key, "ListAccounts", &json!({}))
}

#[test]
fn the_management_account_and_delegated_administrators_read() {
    let (_aws, server, organization) = start();
    organization.delegate(LAB, "member.org.stacksets.cloudformation.amazonaws.com");
    for key in [MANAGEMENT, LAB] {
        assert_eq!(list(&server, key).0, 200, "{key}");
    }
    organization.revoke_delegation(LAB);
    assert_eq!(code(&list(&server, LAB)), "AccessDeniedException");
}

#[test]
fn a_member_account_only_sees_which_organization_it_is_in() {
    let (_aws, server, _) = start();
    let (status, answer) = list(&server, SHOP);
    let denied =
        json!({ "__type": "AccessDeniedException", "message": "You don't have permissions to access this resource." });
    assert_eq!((status, answer), (400, denied));
    for (operation, input) in [
        ("ListRoots", json!({})),
        ("ListParents", json!({ "ChildId": SHOP })),
        ("DescribeAccount", json!({ "AccountId": SHOP })),
        ("ListTagsForResource", json!({ "ResourceId": SHOP })),
        ("ListAccountsForParent", json!({ "ParentId": "r-ab12" })),
        ("ListOrganizationalUnitsForParent", json!({ "ParentId": "r-ab12" })),
    ] {
        assert_eq!(code(&organizations(&server, SHOP, operation, &input)), "AccessDeniedException", "{operation}");
    }
    let (_, described) = organizations(&server, SHOP, "DescribeOrganization", &json!({}));
    assert_eq!(described["Organization"]["MasterAccountId"], MANAGEMENT);
}

#[test]
fn an_account_without_an_organization_gets_its_own_error() {
    let (aws, server, organization) = start();
    assert!(aws.scoped(STRANGER, "us-east-1").organization().is_none());
    for operation in ["DescribeOrganization", "ListRoots"] {
        let (status, answer) = organizations(&server, STRANGER, operation, &json!({}));
        assert_eq!((status, &answer["__type"]), (400, &json!("AWSOrganizationsNotInUseException")));
    }
    organization.leave(SHOP);
    assert_eq!(
        code(&organizations(&server, SHOP, "DescribeOrganization", &json!({}))),
        "AWSOrganizationsNotInUseException"
    );
}

#[test]
fn a_session_acts_in_its_roles_account() {
    let (aws, server, _) = start();
    let config = aws.sdk_config_as(&format!("arn:aws:iam::{SHOP}:role/reader"), "test");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let provider = config.credentials_provider().unwrap();
    let keys: Credentials =
        runtime.block_on(aws_credential_types::provider::ProvideCredentials::provide_credentials(&provider)).unwrap();
    assert_eq!(code(&list(&server, keys.access_key_id())), "AccessDeniedException");
}

/// API reference, TooManyRequestsException.
#[test]
fn throttling_has_its_own_code() {
    let (aws, server, _) = start();
    aws.fail_next("ListAccounts", 1, Fault::Throttled);
    let throttled = list(&server, MANAGEMENT);
    assert_eq!((throttled.0, code(&throttled)), (400, "TooManyRequestsException"));
    assert_eq!(list(&server, MANAGEMENT).0, 200);
}

#[test]
fn parameters_that_are_wrong_are_invalid_input() {
    let (_aws, server, _) = start();
    let wrong: [(&str, Value); 5] = [
        ("DescribeAccount", json!({ "AccountId": "12" })),
        ("DescribeAccount", json!({})),
        ("ListParents", json!({ "ChildId": "r-ab12" })),
        ("ListAccounts", json!({ "MaxResults": 21 })),
        ("ListAccountsForParent", json!({ "ParentId": SHOP })),
    ];
    for (operation, input) in wrong {
        let answered = organizations(&server, MANAGEMENT, operation, &input);
        assert_eq!((answered.0, code(&answered)), (400, "InvalidInputException"), "{operation} {input}");
    }
}
