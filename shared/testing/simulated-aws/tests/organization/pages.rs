//! Pages and tokens.

use serde_json::{Value, json};
use simulated_aws::{Aws, Server};

use super::raw::{code, organizations};
use super::{MANAGEMENT, start};

/// The numbers of accounts of each page.
fn sizes(server: &Server, operation: &str, mut input: Value) -> Vec<usize> {
    let mut sizes = Vec::new();
    loop {
        let (status, answer) = organizations(server, MANAGEMENT, operation, &input);
        assert_eq!(status, 200, "{answer}");
        sizes.push(answer["Accounts"].as_array().unwrap().len());
        let Some(token) = answer["NextToken"].as_str() else { return sizes };
        input["NextToken"] = json!(token);
    }
}

fn with_accounts(aws: &Aws, count: u64) {
    let organization = aws.organization().unwrap();
    for n in 0..count {
        organization.create_account(&format!("{n:012}"), &format!("account-{n}"), organization.root());
    }
}

#[test]
fn a_page_has_at_most_twenty() {
    let (aws, server, _) = start();
    with_accounts(&aws, 42);
    assert_eq!(sizes(&server, "ListAccounts", json!({})), [20, 20, 5]);
    assert_eq!(sizes(&server, "ListAccounts", json!({ "MaxResults": 19 })), [19, 19, 7]);
    assert_eq!(sizes(&server, "ListAccountsForParent", json!({ "ParentId": "r-ab12" })), [20, 20, 4]);
}

/// API references: "Continue making requests until NextToken returns null."
#[test]
fn a_page_may_be_empty_and_have_a_token() {
    let (aws, server, _) = start();
    with_accounts(&aws, 20);
    aws.answer_empty_pages(2);
    assert_eq!(sizes(&server, "ListAccounts", json!({})), [0, 0, 20, 3]);
    assert_eq!(sizes(&server, "ListAccounts", json!({})), [20, 3]);
}

#[test]
fn an_account_that_leaves_between_two_pages_costs_no_other_one() {
    let (aws, server, organization) = start();
    with_accounts(&aws, 30);
    let (_, first) = organizations(&server, MANAGEMENT, "ListAccounts", &json!({}));
    organization.leave("000000000019");
    let rest = json!({ "NextToken": first["NextToken"] });
    let (_, second) = organizations(&server, MANAGEMENT, "ListAccounts", &rest);
    assert_eq!(second["Accounts"][0]["Id"], "000000000020");
}

#[test]
fn a_token_is_good_for_its_list_only() {
    let (aws, server, _) = start();
    with_accounts(&aws, 30);
    let (_, first) = organizations(&server, MANAGEMENT, "ListAccounts", &json!({}));
    let token = &first["NextToken"];
    let other = json!({ "ParentId": "r-ab12", "NextToken": token });
    for (operation, input) in [("ListAccountsForParent", other), ("ListAccounts", json!({ "NextToken": "x" }))] {
        let answered = organizations(&server, MANAGEMENT, operation, &input);
        assert_eq!((answered.0, code(&answered)), (400, "InvalidInputException"), "{operation}");
    }
}
