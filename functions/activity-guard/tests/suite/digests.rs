//! The same act again and again.

use serde_json::json;

use crate::world::{World, step};

#[tokio::test]
async fn an_hour_of_the_same_act_is_one_notice_and_one_digest() {
    let (world, used, _) = World::filled().await;
    let export = || world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
    assert_eq!(world.outcome(&export()).await, "noticed");
    for _ in 0..30 {
        assert_eq!(world.outcome(&export()).await, "held");
    }
    assert_eq!(world.answer(&step("Digest")).await["digests"], 0, "the hour is not over");
    world.minutes(65);
    assert_eq!(world.answer(&step("Digest")).await, json!({"outcome": "sent", "digests": 1, "acts": 30}));
    assert_eq!(world.notices().len(), 2);
    let digest = world.last();
    assert_eq!((&digest["actsCount"], digest["acts"].as_array().unwrap().len()), (&json!(30), 5));
    assert_eq!(world.answer(&step("Digest")).await["digests"], 0, "it was sent");
}

#[tokio::test]
async fn another_principal_or_act_is_a_notice_of_its_own() {
    let (world, used, _) = World::filled().await;
    let request = json!({ "certificateArn": used });
    let export = world.call("acm", "ExportCertificate", request.clone(), json!({}));
    let mut by_other = world.call("acm", "ExportCertificate", request.clone(), json!({}));
    by_other["detail"]["userIdentity"]["arn"] = json!("arn:aws:iam::123456789012:user/mallory");
    let revoke = world.call("acm", "RevokeCertificate", request, json!(null));
    for event in [export, by_other, revoke] {
        assert_eq!(world.outcome(&event).await, "noticed");
    }
}

#[tokio::test]
async fn a_digest_that_was_missed_is_sent_later() {
    let (world, used, _) = World::filled().await;
    for _ in 0..2 {
        let export = world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
        world.handle(&export).await.unwrap();
    }
    world.minutes(20 * 60);
    assert_eq!(world.answer(&step("Digest")).await["digests"], 1);
}
