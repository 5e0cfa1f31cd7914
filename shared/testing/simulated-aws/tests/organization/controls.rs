//! The controls of a served model.

use aws_sdk_acm::error::ProvideErrorMetadata;
use serde_json::{Value, json};
use simulated_aws::{Aws, Server};

use super::raw::{code, contact, control, organizations};
use super::{LAB, MANAGEMENT, PRODUCTION, SHOP, WORKLOADS};

fn empty() -> (Aws, Server) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    (aws, server)
}

fn put(server: &Server, path: &str, body: &Value) -> Value {
    let (status, answer) = control(server, path, body);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[test]
fn an_organization_is_made_and_changed() {
    let (_aws, server) = empty();
    let made = put(
        &server,
        "organization",
        &json!({
            "id": "o-a1b2c3d4e5",
            "units": [{ "id": WORKLOADS, "name": "workloads" }, { "id": PRODUCTION, "name": "production", "parent": WORKLOADS }],
            "accounts": [{ "id": SHOP, "name": "shop-prod", "parent": PRODUCTION }, { "id": LAB, "name": "lab" }],
            "tags": { SHOP: { "Owner": "team" } },
            "delegate": [{ "account": LAB, "service": "member.org.stacksets.cloudformation.amazonaws.com" }],
            "trust": ["account.amazonaws.com"],
            "emptyPages": 1,
        }),
    );
    assert_eq!((&made["managementAccount"], &made["root"]), (&json!(MANAGEMENT), &json!("r-ab12")));
    assert_eq!(
        made["accounts"][0],
        json!({ "id": SHOP, "name": "shop-prod", "parent": PRODUCTION, "state": "ACTIVE" })
    );
    let list = || organizations(&server, LAB, "ListAccounts", &json!({})).1["Accounts"].as_array().unwrap().len();
    assert_eq!((list(), list()), (0, 3));
    let changes = json!({
        "accounts": [{ "id": SHOP, "state": "SUSPENDED", "parent": "r-ab12" }, { "id": "777788889999" }], "leave": [LAB],
    });
    let changed = put(&server, "organization", &changes);
    let shop = json!({ "id": SHOP, "name": "shop-prod", "parent": "r-ab12", "state": "SUSPENDED" });
    assert_eq!((changed["accounts"].as_array().unwrap().len(), &changed["accounts"][0]), (3, &shop));
    assert_eq!(code(&organizations(&server, LAB, "ListAccounts", &json!({}))), "AWSOrganizationsNotInUseException");
}

#[test]
fn what_organizations_would_refuse_is_refused() {
    let (_aws, server) = empty();
    let refused = |body: Value| control(&server, "organization", &body).0;
    assert_eq!(refused(json!({})), 400, "there is none yet");
    assert_eq!(refused(json!({ "id": "x" })), 400);
    put(&server, "organization", &json!({ "id": "o-a1b2c3d4e5" }));
    for wrong in [
        json!({ "id": "o-zzzzzzzzzz" }),
        json!({ "units": [{ "id": "x", "name": "x" }] }),
        json!({ "units": [{ "id": WORKLOADS, "name": "x", "parent": PRODUCTION }] }),
        json!({ "accounts": [{ "id": "12" }] }),
        json!({ "accounts": [{ "id": MANAGEMENT, "state": "SUSPENDED" }] }),
        json!({ "leave": [MANAGEMENT] }),
        json!({ "leave": [SHOP] }),
        json!({ "delegate": [{ "account": MANAGEMENT, "service": "x" }] }),
        json!({ "deny": [{ "target": "r-zz", "actions": ["*"] }] }),
        json!({ "nonsense": 1 }),
    ] {
        assert_eq!(refused(wrong.clone()), 400, "{wrong}");
    }
}

#[tokio::test]
async fn roles_contacts_regions_and_policies_are_set() {
    let (aws, server) = empty();
    let role = format!("arn:aws:iam::{SHOP}:role/acm-autopilot/acm-autopilot-read");
    put(&server, "organization", &json!({ "id": "o-a1b2c3d4e5", "accounts": [{ "id": SHOP }] }));
    put(
        &server,
        "alternate-contact",
        &json!({ "account": SHOP, "type": "SECURITY", "name": "a", "email": "a@example.com" }),
    );
    assert_eq!(contact(&server, SHOP, &json!({ "AlternateContactType": "SECURITY" })).0, 200);

    let trust = json!({ "externalId": "acm-autopilot", "account": MANAGEMENT });
    put(&server, "role", &json!({ "roleArn": role, "trust": trust, "actions": ["acm:ListCertificates"] }));
    let sts = aws_sdk_sts::Client::new(&aws.sdk_config());
    let assume = || sts.assume_role().role_arn(&role).role_session_name("test");
    assert_eq!(assume().send().await.unwrap_err().code(), Some("AccessDenied"));
    assume().external_id("acm-autopilot").send().await.unwrap();
    put(&server, "role", &json!({ "roleArn": role, "refused": true }));
    assert_eq!(assume().external_id("acm-autopilot").send().await.unwrap_err().code(), Some("AccessDenied"));

    let there = aws.scoped(SHOP, "eu-south-1");
    let acm = aws_sdk_acm::Client::new(&there.sdk_config_as(&role, "test"));
    acm.list_certificates().send().await.unwrap();
    put(&server, "region", &json!({ "account": SHOP, "region": "eu-south-1", "enabled": false }));
    assert_eq!(acm.list_certificates().send().await.unwrap_err().code(), Some("UnrecognizedClientException"));
    put(&server, "region", &json!({ "account": SHOP, "region": "eu-south-1", "enabled": true }));
    put(&server, "organization", &json!({ "deny": [{ "target": SHOP, "actions": ["acm:*"] }] }));
    let denied = acm.list_certificates().send().await.unwrap_err();
    assert!(denied.message().unwrap().contains("with an explicit deny in a service control policy"));

    let always = json!({ "region": "us-east-1", "enabled": false });
    assert_eq!(control(&server, "region", &always).0, 400);
    let kind = json!({ "type": "OWNER", "name": "a", "email": "a@example.com" });
    assert_eq!(control(&server, "alternate-contact", &kind).0, 400);
}
