//! What goes wrong between the calls.

use lambda::RetryableError;
use serde_json::json;
use simulated_aws::Fault;

use crate::world::{World, event};

#[tokio::test]
async fn a_report_that_crashed_at_any_call_is_made_by_the_next_run() {
    let calls = {
        let world = World::new();
        world.run("Collection").await;
        world.aws.calls().len() as u64
    };
    for number in 1..=calls {
        for fault in [Fault::Crash, Fault::CrashAfter] {
            let world = World::new();
            world.aws.fail_call(number, fault.clone());
            // A list that fails is no error: the report says so, if it is ever written.
            let _ = world.handle(&event("Collection")).await;
            world.aws.restart();
            let answer = world.run("Collection").await;
            assert_eq!(
                (&answer["entries"], &answer["gaps"]),
                (&json!(3), &json!(0)),
                "{fault:?} at {number}: {answer}"
            );
            // One that was sent and not remembered is sent again.
            let digests = world.aws.published().len();
            assert!((1..=2).contains(&digests), "{fault:?} at {number}: {digests} digests");
        }
    }
}

#[tokio::test]
async fn a_bucket_that_refuses_is_an_error_that_names_it() {
    for (operation, action) in [("GetObject", "s3:GetObject"), ("PutObject", "s3:PutObject")] {
        let world = World::new();
        world.aws.fail_always(operation, Fault::AccessDenied);
        let error = world.handle(&event("Collection")).await.unwrap_err();
        assert!(!error.is_retryable());
        let whole = format!("{error}: {}", std::error::Error::source(&error).unwrap());
        assert!(whole.contains(action) && whole.contains("shards/123456789012/us-east-1.jsonl"), "{whole}");
    }
}

#[tokio::test]
async fn a_topic_that_refuses_does_not_cost_the_report() {
    let world = World::new();
    world.aws.fail_always("Publish", Fault::AccessDenied);
    let error = world.handle(&event("Collection")).await.unwrap_err();
    assert!(error.to_string().contains("web"), "{error}");
    assert!(world.text("reports/latest/report.html").contains("shop.example.com"));
}

#[tokio::test]
async fn what_cannot_be_read_is_in_the_answer_and_in_the_report() {
    let world = World::new();
    world.aws.fail_always("ListGrants", Fault::AccessDenied);
    world.aws.fail_always("ListAliases", Fault::AccessDenied);
    let answer = world.run("Collection").await;
    assert!(answer["gaps"].as_u64().unwrap() > 0, "{answer}");
    assert!(world.text("reports/latest/report.html").contains("AccessDenied"));
}
