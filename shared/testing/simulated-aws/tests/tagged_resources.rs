//! GetResources of the Resource Groups Tagging API, over certificates.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read, Write};
use std::net::TcpStream;

use jiff::ToSpan;
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Server};

fn start() -> (Aws, Server) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    (aws, server)
}

fn insert(aws: &Aws, tags: &[(&str, &str)]) -> String {
    let spec = CertificateSpec::imported("example.com").thin();
    aws.insert_certificate(tags.iter().fold(spec, |spec, (key, value)| spec.tag(key, value)))
}

/// The answer, or the error's code.
fn ask(server: &Server, operation: &str, region: &str, input: &Value) -> Result<Value, String> {
    let body = input.to_string();
    let head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.1";
    let target = format!("x-amz-target: ResourceGroupsTaggingAPI_20170126.{operation}");
    let scope = format!("authorization: AWS4-HMAC-SHA256 Credential=AKID/20261120/{region}/tagging/aws4_request");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "{head}\r\n{target}\r\n{scope}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    if head.starts_with("HTTP/1.1 200") { Ok(body) } else { Err(body["__type"].as_str().unwrap().to_owned()) }
}

fn get(server: &Server, input: &Value) -> Result<Value, String> {
    ask(server, "GetResources", "us-east-1", input)
}

/// The ARNs of the only page.
fn found(server: &Server, input: &Value) -> Vec<String> {
    let page = get(server, input).unwrap();
    assert_eq!(page["PaginationToken"], "");
    arns(&page)
}

