//! What goes wrong between the calls.

use lambda::RetryableError;
use serde_json::json;
use simulated_aws::Fault;

use crate::world::{World, step};

#[tokio::test]
async fn an_act_whose_check_crashed_at_any_call_is_noticed_when_its_event_comes_again() {
    let calls = {
        let (world, used, _) = World::filled().await;
        let event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
        world.handle(&event).await.unwrap();
        world.aws.calls().len() as u64
    };
    for number in 1..=calls {
        for fault in [Fault::Crash, Fault::CrashAfter] {
            let (world, used, _) = World::filled().await;
            let event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
            world.aws.fail_call(number, fault.clone());
            let _ = world.handle(&event).await;
            world.aws.restart();
            world.handle(&event).await.unwrap();
            let notices = world.notices().len();
            assert!((1..=2).contains(&notices), "{fault:?} at {number}: {notices} notices");
        }
    }
}

#[tokio::test]
async fn a_sweep_that_crashed_at_any_call_is_repeated() {
    let prepare = async || {
        let (world, used, _) = World::filled().await;
        world.answer(&step("Sweep")).await;
        world.aws.remove_certificate(&used);
        world.minutes(24 * 60);
        world.collect().await;
        world
    };
    let calls = {
        let world = prepare().await;
        world.answer(&step("Sweep")).await;
        world.aws.calls().len() as u64
    };
    for number in 1..=calls {
        for fault in [Fault::Crash, Fault::CrashAfter] {
            let world = prepare().await;
            world.aws.fail_call(number, fault.clone());
            let _ = world.handle(&step("Sweep")).await;
            world.aws.restart();
            world.handle(&step("Sweep")).await.unwrap();
            let notices = world.notices().len();
            assert!((1..=2).contains(&notices), "{fault:?} at {number}: {notices} notices");
        }
    }
}

#[tokio::test]
async fn a_topic_that_refuses_is_an_error_and_the_notice_comes_later() {
    let (world, used, _) = World::filled().await;
    let event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
    world.aws.fail_always("Publish", Fault::Throttled);
    let error = world.handle(&event).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains(&used), "{error}");
    world.aws.clear_faults();
    assert_eq!(world.outcome(&event).await, "noticed");
}

#[tokio::test]
async fn a_certificate_that_may_not_be_described_is_judged_by_what_is_known() {
    let (world, used, _) = World::filled().await;
    world.aws.fail_always("DescribeCertificate", Fault::AccessDenied);
    let mut event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
    event["detail"]["errorCode"] = json!("ResourceInUseException");
    assert_eq!(world.outcome(&event).await, "noticed");
    assert_eq!(world.last()["acts"][0]["name"], "shop.example.com");
}
