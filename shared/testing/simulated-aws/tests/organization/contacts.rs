//! Alternate contacts.

use serde_json::json;
use simulated_aws::{AlternateContact, Aws, Fault};

use super::raw::contact;
use super::{LAB, MANAGEMENT, SHOP, STRANGER, start};

fn set(aws: &Aws, account: &str, kind: &str) {
    let team = AlternateContact::new("shop team", "shop@example.com");
    aws.scoped(account, "us-east-1").set_alternate_contact(kind, team);
}

#[test]
fn an_account_reads_its_own_contacts() {
    let (aws, server, _) = start();
    set(&aws, SHOP, "OPERATIONS");
    let (status, answer) = contact(&server, SHOP, &json!({ "AlternateContactType": "OPERATIONS" }));
    assert_eq!((status, &answer["AlternateContact"]["EmailAddress"]), (200, &json!("shop@example.com")));
    assert_eq!(answer["AlternateContact"]["AlternateContactType"], "OPERATIONS");
    let (status, answer) = contact(&server, SHOP, &json!({ "AlternateContactType": "SECURITY" }));
    assert_eq!((status, &answer["message"]), (404, &json!("No contact of the inputted alternate contact type found.")));
    for wrong in [json!({}), json!({ "AlternateContactType": "OWNER" })] {
        assert_eq!(contact(&server, SHOP, &wrong).0, 400, "{wrong}");
    }
}

/// API reference, GetAlternateContact, AccountId.
#[test]
fn contacts_of_members_need_trusted_access_and_an_administrator() {
    let (aws, server, organization) = start();
    set(&aws, SHOP, "SECURITY");
    let ask = |key: &str, account: &str| {
        let (status, answer) =
            contact(&server, key, &json!({ "AccountId": account, "AlternateContactType": "SECURITY" }));
        (status, answer["message"].as_str().unwrap_or_default().to_owned())
    };
    let (status, why) = ask(MANAGEMENT, SHOP);
    assert_eq!(status, 403);
    assert!(
        why.ends_with("(Your organization must first enable trusted access with AWS Account Management.)"),
        "{why}"
    );
    organization.trust("account.amazonaws.com");
    assert_eq!(ask(MANAGEMENT, SHOP).0, 200);
    assert!(ask(MANAGEMENT, MANAGEMENT).1.contains("standalone context"));
    assert_eq!(ask(MANAGEMENT, STRANGER).0, 403);
    assert_eq!(ask(SHOP, SHOP).0, 403, "from a member account even its own id is refused");
    organization.delegate(LAB, "config.amazonaws.com");
    assert_eq!(ask(LAB, SHOP).0, 403, "a delegated administrator of another service");
    organization.delegate(LAB, "account.amazonaws.com");
    assert_eq!(ask(LAB, SHOP).0, 200);
}

#[test]
fn throttling_has_its_own_code_and_status() {
    let (aws, server, _) = start();
    aws.fail_next("GetAlternateContact", 1, Fault::Throttled);
    assert_eq!(contact(&server, SHOP, &json!({ "AlternateContactType": "SECURITY" })).0, 429);
}
