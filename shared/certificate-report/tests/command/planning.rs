//! What the functions would do.

use serde_json::Value;
use simulated_aws::Fault;

use crate::world::World;

/// The plan of a function.
fn function<'a>(plan: &'a Value, name: &str) -> &'a Value {
    let functions = plan[0]["functions"].as_array().unwrap();
    functions.iter().find(|function| function["function"] == name).unwrap()
}

fn plan(world: &World) -> Value {
    serde_json::from_slice(&std::fs::read(world.folder().join("report.plan.json")).unwrap()).unwrap()
}

fn actions(plan: &Value, name: &str) -> Vec<String> {
    let actions = function(plan, name)["actions"].as_array().unwrap();
    actions.iter().map(|action| format!("{} {}", action["certificate"], action["what"])).collect()
}

#[tokio::test]
async fn the_functions_say_what_they_would_do_and_nothing_is_done() {
    let world = World::new("plan");
    let text = world.run("--plan --fast").await.text;
    let plan = plan(&world);
    let expiry = actions(&plan, "expiry-events");
    assert!(
        expiry.iter().any(|action| action.contains(&world.due) && action.contains("request a renewal")),
        "{expiry:?}"
    );
    let renewals = actions(&plan, "imported-renewal");
    assert!(
        renewals.len() == 1 && renewals[0].contains("renew it from the private CA arn:aws:acm-pca"),
        "{renewals:?}"
    );
    let records = actions(&plan, "dns-validation");
    let creates = |action: &String| action.contains(&world.pending) && action.contains("create the record");
    assert!(records.iter().any(creates), "{records:?}");
    assert!(text.contains("What the functions would do now"), "{text}");
    for call in world.aws.calls() {
        let reads = ["Get", "List", "Describe", "Search", "Lookup"];
        assert!(reads.iter().any(|prefix| call.operation.starts_with(prefix)), "{}", call.operation);
    }
    assert!(world.aws.published().is_empty() && world.aws.events().is_empty());
}

#[tokio::test]
async fn what_could_not_be_read_is_not_a_plan_to_do_nothing() {
    for operation in ["ListTagsForCertificate", "ListCertificates", "DescribeCertificate", "ListHostedZones"] {
        let world = World::new(&format!("plan-without-{operation}"));
        world.aws.fail_always("GetResources", Fault::ServerError);
        world.aws.fail_always(operation, Fault::AccessDenied);
        let text = world.run("--plan --fast").await.text;
        let plan = plan(&world);
        let unknown = |name: &str| !function(&plan, name)["unknown"].as_array().unwrap().is_empty();
        let functions: &[&str] = match operation {
            "ListHostedZones" => &["dns-validation"],
            _ => &["expiry-events", "imported-renewal", "dns-validation"],
        };
        for name in functions {
            assert!(unknown(name), "{operation}: {name}: {plan}");
            assert!(!text.contains(&format!("{name}: nothing to do")), "{operation}: {text}");
        }
        assert!(text.contains("not known: "), "{operation}: {text}");
    }
}

#[tokio::test]
async fn how_many_are_unknown_is_said() {
    let world = World::new("plan-numbers");
    world.aws.fail_always("GetResources", Fault::ServerError);
    world.aws.fail_always("ListTagsForCertificate", Fault::AccessDenied);
    world.run("--plan --fast").await;
    let plan = plan(&world);
    let expiry = function(&plan, "expiry-events");
    assert_eq!(expiry["unknown"][0]["certificates"], expiry["certificates"], "{expiry}");
    assert!(expiry["unknown"][0]["why"].as_str().unwrap().contains("acm:ListTagsForCertificate"), "{expiry}");
}
