//! Orders and authorizations that are given again, as Boulder does, and what ends them.

use instant_acme::{Identifier, NewOrder, OrderStatus};
use jiff::ToSpan;
use simulated_aws::Fault;

use crate::instant::{World, csr};

#[tokio::test]
async fn a_pending_order_is_given_again() {
    let world = World::new().await;
    let one = world.order(&["www.example.com", "example.com"]).await.url().to_owned();
    let two = world.order(&["example.com", "www.example.com"]).await.url().to_owned();
    let other = world.order(&["example.com"]).await.url().to_owned();
    assert_eq!(one, two);
    assert_ne!(one, other);
    assert_eq!(world.ca.orders().len(), 2);
    world.aws.advance(169.hours());
    assert_eq!(world.ca.orders()[0].status, "invalid", "orders expire");
    assert_ne!(world.order(&["www.example.com", "example.com"]).await.url(), one);
}

#[tokio::test]
async fn a_valid_authorization_is_used_again() {
    let world = World::new().await;
    world.issue(&["www.example.com"]).await;
    let mut again = world.order(&["www.example.com"]).await;
    assert_eq!(again.state().status, OrderStatus::Ready);
    world.finalize(&mut again, &["www.example.com"]).await;
    world.aws.advance((31 * 24).hours());
    assert_eq!(world.order(&["www.example.com"]).await.state().status, OrderStatus::Pending);
}

#[tokio::test]
async fn only_the_csr_of_the_order_finalizes_it() {
    let world = World::new().await;
    let mut order = world.order(&["www.example.com"]).await;
    let key = rcgen::KeyPair::generate().unwrap();
    let early = order.finalize_csr(&csr(&["www.example.com"], &key)).await.err().unwrap();
    assert!(early.to_string().contains("orderNotReady"), "{early}");
    world.prove(&mut order).await;
    let other = order.finalize_csr(&csr(&["www.example.com", "example.com"], &key)).await.err().unwrap();
    assert!(other.to_string().contains("badCSR"), "{other}");
    order.finalize_csr(&csr(&["www.example.com"], &key)).await.unwrap();
    let twice = order.finalize_csr(&csr(&["www.example.com"], &key)).await.err().unwrap();
    assert!(twice.to_string().contains("orderNotReady"), "{twice}");
}

#[tokio::test]
async fn faults_meet_requests_to_cas_too() {
    let world = World::new().await;
    let names = [Identifier::Dns("www.example.com".to_owned())];
    world.aws.fail("newOrder", 1, Fault::AnswerLost);
    assert!(world.account.new_order(&NewOrder::new(&names)).await.is_err());
    assert_eq!(world.ca.orders().len(), 1, "it took place");
    world.aws.fail("newOrder", 1, Fault::Throttled);
    let throttled = world.account.new_order(&NewOrder::new(&names)).await.err().unwrap();
    assert!(throttled.to_string().contains("rateLimited"), "{throttled}");
    world.aws.fail("newOrder", 1, Fault::CrashAfter);
    assert!(world.account.new_order(&NewOrder::new(&names)).await.is_err());
    assert!(world.aws.crashed());
    world.aws.restart();
    world.account.new_order(&NewOrder::new(&names)).await.unwrap();
    let orders = world.aws.calls().into_iter().filter(|call| call.service == "acme" && call.operation == "newOrder");
    assert_eq!(orders.count(), 4);
}
