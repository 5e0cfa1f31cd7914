//! What acts left behind whose events never came.

use serde_json::json;
use simulated_aws::{CertificateSpec, Key};

use crate::world::{BALANCER, World, step};

#[tokio::test]
async fn names_outside_the_grants_are_found_once() {
    let world = World::new();
    world.aws.insert_certificate(CertificateSpec::imported("bank.example").days_left(90));
    world.aws.insert_certificate(CertificateSpec::imported("www.example.com").days_left(90));
    world.collect().await;
    let answer = world.answer(&step("Sweep")).await;
    assert_eq!((&answer["findings"], &answer["notices"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(world.last()["acts"][0]["names"], json!(["bank.example"]));
    for _ in 0..2 {
        world.minutes(24 * 60);
        world.collect().await;
        assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
    }
}

#[tokio::test]
async fn a_certificate_that_is_gone_is_found_by_what_was_remembered() {
    let (world, used, unused) = World::filled().await;
    world.answer(&step("Sweep")).await;
    world.aws.remove_certificate(&used);
    world.aws.remove_certificate(&unused);
    world.minutes(24 * 60);
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 1);
    let notice = world.last();
    assert_eq!((&notice["kind"], &notice["severity"]), (&json!("certificate-deleted"), &json!("critical")));
    assert_eq!((&notice["acts"][0]["owner"], &notice["actsCount"]), (&json!("web"), &json!(1)));
    world.minutes(24 * 60);
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
}

#[tokio::test]
async fn what_an_event_noticed_no_sweep_repeats() {
    let (world, used, _) = World::filled().await;
    world.answer(&step("Sweep")).await;
    world.minutes(60);
    let event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
    assert_eq!(world.outcome(&event).await, "noticed");
    world.aws.remove_certificate(&used);
    world.minutes(24 * 60);
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
}

#[tokio::test]
async fn a_list_that_could_not_be_read_is_no_deletion() {
    let (world, _, _) = World::filled().await;
    world.answer(&step("Sweep")).await;
    world.minutes(24 * 60);
    world.aws.fail_always("ListCertificates", simulated_aws::Fault::AccessDenied);
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
    world.aws.clear_faults();
    world.minutes(24 * 60);
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
}

#[tokio::test]
async fn cas_and_acme_endpoints_are_states_too() {
    let world = World::new();
    let ca = world.aws.create_private_ca(Key::P256);
    world.aws.set_ca_status(&ca, "DISABLED");
    world.aws.create_acme_endpoint();
    world.collect().await;
    assert_eq!(world.answer(&step("Sweep")).await["notices"], 2);
    let kinds: Vec<String> = world
        .notices()
        .iter()
        .filter_map(|notice| notice.attributes.get("kind").map(|(_, kind)| kind.clone()))
        .collect();
    assert_eq!(kinds, ["acme-endpoint-created", "ca-disabled"]);
}

#[tokio::test]
async fn without_a_shard_nothing_is_known() {
    let world = World::new();
    let answer = world.answer(&step("Sweep")).await;
    assert_eq!((&answer["targetsWithoutShard"], &answer["notices"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_calm_year_is_quiet() {
    let world = World::new();
    world.aws.insert_certificate(CertificateSpec::imported("www.example.com").days_left(400).in_use_by(BALANCER));
    world.aws.insert_certificate(CertificateSpec::amazon_issued("api.example.com").days_left(190).in_use_by(BALANCER));
    for _ in 0..12 {
        world.minutes(24 * 60);
        world.collect().await;
        assert_eq!(world.answer(&step("Sweep")).await["notices"], 0);
        assert_eq!(world.answer(&step("Digest")).await["digests"], 0);
    }
}
