//! What a served model is asked beside AWS's calls.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_smithy_types::base64;
use jiff::ToSpan;
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Key, Server};

const OTHER: &str = "210987654321";
const REGION: &str = "eu-west-1";

fn start() -> (Aws, Server) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let server = aws.serve("127.0.0.1:0".parse().unwrap()).unwrap();
    (aws, server)
}

/// The status, and the body.
fn send(server: &Server, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = format!("{method} /_simulated/{path} HTTP/1.1\r\nhost: x\r\nconnection: close");
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn put(server: &Server, path: &str, body: &Value) -> Value {
    let (status, answer) = send(server, "PUT", path, body);
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[test]
fn certificates_are_changed_where_they_are() {
    let (aws, server) = start();
    let there = aws.scoped(OTHER, REGION);
    let spec = || CertificateSpec::amazon_issued("example.com").thin().validated_by_email();
    let arn = there.insert_certificate(spec());
    let state = || there.certificate(&arn).unwrap();
    put(&server, "in-use", &json!({ "certificateArn": arn, "resources": ["arn:aws:x"] }));
    assert_eq!(state().in_use_by, ["arn:aws:x"]);
    put(&server, "days-left", &json!({ "certificateArn": arn, "days": 20 }));
    assert_eq!(state().not_after, aws.now() + 480.hours());
    put(&server, "renewal", &json!({ "certificateArn": arn }));
    assert_eq!(state().renewal_status.as_deref(), Some("PENDING_VALIDATION"));
    put(&server, "mail-answer", &json!({ "certificateArn": arn }));
    assert_eq!(state().renewal_status.as_deref(), Some("SUCCESS"));

    let pending = there.request_certificate(&["www.example.com"], &[]);
    put(&server, "age", &json!({ "certificateArn": pending, "hours": 72 }));
    assert_eq!(there.certificate(&pending).unwrap().status, "VALIDATION_TIMED_OUT");
}

/// User guide, "Managed certificate renewal": what nothing uses is not eligible.
#[test]
fn what_is_not_in_use_is_not_renewed() {
    let (aws, server) = start();
    let arn = aws.insert_certificate(CertificateSpec::amazon_issued("example.com").thin());
    assert_eq!(send(&server, "PUT", "renewal", &json!({ "certificateArn": arn })).0, 404);
}

#[test]
fn what_is_missing_or_misspelt_is_refused() {
    let (_aws, server) = start();
    let none = json!({ "certificateArn": format!("arn:aws:acm:{REGION}:{OTHER}:certificate/none"), "hours": 1, "days": 1,
        "resources": [] });
    for path in ["in-use", "age", "days-left", "mail-answer", "renewal"] {
        assert_eq!(send(&server, "PUT", path, &none).0, 404, "{path}");
        assert_eq!(send(&server, "PUT", path, &json!({})).0, 400, "{path}");
    }
    assert_eq!(send(&server, "PUT", "renewal", &json!({ "certificateArn": "x" })).0, 400);
    assert_eq!(send(&server, "GET", "renewal", &json!({})).0, 404);
    assert_eq!(send(&server, "PUT", "clock", &json!({})).0, 400);
}

#[test]
fn an_expired_certificate_was_imported_in_its_time() {
    let (aws, server) = start();
    let spec = CertificateSpec::imported("example.com").key(Key::P256).days_left(-2);
    let old = aws.insert_certificate(spec);
    let old = aws.certificate(&old).unwrap();
    let blob = |pem: &str| base64::encode(pem);
    let input = json!({
        "Certificate": blob(old.pem.as_deref().unwrap()), "PrivateKey": blob(&old.private_key.unwrap().pem()),
        "CertificateChain": blob(old.chain.as_deref().unwrap()), "Tags": [{ "Key": "Owner", "Value": "team" }],
    });
    let import = |at: &str| {
        send(&server, "POST", "import", &json!({ "at": at, "input": input, "account": OTHER, "region": REGION }))
    };
    let (status, refused) = import("2026-11-20T08:00:00Z");
    assert_eq!(status, 400);
    assert!(refused["message"].as_str().unwrap().contains("expired"), "{refused}");
    let (status, imported) = import("2026-11-01T00:00:00Z");
    assert_eq!(status, 200, "{imported}");
    let found = aws.scoped(OTHER, REGION).certificate(imported["CertificateArn"].as_str().unwrap()).unwrap();
    assert_eq!((found.status.as_str(), found.tags["Owner"].as_str()), ("EXPIRED", "team"));
    assert_eq!(aws.now(), "2026-11-20T08:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn settings_and_counts_are_served() {
    let (aws, server) = start();
    let there = aws.scoped(OTHER, REGION);
    put(&server, "record-delay", &json!({ "seconds": 0 }));
    put(&server, "tagging-delay", &json!({ "seconds": 60 }));
    put(&server, "name-quota", &json!({ "names": 11, "account": OTHER, "region": REGION }));
    put(&server, "fail-next", &json!({ "operation": "ListCertificates", "code": "Teapot", "times": 1 }));
    let names: Vec<_> = (0..11).map(|n| format!("{n}.example.com")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let arn = there.request_certificate(&names, &[]);
    let acm = aws_sdk_acm::Client::new(&there.sdk_config());
    let described = acm.describe_certificate().certificate_arn(arn).send().await.unwrap();
    assert!(described.certificate().unwrap().domain_validation_options()[10].resource_record().is_some());
    let error = acm.list_certificates().send().await.unwrap_err();
    assert_eq!(aws_sdk_acm::error::ProvideErrorMetadata::code(&error), Some("Teapot"));
    let token = put(&server, "result-token", &json!({ "rule": "expiry", "account": OTHER, "region": REGION }));
    let config = aws_sdk_config::Client::new(&there.sdk_config());
    config.put_evaluations().result_token(token["resultToken"].as_str().unwrap()).send().await.unwrap();

    let zone = aws.create_hosted_zone_in(OTHER, "example.com");
    change(&aws, OTHER, &zone).await;
    assert_eq!(send(&server, "GET", "batches", &json!({})).1, json!({ zone: 1 }));
    assert_eq!(send(&server, "GET", "calls", &json!({})).1["acm:ListCertificates"], 1);
}

async fn change(aws: &Aws, account: &str, zone: &str) {
    use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
    let record = ResourceRecord::builder().value("192.0.2.1").build().unwrap();
    let set = ResourceRecordSet::builder().name("a.example.com").r#type(RrType::A).ttl(300).resource_records(record);
    let change = Change::builder().action(ChangeAction::Create).resource_record_set(set.build().unwrap()).build();
    let batch = ChangeBatch::builder().changes(change.unwrap()).build().unwrap();
    let route53 = aws_sdk_route53::Client::new(&aws.scoped(account, "us-east-1").sdk_config());
    let create = || route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch.clone()).send();
    create().await.unwrap();
    create().await.unwrap_err();
}

#[test]
fn the_clock_runs_on_after_it_was_moved() {
    let (aws, server) = start();
    server.follow_real_time();
    put(&server, "clock", &json!({ "advanceSeconds": 86_400 }));
    let moved = aws.now();
    assert!(moved >= "2026-11-21T08:00:00Z".parse().unwrap());
    std::thread::sleep(Duration::from_millis(20));
    send(&server, "GET", "clock", &json!({}));
    let passed = aws.now().duration_since(moved);
    assert!(passed.as_millis() >= 20 && passed.as_secs() < 60, "{passed}");
    put(&server, "clock", &json!({ "now": "2027-01-01T00:00:00Z" }));
    std::thread::sleep(Duration::from_millis(20));
    send(&server, "GET", "clock", &json!({}));
    assert!(aws.now() > "2027-01-01T00:00:00.019Z".parse().unwrap(), "{}", aws.now());
}

#[test]
fn a_ca_changes_how_it_behaves() {
    let (aws, server) = start();
    let ca = aws.acme_server("letsencrypt");
    let answer = put(&server, "acme", &json!({ "server": "letsencrypt", "settings": { "outage": "htmlPage" } }));
    assert_eq!((&answer["settings"]["badNoncePercent"], &answer["orders"]), (&json!(5), &json!(0)));
    assert_eq!(ca.settings().outage, Some(simulated_aws::AcmeOutage::HtmlPage));
    put(&server, "acme", &json!({ "server": "letsencrypt", "settings": { "outage": null, "retryAfter": "httpDate" } }));
    assert_eq!(ca.settings().outage, None);
    let account = json!({ "keyId": "kid-1", "macKey": "c2VjcmV0" });
    put(&server, "acme", &json!({ "server": "letsencrypt", "externalAccount": account, "announceRevocation": [] }));
    assert!(ca.settings().external_account_required);
    for wrong in
        [json!({ "settings": { "nonsense": 1 } }), json!({ "externalAccount": { "keyId": "k", "macKey": "?" } })]
    {
        let mut body = json!({ "server": "letsencrypt" });
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        assert_eq!(send(&server, "PUT", "acme", &body).0, 400, "{wrong}");
    }
}
