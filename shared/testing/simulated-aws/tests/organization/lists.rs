//! What is listed and described.

use serde_json::{Value, json};
use simulated_aws::{AccountState, Aws, Server};

use super::raw::{code, organizations};
use super::{LAB, MANAGEMENT, PRODUCTION, SHOP, WORKLOADS, start};

fn ask(server: &Server, operation: &str, input: &Value) -> Value {
    let (status, answer) = organizations(server, MANAGEMENT, operation, input);
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

fn refusal(server: &Server, operation: &str, input: &Value) -> String {
    code(&organizations(server, MANAGEMENT, operation, input)).to_owned()
}

/// The members of this name of a list's items.
fn all<'a>(answer: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    answer[list].as_array().unwrap().iter().map(|item| item[member].as_str().unwrap()).collect()
}

#[test]
fn an_organization_is_a_tree_with_one_root() {
    let (_aws, server, _) = start();
    let described = ask(&server, "DescribeOrganization", &json!({}));
    let organization = &described["Organization"];
    assert_eq!((organization["Id"].as_str(), organization["FeatureSet"].as_str()), (Some("o-a1b2c3d4e5"), Some("ALL")));
    assert_eq!(
        organization["MasterAccountArn"],
        "arn:aws:organizations::123456789012:account/o-a1b2c3d4e5/123456789012"
    );
    let roots = ask(&server, "ListRoots", &json!({}));
    assert_eq!(all(&roots, "Roots", "Id"), ["r-ab12"]);
    let children = |parent: &str| {
        let units = ask(&server, "ListOrganizationalUnitsForParent", &json!({ "ParentId": parent }));
        let accounts = ask(&server, "ListAccountsForParent", &json!({ "ParentId": parent }));
        let [units, accounts] = [(&units, "OrganizationalUnits"), (&accounts, "Accounts")]
            .map(|(answer, list)| all(answer, list, "Name").into_iter().map(str::to_owned).collect::<Vec<_>>());
        (units, accounts)
    };
    let of = |units: &[&str], accounts: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        (owned(units), owned(accounts))
    };
    assert_eq!(children("r-ab12"), of(&["workloads"], &["management", "lab"]));
    assert_eq!(children(WORKLOADS), of(&["production"], &[]));
    assert_eq!(children(PRODUCTION), of(&[], &["shop-prod"]));
    assert_eq!(
        refusal(&server, "ListAccountsForParent", &json!({ "ParentId": "ou-ab12-33333333" })),
        "ParentNotFoundException"
    );
}

#[test]
fn parents_lead_up_to_the_root() {
    let (_aws, server, _) = start();
    let parent = |child: &str| ask(&server, "ListParents", &json!({ "ChildId": child }))["Parents"].clone();
    assert_eq!(parent(SHOP), json!([{ "Id": PRODUCTION, "Type": "ORGANIZATIONAL_UNIT" }]));
    assert_eq!(parent(PRODUCTION), json!([{ "Id": WORKLOADS, "Type": "ORGANIZATIONAL_UNIT" }]));
    assert_eq!(parent(WORKLOADS), json!([{ "Id": "r-ab12", "Type": "ROOT" }]));
    assert_eq!(refusal(&server, "ListParents", &json!({ "ChildId": "000000000000" })), "ChildNotFoundException");
}

#[test]
fn accounts_are_described_while_they_are_members() {
    let (aws, server, organization) = start();
    let describe = |id: &str| ask(&server, "DescribeAccount", &json!({ "AccountId": id }))["Account"].clone();
    let shop = describe(SHOP);
    assert_eq!((shop["Name"].as_str(), shop["State"].as_str()), (Some("shop-prod"), Some("ACTIVE")));
    assert_eq!(shop["JoinedTimestamp"].as_f64(), Some(1_795_161_600.0));
    organization.close_account(SHOP);
    assert_eq!(describe(SHOP)["State"], "PENDING_CLOSURE");
    organization.set_account_state(SHOP, AccountState::Suspended);
    assert_eq!(describe(SHOP)["State"], "SUSPENDED");
    organization.leave(SHOP);
    assert_eq!(refusal(&server, "DescribeAccount", &json!({ "AccountId": SHOP })), "AccountNotFoundException");
    organization.join(SHOP, "shop");
    assert_eq!(describe(SHOP)["JoinedMethod"], "INVITED");
    organization.move_account(SHOP, WORKLOADS);
    organization.rename_account(SHOP, "shop-again");
    let there = ask(&server, "ListAccountsForParent", &json!({ "ParentId": WORKLOADS }));
    assert_eq!(all(&there, "Accounts", "Name"), ["shop-again"]);
    assert_eq!(all(&ask(&server, "ListAccounts", &json!({})), "Accounts", "Id"), [SHOP, MANAGEMENT, LAB]);
    assert_eq!(aws.organization().unwrap().id(), "o-a1b2c3d4e5");
}

/// API reference, Account, Status: retired on September 9, 2026.
#[test]
fn the_older_status_is_there_until_it_was_retired() {
    let aws = Aws::new("2026-09-08T23:59:59Z".parse().unwrap());
    aws.create_organization("o-a1b2c3d4e5");
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let account = || ask(&server, "ListAccounts", &json!({}))["Accounts"][0].clone();
    assert_eq!((account()["Status"].as_str(), account()["State"].as_str()), (Some("ACTIVE"), Some("ACTIVE")));
    aws.advance(jiff::Span::new().seconds(1));
    assert_eq!((account()["Status"].as_str(), account()["State"].as_str()), (None, Some("ACTIVE")));
}

#[test]
fn accounts_units_and_the_root_have_tags() {
    let (_aws, server, organization) = start();
    for resource in [SHOP, PRODUCTION, organization.root()] {
        organization.set_tags(resource, &[("acm-autopilot", "off"), ("Owner", "team")]);
        let tags = ask(&server, "ListTagsForResource", &json!({ "ResourceId": resource }));
        assert_eq!(all(&tags, "Tags", "Key"), ["Owner", "acm-autopilot"]);
    }
    assert_eq!(ask(&server, "ListTagsForResource", &json!({ "ResourceId": LAB }))["Tags"], json!([]));
    let nobody = json!({ "ResourceId": "000000000000" });
    assert_eq!(refusal(&server, "ListTagsForResource", &nobody), "TargetNotFoundException");
}
