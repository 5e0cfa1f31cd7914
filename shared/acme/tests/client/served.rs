//! The same over a real connection.

use acme::{Server, https_connector};
use aws_client::Clock;
use simulated_aws::Aws;

use crate::world::{World, agreed, order_for};

#[tokio::test]
async fn plain_http_works_on_this_machine() {
    let World { aws, key: _, .. } = World::without_account();
    let served = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    let directory = format!("{}/acme/letsencrypt/directory", served.endpoint_url());
    let clock = Clock::of(&aws.sdk_config());
    let server = Server::open(https_connector(None).unwrap(), clock, &directory).await.unwrap();
    let mut stored = acme::StoredAccount::generate(&directory).unwrap();
    stored.account_url = Some(server.register(&stored, &agreed()).await.unwrap());
    let order = server.account(&stored).unwrap().order(&order_for(&["www.example.com"])).await.unwrap();
    assert!(order.url.starts_with(&served.endpoint_url()));
}

#[tokio::test]
async fn plain_http_is_refused_elsewhere() {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let clock = Clock::of(&aws.sdk_config());
    let error = Server::open(https_connector(None).unwrap(), clock, "http://acme.example/directory").await.unwrap_err();
    assert!(error.to_string().contains("https://"), "{error}");
}
