//! Rules about private CAs, over all that they look up.

use std::collections::BTreeSet;

use certificates::Target;
use compliance_rules::{Error, Found};
use jiff::Span;
use lambda::RetryableError;
use lookups::LookupError;
use rules::facts::{Fact, Item, PrivateCa};
use rules::{Compliance, Context, Evaluator, all, select};
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Fault, Key, PrivateCaSpec};

use super::world::World;

const NEEDED: [&str; 3] = ["IssueCertificate", "GetCertificate", "ListPermissions"];

fn shared_with(account: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "1", "Effect": "Allow", "Principal": { "AWS": account },
        "Action": "acm-pca:IssueCertificate", "Resource": "*",
    }]})
    .to_string()
}

/// The place of the CA for short-lived certificates.
const SHORT_LIVED: usize = 6;

/// CAs in every state, good ones and bad ones.
fn hierarchy() -> (World, Vec<String>) {
    let world = World::new();
    let aws = &world.aws;
    let crl = |acl: Option<&str>| {
        let mut crl = json!({ "Enabled": true, "ExpirationInDays": 7, "S3BucketName": "crl" });
        if let Some(acl) = acl {
            crl["S3ObjectAcl"] = acl.into();
        }
        json!({ "CrlConfiguration": crl })
    };
    let good = |key| {
        PrivateCaSpec::new(key).tag("Owner", "pki").revocation(crl(Some("BUCKET_OWNER_FULL_CONTROL"))).path_length(3)
    };
    let root = aws.insert_private_ca(good(Key::P384));
    let issuing = aws.insert_private_ca(good(Key::P256).subordinate_of(&root).path_length(1));
    aws.permit_acm(&issuing, &NEEDED);
    world.insert(CertificateSpec::private("a.example.com", &issuing));
    world.insert(CertificateSpec::private("b.example.com", &issuing));

    let bad = aws.insert_private_ca(
        PrivateCaSpec::new(Key::Rsa2048)
            .signing_algorithm("SHA1WITHRSA")
            .not_after(aws.now() + Span::new().hours(24 * 60))
            .key_storage("FIPS_140_2_LEVEL_2_OR_HIGHER"),
    );
    aws.set_ca_policy(&bad, &shared_with("999988887777"));
    world.insert(CertificateSpec::private("c.example.com", &bad));
    let public = aws.insert_private_ca(good(Key::P256).revocation(crl(None)));
    aws.set_ca_policy(&public, &shared_with("123456789012"));
    let third = aws.insert_private_ca(good(Key::P256).subordinate_of(&issuing).path_length(0));
    // One below more than its path length allows.
    let fourth = aws.insert_private_ca(PrivateCaSpec::new(Key::P384).subordinate_of(&third));
    let short = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).short_lived());
    let mut all = vec![root, issuing, bad, public, third, fourth, short];
    for status in ["DISABLED", "PENDING_CERTIFICATE", "FAILED", "CREATING", "DELETED", "SLEEPING"] {
        let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        aws.set_ca_status(&ca, status);
        all.push(ca);
    }
    all.push(aws.insert_private_ca(good(Key::P256).not_after(aws.now() - Span::new().hours(1))));
    (world, all)
}

fn parameters(rule: &str) -> Value {
    match rule {
        // No CA's key is wrong by default.
        "ca-key-algorithm" => json!({ "rule": rule, "allowed": "EC_prime256v1,EC_secp384r1" }),
        _ => json!({ "rule": rule }),
    }
}

/// What a rule says of all CAs, by their list and by the item of each.
async fn verdicts(world: &World, cas: &[String], rule: &str) -> [Vec<(String, String, String)>; 2] {
    let parameters = || parameters(rule);
    let before = world.results().len();
    world.scheduled(parameters()).await.unwrap();
    let mut by_list = world.results().split_off(before);
    let before = world.results().len();
    for ca in cas {
        let item = world.aws.private_ca_item(ca).unwrap();
        world.changed(parameters(), &item).await.unwrap();
    }
    let mut by_item = world.results().split_off(before);
    by_list.sort();
    by_item.sort();
    [by_list, by_item]
}

