//! What the CA does not do.

use serde_json::Value;
use simulated_aws::{AcmeOutage, Fault};

use crate::from_acme::NOT_OURS;
use crate::world::World;

/// The renewal fails for this reason, and leaves nothing behind in the DNS.
async fn failed(world: &World, arn: &str, reason: &str) -> Value {
    let answer = world.fail(arn, reason).await;
    assert_eq!(world.count("ImportCertificate"), 0);
    assert_eq!(world.txt_values(), [NOT_OURS], "{reason}");
    answer
}

fn problem(code: &str, status: u16) -> Fault {
    Fault::Error { code: code.to_owned(), message: "as the test wants it".to_owned(), status }
}

#[tokio::test]
async fn what_the_ca_says_decides() {
    for (operation, code, status, reason) in [
        ("newOrder", "rateLimited", 429, "acme-rate-limited"),
        ("newOrder", "serverInternal", 500, "acme-unavailable"),
        ("newOrder", "rejectedIdentifier", 400, "acme-names-not-issuable"),
        ("newOrder", "invalidProfile", 400, "acme-profile-not-offered"),
        ("newOrder", "accountDoesNotExist", 400, "acme-account-refused"),
        ("newOrder", "userActionRequired", 403, "acme-account-refused"),
        ("challenge", "rateLimited", 429, "acme-rate-limited"),
        ("finalize", "caa", 403, "acme-caa-forbids"),
        ("finalize", "badCSR", 400, "issuer-refused"),
        ("certificate", "serverInternal", 500, "acme-unavailable"),
    ] {
        let world = World::new();
        let arn = world.ordered().await;
        world.aws.fail_next(operation, 10, problem(code, status));
        let answer = failed(&world, &arn, reason).await;
        assert!(answer["detail"].as_str().unwrap().starts_with("letsencrypt: "), "{answer}");
    }
}

#[tokio::test]
async fn an_outage_is_waited_for() {
    for outage in [AcmeOutage::HtmlPage, AcmeOutage::Maintenance, AcmeOutage::NoConnection] {
        let world = World::new();
        let arn = world.ordered().await;
        world.letsencrypt().configure(|ca| ca.outage = Some(outage));
        let answer = failed(&world, &arn, "acme-unavailable").await;
        assert!(answer["detail"].as_str().unwrap().contains("try again after 2026-11-20T08:1"), "{answer}");
        world.letsencrypt().configure(|ca| ca.outage = None);
        crate::world::later(&world.aws, 2);
        world.renew(&arn).await;
    }
}

#[tokio::test]
async fn an_order_that_is_not_done_in_time_is_resumed() {
    let world = World::new();
    let arn = world.ordered().await;
    world.letsencrypt().configure(|ca| ca.issuance_seconds = 3_600);
    failed(&world, &arn, "issuer-timeout").await;
    world.letsencrypt().configure(|ca| ca.issuance_seconds = 2);
    crate::world::later(&world.aws, 2);
    world.renew(&arn).await;
}

/// A CAA record that names another CA, and one that does not know the account.
#[tokio::test]
async fn caa_is_said() {
    let world = World::new();
    let arn = world.ordered().await;
    let [zone] = &world.zones()[..] else { panic!() };
    world.aws.set_record(zone, "example.com", "CAA", "0 issue \"pki.goog\"");
    let answer = failed(&world, &arn, "acme-caa-forbids").await;
    assert!(answer["detail"].as_str().unwrap().contains("CAA"), "{answer}");
}
