//! The number of imports: counted, and shown to whoever has used up the quota.

use simulated_aws::Fault;

use crate::world::{World, due};

#[tokio::test]
async fn the_notice_of_a_used_up_quota_sums_the_metric_that_counts_imports() {
    let world = World::new();
    let arn = world.insert(due());
    let (answer, metrics) = world.measure(world.requested(&arn)).await;
    assert_eq!(answer.unwrap()["outcome"], "renewed");
    let counted = &metrics["_aws"]["CloudWatchMetrics"][0];
    let names: Vec<_> =
        counted["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
    assert!(names.contains(&"CertificatesImported"), "{metrics}");
    assert_eq!(counted["Dimensions"], serde_json::json!([["Function"]]));

    let full = Fault::Error { code: "LimitExceededException".into(), message: "5000 imports".into(), status: 400 };
    world.aws.fail_always("ImportCertificate", full);
    let other = world.insert(due());
    world.fail(&other, "import-quota-reached").await;
    let notice = world.last_notice("renewal-failed");
    let step = notice["whatToDo"][1].as_str().unwrap();
    for part in [
        "at least".to_owned(),
        format!("--namespace {} ", counted["Namespace"].as_str().unwrap()),
        "--metric-name CertificatesImported ".to_owned(),
        format!("--dimensions Name=Function,Value={} ", metrics["Function"].as_str().unwrap()),
        format!("--region {} ", world.aws.region()),
        "--start-time 2025-11-20T08:00".to_owned(),
        "--query 'sum(Datapoints[].Sum)'".to_owned(),
    ] {
        assert!(step.contains(&part), "{part} in {step}");
    }
}
