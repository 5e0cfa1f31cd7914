#![allow(clippy::unwrap_used, reason = "tests")]

use aws_sdk_kms::types::{GrantConstraints, GrantListEntry};
use aws_smithy_types::retry::RetryConfig;
use certificates::Target;
use inventory::{Account, Reading};
use simulated_aws::{Aws, CertificateSpec, Fault};

use super::*;

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";
const LOAD_BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";
const SERVICE: &str = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-1";

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    let client = Client::new(&config);
    (aws, client)
}

fn facts() -> TargetFacts {
    let target = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    let account = Account { id: target.account.clone(), name: String::new(), units: Vec::new() };
    TargetFacts { target, account, account_owner: Reading::NotAsked, account_purpose: None, has_global_services: true }
}

async fn found(aws: &Aws, client: &Client) -> Found {
    look_up(client, &|_| true, &facts(), aws.now()).await
}

#[tokio::test]
async fn each_grant_is_a_use_with_its_id() {
    let (aws, client) = start();
    let spec = CertificateSpec::imported("www.example.com").in_use_by(LOAD_BALANCER);
    let certificate = aws.insert_certificate(spec);
    let added = aws.add_grant(&certificate, SERVICE);
    let found = found(&aws, &client).await;
    assert_eq!(found.sources[0].found.known(), Some(&2));
    let uses = &found.uses[&certificate];
    let lattice = uses.iter().find(|usage| usage.resource == SERVICE).unwrap();
    assert_eq!((lattice.service.as_str(), lattice.label.as_str()), ("vpc-lattice", "svc-1"));
    assert_eq!((lattice.grants.clone(), lattice.seen_in.clone()), ([added].into(), [SeenIn::Grant].into()));
    assert!(uses.iter().any(|usage| usage.resource == LOAD_BALANCER && usage.label == "web"));
    assert_eq!(uses.len(), 2);
}

#[tokio::test]
async fn without_a_key_there_are_no_grants_and_none_is_made() {
    let (aws, client) = start();
    for _ in 0..2 {
        assert_eq!(found(&aws, &client).await.sources[0].found, Reading::Known { value: 0, as_of: aws.now() });
    }
    assert!(aws.calls().iter().all(|call| call.operation == "ListAliases"));
}

#[tokio::test]
async fn all_pages_are_read() {
    let (aws, client) = start();
    for n in 0..250 {
        aws.add_grant(&format!("arn:aws:acm:us-east-1:123456789012:certificate/{n}"), LOAD_BALANCER);
    }
    let found = found(&aws, &client).await;
    assert_eq!((found.uses.len(), found.sources[0].found.known()), (250, Some(&250)));
    assert_eq!(aws.calls().len(), 4, "one for the key, and 100 grants each");
}

#[tokio::test]
async fn a_failed_call_is_never_no_grants() {
    for (operation, code, action) in [
        ("ListAliases", "AccessDeniedException", "kms:ListAliases"),
        ("ListGrants", "AccessDeniedException", "kms:ListGrants"),
    ] {
        let (aws, client) = start();
        aws.add_grant(CERTIFICATE, LOAD_BALANCER);
        aws.fail(operation, 1, Fault::AccessDenied);
        let found = found(&aws, &client).await;
        let why = found.sources[0].found.unreadable().unwrap();
        assert_eq!((why.code.as_str(), why.action.as_str(), found.uses.len()), (code, action, 0));
    }
}

#[tokio::test]
async fn nobody_is_asked_unless_it_is_wanted() {
    let (aws, client) = start();
    let found = look_up(&client, &|_| false, &facts(), aws.now()).await;
    assert!(found.sources.is_empty() && aws.calls().is_empty());
}

/// Grants of services whose form is documented nowhere.
#[test]
fn grants_of_other_forms() {
    let equals = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        GrantConstraints::builder().set_encryption_context_equals(Some(pairs))
    };
    let subset = GrantConstraints::builder().encryption_context_subset("AWS:ACM:ARN", CERTIFICATE);
    let role = "arn:aws:iam::123456789012:role/enclave";
    let unnamed = "a resource that its grant does not name (elasticloadbalancing)";
    let foreign = "arn:aws:elasticloadbalancing:us-east-1:999999999999:loadbalancer/app/web/1";
    for (constraints, grantee, expected) in [
        (subset.clone(), "elasticloadbalancing.amazonaws.com", Some(("elasticloadbalancing.amazonaws.com", unnamed))),
        (subset.clone(), role, Some((role, "enclave"))),
        (subset.source_arn(SERVICE), "vpc-lattice.amazonaws.com", Some((SERVICE, "svc-1"))),
        (
            equals(&[("aws:acm:arn", CERTIFICATE), ("aws:elasticloadbalancing:arn", foreign)]),
            "elasticloadbalancing.amazonaws.com",
            Some((foreign, "a load balancer that AWS owns (API Gateway, ...)")),
        ),
        (equals(&[("aws:elasticloadbalancing:arn", LOAD_BALANCER)]), role, None),
    ] {
        let grant = GrantListEntry::builder().grant_id("g").grantee_principal(grantee).constraints(constraints.build());
        let found = usage(&grant.build(), "123456789012");
        let shown = found.as_ref().map(|(_, usage)| (usage.resource.as_str(), usage.label.as_str()));
        assert_eq!(shown, expected);
        assert!(found.is_none_or(|(certificate, usage)| certificate == CERTIFICATE && usage.grants.contains("g")));
    }
    assert_eq!(usage(&GrantListEntry::builder().build(), "123456789012"), None);
}
