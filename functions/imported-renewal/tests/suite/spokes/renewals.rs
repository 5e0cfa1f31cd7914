//! What is done in a spoke, and with whose credentials.

use std::collections::BTreeSet;

use aws_config::identity::IdentityCache;
use imported_renewal::Handler;
use serde_json::json;
use simulated_aws::Fault;

use super::{SHOP, calls_of, due_with, role};
use crate::from_acme::from_acme;
use crate::from_secret::{NAME, from_secret, pem};
use crate::secret_events::label_updated;
use crate::world::{ACCOUNT, Tagged, World, due};

/// The services that were called in an account.
fn services(world: &World, account: &str) -> BTreeSet<String> {
    calls_of(world, account).into_iter().map(|call| call.service).collect()
}

fn set(services: &[&str]) -> BTreeSet<String> {
    services.iter().map(|&service| service.to_owned()).collect()
}

#[tokio::test]
async fn a_certificate_is_renewed_with_the_spokes_role_from_the_hubs_ca() {
    for is_reported in [false, true] {
        let world = World::hub();
        let arn = world.import(SHOP, due()).await;
        let before = world.certificate(&arn);
        let event = if is_reported { world.reported(SHOP, &arn) } else { world.requested(&arn) };
        // As aws_config's loader has it.
        let sdk = world.aws.sdk_config().into_builder().identity_cache(IdentityCache::lazy().build()).build();
        let handler = Handler::new(world.config(&[]), &sdk);
        let answer = world.give(&handler, event).await.unwrap();
        assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");

        let after = world.certificate(&arn);
        assert_ne!(after.serial, before.serial);
        assert_eq!((after.tag("status"), after.operators_tags()), (Some("renewal-complete"), before.operators_tags()));
        assert_eq!(services(&world, SHOP), set(&["acm", "apigateway"]));
        assert_eq!(services(&world, ACCOUNT), set(&["acm-pca", "events", "sns", "sts"]));
        let calls = world.aws.calls();
        let assumed: Vec<_> = calls.iter().filter(|call| call.operation == "AssumeRole").collect();
        assert_eq!(assumed.len(), 1, "its credentials are kept");
        for input in assumed.iter().map(|call| &call.input) {
            assert_eq!(input["RoleArn"], role(SHOP).as_str());
            assert_eq!(
                (&input["ExternalId"], &input["RoleSessionName"]),
                (&json!("our-installation"), &json!("acm-autopilot-imported-renewal"))
            );
        }
        // Whoever gets the hub's events and notices reads there which certificate they are about.
        assert_eq!(world.last_notice("renewal-complete")["certificateArn"], arn.as_str());
        assert!(world.aws.events().iter().all(|event| event.resources == [arn.as_str()]));
        assert_eq!(world.statuses(), ["renewal-in-progress", "renewal-complete"]);
        world.check_messages();
    }
}

/// The hub's own certificates are renewed as in a single account, with the stack's own grants.
#[tokio::test]
async fn nothing_changes_for_the_hubs_own_certificates() {
    let record = async |world: World| {
        let arn = world.insert(due());
        let answer = world.renew(&arn).await;
        (answer, world.aws.calls().into_iter().map(|call| (call.operation, call.account)).collect::<Vec<_>>())
    };
    let (alone, hub) = (record(World::new()).await, record(World::hub()).await);
    assert_eq!(hub.1, alone.1);
    assert_eq!(hub.0["outcome"], alone.0["outcome"]);
}

#[tokio::test]
async fn a_secret_of_the_spoke_is_read_with_its_role() {
    let world = World::hub();
    world.grant_account(json!({ "accounts": [SHOP], "secrets": ["web/*"] }));
    let arn = world.import(SHOP, from_secret()).await;
    let delivered = pem(&world.issue(due().days_left(90)));
    let shop = world.account(SHOP);
    let secret = shop.insert_secret(NAME);
    shop.set_secret_tags(NAME, &[("acm-autopilot:certificate", SHOP)]);
    shop.set_secret_value(NAME, &delivered);
    world.aws.forget_record();

    let event = world.event_of(SHOP, label_updated(&secret));
    let answer = world.give(&world.handler(), event).await.unwrap();
    assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");
    assert_eq!(services(&world, SHOP), set(&["acm", "apigateway", "secretsmanager", "tag"]));
    assert_eq!(services(&world, ACCOUNT), set(&["events", "sns", "sts"]));
    world.check_messages();
}

/// Accounts at CAs and hosted zones are the hub's.
#[tokio::test]
async fn an_order_is_made_with_the_hubs_account_and_zones() {
    let world = World::hub();
    let own = world.ordered().await;
    world.aws.remove_certificate(&own);
    world.grant_account(
        json!({ "accounts": [SHOP], "acmeDirectories": ["letsencrypt"], "domains": ["pay.example.com"] }),
    );
    let arn = world.import(SHOP, from_acme()).await;
    let answer = world.renew(&arn).await;
    assert_eq!(answer["certificate"], arn.as_str());
    assert_eq!(services(&world, SHOP), set(&["acm", "apigateway"]));
    let hub = services(&world, ACCOUNT);
    assert!(hub.is_superset(&set(&["acme", "route53", "secretsmanager"])), "{hub:?}");
    assert_eq!(world.txt_values(), [crate::from_acme::NOT_OURS]);
    world.check_messages();
}

/// The CA may be in another Region than the function and the certificate.
#[tokio::test]
async fn a_private_ca_is_called_in_its_own_region() {
    let world = World::hub();
    let elsewhere = world.aws.scoped(ACCOUNT, "eu-west-9");
    let ca = elsewhere.create_private_ca(simulated_aws::Key::P256);
    world.grant_account(json!({ "accounts": [SHOP], "privateCas": [ca], "issuerChange": true }));
    let arn = world.import(SHOP, due_with(&[("private-ca", &ca)])).await;
    let answer = world.renew(&arn).await;
    assert_eq!(answer["outcome"], "renewed");
    assert_eq!(elsewhere.private_ca(&ca).unwrap().issued, 1);
}

/// ACM has a quota of imports for each account and Region.
#[tokio::test]
async fn a_quota_that_is_reached_in_one_account_stops_no_other() {
    let world = World::hub();
    world.set_organization("grants", json!([{ "accounts": [SHOP, super::DEV], "privateCas": [world.ca] }]));
    let (dev, other, shop) =
        (world.import(super::DEV, due()).await, world.import(super::DEV, due()).await, world.import(SHOP, due()).await);
    let handler = world.handler();
    let full = Fault::Error { code: "LimitExceededException".into(), message: "5000 imports".into(), status: 400 };
    world.aws.fail_always("ImportCertificate", full);
    let first = world.give(&handler, world.requested(&dev)).await.unwrap();
    assert_eq!(first["reason"], "import-quota-reached", "{first}");
    let notice = world.last_notice("renewal-failed").to_string();
    assert!(notice.contains(&format!("Name=Target,Value={}/{}", super::DEV, world.region)), "{notice}");
    world.aws.clear_faults();
    let issued = world.count("IssueCertificate");
    let second = world.give(&handler, world.requested(&other)).await.unwrap();
    assert_eq!((&second["reason"], world.count("IssueCertificate")), (&json!("import-quota-reached"), issued));
    let elsewhere = world.give(&handler, world.requested(&shop)).await.unwrap();
    assert_eq!(elsewhere["outcome"], "renewed", "{elsewhere}");
}
