//! The public DNS on a port, asked by a resolver.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::SocketAddr;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::RecordType;
use hickory_resolver::{Resolver, TokioResolver};
use simulated_aws::{Aws, DnsServer};

fn resolver(address: SocketAddr) -> TokioResolver {
    let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    connections.iter_mut().for_each(|connection| connection.port = address.port());
    let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut options = ResolverOpts::default();
    options.cache_size = 0;
    Resolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options).build().unwrap()
}

async fn start() -> (Aws, DnsServer, TokioResolver) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let server = aws.serve_dns().await;
    let resolver = resolver(server.address());
    (aws, server, resolver)
}

/// The answers as text, or the response code of the failure.
async fn ask(resolver: &TokioResolver, name: &str, kind: RecordType) -> Result<Vec<String>, ResponseCode> {
    let found = resolver.lookup(name, kind).await;
    let texts = found.map(|found| found.answers().iter().map(|record| record.data.to_string()).collect());
    texts.map_err(|error| match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => none.response_code,
        NetError::Dns(DnsError::ResponseCode(code)) => code,
        _ => ResponseCode::Unknown(0),
    })
}

#[tokio::test]
async fn records_of_delegated_zones_are_answered() {
    let (aws, _server, resolver) = start().await;
    let zone = aws.create_hosted_zone("example.com");
    aws.set_record(&zone, "_a.example.com", "CNAME", "_b.acm-validations.aws.");
    aws.set_caa("example.com", &["0 issue \"amazon.com\"", "0 issuewild \";\""]);
    aws.set_record(&zone, "www.example.com", "A", "192.0.2.1");
    let cname = ask(&resolver, "_A.example.com.", RecordType::CNAME).await;
    assert_eq!(cname, Ok(vec!["_b.acm-validations.aws.".to_owned()]));
    let mut servers = ask(&resolver, "example.com.", RecordType::NS).await.unwrap();
    servers.sort();
    let mut expected: Vec<_> = aws.name_servers(&zone).iter().map(|server| format!("{server}.")).collect();
    expected.sort();
    assert_eq!(servers, expected);
    assert_eq!(ask(&resolver, "example.com.", RecordType::CAA).await.unwrap().len(), 2);
    assert_eq!(ask(&resolver, "example.com.", RecordType::SOA).await.unwrap().len(), 1);
    assert_eq!(ask(&resolver, "www.example.com.", RecordType::A).await, Ok(vec!["192.0.2.1".to_owned()]));
}

#[tokio::test]
async fn what_is_missing_is_nodata_or_nxdomain() {
    let (aws, _server, resolver) = start().await;
    let zone = aws.create_hosted_zone("example.com");
    aws.set_record(&zone, "a.b.example.com", "A", "192.0.2.1");
    aws.create_private_hosted_zone("example.net");
    for (name, code) in [
        ("example.com.", ResponseCode::NoError),
        ("b.example.com.", ResponseCode::NoError),
        ("none.example.com.", ResponseCode::NXDomain),
        ("example.net.", ResponseCode::NXDomain),
    ] {
        assert_eq!(ask(&resolver, name, RecordType::AAAA).await, Err(code), "{name}");
    }
    aws.undelegate(&zone);
    assert_eq!(ask(&resolver, "a.b.example.com.", RecordType::A).await, Err(ResponseCode::NXDomain));
}

#[tokio::test]
async fn names_of_other_servers_get_no_answer() {
    let (aws, _server, resolver) = start().await;
    let zone = aws.create_hosted_zone("example.com");
    aws.set_record(&zone, "dev.example.com", "NS", "ns1.elsewhere.example.");
    let servers = ask(&resolver, "dev.example.com.", RecordType::NS).await;
    assert_eq!(servers, Ok(vec!["ns1.elsewhere.example.".to_owned()]));
    assert_eq!(ask(&resolver, "a.dev.example.com.", RecordType::A).await, Err(ResponseCode::ServFail));
}

#[tokio::test]
async fn a_broken_delegation_has_no_valid_answer_for_anything_below_it() {
    let (aws, _server, resolver) = start().await;
    aws.create_hosted_zone("example.com");
    aws.create_hosted_zone("example.net");
    aws.break_delegation("example.com");
    for name in ["example.com.", "a.www.example.com."] {
        assert_eq!(ask(&resolver, name, RecordType::NS).await, Err(ResponseCode::ServFail), "{name}");
    }
    assert_eq!(ask(&resolver, "com.", RecordType::NS).await, Err(ResponseCode::NXDomain));
    assert_eq!(ask(&resolver, "example.net.", RecordType::NS).await.unwrap().len(), 4);
    aws.repair_delegation("example.com");
    assert_eq!(ask(&resolver, "example.com.", RecordType::NS).await.unwrap().len(), 4);
}

#[tokio::test]
async fn wildcards_stand_for_names_that_do_not_exist() {
    let (aws, _server, resolver) = start().await;
    let zone = aws.create_hosted_zone("example.com");
    aws.set_record(&zone, "*.example.com", "CNAME", "www.example.com.");
    aws.set_record(&zone, "www.example.com", "A", "192.0.2.1");
    let chain = ask(&resolver, "anything.example.com.", RecordType::A).await.unwrap();
    assert_eq!(chain, ["www.example.com.", "192.0.2.1"]);
    assert_eq!(ask(&resolver, "a.www.example.com.", RecordType::A).await, Err(ResponseCode::NXDomain));
}

#[tokio::test]
async fn a_long_answer_comes_over_tcp() {
    let (aws, _server, resolver) = start().await;
    aws.create_hosted_zone("example.com");
    let values: Vec<_> = (0..60).map(|n| format!("0 issue \"ca-{n}.a-rather-long-name.example\"")).collect();
    aws.set_caa("example.com", &values.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ask(&resolver, "example.com.", RecordType::CAA).await.unwrap().len(), 60);
}
