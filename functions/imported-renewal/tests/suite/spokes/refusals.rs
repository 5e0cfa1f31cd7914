//! What a spoke, or whoever forges an event, does not get.

use serde_json::{Value, json};
use simulated_aws::CertificateSpec;

use super::{DEV, EXCLUDED, SHOP, calls_of, due_with};
use crate::from_acme::from_acme;
use crate::secret_events::label_updated;
use crate::world::{ACCOUNT, World, batch, due};

/// The event is refused for this reason, alone and in the queue, and nothing is called.
async fn refused(world: &World, event: Value, reason: &str) {
    world.aws.forget_record();
    let (answer, metrics) = world.measure(event.clone()).await;
    let answer = answer.unwrap();
    assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("refused"), &json!(reason)), "{answer}");
    assert!(answer["detail"].is_string(), "{answer}");
    assert_eq!(metrics["EventsRefused"], 1, "{metrics}");
    let (answer, metrics) = world.measure(batch(&event)).await;
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }), "{reason}");
    assert_eq!(metrics["EventsRefused"], 1, "{metrics}");
    assert!(world.aws.calls().is_empty(), "{reason}: {:?}", world.aws.calls());
}

#[tokio::test]
async fn an_event_is_about_the_account_and_region_that_it_comes_from() {
    let world = World::hub();
    let shop = world.import(SHOP, due()).await;
    let own = world.insert(due());
    let elsewhere = "another-account-or-region";
    for arn in [&shop, &own] {
        refused(&world, world.reported(DEV, arn), elsewhere).await;
        let tags = world.tags_added(arn, &[("acm-autopilot:status", "pending-renewal")]);
        refused(&world, world.event_of(DEV, tags), elsewhere).await;
        refused(&world, world.event_of(DEV, world.requested(arn)), elsewhere).await;
    }
    refused(&world, world.reported(ACCOUNT, &shop), elsewhere).await;
    let other_region = shop.replace(&world.region, "eu-west-1");
    refused(&world, world.reported(SHOP, &other_region), elsewhere).await;
    let secret = format!("arn:aws:secretsmanager:{}:{SHOP}:secret:web/pay.example.com-Ab3dE9", world.region);
    refused(&world, world.event_of(DEV, label_updated(&secret)), elsewhere).await;
}

#[tokio::test]
async fn only_watched_accounts_and_regions_are_worked_in() {
    let world = World::hub();
    let arn = |account: &str, region: &str| format!("arn:aws:acm:{region}:{account}:certificate/a");
    let region = world.region.as_str();
    for (account, region, reason) in [
        ("999988887777", region, "unknown-account"),
        (EXCLUDED, region, "excluded-account"),
        (SHOP, "eu-west-1", "unknown-region"),
        (ACCOUNT, "eu-west-1", "unknown-region"),
    ] {
        let arn = arn(account, region);
        let mut event = world.reported(account, &arn);
        event["region"] = region.into();
        refused(&world, event, reason).await;
        refused(&world, world.requested(&arn), reason).await;
    }
    let china = arn(SHOP, region).replace("arn:aws:", "arn:aws-cn:");
    refused(&world, world.requested(&china), "other-partition").await;
}

/// The renewal of the developers' certificate fails for this reason; nothing is called in another account but what says so.
async fn denied(world: &World, spec: CertificateSpec, reason: &str) {
    let arn = world.import(DEV, spec).await;
    let before = world.certificate(&arn);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("renewal-failed"), &json!(reason)), "{answer}");
    assert_eq!(world.certificate(&arn).serial, before.serial);
    assert!(calls_of(world, SHOP).is_empty(), "{reason}");
    let hub = calls_of(world, ACCOUNT).into_iter().map(|call| call.service);
    let beyond: Vec<_> = hub.filter(|service| !["sts", "events", "sns"].contains(&service.as_str())).collect();
    assert!(beyond.is_empty(), "{reason}: {beyond:?}");
    let notice = world.last_notice("renewal-failed").to_string();
    assert!(reason == "secret-not-found" || notice.contains("OrganizationSettings"), "{notice}");
    world.check_messages();
}

#[tokio::test]
async fn what_others_may_have_is_not_granted_to_developers() {
    let world = World::hub();
    let own = world.ordered().await;
    world.aws.remove_certificate(&own);
    // The stack's own parameters grant all of it, for the hub's own account.
    world.grant(&world.ca);
    world.grant_secrets("*");
    world.grant_account(json!({ "accounts": [SHOP], "acmeDirectories": ["letsencrypt"], "domains": ["*"],
        "secrets": ["*"], "issuerChange": true }));
    let shops = format!("arn:aws:secretsmanager:{}:{SHOP}:secret:web/pay.example.com-Ab3dE9", world.region);
    let secret = |id: &str| due_with(&[("renew-from", "secret"), ("secret", id)]);
    denied(&world, due_with(&[("private-ca", &world.ca)]), "ca-not-granted").await;
    denied(&world, due(), "ca-not-configured").await;
    denied(&world, from_acme(), "acme-not-configured").await;
    denied(&world, secret(&shops), "secret-not-found").await;
    denied(&world, secret("web/pay.example.com"), "secret-not-granted").await;
    assert_eq!(world.letsencrypt().certificates().len(), 0);
}

/// The directory may issue for the name, and the account may use the directory: for other names.
#[tokio::test]
async fn a_directory_issues_for_the_accounts_own_names_only() {
    let world = World::hub();
    let own = world.ordered().await;
    world.aws.remove_certificate(&own);
    world.grant_account(
        json!({ "accounts": [DEV], "acmeDirectories": ["letsencrypt"], "domains": ["dev.example.com", "example.net"] }),
    );
    denied(&world, from_acme(), "acme-name-not-granted").await;
    assert_eq!(world.count("newOrder"), 0);
}
