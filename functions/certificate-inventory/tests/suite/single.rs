//! One account: what is read is reported at once.

use jiff::ToSpan;
use serde_json::json;

use crate::world::{BUCKET, World};

#[tokio::test]
async fn a_collection_ends_with_its_report() {
    let world = World::new();
    let answer = world.run("Collection").await;
    assert_eq!((&answer["outcome"], &answer["entries"]), (&json!("reported"), &json!(3)), "{answer}");
    assert_eq!((&answer["gaps"], &answer["targetsWithoutShard"]), (&json!(0), &json!(0)), "{answer}");
    assert_eq!(answer["expiringUnhandled"], json!(1));
    assert_eq!(answer["report"], json!("s3://inventory/reports/latest/report.html"));
    for folder in ["latest", "2026-11-24"] {
        for file in ["report.html", "report.csv", "report.json"] {
            assert!(world.text(&format!("reports/{folder}/{file}")).contains("shop.example.com"), "{folder}/{file}");
        }
    }
    let row = world.row("shop.example.com");
    assert_eq!((&row["daysLeft"], &row["renewal"]["who"]), (&json!(12), &json!("nobody")), "{row}");
    assert_eq!(
        (&row["useVerdict"]["verdict"], &row["entry"]["owner"]["known"]["value"]["name"]),
        (&json!("inUse"), &json!("web"))
    );
}

#[tokio::test]
async fn what_is_unused_is_known_on_the_second_day() {
    let world = World::new();
    world.run("Collection").await;
    assert_eq!(world.row("old.example.com")["useVerdict"]["verdict"], json!("unknown"));
    world.advance(25.hours());
    world.run("Collection").await;
    assert_eq!(world.row("old.example.com")["useVerdict"]["verdict"], json!("unused"));
}

#[tokio::test]
async fn changes_are_those_since_the_last_report() {
    let world = World::new();
    world.run("Collection").await;
    assert_eq!(world.json("reports/latest/report.json")["changes"], json!(null));
    world.aws.insert_certificate(simulated_aws::CertificateSpec::imported("new.example.com"));
    world.advance(24.hours());
    world.run("Collection").await;
    let changes = world.json("reports/latest/report.json")["changes"]["items"].clone();
    let names: Vec<_> = changes.as_array().unwrap().iter().map(|one| (&one["name"], &one["what"])).collect();
    assert_eq!(names, [(&json!("new.example.com"), &json!("new"))]);
}

#[tokio::test]
async fn an_owner_gets_one_digest_a_week() {
    let world = World::new();
    assert_eq!(world.run("Collection").await["digests"], json!(1));
    let sent = world.aws.published();
    assert_eq!(sent.len(), 1, "the others expire later");
    assert!(sent[0].subject.as_deref().unwrap().starts_with("[warning] certificates of web: 1 expire"), "{sent:?}");
    world.advance(24.hours());
    assert_eq!(world.run("Report").await["digests"], json!(0), "the same week");
    world.advance(144.hours());
    assert_eq!(world.run("Collection").await["digests"], json!(1), "the next week");
}

#[tokio::test]
async fn numbers_are_written_again_until_the_next_report() {
    let world = World::new();
    assert_eq!(world.run("Metrics").await, json!({"outcome": "no-report"}));
    world.run("Collection").await;
    let measures = world.json("measures.json");
    let nearest = measures["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["metric"] == "NearestExpiryDays" && one["owner"] == json!(null));
    assert_eq!(nearest.unwrap()["value"], json!(12));
    assert_eq!(world.run("Metrics").await, json!({"outcome": "measured"}));
}

#[tokio::test]
async fn a_damaged_shard_is_read_again_and_said_to_a_report() {
    let world = World::new();
    world.run("Collection").await;
    let key = "shards/123456789012/us-east-1.jsonl";
    let whole = world.text(key);
    let cut = &whole.as_bytes()[..whole.len() - 20];
    world.aws.insert_object(BUCKET, key, cut);
    let answer = world.run("Report").await;
    assert_eq!(
        (&answer["entries"], &answer["gaps"], &answer["targetsWithoutShard"]),
        (&json!(0), &json!(1), &json!(1))
    );
    let report = world.json("reports/latest/report.json");
    assert_eq!(report["gaps"][0]["why"]["code"], json!("Damaged"), "{}", report["gaps"]);
    assert_eq!(report["changes"]["items"], json!([]), "what was not read is not gone");
    assert_eq!(world.run("Collection").await["entries"], json!(3));
}
