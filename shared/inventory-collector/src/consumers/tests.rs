//! What a shard does not show: the keys of certificates outside ACM, and load balancers that are not asked.

use certificates::Target;
use inventory::{Account, Reading, Unreadable};
use jiff::Timestamp;
use simulated_aws::{Aws, Distribution, LoadBalancer};

use super::*;

const ACM: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";
const IAM: &str = "arn:aws:iam::123456789012:server-certificate/c";

fn facts() -> TargetFacts {
    let account = "123456789012".to_owned();
    TargetFacts {
        target: Target { partition: "aws".to_owned(), region: "us-east-1".to_owned(), account: account.clone() },
        account: Account { id: account, name: String::new(), units: Vec::new() },
        account_owner: Reading::NotAsked,
        account_purpose: None,
        has_global_services: true,
    }
}

async fn found(aws: &Aws, sources: &[Source], explained: &Explained) -> Vec<(String, String)> {
    let sources = sources.iter().copied().collect();
    let found = look_up(&Clients::new(&aws.sdk_config()), &facts(), &sources, explained).await;
    assert!(found.readings.iter().all(|one| one.found.known().is_some()), "{found:?}");
    found.uses.into_iter().map(|(certificate, usage)| (certificate, usage.resource)).collect()
}

fn start() -> Aws {
    Aws::new(Timestamp::UNIX_EPOCH)
}

#[tokio::test]
async fn certificates_of_iam_are_found_by_their_arns_or_ids() {
    let aws = start();
    aws.create_classic_load_balancer("old", &[IAM]);
    let distribution =
        aws.create_distribution(Distribution::new().iam_certificate("ASCAEXAMPLE").origin_certificate(ACM));
    let uses = found(&aws, &[Source::ClassicLoadBalancers, Source::Distributions], &Explained::default()).await;
    let old = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/old";
    let expected = [(IAM, old), ("ASCAEXAMPLE", &distribution), (ACM, &distribution)];
    assert_eq!(uses, expected.map(|(certificate, resource)| (certificate.to_owned(), resource.to_owned())));
}

#[tokio::test]
async fn load_balancers_that_grants_explain_are_not_asked() {
    let aws = start();
    let balancers =
        ["one", "two"].map(|name| aws.create_load_balancer(LoadBalancer::application(name).secure(443, ACM, &[])));
    let grant = Usage {
        seen_in: [inventory::SeenIn::Grant].into(),
        ..listed::usage(&balancers[0], "elasticloadbalancing", "one")
    };
    let known = |value| Reading::Known { value, as_of: Timestamp::UNIX_EPOCH };
    let denied = Unreadable { code: "AccessDenied".into(), action: String::new(), explanation: String::new() };
    for (server_certificates, asked) in
        [(known(0), 1), (known(1), 2), (Reading::NotAsked, 2), (Reading::Unreadable(denied), 2)]
    {
        let explained = Explained::by_grants([&grant], &server_certificates);
        let before = aws.calls().len();
        assert_eq!(found(&aws, &[Source::LoadBalancers], &explained).await.len(), asked, "{server_certificates:?}");
        assert_eq!(aws.calls().len() - before, 1 + 2 * asked);
    }
}
