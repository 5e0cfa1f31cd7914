//! The template allows what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use simulated_aws::permissions::granted;

use crate::world::{World, step};

const ROLE: &str = "ActivityGuardRole";
/// What Lambda itself does in the function's name, or S3 and SNS with an encrypted bucket and topic.
const PLATFORM: [&str; 5] = ["logs:", "sqs:", "xray:", "kms:GenerateDataKey", "kms:Decrypt"];

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/activity-guard.yaml")
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let (world, used, _) = World::filled().await;
    for _ in 0..2 {
        let export = world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
        world.handle(&export).await.unwrap();
    }
    let import = world.call("acm", "ImportCertificate", json!({}), json!({ "certificateArn": used }));
    world.handle(&import).await.unwrap();
    world.minutes(65);
    for name in ["Digest", "Sweep", "Audit"] {
        world.handle(&step(name)).await.unwrap();
    }
    let statements = granted(&template(), ROLE);
    let calls = world.aws.calls();
    for call in &calls {
        assert!(statements.iter().any(|statement| statement.allows(call)), "{} {}", call.action(), call.input);
    }
    let called: BTreeSet<String> = calls.iter().map(simulated_aws::Call::action).collect();
    let is_ours = |action: &String| !PLATFORM.iter().any(|other| action.starts_with(other));
    let granted: BTreeSet<String> =
        statements.into_iter().flat_map(|statement| statement.actions).filter(is_ours).collect();
    assert_eq!(granted, called);
}
