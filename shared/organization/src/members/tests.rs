use serde_json::json;

use super::*;

const SETTINGS: &str = r#"{
    "id": "o-a1b2c3d4e5",
    "accounts": [
        {"id": "111122223333", "name": "shop"},
        {"id": "444455556666", "units": ["ou-ab12-99999999"]},
        {"id": "123456789012"}
    ],
    "regions": ["eu-central-1", "us-east-1"],
    "excludedUnits": ["ou-ab12-99999999"]
}"#;

fn target(account: &str, region: &str) -> Target {
    Target { partition: "aws".into(), account: account.into(), region: region.into() }
}

fn home() -> Target {
    target("123456789012", "eu-central-1")
}

/// Nothing is called with it.
fn sdk() -> SdkConfig {
    SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::v2026_01_12()).build()
}

fn hub() -> Organization {
    Organization::new(Some(SETTINGS.parse().unwrap()), &sdk())
}

#[tokio::test]
async fn only_targets_of_the_organization_are_worked_in() {
    let hub = hub();
    let refusal = async |target: Target| match hub.member(&target, &home()).await {
        Ok(member) => {
            assert_eq!(member.target, target);
            "none"
        }
        Err(OrganizationError::Refused(refusal)) => refusal.as_str(),
        Err(OrganizationError::Call(error)) => panic!("{error}"),
    };
    assert_eq!(refusal(home()).await, "none");
    assert_eq!(refusal(target("111122223333", "us-east-1")).await, "none");
    assert_eq!(refusal(target("123456789012", "us-east-1")).await, "none", "another Region of the hub's account");
    assert_eq!(refusal(target("111122223333", "us-west-2")).await, "unknown-region");
    assert_eq!(refusal(target("999988887777", "us-east-1")).await, "unknown-account");
    assert_eq!(refusal(target("444455556666", "us-east-1")).await, "excluded-account");
    let china = Target { partition: "aws-cn".into(), ..target("111122223333", "us-east-1") };
    assert_eq!(refusal(china).await, "other-partition");
}

#[tokio::test]
async fn the_own_target_is_no_spoke_and_comes_first() {
    let members = hub().members(&home()).await.unwrap();
    let found: Vec<_> = members.iter().map(|one| (one.target.account.as_str(), one.target.region.as_str())).collect();
    let [own, shop] = ["123456789012", "111122223333"];
    assert_eq!(
        found,
        [(own, "eu-central-1"), (shop, "eu-central-1"), (shop, "us-east-1"), (own, "us-east-1")],
        "the excluded account is not among them"
    );
    assert!(members[0].spoke.is_none() && members[1..].iter().all(|member| member.spoke.is_some()));
    assert_eq!(members[1].spoke.as_ref().unwrap().account.name, "shop");
}

#[tokio::test]
async fn a_single_account_has_one_target() {
    let alone = Organization::new(None, &sdk());
    assert!(!alone.has_spokes());
    assert_eq!(alone.members(&home()).await.unwrap().len(), 1);
    let elsewhere = target("111122223333", "us-east-1");
    assert!(alone.member(&elsewhere, &home()).await.is_err());
    let event = json!({"account": "111122223333", "region": "us-east-1"});
    assert_eq!(alone.target_of(&event, &home()), home(), "what it names is refused by whoever reads it");
}

#[test]
fn an_event_takes_place_where_eventbridge_says() {
    let hub = hub();
    let arn = "arn:aws:acm:us-east-1:111122223333:certificate/x";
    let event = |source: &str, account: &str, arn: &str| {
        json!({
            "source": source, "account": account, "region": "us-east-1", "resources": [arn],
            "detail": {"certificateArn": arn},
        })
    };
    let of = |event: Value| hub.target_of(&event, &home());
    assert_eq!(of(event("aws.acm", "111122223333", arn)), target("111122223333", "us-east-1"));
    // Our own events name the certificate.
    assert_eq!(of(event("acm-autopilot", "123456789012", arn)), target("111122223333", "us-east-1"));
    // A spoke cannot send one of ours about another account.
    assert_eq!(of(event("acm-autopilot", "444455556666", arn)), target("444455556666", "us-east-1"));
    assert_eq!(of(event("aws.acm", "444455556666", arn)), target("444455556666", "us-east-1"));
    // Somebody who invokes the function with an event that names nothing means this account.
    assert_eq!(of(json!({"source": "aws.acm"})), home());
}