fn arns(page: &Value) -> Vec<String> {
    let list = page["ResourceTagMappingList"].as_array().unwrap();
    list.iter().map(|one| one["ResourceARN"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn certificates_that_have_or_had_tags_are_found() {
    let (aws, server) = start();
    insert(&aws, &[]);
    let had = insert(&aws, &[("Owner", "web")]);
    let has = insert(&aws, &[("Owner", "pki"), ("Stage", "")]);
    aws.set_tags(&had, &[("Owner", None)]);
    let page = get(&server, &json!({})).unwrap();
    let tags = json!([{ "Key": "Owner", "Value": "pki" }, { "Key": "Stage", "Value": "" }]);
    let expected = json!([{ "ResourceARN": had, "Tags": [] }, { "ResourceARN": has, "Tags": tags }]);
    assert_eq!(page["ResourceTagMappingList"], expected);
}

#[test]
fn a_tag_that_acm_or_the_tagging_api_removes_leaves_a_certificate_that_had_tags() {
    let (aws, server) = start();
    let arn = insert(&aws, &[]);
    let tag = json!({ "ResourceARNList": [arn], "Tags": { "a": "1" } });
    assert_eq!(ask(&server, "TagResources", "us-east-1", &tag).unwrap()["FailedResourcesMap"], json!({}));
    assert_eq!(aws.tags(&arn).unwrap()["a"], "1");
    let untag = json!({ "ResourceARNList": [arn], "TagKeys": ["a"] });
    ask(&server, "UntagResources", "us-east-1", &untag).unwrap();
    assert!(aws.tags(&arn).unwrap().is_empty());
    aws.set_certificate(&arn, CertificateSpec::imported("example.org").thin());
    assert_eq!(found(&server, &json!({})), [arn]);
}

/// AWS does not say how soon a change is shown; tests do.
#[test]
fn a_change_of_tags_is_shown_late() {
    let (aws, server) = start();
    let arn = insert(&aws, &[("a", "1")]);
    let fresh = insert(&aws, &[]);
    aws.set_tagging_delay(jiff::SignedDuration::from_mins(10));
    let shown = || {
        let page = get(&server, &json!({})).unwrap();
        let list = page["ResourceTagMappingList"].as_array().unwrap();
        list.iter().map(|one| one["Tags"].clone()).collect::<Vec<_>>()
    };
    let tag = |value: &str| json!({ "Key": "a", "Value": value });
    let set = |arn: &str, value: &str| {
        let input = json!({ "ResourceARNList": [arn], "Tags": { "a": value } });
        ask(&server, "TagResources", "us-east-1", &input).unwrap();
    };
    set(&arn, "2");
    set(&fresh, "2");
    assert_eq!(aws.tags(&arn).unwrap()["a"], "2", "ACM shows it at once");
    aws.advance(5.minutes());
    set(&arn, "3");
    assert_eq!(shown(), [json!([tag("1")])]);
    aws.advance(5.minutes());
    assert_eq!(shown(), [json!([tag("2")]), json!([tag("2")])]);
    aws.advance(5.minutes());
    assert_eq!(shown()[0], json!([tag("3")]));
    aws.set_tags(&arn, &[("a", None)]);
    aws.set_certificate(&arn, CertificateSpec::imported("example.org").thin());
    assert_eq!(shown()[0], json!([tag("3")]), "an import changes no tags");
    aws.advance(10.minutes());
    assert_eq!(shown()[0], json!([]));
}

#[test]
fn every_filter_counts_and_any_of_its_values() {
    let (aws, server) = start();
    let [web, pki, test] = [("web", "prod"), ("pki", "prod"), ("web", "test")]
        .map(|(owner, stage)| insert(&aws, &[("Owner", owner), ("Stage", stage)]));
    let filter = |filters: Value| found(&server, &json!({ "TagFilters": filters }));
    assert_eq!(filter(json!([{ "Key": "Owner" }])), [&*web, &*pki, &*test]);
    assert_eq!(filter(json!([{ "Key": "Owner", "Values": ["web", "pki"] }])), [&*web, &*pki, &*test]);
    let both = json!([{ "Key": "Owner", "Values": ["web"] }, { "Key": "Stage", "Values": ["prod"] }]);
    assert_eq!(filter(both), [web]);
    assert!(filter(json!([{ "Key": "owner" }])).is_empty(), "keys have their case");
    assert!(filter(json!([{ "Key": "Owner", "Values": ["we"] }])).is_empty());
}

#[test]
fn only_the_types_that_are_asked_for() {
    let (aws, server) = start();
    let arn = insert(&aws, &[("a", "1")]);
    for types in [json!(["acm"]), json!(["acm:certificate"]), json!(["ec2:instance", "acm:certificate"]), json!([])] {
        assert_eq!(found(&server, &json!({ "ResourceTypeFilters": types })), [&*arn], "{types}");
    }
    assert!(found(&server, &json!({ "ResourceTypeFilters": ["ec2"] })).is_empty());
}

#[test]
fn another_region_and_another_account_have_their_own() {
    let (aws, server) = start();
    insert(&aws, &[("a", "1")]);
    let there = insert(&aws.scoped(&aws.account(), "eu-west-1"), &[("a", "1")]);
    insert(&aws.scoped("210987654321", "eu-west-1"), &[("a", "1")]);
    assert_eq!(arns(&ask(&server, "GetResources", "eu-west-1", &json!({})).unwrap()), [there]);
}

#[test]
fn pages_are_read_by_their_tokens() {
    let (aws, server) = start();
    let all: Vec<_> = (0..201).map(|_| insert(&aws, &[("a", "1")])).collect();
    let (mut read, mut sizes, mut token) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = get(&server, &json!({ "PaginationToken": token })).unwrap();
        sizes.push(arns(&page).len());
        read.extend(arns(&page));
        page["PaginationToken"].as_str().unwrap().clone_into(&mut token);
        if token.is_empty() {
            break;
        }
    }
    assert_eq!((read, sizes), (all, vec![100, 100, 1]));
}

#[test]
fn a_page_of_tags_splits_no_certificate() {
    let (aws, server) = start();
    let keys: Vec<_> = (0..45).map(|n| format!("k{n}")).collect();
    let tags: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
    for _ in 0..5 {
        insert(&aws, &tags);
    }
    let page = get(&server, &json!({ "TagsPerPage": 100 })).unwrap();
    assert_eq!(arns(&page).len(), 2);
    assert_ne!(page["PaginationToken"], "");
}

#[test]
fn calls_over_the_rate_are_throttled_with_the_code_of_this_api() {
    let (aws, server) = start();
    aws.enforce_quotas();
    let refused = (0..16).filter_map(|_| get(&server, &json!({})).err());
    assert_eq!(refused.collect::<Vec<_>>(), ["ThrottledException"]);
}

#[test]
fn a_token_expires_and_belongs_to_its_filters() {
    let (aws, server) = start();
    insert(&aws, &[("a", "1")]);
    let second = insert(&aws, &[("a", "1")]);
    let first = get(&server, &json!({ "ResourcesPerPage": 1, "ResourceTypeFilters": ["acm"] })).unwrap();
    let next = json!({ "PaginationToken": first["PaginationToken"], "ResourceTypeFilters": ["acm"] });
    aws.advance(15.minutes());
    assert_eq!(found(&server, &next), [second]);
    let other = json!({ "PaginationToken": first["PaginationToken"] });
    assert_eq!(get(&server, &other).unwrap_err(), "InvalidParameterException");
    aws.advance(1.seconds());
    assert_eq!(get(&server, &next).unwrap_err(), "PaginationTokenExpiredException");
}

#[test]
fn certificates_are_found_by_arn_too() {
    let (aws, server) = start();
    insert(&aws, &[("a", "1")]);
    let [wanted, untagged] = [insert(&aws, &[("a", "1")]), insert(&aws, &[])];
    let missing = format!("{wanted}0");
    assert_eq!(found(&server, &json!({ "ResourceARNList": [wanted, untagged, missing] })), [wanted]);
}

#[test]
fn wrong_parameters_are_refused() {
    let (aws, server) = start();
    let arn = insert(&aws, &[("a", "1")]);
    let many = |count| (0..count).map(|n| format!("s{n}")).collect::<Vec<_>>();
    for input in [
        json!({ "ResourcesPerPage": 0 }),
        json!({ "ResourcesPerPage": 101 }),
        json!({ "TagsPerPage": 99 }),
        json!({ "TagsPerPage": 501 }),
        json!({ "ResourceTypeFilters": many(101) }),
        json!({ "ResourceTypeFilters": ["acm:"] }),
        json!({ "TagFilters": [{ "Key": "" }] }),
        json!({ "TagFilters": [{ "Key": "a", "Values": many(21) }] }),
        json!({ "PaginationToken": "abc" }),
        json!({ "ExcludeCompliantResources": true }),
        json!({ "ResourceARNList": ["acm"] }),
        json!({ "ResourceARNList": [arn.replace("arn:aws:", "arn:aws-cn:")] }),
        json!({ "ResourceARNList": [arn], "TagFilters": [{ "Key": "a" }] }),
        json!({ "ResourceARNList": [arn], "ResourceTypeFilters": ["acm"] }),
        json!({ "ResourceARNList": [arn], "ResourcesPerPage": 1 }),
    ] {
        assert_eq!(get(&server, &input).unwrap_err(), "InvalidParameterException", "{input}");
    }
    assert_eq!(get(&server, &json!({ "IncludeComplianceDetails": true })).unwrap_err(), "NotModelled");
}
