//! A hub: events of other accounts, by their own grants.

use serde_json::{Value, json};

use crate::world::{GRANTS, World};

const OTHER: &str = "210987654321";

fn hub() -> World {
    let organization = json!({
        "id": "o-a1b2c3d4e5", "regions": ["us-east-1"],
        "accounts": [{"id": OTHER, "name": "shop"}],
        "grants": [{"accounts": [OTHER], "domains": ["shop.example"]}],
    });
    let organization = organization.to_string();
    World::with(&[("ORGANIZATION", organization.as_str()), ("GRANTS", GRANTS)])
}

fn requested(world: &World, account: &str, region: &str, name: &str) -> Value {
    let arn = format!("arn:aws:acm:{region}:{account}:certificate/a");
    let mut event =
        world.call("acm", "RequestCertificate", json!({ "domainName": name }), json!({ "certificateArn": arn }));
    event["account"] = json!(account);
    event["region"] = json!(region);
    event
}

#[tokio::test]
async fn each_account_has_its_own_grants() {
    let world = hub();
    for (account, name, expected) in [
        (OTHER, "www.shop.example", "names-granted"),
        (OTHER, "www.example.com", "noticed"),
        ("123456789012", "www.example.com", "names-granted"),
    ] {
        let event = requested(&world, account, "us-east-1", name);
        assert_eq!(world.outcome(&event).await, expected, "{account} {name}");
    }
    assert_eq!(world.last()["account"], OTHER);
}

#[tokio::test]
async fn strangers_are_refused() {
    let world = hub();
    for (account, region, reason) in
        [("999999999999", "us-east-1", "unknown-account"), (OTHER, "eu-west-1", "unknown-region")]
    {
        let answer = world.answer(&requested(&world, account, region, "www.example.com")).await;
        assert_eq!(answer, json!({"outcome": "refused", "reason": reason}));
    }
    assert!(world.notices().is_empty());
}

#[tokio::test]
async fn roles_are_of_an_account_and_of_no_region() {
    let organization =
        json!({"id": "o-a1b2c3d4e5", "regions": ["eu-central-1"], "accounts": [{"id": OTHER, "name": "shop"}]});
    let organization = organization.to_string();
    let world = World::with(&[("ORGANIZATION", organization.as_str())]);
    let mut event = world.call("iam", "PutRolePolicy", json!({"roleName": "acm-autopilot-dns"}), json!(null));
    event["account"] = json!(OTHER);
    assert_eq!(world.outcome(&event).await, "noticed");
    assert_eq!(world.last()["account"], OTHER);
}
