//! ACM's quota of imports is the account's, and a process remembers that it was reached.

use serde_json::Value;
use simulated_aws::Fault;

use crate::warm::{OURS, forge, minutes};
use crate::world::{Tagged, World, due, later};

fn renew_tags(world: &World, arn: &str) -> Value {
    world.aws.set_tags(arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    world.tags_added(arn, &[("acm-autopilot:status", "pending-renewal")])
}

fn quota() -> Fault {
    Fault::Error { code: "LimitExceededException".into(), message: "5000 imports".into(), status: 400 }
}

/// ACM's quota of imports is the account's: a certificate for another ARN would be charged and refused too.
#[tokio::test]
async fn a_reached_quota_of_imports_stops_issuance_for_the_whole_account() {
    let world = World::new();
    let arns: Vec<String> = (0..4).map(|_| world.insert(due())).collect();
    let handler = world.handler();
    world.aws.fail_always("ImportCertificate", quota());
    for arn in &arns {
        let answer = world.give(&handler, world.requested(arn)).await.unwrap();
        assert_eq!((&answer["outcome"], &answer["reason"]), (&"renewal-failed".into(), &"import-quota-reached".into()));
        assert_eq!(world.certificate(arn).tag("status-reason"), Some("import-quota-reached"));
    }
    assert_eq!(world.count("IssueCertificate"), 1);
    assert_eq!(world.notices("renewal-failed").len(), 4);
    world.check_messages();

    // A day later it is tried again.
    let last = world.insert(due());
    later(&world.aws, 23);
    assert_eq!(world.give(&handler, world.requested(&last)).await.unwrap()["reason"], "import-quota-reached");
    world.aws.clear_faults();
    forge(&world, &last, &OURS.map(|key| (key, None)));
    later(&world.aws, 2);
    assert_eq!(world.give(&handler, world.requested(&last)).await.unwrap()["outcome"], "renewed");
}

#[tokio::test]
async fn after_a_reached_quota_a_person_who_asks_gets_one_attempt() {
    let world = World::new();
    let arns: Vec<String> = (0..4).map(|_| world.insert(due())).collect();
    let handler = world.handler();
    world.aws.fail_always("ImportCertificate", quota());
    world.give(&handler, world.requested(&arns[0])).await.unwrap();
    for arn in &arns[1..] {
        let event = renew_tags(&world, arn);
        assert_eq!(world.give(&handler, event).await.unwrap()["reason"], "import-quota-reached");
    }
    assert_eq!(world.count("IssueCertificate"), 2);
    // The quota is raised; the next who asks shows it, for all.
    world.aws.clear_faults();
    minutes(&world, 61);
    for arn in &arns {
        let event = renew_tags(&world, arn);
        assert_eq!(world.give(&handler, event).await.unwrap()["outcome"], "renewed");
    }
    let other = world.insert(due());
    assert_eq!(world.give(&handler, world.requested(&other)).await.unwrap()["outcome"], "renewed");
}

/// The same with a quota of the account instead of a fault.
#[tokio::test]
async fn an_account_that_uses_up_its_imports_pays_for_one_in_vain() {
    let world = World::new();
    let arns: Vec<String> = (0..6).map(|_| world.insert(due())).collect();
    world.aws.set_yearly_import_quota(3);
    let handler = world.handler();
    for arn in &arns {
        world.give(&handler, world.requested(arn)).await.unwrap();
    }
    assert_eq!((world.count("IssueCertificate"), world.notices("renewal-complete").len()), (4, 3));
    assert_eq!(world.notices("renewal-failed").len(), 3);
}