#[tokio::test]
async fn item_and_list_get_the_same_verdict_from_every_rule() {
    let (world, cas) = hierarchy();
    for rule in all().filter(|rule| rule.resource_type() == "AWS::ACMPCA::CertificateAuthority") {
        let [by_list, by_item] = verdicts(&world, &cas, rule.name).await;
        assert_eq!(by_list, by_item, "{}", rule.name);
        assert_eq!(by_list.len(), cas.len(), "{}", rule.name);
        let compliances: BTreeSet<&str> = by_list.iter().map(|(_, compliance, _)| compliance.as_str()).collect();
        assert!(
            compliances.contains("COMPLIANT") && compliances.contains("NON_COMPLIANT"),
            "{}: {by_list:?}",
            rule.name
        );
    }
    // What a deleted CA refuses was not asked of it, and each fact was asked for once in an evaluation.
    assert!(world.aws.calls().iter().all(|call| call.result == simulated_aws::CallResult::Ok || absent(call)));
}

/// Since items have no status, every rule reads a CA's description, which overwrites what an item reports with the
/// same facts. So here the item's facts are all that a rule gets besides what no item has.
#[tokio::test]
async fn an_item_reports_what_a_description_reports() {
    let (world, cas) = hierarchy();
    let here = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    let mut decided = BTreeSet::new();
    for rule in all() {
        let Evaluator::PrivateCa(evaluate) = rule.evaluate else { continue };
        let parameters = parameters(rule.name);
        let (_, settings) = select(parameters.as_object().unwrap()).unwrap();
        let context = Context { now: world.aws.now(), settings: &settings, here: &here };
        let [by_list, _] = verdicts(&world, &cas, rule.name).await;
        for arn in &cas {
            let item = Item::read(&world.aws.private_ca_item(arn).unwrap()).unwrap();
            let mut ca = PrivateCa::from_item(arn.parse().unwrap(), &item);
            ca.status = Fact::Known(world.aws.private_ca(arn).unwrap().status);
            let short_lived = if *arn == cas[SHORT_LIVED] { "SHORT_LIVED_CERTIFICATE" } else { "GENERAL_PURPOSE" };
            ca.usage_mode = Fact::Known(Some(short_lived.to_owned()));
            let Ok(verdict) = evaluate(&ca, &context) else { continue };
            let reported = (arn.clone(), verdict.compliance().as_str().to_owned(), verdict.annotation());
            assert!(by_list.contains(&reported), "{}: {reported:?}", rule.name);
            if verdict.compliance() == Compliance::NonCompliant {
                decided.insert(rule.name);
            }
        }
    }
    for rule in [
        "ca-key-algorithm",
        "ca-signing-algorithm",
        "ca-key-storage-standard",
        "ca-revocation-configured",
        "ca-crl-bucket-private",
    ] {
        assert!(decided.contains(rule), "{decided:?}");
    }
}

/// GetPolicy of a CA without policy.
fn absent(call: &simulated_aws::Call) -> bool {
    let code = simulated_aws::CallResult::Error("ResourceNotFoundException".to_owned());
    call.operation == "GetPolicy" && call.result == code
}

async fn of(world: &World, ca: &str, parameters: Value) -> Found {
    let item = world.aws.private_ca_item(ca).unwrap();
    world.changed(parameters, &item).await.unwrap().findings.remove(0)
}

#[tokio::test]
async fn chains_permissions_and_policies_are_looked_up() {
    let (world, cas) = hierarchy();
    let [_, issuing, bad, _, _, fourth, ..] = &cas[..] else { panic!("{cas:?}") };
    for (ca, rule, reason) in [
        (fourth, "ca-hierarchy-depth", "allows 0 CAs below itself, and this is number 1"),
        (issuing, "ca-hierarchy-depth", "1 CA above"),
        (issuing, "ca-acm-permission", "may renew"),
        (bad, "ca-acm-permission", "renewals of ACM's certificates from it fail"),
        (bad, "ca-root-issues-no-leaves", "the certificate c.example.com. Issue"),
        (bad, "ca-shared-with", "account 999988887777"),
        (issuing, "ca-shared-with", "no resource policy"),
        (bad, "ca-tagged", "Owner"),
    ] {
        let found = of(&world, ca, json!({ "rule": rule })).await;
        assert!(found.reason.contains(reason), "{rule}: {found:?}");
    }
    let allowed = of(&world, bad, json!({ "rule": "ca-shared-with", "accounts": "999988887777" })).await;
    assert_eq!(allowed.compliance.as_str(), "COMPLIANT", "{allowed:?}");
}

