#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use certificates::Target;
use inventory::{Account, Entry, Header, Kind, SCHEMA, Shard};
use jiff::ToSpan;
use simulated_aws::{Aws, CertificateSpec, Fault, Key, PrivateCaSpec};

use x509::SerialNumber;

use super::*;

struct World {
    aws: Aws,
    iam: aws_sdk_iam::Client,
    apigateway: aws_sdk_apigateway::Client,
    private_ca: aws_sdk_acmpca::Client,
}

impl World {
    fn new() -> Self {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let config: SdkConfig = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
        Self {
            iam: aws_sdk_iam::Client::new(&config),
            apigateway: aws_sdk_apigateway::Client::new(&config),
            private_ca: aws_sdk_acmpca::Client::new(&config),
            aws,
        }
    }

    async fn collect(&self, has_global_services: bool) -> Found {
        let clients = OtherClients { iam: &self.iam, apigateway: &self.apigateway, private_ca: &self.private_ca };
        let facts = TargetFacts { has_global_services, ..facts() };
        collect(clients, &|_| true, &facts, self.aws.now()).await
    }

    /// With the id of the certificate in IAM.
    fn upload(&self, name: &str, days_left: i64) -> simulated_aws::Certificate {
        let spec =
            CertificateSpec::imported("old.example.com").dns("old.example.com").dns("www.example.com").key(Key::P256);
        let certificate = self.aws.issue_outside(&spec.days_left(days_left));
        self.aws.insert_server_certificate("/cloudfront/", name, &certificate, &[("Owner", "web")]);
        certificate
    }
}

fn facts() -> TargetFacts {
    let target = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    TargetFacts {
        account: account(),
        target,
        account_owner: Reading::NotAsked,
        account_purpose: None,
        has_global_services: true,
    }
}

fn account() -> Account {
    Account { id: "123456789012".into(), name: String::new(), units: Vec::new() }
}

fn count(others: &Found, source: Source) -> Option<u64> {
    let reading = others.sources.iter().find(|one| one.source == source);
    reading.and_then(|reading| reading.found.known().copied())
}

#[tokio::test]
async fn server_certificates_are_listed_and_read_later() {
    let world = World::new();
    let certificate = world.upload("old", 10);
    let mut others = world.collect(true).await;
    assert_eq!(count(&others, Source::ServerCertificates), Some(1));
    let arn = "arn:aws:iam::123456789012:server-certificate/cloudfront/old";
    let [entry] = &mut others.entries[..] else { panic!("one is listed") };
    assert!(entry.id.as_ref().unwrap().starts_with("ASCA"));
    assert_eq!((entry.arn.as_str(), entry.kind, entry.name.as_str()), (arn, Kind::IamServer, "old"));
    assert_eq!((entry.not_after, entry.created_at), (Some(certificate.not_after), Some(world.aws.now())));
    assert!(entry.names.is_empty() && entry.tags == Reading::NotAsked && is_due(entry, world.aws.now()));

    assert!(matches!(deepen(&world.iam, entry, world.aws.now()).await, Deepened::Read));
    assert_eq!(entry.names, ["old.example.com", "www.example.com"]);
    assert_eq!(entry.key_algorithm.as_deref(), Some("EC_prime256v1"));
    let serial = entry.identity.known().unwrap().serial.as_deref().and_then(SerialNumber::parse);
    assert_eq!(serial, SerialNumber::parse(&certificate.serial));
    assert_eq!(entry.tags.known().unwrap()["Owner"], "web");
    assert_eq!(entry.chain.known().unwrap().fingerprint.len(), 64);
    assert!(!is_due(entry, world.aws.now()) && is_due(entry, world.aws.now() + (8 * 24).hours()));
}

#[tokio::test]
async fn what_was_read_is_kept_until_another_one_is_uploaded() {
    let world = World::new();
    world.upload("old", 10);
    let mut entries = world.collect(true).await.entries;
    deepen(&world.iam, &mut entries[0], world.aws.now()).await;
    let previous = shard(&world.aws, entries);
    world.aws.advance(1.days());
    let mut again = world.collect(true).await.entries;
    keep(&mut again, &previous);
    assert_eq!(again, previous.entries);

    world.upload("old", 300);
    assert!(matches!(deepen(&world.iam, &mut again[0], world.aws.now()).await, Deepened::Gone));
    let mut replaced = world.collect(true).await.entries;
    keep(&mut replaced, &previous);
    assert_eq!(replaced[0].identity, Reading::NotAsked);
}

