//! The template allows what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use simulated_aws::permissions::granted;
use simulated_aws::{CertificateSpec, Key};

use crate::world::World;

const ROLE: &str = "CertificateInventoryRole";
/// What Lambda itself does in the function's name, or S3 and SNS with an encrypted bucket and topic.
const PLATFORM: [&str; 5] = ["logs:", "sqs:", "xray:", "kms:GenerateDataKey", "kms:Decrypt"];
/// What Cloud Control API calls for its caller, and S3's answer for a missing object.
const FOR_OTHERS: [&str; 6] = ["appsync:", "vpc-lattice:", "network-firewall:", "transfer:", "ec2:", "s3:ListBucket"];

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/certificate-inventory.yaml")
}

/// An account with all that is asked for.
fn full() -> World {
    let world = World::new();
    let aws = &world.aws;
    let ca = aws.create_private_ca(Key::P256);
    aws.insert_certificate(CertificateSpec::private("internal.example.com", &ca));
    // It has no owner, and CloudTrail still knows who requested it.
    aws.insert_certificate(CertificateSpec::amazon_issued("new.example.com").days_left(300));
    let endpoint = aws.create_acme_endpoint();
    let binding = aws.create_acme_binding(&endpoint, "arn:aws:iam::123456789012:role/acme", Some(aws.now()));
    aws.register_acme_account(&binding, "mailto:web@example.com");
    let outside = aws.issue_outside(&CertificateSpec::imported("vpn.example.com").days_left(40));
    aws.insert_server_certificate("/", "vpn", &outside, &[]);
    let secure = simulated_aws::LoadBalancer::application("web").secure(
        443,
        "arn:aws:acm:us-east-1:123456789012:certificate/a",
        &[],
    );
    aws.create_load_balancer(secure);
    let service = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0";
    aws.insert_resource("AWS::VpcLattice::Service", serde_json::json!({"Arn": service, "Name": "orders"}));
    world
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let world = full();
    world.run("Collection").await;
    let called: BTreeSet<String> = world.aws.calls().iter().map(simulated_aws::Call::action).collect();
    let is_ours = |action: &String| !PLATFORM.iter().chain(&FOR_OTHERS).any(|other| action.starts_with(other));
    let granted: BTreeSet<String> =
        granted(&template(), ROLE).into_iter().flat_map(|statement| statement.actions).filter(is_ours).collect();
    assert_eq!(granted, called);
}