#[tokio::test]
async fn private_certificates_are_described_once_for_all_cas_and_only_when_needed() {
    let world = World::new();
    let root = world.aws.create_private_ca(Key::P256);
    for number in 0..5 {
        let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        world.insert(CertificateSpec::private(&format!("n{number}.example.com"), &ca));
        world.insert(CertificateSpec::imported("example.com"));
        // One that is not usable any more is not described.
        let status = ["EXPIRED", "REVOKED"][number % 2];
        world.insert(CertificateSpec::private("ended.example.com", &ca).status(status));
    }
    let answer = world.scheduled(json!({ "rule": "ca-root-issues-no-leaves" })).await.unwrap();
    assert_eq!((answer.compliant, answer.non_compliant), (1, 5));
    let counts = world.aws.call_counts();
    assert_eq!((counts["DescribeCertificate"], counts["ListCertificates"]), (5, 2));
    assert_eq!(counts["ListCertificateAuthorities"], 1);

    world.aws.forget_record();
    let answer = world.scheduled(json!({ "rule": "ca-root-issues-no-leaves", "disabled": "true" })).await.unwrap();
    assert_eq!(answer.non_compliant, 6);
    let exempted = json!({ "rule": "ca-root-issues-no-leaves", "disabled": true, "exemptedCaArns": root });
    assert_eq!(world.scheduled(exempted).await.unwrap().not_applicable, 1);
    assert_eq!(world.aws.call_counts().get("DescribeCertificate"), None);
}

/// A certificate that cannot be described may come from any CA. A CA that issued another one gets a
/// verdict anyway.
#[tokio::test]
async fn one_certificate_that_cannot_be_described_costs_no_more_than_what_hangs_on_it() {
    let world = World::new();
    for number in 0..3 {
        let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        for name in ["a", "b"].iter().take(number) {
            world.insert(CertificateSpec::private(&format!("{name}{number}.example.com"), &ca));
        }
        for name in ["c", "d"] {
            world.insert(CertificateSpec::imported(&format!("{name}{number}.example.com")));
        }
    }
    let sure = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    for name in ["e", "f"] {
        world.insert(CertificateSpec::private(&format!("{name}.example.com"), &sure));
    }
    // One of five, of a CA with two of them.
    let failing = world.aws.certificates().into_iter().map(|one| one.arn).collect::<Vec<_>>();
    world.aws.fail("DescribeCertificate", 5, Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "ca-root-issues-no-leaves" })).await.unwrap_err();
    assert!(matches!(error, Error::Several { failed: 1, of: 4, left: 0, .. }) && !error.is_retryable(), "{error}");
    assert!(failing.iter().any(|arn| error.to_string().contains(arn.as_str())), "{error}");
    assert!(world.results().iter().all(|(_, compliance, _)| compliance == "NON_COMPLIANT"));
    assert_eq!(world.results().len(), 3);
    let counts = world.aws.call_counts();
    assert_eq!((counts["DescribeCertificate"], counts["ListCertificates"]), (5, 2));
}

#[tokio::test]
async fn a_missing_permission_is_not_asked_for_with_every_certificate() {
    let world = World::new();
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    for _ in 0..20 {
        world.insert(CertificateSpec::private("example.com", &ca));
    }
    world.aws.fail_always("DescribeCertificate", Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "ca-root-issues-no-leaves" })).await.unwrap_err();
    assert!(matches!(error, Error::Lookup(LookupError::Read { .. })) && !error.is_retryable(), "{error}");
    assert_eq!(world.aws.call_counts()["DescribeCertificate"], 5);
}

#[tokio::test]
async fn when_time_runs_out_after_a_failure_the_failure_is_reported() {
    let world = World::new();
    let ca = world.aws.create_private_ca(Key::P256);
    for _ in 0..2_300 {
        world.insert(CertificateSpec::private("example.com", &ca));
    }
    world.aws.fail("DescribeCertificate", 1, Fault::AccessDenied);
    let other = world.aws.create_private_ca(Key::P256);
    let item = world.aws.private_ca_item(&other).unwrap();
    let error = world.changed(json!({ "rule": "ca-root-issues-no-leaves" }), &item).await.unwrap_err();
    assert!(matches!(error, Error::Lookup(LookupError::Read { .. })), "{error}");
}

