//! Who did what in a month.

use serde_json::json;

use crate::world::{World, step};

#[tokio::test]
async fn every_act_of_the_month_is_in_the_audit() {
    let (world, used, unused) = World::filled().await;
    for arn in [&used, &unused] {
        let event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": arn }), json!(null));
        world.handle(&event).await.unwrap();
    }
    let mut hostile = world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
    hostile["detail"]["userIdentity"]["arn"] = json!("=cmd|' /C calc'!A0");
    world.handle(&hostile).await.unwrap();
    let mut event = step("Audit");
    event["detail"] = json!({"month": "2026-11"});
    let answer = world.answer(&event).await;
    assert_eq!(answer, json!({"outcome": "written", "audit": "s3://inventory/activity/audit/2026-11.csv", "acts": 3}));
    let csv = world.text("activity/audit/2026-11.csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("time,account,region,act,resource"));
    assert!(csv.contains("certificate-deleted") && csv.contains("not-missed") && csv.contains("\"'=cmd|"), "{csv}");
    assert_eq!(world.answer(&step("Audit")).await["acts"], 0, "October");
}
