//! A renewal that is terminated anywhere is resumed by ordering again.

use acme::{Advice, CertificateId, Error, NewOrder};
use jiff::ToSpan;
use simulated_aws::Fault;

use crate::flow::certificates;
use crate::world::{World, order_for};

/// As a renewal does: what is not accepted with `replaces` is ordered without.
async fn renew(world: &World, new: &NewOrder) -> Result<String, Error> {
    match world.issue(new).await {
        Err(error) if error.advice() == Advice::OrderWithoutReplaces => {
            world.issue(&NewOrder { replaces: None, ..new.clone() }).await
        }
        other => other,
    }
}

#[tokio::test]
async fn after_every_request_the_next_run_succeeds() {
    for fault in [Fault::Crash, Fault::CrashAfter, Fault::AnswerLost, Fault::ServerError] {
        for call in 1.. {
            let world = World::new().await;
            world.ca.configure(|settings| settings.bad_nonce_percent = 0);
            let replaces = certificates(&renew(&world, &order_for(&["example.com", "www.example.com"])).await.unwrap());
            world.aws.advance((60 * 24).hours());
            let replaces = CertificateId::from_certificate(&replaces[0]);
            let new = NewOrder { replaces, ..order_for(&["example.com", "www.example.com"]) };
            world.aws.fail_call(call, fault.clone());
            let first = renew(&world, &new).await;
            if first.is_ok() {
                assert!(call > 12, "{fault:?}: only {call} requests were met");
                break;
            }
            world.aws.restart();
            world.aws.advance(15.minutes());
            renew(&world, &new).await.unwrap_or_else(|error| panic!("{fault:?} at {call}: {error}"));
            let orders = world.ca.orders();
            assert!(orders.len() <= 3, "{fault:?} at {call}: {} orders", orders.len());
            assert!(world.ca.certificates().len() <= 3, "{fault:?} at {call}");
            assert_eq!(world.ca.rate_limited(), 0);
        }
    }
}

#[tokio::test]
async fn a_pending_order_and_its_values_are_the_same_again() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    let first = account.order(&order_for(&["example.com", "*.example.com"])).await.unwrap();
    let values = account.challenges(&first).await.unwrap();
    world.aws.advance(2.hours());
    let account = world.account().await.unwrap();
    let again = account.order(&order_for(&["*.example.com", "example.com"])).await.unwrap();
    assert_eq!(again.url, first.url);
    assert_eq!(account.challenges(&again).await.unwrap(), values);
}
