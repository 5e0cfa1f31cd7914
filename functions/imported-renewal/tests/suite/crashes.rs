//! Every call fails in every way, once; then everything works again.

use serde_json::Value;
use simulated_aws::Fault;

use crate::from_acme::NOT_OURS;
use crate::spokes::SHOP;
use crate::world::{ACCOUNT, Tagged, World, batch, due, later};

/// What can happen to a call whose client does not try again.
const FAULTS: [Fault; 6] =
    [Fault::Throttled, Fault::ServerError, Fault::ConnectionReset, Fault::AnswerLost, Fault::Crash, Fault::CrashAfter];
/// The queue's `maxReceiveCount`.
const DELIVERIES: usize = 4;

/// Delivers a message as SQS does: again after the visibility timeout, until it is dealt with.
async fn deliver(world: &World, event: &Value) {
    for _ in 0..DELIVERIES {
        let answer = world.give(&world.handler_without_retries(), batch(event)).await;
        let has_crashed = world.aws.crashed();
        world.aws.restart();
        if !has_crashed && answer.is_ok_and(|answer| answer["batchItemFailures"] == Value::Array(Vec::new())) {
            return;
        }
        world.aws.advance(jiff::Span::new().minutes(30));
    }
}

/// A run without faults, and runs with a fault at each of its calls.
async fn runs(prepare: impl AsyncFn(&World) -> String, check: impl Fn(&World, &str, &str)) {
    let calls = {
        let world = World::new();
        let arn = prepare(&world).await;
        world.aws.forget_record();
        deliver(&world, &world.requested(&arn)).await;
        check(&world, &arn, "no fault");
        world.aws.calls().len()
    };
    assert!(calls >= 8, "{calls} calls");
    for fault in FAULTS {
        for k in 1..=calls {
            let world = World::new();
            let arn = prepare(&world).await;
            world.aws.forget_record();
            let before = world.certificate(&arn);
            world.aws.fail_call(u64::try_from(k).unwrap(), fault.clone());
            deliver(&world, &world.requested(&arn)).await;
            let run = format!("{fault:?} at call {k} ({})", world.aws.calls()[k - 1].operation);

            // Whatever the fault, what ACM serves is the old certificate or a good new one.
            let between = world.certificate(&arn);
            assert!(between.serial == before.serial || between.not_after > before.not_after, "{run}");
            assert_eq!(between.operators_tags(), before.operators_tags(), "{run}");

            // The sweep asks again.
            for _ in 0..2 {
                later(&world.aws, 5);
                deliver(&world, &world.requested(&arn)).await;
            }
            assert_eq!(world.certificate(&arn).operators_tags(), before.operators_tags(), "{run}");
            assert_eq!(world.certificate(&arn).in_use_by, before.in_use_by, "{run}");
            world.check_messages();
            check(&world, &arn, &run);
        }
    }
}

#[tokio::test]
async fn a_renewal_survives_a_fault_at_any_call() {
    runs(async |world| world.insert(due()), is_renewed).await;
}

/// Also at each call of Secrets Manager.
#[tokio::test]
async fn a_renewal_from_a_secret_survives_a_fault_at_any_call() {
    runs(async |world| world.delivered().await, is_renewed).await;
}

/// Also at each request to the CA and each call of Route 53.
#[tokio::test]
async fn a_renewal_from_an_acme_server_survives_a_fault_at_any_call() {
    runs(
        async |world| world.ordered().await,
        |world, arn, run| {
            is_renewed(world, arn, run);
            assert_eq!(world.txt_values(), [NOT_OURS], "{run}");
            assert!(world.letsencrypt().certificates().len() <= 2, "{run}");
            assert_eq!(world.letsencrypt().accounts().len(), 1, "{run}");
        },
    )
    .await;
}

/// Also when its role is assumed.
#[tokio::test]
async fn a_renewal_in_a_spoke_survives_a_fault_at_any_call() {
    let prepare = async |world: &World| {
        world.become_hub();
        world.import(SHOP, due()).await
    };
    runs(prepare, |world, arn, run| {
        is_renewed(world, arn, run);
        let elsewhere = world.aws.calls().into_iter().find(|call| ![SHOP, ACCOUNT].contains(&call.account.as_str()));
        assert!(elsewhere.is_none(), "{run}: {elsewhere:?}");
    })
    .await;
}

fn is_renewed(world: &World, arn: &str, run: &str) {
    let after = world.certificate(arn);
    assert!(after.imported_at > Some(after.not_before), "{run}");
    assert_eq!(after.tag("status"), Some("renewal-complete"), "{run}");
    for gone in ["status-reason", "attempts", "renewal-of"] {
        assert_eq!(after.tag(gone), None, "{gone}: {run}");
    }
    assert!(!world.notices("renewal-complete").is_empty(), "{run}");
    let last = world.last_status_event();
    assert_eq!(
        (last["to"].as_str(), last["serialAfter"].as_str()),
        (Some("renewal-complete"), Some(&*after.serial)),
        "{run}"
    );
    assert!(world.count("IssueCertificate") <= 2, "{run}");
}

#[tokio::test]
async fn a_failure_survives_a_fault_at_any_call() {
    runs(
        async |world| {
            world.aws.set_ca_status(&world.ca, "DISABLED");
            world.insert(due())
        },
        |world, arn, run| {
            let after = world.certificate(arn);
            assert_eq!(after.serial, world.aws.certificates()[0].serial, "{run}");
            assert_eq!(world.count("ImportCertificate"), 0, "{run}");
            assert_eq!(
                (after.tag("status"), after.tag("status-reason")),
                (Some("renewal-failed"), Some("ca-disabled")),
                "{run}"
            );
            let is_notified =
                world.notices("renewal-failed").iter().any(|notice| notice.for_protocol("sqs").contains("ca-disabled"));
            assert!(is_notified, "{run}");
            let last = world.last_status_event();
            assert_eq!(
                (last["to"].as_str(), last["reason"].as_str()),
                (Some("renewal-failed"), Some("ca-disabled")),
                "{run}"
            );
        },
    )
    .await;
}