#[tokio::test]
async fn a_list_that_fails_is_not_asked_for_again_by_each_ca() {
    let world = World::new();
    for _ in 0..6 {
        world.aws.create_private_ca(Key::P256);
    }
    world.aws.fail_always("ListCertificates", Fault::AccessDenied);
    let error = world.scheduled(json!({ "rule": "ca-root-issues-no-leaves" })).await.unwrap_err();
    assert!(matches!(error, Error::Several { failed: 6, of: 6, .. }), "{error}");
    assert_eq!(world.aws.call_counts()["ListCertificates"], 1);
}

#[tokio::test]
async fn when_time_runs_out_while_certificates_are_described_it_is_reported() {
    let world = World::new();
    let ca = world.aws.create_private_ca(Key::P256);
    world.aws.create_private_ca(Key::P256);
    for _ in 0..2_300 {
        world.insert(CertificateSpec::private("example.com", &ca));
    }
    let rule = || json!({ "rule": "ca-root-issues-no-leaves" });
    let error = world.scheduled(rule()).await.unwrap_err();
    assert_eq!(error, Error::OutOfTime { left: 2, of: 2 });
    assert_eq!(world.aws.call_counts()["ListCertificates"], 4, "three pages and Amazon N2, once for both");
    let item = world.aws.private_ca_item(&ca).unwrap();
    assert_eq!(world.changed(rule(), &item).await.unwrap_err(), Error::OutOfTime { left: 1, of: 1 });
    assert!(world.results().is_empty());
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_an_error_and_no_verdict() {
    let (world, cas) = hierarchy();
    world.aws.set_ca_policy(&cas[0], r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": 1.5e3}}"#);
    let item = world.aws.private_ca_item(&cas[0]).unwrap();
    let error = world.changed(json!({ "rule": "ca-shared-with" }), &item).await.unwrap_err();
    assert!(matches!(error, Error::Lookup(LookupError::UnreadablePolicy { .. })) && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains(&cas[0]), "{error}");
    assert!(world.results().is_empty());
    // The others are reported.
    let error = world.scheduled(json!({ "rule": "ca-shared-with" })).await.unwrap_err();
    assert!(matches!(error, Error::Several { failed: 1, left: 0, .. }), "{error}");
    assert_eq!(world.results().len(), cas.len() - 1);
}

#[tokio::test]
async fn could_not_check_is_an_error_and_no_verdict() {
    for (rule, operation) in [
        ("ca-status", "DescribeCertificateAuthority"),
        ("ca-tagged", "ListTags"),
        ("ca-acm-permission", "ListPermissions"),
        ("ca-acm-permission", "DescribeCertificate"),
        ("ca-acm-permission", "ListCertificates"),
        ("ca-shared-with", "GetPolicy"),
        ("ca-hierarchy-depth", "GetCertificateAuthorityCertificate"),
    ] {
        for (fault, retryable) in [(Fault::Throttled, true), (Fault::AccessDenied, false)] {
            let (world, cas) = hierarchy();
            let mut item = world.aws.private_ca_item(&cas[2]).unwrap();
            item["tags"] = json!({});
            world.aws.fail_always(operation, fault);
            let error = world.changed(json!({ "rule": rule }), &item).await.unwrap_err();
            assert_eq!(error.is_retryable(), retryable, "{operation}: {error}");
            assert!(format!("{error:?}").contains(operation), "{operation}: {error:?}");
            assert!(world.results().is_empty(), "{operation}");
        }
    }
}

#[tokio::test]
async fn one_that_is_deleted_meanwhile_is_not_applicable() {
    let (world, cas) = hierarchy();
    let item = world.aws.private_ca_item(&cas[0]).unwrap();
    let gone = Fault::Error { code: "ResourceNotFoundException".into(), message: "gone".into(), status: 400 };
    world.aws.advance(Span::new().minutes(3));
    world.aws.fail("DescribeCertificateAuthority", 1, gone);
    assert_eq!(world.changed(json!({ "rule": "ca-expiry" }), &item).await.unwrap().not_applicable, 1);
}
