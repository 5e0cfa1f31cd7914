//! An organization: each account and Region is a message of its own, and one that refuses is in the report.

use jiff::ToSpan;
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, RoleRule};

use crate::world::{HOME, World, aws, fill};

const SHOP: &str = "111122223333";
const BANK: &str = "444455556666";
const EXTERNAL_ID: &str = "o-a1b2c3d4e5";

fn world() -> World {
    let aws = aws();
    fill(&aws);
    let shop = format!("arn:aws:iam::{SHOP}:role/acm-autopilot/acm-autopilot-inventory");
    aws.set_role(&shop, RoleRule::ExternalId(EXTERNAL_ID.into()));
    let bank = format!("arn:aws:iam::{BANK}:role/acm-autopilot/acm-autopilot-inventory");
    aws.set_role(&bank, RoleRule::ExternalId("another".into()));
    aws.scoped(SHOP, "eu-central-1").insert_certificate(CertificateSpec::imported("pay.example.com").days_left(20));
    let settings = json!({
        "id": EXTERNAL_ID,
        "accounts": [
            {"id": SHOP, "name": "shop", "units": ["ou-ab12-11111111"], "tags": {"Team": "payments"}},
            {"id": BANK, "name": "bank", "units": ["ou-ab12-22222222"]},
        ],
        "regions": ["eu-central-1"],
        "ownerTag": "Team",
    });
    let queue = aws.create_queue("collections");
    World::with(aws, &[("ORGANIZATION", &settings.to_string()), ("TARGET_QUEUE_URL", &queue)])
}

/// The messages that a collection put into the queue, as Lambda gives them.
fn batch(aws: &Aws) -> Value {
    let bodies: Vec<String> = aws
        .calls()
        .iter()
        .filter(|call| call.operation == "SendMessageBatch")
        .flat_map(|call| call.input["Entries"].as_array().unwrap().clone())
        .map(|entry| entry["MessageBody"].as_str().unwrap().to_owned())
        .collect();
    let record = |(index, body): (usize, &String)| json!({"eventSource": "aws:sqs", "messageId": index.to_string(), "body": body});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

#[tokio::test]
async fn every_account_is_in_the_report_whether_it_could_be_read_or_not() {
    let world = world();
    assert_eq!(world.run("Collection").await, json!({"outcome": "fanned-out", "targets": 3}));
    let messages = batch(&world.aws);
    let answer = serde_json::to_value(world.handle(&messages).await.unwrap()).unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]), "what cannot be read is no failure: {answer}");
    let answer = world.run("Report").await;
    assert_eq!((&answer["targets"], &answer["targetsWithoutShard"]), (&json!(3), &json!(0)), "{answer}");
    assert!(answer["gaps"].as_u64().unwrap() > 0);
    let report = world.json("reports/latest/report.json");
    let of_bank = |gap: &&Value| gap["targets"] == json!([format!("{BANK}/eu-central-1")]);
    assert!(report["gaps"].as_array().unwrap().iter().filter(of_bank).count() > 0, "{}", report["gaps"]);
    let row = world.row("pay.example.com");
    assert_eq!(
        (&row["account"]["name"], &row["entry"]["owner"]["known"]["value"]),
        (&json!("shop"), &json!({"name": "payments", "source": "accountTag"}))
    );
}

#[tokio::test]
async fn an_account_that_was_not_read_yet_is_a_gap() {
    let world = world();
    world.run("Collection").await;
    let answer = world.run("Report").await;
    assert_eq!(
        (&answer["targets"], &answer["targetsWithoutShard"], &answer["entries"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!(world.json("reports/latest/report.json")["gaps"][0]["why"]["code"], json!("NotReadYet"));
}

#[tokio::test]
async fn a_message_about_somebody_else_is_refused() {
    let world = world();
    let elsewhere = json!({"account": {"id": "999988887777"}, "region": "eu-west-1"});
    let body = json!({"source": "acm-autopilot", "detail-type": "Target Sweep Requested", "detail": elsewhere});
    let before = world.aws.calls().len();
    let batch = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": body.to_string()}]});
    let answer = serde_json::to_value(world.handle(&batch).await.unwrap()).unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(world.aws.calls().len(), before, "nothing is called for it");
}

#[tokio::test]
async fn services_without_regions_are_read_once_in_an_account() {
    let world = world();
    world.run("Collection").await;
    world.handle(&batch(&world.aws)).await.unwrap();
    world.advance(1.minutes());
    let lists: Vec<String> = world
        .aws
        .calls()
        .iter()
        .filter(|call| call.operation == "ListServerCertificates")
        .map(|call| call.account.clone())
        .collect();
    assert_eq!(lists, [HOME, SHOP]);
}
