//! The template allows what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use simulated_aws::permissions::{granted, granted_actions};
use simulated_aws::{Call, CertificateSpec, Key, PrivateCaSpec};

use super::samples::sample;
use super::world::World;

const ROLE: &str = "ComplianceRulesRole";
/// What Lambda itself does in the function's name.
const PLATFORM: [&str; 4] = ["logs:", "sqs:", "xray:", "kms:"];

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/compliance-rules.yaml")
}

/// Every rule over everything, by schedule and by items that hold nothing.
async fn busy_life() -> BTreeSet<String> {
    let world = World::new();
    let root = world.aws.create_private_ca(Key::P256);
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&root));
    let arns = [
        world.aws.insert_certificate(CertificateSpec::private("a.example.com", &ca)),
        world.aws.insert_certificate(CertificateSpec::imported("b.example.com")),
    ];
    for rule in rules::all() {
        world.scheduled(json!({ "rule": rule.name })).await.unwrap();
        for arn in &arns {
            let mut item = world.aws.certificate_item(arn).unwrap();
            item["configuration"] = json!({});
            item["tags"] = json!({});
            world.changed(json!({ "rule": rule.name }), &item).await.unwrap();
        }
        let item = world.aws.private_ca_item(&ca).unwrap();
        world.changed(json!({ "rule": rule.name }), &item).await.unwrap();
    }
    let mut called: BTreeSet<String> = world.aws.calls().iter().map(Call::action).collect();
    let (world, oversized) = sample("oversized");
    world.handle(&oversized).await.unwrap();
    called.extend(world.aws.calls().iter().map(Call::action));
    called
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let granted: BTreeSet<String> = granted_actions(&template(), ROLE)
        .into_iter()
        .filter(|action| !PLATFORM.iter().any(|platform| action.starts_with(platform)))
        .collect();
    assert_eq!(granted, busy_life().await);
}

#[test]
fn the_role_changes_nothing_but_results() {
    for statement in granted(&template(), ROLE) {
        for action in statement.actions {
            let verb = action.split(':').nth(1).unwrap_or_default();
            let reads = ["Get", "List", "Describe"].iter().any(|prefix| verb.starts_with(prefix));
            let is_platform = PLATFORM.iter().any(|platform| action.starts_with(platform));
            assert!(reads || is_platform || action == "config:PutEvaluations", "{action}");
        }
    }
}