#[tokio::test]
async fn a_server_certificate_that_cannot_be_read_says_so() {
    let world = World::new();
    world.upload("old", 10);
    let mut entry = world.collect(true).await.entries.remove(0);
    world.aws.fail("GetServerCertificate", 1, Fault::AccessDenied);
    assert!(matches!(deepen(&world.iam, &mut entry, world.aws.now()).await, Deepened::Failed(_)));
    assert_eq!(entry.tags.unreadable().unwrap().action, "iam:GetServerCertificate");
    deepen(&world.iam, &mut entry, world.aws.now()).await;
    let read = entry.clone();
    world.aws.fail("GetServerCertificate", 1, Fault::AccessDenied);
    deepen(&world.iam, &mut entry, world.aws.now()).await;
    assert_eq!(entry, read, "what was read stays");
    entry.name = "deleted".into();
    assert!(matches!(deepen(&world.iam, &mut entry, world.aws.now()).await, Deepened::Gone));
}

#[tokio::test]
async fn iam_is_asked_in_one_region() {
    let world = World::new();
    world.upload("old", 10);
    let others = world.collect(false).await;
    assert_eq!((others.entries.len(), count(&others, Source::ServerCertificates)), (0, None));
    assert!(world.aws.calls().iter().all(|call| call.service != "iam"));
}

#[tokio::test]
async fn client_certificates_show_all_at_once() {
    let world = World::new();
    let certificate = world.aws.issue_outside(&CertificateSpec::imported("api.example.com").key(Key::Rsa2048));
    let id = world.aws.insert_client_certificate("", &certificate, 30, &[]);
    for _ in 0..30 {
        world.aws.insert_client_certificate("backend", &certificate, 30, &[("Owner", "web")]);
    }
    let others = world.collect(true).await;
    assert_eq!(count(&others, Source::ClientCertificates), Some(31));
    let [unnamed, named, ..] = &others.entries[..] else { panic!("there are 31") };
    assert_eq!(unnamed.arn, format!("arn:aws:apigateway:us-east-1::/clientcertificates/{id}"));
    assert_eq!((unnamed.name.as_str(), named.name.as_str()), (id.as_str(), "backend"));
    assert_eq!(named.not_after, Some(world.aws.now() + (30 * 24).hours()));
    assert_eq!((named.kind, named.key_algorithm.as_deref()), (Kind::ApiClient, Some("RSA_2048")));
    assert_eq!(named.tags.known().unwrap()["Owner"], "web");
    assert!(unnamed.tags.known().unwrap().is_empty() && named.chain.known().is_some());
}

#[tokio::test]
async fn private_cas_have_status_validity_and_tags() {
    let world = World::new();
    let arn = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256).tag("Owner", "pki"));
    let others = world.collect(true).await;
    assert_eq!(count(&others, Source::PrivateCas), Some(1));
    let entry = &others.entries[0];
    assert_eq!((entry.arn.as_str(), entry.kind, entry.status.as_str()), (arn.as_str(), Kind::PrivateCa, "ACTIVE"));
    assert!(entry.not_after.is_some() && entry.not_before.is_some() && entry.key_algorithm.is_some());
    assert_eq!(entry.tags.known().unwrap()["Owner"], "pki");
    let authority = entry.authority.as_deref().unwrap();
    assert_eq!(
        (authority.ca_type.as_deref(), authority.usage_mode.as_deref()),
        (Some("ROOT"), Some("GENERAL_PURPOSE"))
    );
    world.aws.fail("ListTags", 1, Fault::AccessDenied);
    let entry = world.collect(true).await.entries.remove(0);
    assert_eq!(entry.tags.unreadable().unwrap().action, "acm-pca:ListTags");
}

#[tokio::test]
async fn each_source_fails_alone() {
    let world = World::new();
    world.upload("old", 10);
    for (operation, failed) in [
        ("ListServerCertificates", Source::ServerCertificates),
        ("GetClientCertificates", Source::ClientCertificates),
        ("ListCertificateAuthorities", Source::PrivateCas),
    ] {
        world.aws.fail(operation, 1, Fault::AccessDenied);
        let others = world.collect(true).await;
        for reading in &others.sources {
            assert_eq!(reading.found.unreadable().is_some(), reading.source == failed, "{reading:?}");
        }
        assert_eq!(others.entries.is_empty(), failed == Source::ServerCertificates);
    }
}

fn shard(aws: &Aws, entries: Vec<Entry>) -> Shard {
    let header = Header {
        schema: SCHEMA,
        partition: "aws".into(),
        account: account(),
        region: "us-east-1".into(),
        taken_at: aws.now(),
        sources: Vec::new(),
        uses_elsewhere: Vec::new(),
    };
    Shard { header, entries }
}
