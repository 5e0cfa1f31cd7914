//! The policy in infra is what the command needs.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, LoadBalancer};

use crate::world::{LOAD_BALANCER, World};

const POLICY: &str = include_str!("../../../../infra/certificate-report-policy.json");
/// What reads begin with, in IAM.
const READS: [&str; 6] = ["Describe", "GET", "Get", "List", "Lookup", "Search"];
/// What hands out secrets.
const SECRETS: [&str; 2] = ["secretsmanager:GetSecretValue", "ssm:GetParameter"];

fn actions() -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(POLICY).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    assert!(statements.iter().all(|one| one["Effect"] == "Allow" && one["Resource"] == "*"));
    let actions = statements.iter().flat_map(|one| one["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_allows_reads_by_name_only() {
    for action in actions() {
        let (_, operation) = action.split_once(':').unwrap();
        assert!(READS.iter().any(|prefix| operation.starts_with(prefix)) && !action.contains('*'), "{action}");
        assert!(!SECRETS.contains(&action.as_str()), "{action}");
    }
}

/// Only of a certificate whose validation is being changed from e-mail to DNS.
const RARE: &str = "acm:ListCertificateDomainValidations";

/// What Cloud Control API calls for its caller, and no client of ours
/// ([security](https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html)).
fn is_of_cloud_control(action: &str) -> bool {
    ["appsync", "ec2", "network-firewall", "transfer", "vpc-lattice"].contains(&service(action))
}

fn service(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// With one of everything that takes a call of its own.
fn world() -> World {
    let world = World::new("policy");
    let aws = &world.aws;
    aws.create_load_balancer(LoadBalancer::application("shop").secure(443, &world.due, &[&world.due]));
    aws.insert_resource(
        "AWS::AppSync::DomainName",
        json!({ "DomainName": "graph.example.com", "CertificateArn": world.due }),
    );
    let outside = aws.issue_outside(&CertificateSpec::imported("iam.example.com").dns("iam.example.com"));
    aws.insert_server_certificate("/", "iam", &outside, &[]);
    let endpoint = aws.create_acme_endpoint();
    let binding = aws.create_acme_binding(&endpoint, "arn:aws:iam::123456789012:role/acme", None);
    aws.register_acme_account(&binding, "mailto:web@example.com");
    aws.add_grant(&world.due, LOAD_BALANCER);
    aws.forget_record();
    world
}

#[tokio::test]
async fn everything_that_is_called_is_allowed_and_nothing_else() {
    let (world, allowed) = (world(), actions());
    let names: Vec<&str> = allowed.iter().map(String::as_str).collect();
    let text = world.run_with(&names, "--regions all --plan").await.text;
    assert!(!text.contains("AccessDenied"), "{text}");
    let called: BTreeSet<_> = world.aws.calls().iter().map(simulated_aws::Call::action).collect();
    // API reference, GetCallerIdentity: "No permissions are required".
    let called: BTreeSet<_> = called.into_iter().filter(|action| action != "sts:GetCallerIdentity").collect();
    let needed: BTreeSet<_> =
        allowed.into_iter().filter(|action| action != RARE && !is_of_cloud_control(action)).collect();
    assert_eq!(called, needed);
}
