//! What uses certificates, by the services' own configuration.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use inventory::{Reading, SeenIn, Shard, Source};
use inventory_collector::{Collector, TargetFacts};
use serde_json::json;
use simulated_aws::{Aws, CertificateSpec, Distribution, DomainName, Fault, LoadBalancer};

use crate::world::{empty, facts};

const LOOKUPS: [Source; 9] = [
    Source::LoadBalancers,
    Source::ClassicLoadBalancers,
    Source::Distributions,
    Source::ApiDomains,
    Source::AppSyncDomains,
    Source::LatticeServices,
    Source::TlsInspections,
    Source::TransferServers,
    Source::OpenSearchDomains,
];
const APPSYNC: &str = "AWS::AppSync::DomainName";
const INSPECTION: &str = "arn:aws:network-firewall:us-east-1:123456789012:tls-configuration/out";
const SERVER: &str = "arn:aws:transfer:us-east-1:123456789012:server/s-01234567890abcdef";
const LATTICE: &str = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-01234567890abcdef";

fn start() -> (Aws, String) {
    let aws = empty();
    let certificate = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
    (aws, certificate)
}

/// One of everything uses the certificate.
fn use_everywhere(aws: &Aws, certificate: &str) {
    let other = aws.insert_certificate(CertificateSpec::imported("other.example.com").thin());
    aws.create_load_balancer(LoadBalancer::application("web").plain(80).secure(443, &other, &[certificate]));
    aws.create_classic_load_balancer("old", &[certificate]);
    aws.create_distribution(Distribution::new().alias("www.example.com").acm_certificate(certificate));
    aws.set_domain_name(DomainName::regional("api.example.com", certificate));
    aws.insert_resource(APPSYNC, json!({ "DomainName": "graph.example.com", "CertificateArn": certificate }));
    aws.insert_resource(
        "AWS::VpcLattice::Service",
        json!({ "Arn": LATTICE, "Name": "orders", "CertificateArn": certificate }),
    );
    aws.insert_resource(
        "AWS::Transfer::Server",
        json!({ "Arn": SERVER, "ServerId": "s-01234567890abcdef", "Certificate": certificate }),
    );
    let configurations = json!([{ "CertificateAuthorityArn": certificate }]);
    aws.insert_resource(
        "AWS::NetworkFirewall::TLSInspectionConfiguration",
        json!({
            "TLSInspectionConfigurationArn": INSPECTION,
            "TLSInspectionConfigurationName": "out",
            "TLSInspectionConfiguration": { "ServerCertificateConfigurations": configurations },
        }),
    );
}

async fn read(sdk: &SdkConfig, has_global_services: bool) -> Shard {
    let sources: BTreeSet<_> = LOOKUPS.into_iter().chain([Source::Certificates]).collect();
    let facts = TargetFacts { has_global_services, ..facts() };
    Collector::new(sdk, sources).fast_pass(&facts, None).await
}

fn labels(shard: &Shard, certificate: &str) -> BTreeSet<String> {
    let entry = shard.entries.iter().find(|entry| entry.arn == certificate).unwrap();
    assert!(entry.uses.iter().all(|usage| usage.seen_in == [SeenIn::Lookup].into()));
    entry.uses.iter().map(|usage| format!("{} {}", usage.service, usage.label)).collect()
}

fn reading(shard: &Shard, source: Source) -> &Reading<u64> {
    &shard.header.sources.iter().find(|one| one.source == source).unwrap().found
}

const ALL: [&str; 8] = [
    "apigateway api.example.com",
    "appsync graph.example.com",
    "cloudfront www.example.com",
    "elasticloadbalancing old",
    "elasticloadbalancing web",
    "network-firewall out",
    "transfer s-01234567890abcdef",
    "vpc-lattice orders",
];

#[tokio::test]
async fn each_service_shows_its_uses() {
    let (aws, certificate) = start();
    use_everywhere(&aws, &certificate);
    let shard = read(&aws.sdk_config(), true).await;
    assert_eq!(labels(&shard, &certificate), ALL.map(str::to_owned).into());
    for source in LOOKUPS.into_iter().filter(|source| *source != Source::OpenSearchDomains) {
        assert_eq!(reading(&shard, source).known(), Some(&1), "{source:?}");
    }
    assert!(shard.header.sources.iter().all(|one| one.source != Source::OpenSearchDomains), "nobody can list them");
    let lists = aws.calls().iter().filter(|call| call.operation == "GetResource").count();
    assert_eq!(lists, 4, "these lists have identifiers only");
}

#[tokio::test]
async fn lists_with_all_properties_need_no_second_call() {
    let (aws, certificate) = start();
    use_everywhere(&aws, &certificate);
    aws.list_resources_whole(APPSYNC);
    let shard = read(&aws.sdk_config(), true).await;
    assert_eq!(labels(&shard, &certificate).len(), ALL.len());
    assert_eq!(aws.calls().iter().filter(|call| call.operation == "GetResource").count(), 3);
}

#[tokio::test]
async fn services_without_regions_are_read_in_one_of_them() {
    let (aws, certificate) = start();
    use_everywhere(&aws, &certificate);
    let shard = read(&aws.sdk_config(), false).await;
    assert!(!labels(&shard, &certificate).contains("cloudfront www.example.com"));
    assert!(shard.header.sources.iter().all(|one| one.source != Source::Distributions));
    assert!(aws.calls().iter().all(|call| call.service != "cloudfront"));
}

