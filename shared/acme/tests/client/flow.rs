//! From an order to a certificate.

use acme::{Advice, CertificateId, Error, NewOrder, OrderStatus};
use jiff::{SignedDuration, ToSpan};
use x509_parser::pem::Pem;

use crate::world::{World, order_for};

pub(crate) fn certificates(chain: &str) -> Vec<Vec<u8>> {
    Pem::iter_from_buffer(chain.as_bytes()).map(|block| block.unwrap().contents).collect()
}

#[tokio::test]
async fn apex_and_wildcard_share_a_record() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    let mut order = account.order(&order_for(&["example.com", "*.example.com"])).await.unwrap();
    let challenges = account.challenges(&order).await.unwrap();
    assert_eq!(challenges.len(), 2);
    assert!(challenges.iter().all(|one| one.record_name == "_acme-challenge.example.com" && one.is_pending));
    assert_ne!(challenges[0].value, challenges[1].value);
    world.prove(&account, &mut order).await.unwrap();
    assert_eq!(order.status, OrderStatus::Ready);
    let again = account.challenges(&order).await.unwrap();
    assert!(again.iter().all(|one| !one.is_pending && challenges.iter().any(|old| old.value == one.value)));
}

#[tokio::test]
async fn a_chain_comes_after_processing() {
    let world = World::new().await;
    world.ca.configure(|settings| settings.issuance_seconds = 90);
    let started = world.aws.now();
    let chain = world.issue(&order_for(&["www.example.com"])).await.unwrap();
    assert_eq!(certificates(&chain).len(), 2);
    assert!(world.aws.now().duration_since(started) >= SignedDuration::from_secs(93), "time is the virtual clock's");
    assert_eq!(world.ca.certificates().len(), 1);
}

#[tokio::test]
async fn an_order_that_stays_processing_is_left_at_the_deadline() {
    let world = World::new().await;
    world.ca.configure(|settings| settings.issuance_seconds = 3_600);
    let error = world.issue(&order_for(&["www.example.com"])).await.unwrap_err();
    assert!(matches!(error, Error::Unfinished { status: "processing", .. }), "{error}");
    assert!(error.is_retryable() && error.retry_at().unwrap() > world.aws.now());
}

#[tokio::test]
async fn profile_and_replaced_certificate_are_sent() {
    let world = World::new().await;
    let first = world.issue(&order_for(&["www.example.com"])).await.unwrap();
    let id = CertificateId::from_certificate(&certificates(&first)[0]).unwrap();
    let profile = Some("tlsserver".to_owned());
    let new = NewOrder { profile, replaces: Some(id.clone()), ..order_for(&["www.example.com"]) };
    world.issue(&new).await.unwrap();
    let second = world.ca.certificates().remove(1);
    assert_eq!((second.profile.as_str(), second.replaces), ("tlsserver", Some(id.to_string())));
    let again = world.issue(&new).await.unwrap_err();
    assert_eq!(again.advice(), Advice::OrderWithoutReplaces, "{again}");
    world.issue(&NewOrder { replaces: None, ..new }).await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_reflect_replaces_is_no_obstacle() {
    let world = World::new().await;
    let first = world.issue(&order_for(&["www.example.com"])).await.unwrap();
    let replaces = CertificateId::from_certificate(&certificates(&first)[0]);
    world.ca.configure(|settings| settings.reflects_replaces = false);
    world.issue(&NewOrder { replaces, ..order_for(&["www.example.com"]) }).await.unwrap();
}

#[tokio::test]
async fn with_profiles_reuse_and_ari_missing_it_works_too() {
    let world = World::new().await;
    world.ca.configure(|settings| {
        settings.profiles = false;
        settings.reuses = false;
        settings.renewal_info = simulated_aws::AcmeRenewalInfo::Missing;
        settings.retry_after = simulated_aws::RetryAfter::Missing;
    });
    let first = world.issue(&order_for(&["www.example.com"])).await.unwrap();
    let replaces = CertificateId::from_certificate(&certificates(&first)[0]);
    world.issue(&NewOrder { replaces, ..order_for(&["www.example.com"]) }).await.unwrap();
    assert_eq!(world.ca.certificates()[1].replaces, None, "a server without ARI is not sent `replaces`");
}

#[tokio::test]
async fn bad_nonces_are_tried_again() {
    let world = World::new().await;
    world.ca.configure(|settings| settings.bad_nonce_percent = 30);
    for number in 0..10 {
        world.issue(&order_for(&[&format!("n{number}.example.com")])).await.unwrap();
        world.aws.advance(1.minute());
    }
    let refused = world
        .aws
        .calls()
        .into_iter()
        .filter(|call| matches!(&call.result, simulated_aws::CallResult::Error(code) if code == "badNonce"));
    assert!(refused.count() > 10);
    world.ca.configure(|settings| settings.bad_nonce_percent = 100);
    let error = world.account().await.unwrap().order(&order_for(&["www.example.com"])).await.unwrap_err();
    assert_eq!(error.advice(), Advice::Wait, "{error}");
}

#[tokio::test]
async fn no_key_is_in_any_text() {
    let world = World::new().await;
    let secret = world.stored.to_secret().unwrap();
    let key = secret.split('"').rev().nth(1).unwrap();
    assert!(key.len() > 100);
    let account = world.account().await.unwrap();
    let order = account.order(&order_for(&["www.example.com"])).await.unwrap();
    let shown = format!("{account:?} {order:?} {:?} {:?} {}", world.stored, world.aws.calls(), world.aws.record());
    assert!(!shown.contains(key));
    assert!(!shown.contains("EcdsaKeyPair"));
}
