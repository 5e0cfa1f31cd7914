//! What the organization settings change.

use serde_json::json;
use simulated_aws::{Fault, RoleRule};

use super::{SHOP, calls_of, role};
use crate::world::{World, batch, due};

#[tokio::test]
async fn a_read_only_account_is_planned_and_not_touched() {
    let world = World::hub();
    world.set_organization("readOnly", json!({ "accounts": [SHOP] }));
    let arn = world.import(SHOP, due()).await;
    let before = world.certificate(&arn);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!((&answer["outcome"], &answer["dryRun"]), (&json!("planned"), &json!(true)), "{answer}");
    assert_eq!(answer["actions"][0]["privateCa"], world.ca.as_str());
    let called: Vec<_> = calls_of(&world, SHOP).into_iter().map(|call| call.operation).collect();
    assert_eq!(called, ["DescribeCertificate", "ListTagsForCertificate"]);
    let after = world.certificate(&arn);
    assert_eq!((after.serial, after.tags), (before.serial, before.tags));
    // Its own account is not.
    let own = world.insert(due());
    world.renew(&own).await;
}

#[tokio::test]
async fn a_ring_is_renewed_earlier() {
    let world = World::hub();
    let arn = world.import(SHOP, due().days_left(35)).await;
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "not-due");
    world.set_organization("rings", json!([{ "accounts": [SHOP], "renewDaysEarlier": 5 }]));
    world.renew(&arn).await;
    let own = world.insert(due().days_left(35));
    assert_eq!(world.request(&own).await.unwrap()["reason"], "not-due");
}

/// An account that has not switched renewals on has no such role.
#[tokio::test]
async fn an_account_whose_role_refuses_is_counted_and_not_asked_again() {
    let world = World::hub();
    let arn = world.import(SHOP, due()).await;
    world.aws.set_role(&role(SHOP), RoleRule::Refused);
    let (answer, metrics) = world.measure(world.requested(&arn)).await;
    let answer = answer.unwrap();
    assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("refused"), &json!("role-refused")), "{answer}");
    assert_eq!(metrics["TargetsUnreadable"], 1, "{metrics}");
    let (answer, _) = world.measure(batch(&world.requested(&arn))).await;
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    assert!(calls_of(&world, SHOP).is_empty());
}

/// A service control policy, or a Region that is off. What the hub's own account refuses is a fault of the hub.
#[tokio::test]
async fn an_account_that_refuses_calls_is_counted_and_not_asked_again() {
    let world = World::hub();
    let [shop, own] = [world.import(SHOP, due()).await, world.insert(due())];
    let message = "The security token included in the request is invalid".to_owned();
    let region_is_off = Fault::Error { code: "UnrecognizedClientException".to_owned(), message, status: 400 };
    for fault in [Fault::AccessDenied, region_is_off] {
        world.aws.fail_always("DescribeCertificate", fault);
        let (answer, metrics) = world.measure(world.requested(&shop)).await;
        let answer = answer.unwrap();
        assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("refused"), &json!("account-refuses")), "{answer}");
        assert_eq!(metrics["TargetsUnreadable"], 1, "{metrics}");
        assert!(world.request(&own).await.is_err());
        world.aws.clear_faults();
    }
}

/// Who is not in the fixed list, if there is one, is asked of AWS Organizations.
#[tokio::test]
async fn a_message_returns_to_the_queue_while_aws_organizations_does_not_answer() {
    let world = World::hub();
    world.organization.borrow_mut().as_object_mut().unwrap().remove("accounts");
    let arn = world.import(SHOP, due()).await;
    world.aws.fail_always("DescribeAccount", simulated_aws::Fault::ServerError);
    let error = world.request(&arn).await.unwrap_err();
    assert!(lambda::RetryableError::is_retryable(&error), "{error}");
    let (answer, metrics) = world.measure(batch(&world.requested(&arn))).await;
    assert_eq!(answer.unwrap()["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!((&metrics["MessagesReturned"], &metrics["EventsRefused"]), (&json!(1), &json!(null)));
    assert!(calls_of(&world, SHOP).is_empty());
}

#[tokio::test]
async fn a_certificate_without_an_owner_tag_has_the_accounts_owner() {
    let world = World::hub();
    let tagged = json!([{ "id": SHOP, "name": "shop-prod", "tags": { "Owner": "team-shop" } }]);
    world.set_organization("accounts", tagged);
    world.set_organization("ownerTag", json!("Owner"));
    let arn = world.import(SHOP, due()).await;
    world.account(SHOP).set_tags(&arn, &[("Owner", None)]);
    world.renew(&arn).await;
    let notice = world.last_notice("renewal-complete");
    assert_eq!((&notice["owner"], &notice["accountName"]), (&json!("team-shop"), &json!("shop-prod")));
    assert_eq!(notice["ownerContact"], json!(null));
    assert!(!world.aws.calls().iter().any(|call| call.operation == "GetAlternateContact"), "nobody needs it");
}