#[tokio::test]
async fn a_denied_call_makes_its_own_source_unreadable() {
    for (operation, fault, sources, code, lost) in [
        ("DescribeListeners", Fault::AccessDenied, vec![Source::LoadBalancers], "AccessDenied", vec!["web"]),
        ("DescribeListenerCertificates", Fault::AccessDenied, vec![Source::LoadBalancers], "AccessDenied", vec!["web"]),
        (
            "ListDistributions",
            Fault::AccessDenied,
            vec![Source::Distributions],
            "AccessDenied",
            vec!["www.example.com"],
        ),
        (
            "GetDomainNames",
            Fault::Throttled,
            vec![Source::ApiDomains],
            "TooManyRequestsException",
            vec!["api.example.com"],
        ),
        (
            "DescribeLoadBalancers",
            Fault::Throttled,
            vec![Source::LoadBalancers, Source::ClassicLoadBalancers],
            "Throttling",
            vec!["web", "old"],
        ),
    ] {
        let (aws, certificate) = start();
        use_everywhere(&aws, &certificate);
        aws.fail_always(operation, fault);
        let shard = read(&aws.sdk_config(), true).await;
        let left: BTreeSet<_> = ALL.into_iter().filter(|one| !lost.iter().any(|name| one.ends_with(name))).collect();
        assert_eq!(labels(&shard, &certificate), left.into_iter().map(str::to_owned).collect(), "{operation}");
        for one in shard.header.sources.iter().filter(|one| one.source != Source::Certificates) {
            let unreadable = one.found.unreadable();
            assert_eq!(unreadable.is_some(), sources.contains(&one.source), "{operation}: {one:?}");
            if let Some(unreadable) = unreadable {
                let action = if operation == "GetDomainNames" { "GET" } else { operation };
                assert_eq!(unreadable.code, code);
                assert!(unreadable.action.ends_with(&format!(":{action}")), "{unreadable:?}");
            }
        }
        assert!(shard.entries.iter().all(|entry| entry.unused_since.is_none()));
    }
}

#[tokio::test]
async fn what_was_found_before_a_failure_is_kept() {
    let (aws, certificate) = start();
    for n in 0..3 {
        aws.create_load_balancer(LoadBalancer::network(&format!("tcp-{n}")).secure(443, &certificate, &[]));
    }
    let refused = Fault::Error { code: "Broken".into(), message: "no".into(), status: 400 };
    aws.fail("DescribeListeners", 2, refused);
    let shard = read(&aws.sdk_config(), true).await;
    assert_eq!(labels(&shard, &certificate).len(), 2);
    let unreadable = reading(&shard, Source::LoadBalancers).unreadable().unwrap();
    assert_eq!(
        (unreadable.code.as_str(), unreadable.action.as_str()),
        ("Broken", "elasticloadbalancing:DescribeListeners")
    );
}

#[tokio::test]
async fn what_is_deleted_meanwhile_uses_nothing() {
    let (aws, certificate) = start();
    use_everywhere(&aws, &certificate);
    let gone = |code: &str| Fault::Error { code: code.into(), message: "gone".into(), status: 400 };
    aws.fail("DescribeListeners", 1, gone("LoadBalancerNotFound"));
    aws.fail_always("GetResource", gone("ResourceNotFoundException"));
    let shard = read(&aws.sdk_config(), true).await;
    assert!(shard.header.sources.iter().all(|one| one.found.unreadable().is_none()), "{:?}", shard.header.sources);
    assert_eq!(labels(&shard, &certificate).len(), 3);
}

#[tokio::test]
async fn permissions_that_cloud_control_needs_are_named() {
    let (aws, certificate) = start();
    use_everywhere(&aws, &certificate);
    let role = "arn:aws:iam::123456789012:role/reader";
    aws.limit_role(role, &["acm:*", "cloudformation:*", "appsync:*", "transfer:ListServers", "cognito-idp:*"]);
    let shard = read(&aws.sdk_config_as(role, "reader"), false).await;
    assert_eq!(labels(&shard, &certificate), ["appsync graph.example.com".to_owned()].into());
    for (source, action, part) in [
        (Source::LatticeServices, "cloudformation:ListResources", "vpc-lattice:ListServices"),
        (Source::TransferServers, "cloudformation:GetResource", "transfer:DescribeServer and ec2:DescribeVpcEndpoints"),
        (Source::ApiDomains, "apigateway:GET", "Allow it in the caller's policy"),
    ] {
        let unreadable = reading(&shard, source).unreadable().unwrap();
        assert_eq!(unreadable.action, action, "{source:?}");
        assert!(unreadable.explanation.contains(part), "{}", unreadable.explanation);
    }
}

/// The bar of the whole fast pass is 100 calls; Elastic Load Balancing's own rates hold.
#[tokio::test]
async fn thirty_load_balancers_take_sixty_calls_within_their_rate() {
    let (aws, certificate) = start();
    for n in 0..30 {
        let one = LoadBalancer::application(&format!("web-{n}")).plain(80);
        aws.create_load_balancer(one.secure(443, &certificate, &[]));
    }
    aws.enforce_quotas();
    let before = aws.now();
    let shard = read(&aws.sdk_config(), true).await;
    assert_eq!(labels(&shard, &certificate).len(), 30);
    let calls: Vec<_> = aws.calls().into_iter().filter(|call| call.service == "elasticloadbalancing").collect();
    assert_eq!(calls.len(), 62);
    println!("60 listeners: {:#}", aws.now().duration_since(before));
    assert!(aws.now().duration_since(before).as_secs() <= 7);
}
