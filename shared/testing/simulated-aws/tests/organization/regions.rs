//! Regions that are off.

use aws_sdk_acm::error::ProvideErrorMetadata;
use serde_json::{Value, json};
use simulated_aws::Aws;

use super::raw::regions;
use super::{LAB, SHOP, start};

const REGION: &str = "eu-south-1";

/// As ekristen/aws-nuke#774 shows them from such a Region.
#[tokio::test]
async fn a_region_that_is_off_knows_no_credentials() {
    let (aws, _server, _) = start();
    let there = aws.scoped(SHOP, REGION);
    there.disable_region();
    let config = there.sdk_config_as(&format!("arn:aws:iam::{SHOP}:role/acm-autopilot/acm-autopilot-read"), "test");
    let acm = aws_sdk_acm::Client::new(&config);
    let error = acm.list_certificates().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
    assert_eq!(error.message(), Some("The security token included in the request is invalid"));
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    let error = aws_sdk_sns::Client::new(&config).list_topics().send().await.unwrap_err();
    assert_eq!((error.code(), error.raw_response().unwrap().status().as_u16()), (Some("InvalidClientTokenId"), 403));
    let error = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidClientTokenId"));
    aws_sdk_route53::Client::new(&config).list_hosted_zones().send().await.unwrap();
    there.enable_region();
    acm.list_certificates().send().await.unwrap();
}

#[tokio::test]
async fn other_regions_and_accounts_are_not_concerned() {
    let (aws, _server, _) = start();
    aws.scoped(SHOP, REGION).disable_region();
    for (account, region) in [(SHOP, "eu-west-1"), (LAB, REGION)] {
        let acm = aws_sdk_acm::Client::new(&aws.scoped(account, region).sdk_config());
        acm.list_certificates().send().await.unwrap();
    }
}

#[test]
#[should_panic(expected = "eu-central-1 cannot be disabled")]
fn a_region_that_is_always_on_cannot_be_disabled() {
    Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), SHOP, "eu-central-1").disable_region();
}

/// API reference, ListRegions.
#[test]
fn the_regions_of_an_account_have_states_and_pages() {
    let (aws, server, _) = start();
    aws.scoped(SHOP, REGION).disable_region();
    let ask = |account: &str, input: &Value| {
        let (status, answer) = regions(&server, account, input);
        let names = answer["Regions"].as_array().cloned().unwrap_or_default();
        let names: Vec<_> = names.iter().map(|one| one["RegionName"].as_str().unwrap().to_owned()).collect();
        (status, names, answer["NextToken"].clone())
    };
    assert_eq!(ask(SHOP, &json!({ "RegionOptStatusContains": ["DISABLED"] })).1, [REGION]);
    assert_eq!(ask(LAB, &json!({ "RegionOptStatusContains": ["DISABLED"] })).1, Vec::<String>::new());
    let (_, all, next) = ask(SHOP, &json!({}));
    assert!(all.len() == 18 && all.is_sorted() && next.is_null(), "{all:?}");
    let (_, first, next) = ask(SHOP, &json!({ "MaxResults": 10 }));
    let (_, second, end) = ask(SHOP, &json!({ "MaxResults": 10, "NextToken": next }));
    assert_eq!(([first, second].concat(), end), (all, Value::Null));
    for wrong in
        [json!({ "MaxResults": 51 }), json!({ "RegionOptStatusContains": ["OFF"] }), json!({ "NextToken": "x" })]
    {
        assert_eq!(ask(SHOP, &wrong).0, 400, "{wrong}");
    }
    assert_eq!(ask(SHOP, &json!({ "AccountId": LAB })).0, 403);
}
