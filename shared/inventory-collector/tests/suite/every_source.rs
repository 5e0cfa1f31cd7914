//! A world with something in every source.

use inventory::Shard;
use inventory_collector::{Collector, ENTRIES, LOOKUPS};
use jiff::SignedDuration;
use serde_json::json;
use simulated_aws::{Aws, CertificateSpec, Distribution, DomainName, LoadBalancer};

use crate::world;

pub(crate) fn full() -> Aws {
    let aws = world::full();
    let mut used = Vec::new();
    for name in ["sni.example.com", "shop.example.com", "graph.example.com", "orders.example.com", "ftps.example.com"] {
        used.push(aws.insert_certificate(CertificateSpec::imported(name).dns(name).tag("Owner", "web")));
    }
    let balancer = aws.create_load_balancer(LoadBalancer::application("shop").plain(80).secure(443, &used[1], &[]));
    aws.set_in_use_by(&used[1], &[&balancer]);
    // InUseBy and the grants do not show it yet.
    aws.create_load_balancer(LoadBalancer::network("late").secure(443, &used[1], &[&used[0]]));
    aws.create_classic_load_balancer("old", &[&used[1]]);
    let api = named(&aws, "api.example.com");
    aws.set_domain_name(DomainName::regional("api.example.com", &api));
    aws.create_distribution(
        Distribution::new().alias("tenant.example.com").acm_certificate(&named(&aws, "tenant.example.com")),
    );
    aws.insert_resource(
        "AWS::AppSync::DomainName",
        json!({ "DomainName": "graph.example.com", "CertificateArn": used[2] }),
    );
    let service = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-01234567890abcdef";
    aws.insert_resource(
        "AWS::VpcLattice::Service",
        json!({ "Arn": service, "Name": "orders", "CertificateArn": used[3] }),
    );
    let server = "arn:aws:transfer:us-east-1:123456789012:server/s-01234567890abcdef";
    let ftps = json!({ "Arn": server, "ServerId": "s-01234567890abcdef", "Certificate": used[4] });
    aws.insert_resource("AWS::Transfer::Server", ftps);
    outside_acm(&aws);
    aws
}

fn outside_acm(aws: &Aws) {
    let outside = aws.issue_outside(&CertificateSpec::imported("old.example.com").dns("old.example.com").days_left(90));
    let used = aws.insert_server_certificate("/", "old", &outside, &[("Owner", "web")]);
    aws.create_classic_load_balancer("older", &[&used]);
    aws.insert_server_certificate("/", "forgotten", &outside, &[]);
    aws.insert_client_certificate("backend", &outside, 200, &[("Owner", "web")]);
}

fn named(aws: &Aws, domain: &str) -> String {
    let all = aws.certificates();
    all.into_iter().find(|one| one.domain_name.as_deref() == Some(domain)).unwrap().arn
}

pub(crate) async fn both(aws: &Aws) -> Shard {
    let collector = Collector::new(&aws.sdk_config(), ENTRIES.into_iter().chain(LOOKUPS).collect());
    let mut shard = collector.fast_pass(&world::facts(), None).await;
    // A throttled call is tried again for a while, so that a pass without a limit takes long.
    collector.deep_pass(&mut shard, aws.now() + SignedDuration::from_hours(1_000)).await;
    shard
}
