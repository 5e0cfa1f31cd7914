//! What a rule says of a certificate is the same by its item and by ACM's API.

use std::collections::BTreeSet;

use rules::{self, Evaluator};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Key, PrivateCaSpec};

use super::world::{LOAD_BALANCER, World};

/// Certificates of every kind and in every state, each with what is special about it.
fn certificates(aws: &Aws) -> Vec<(&'static str, String)> {
    let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let issuing = aws.insert_private_ca(PrivateCaSpec::new(Key::P384).subordinate_of(&root));
    let ended = "2026-11-20T00:00:00Z".parse().unwrap();
    let ended = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&root).not_after(ended));
    let imported = || CertificateSpec::imported("example.com").dns("example.com").key(Key::P256);
    let public = |name| CertificateSpec::amazon_issued(name).key(Key::P256);
    let private = || CertificateSpec::private("in.example.com", &root).key(Key::P256);
    let many = (0..120).fold(imported(), |spec, number| spec.dns(&format!("n{number}.example.com")));
    let specs = [
        ("imported, in use", imported().in_use_by(LOAD_BALANCER).days_left(90)),
        ("imported, not in use", imported().days_left(90)),
        ("imported, a duplicate", imported().days_left(60).tag("Owner", "team-a")),
        ("imported, expired", imported().days_left(-3).in_use_by(LOAD_BALANCER)),
        ("imported, near its expiry", imported().days_left(5).tag("acm-autopilot:renew-from", "private-ca")),
        (
            "imported, managed and in use",
            imported()
                .in_use_by(LOAD_BALANCER)
                .tag("acm-autopilot:renew-from", "private-ca")
                .tag("acm-autopilot:status", "renewal-complete"),
        ),
        ("imported, renewal failed", imported().tag("acm-autopilot:status", "renewal-failed")),
        ("imported, for everything", imported().extended_key_usages(&[]).key_usages(&[])),
        ("imported, any usage", imported().extended_key_usages(&["ANY"])),
        ("imported, a usage without name", imported().extended_key_usages(&["1.3.6.1.4.1.99999.1"])),
        ("imported, for clients", imported().extended_key_usages(&["TLS_WEB_CLIENT_AUTHENTICATION"])),
        ("imported, from a private CA", imported().issued_by(&issuing)),
        ("imported, below a CA that has ended", imported().issued_by(&ended)),
        ("imported, without names", CertificateSpec::imported("only a subject").key(Key::P256)),
        ("imported, an address", imported().ip([192, 0, 2, 1].into())),
        ("imported, many names", many),
        ("imported, another curve", imported().key(Key::P384).tag("contact", "someone@example.com")),
        ("public, in use", public("a.example.com").in_use_by(LOAD_BALANCER).days_left(100)),
        ("public, not in use", public("b.example.com").days_left(100)),
        ("public, wildcard", public("c.example.com").dns("*.c.example.com").in_use_by(LOAD_BALANCER)),
        ("public, by e-mail", public("d.example.com").validated_by_email()),
        ("public, by HTTP", public("e.example.com").validated_by_http().in_use_by(LOAD_BALANCER)),
        ("public, pending", public("f.example.com").status("PENDING_VALIDATION")),
        ("public, pending without record", public("g.example.com").status("PENDING_VALIDATION").without_records()),
        ("public, failed", public("h.example.com").status("FAILED").failure_reason("CAA_ERROR")),
        ("public, timed out", public("i.example.com").status("VALIDATION_TIMED_OUT")),
        ("public, revoked", public("j.example.com").status("REVOKED").in_use_by(LOAD_BALANCER)),
        ("public, inactive", public("k.example.com").status("INACTIVE")),
        ("public, exportable", public("l.example.com").exportable()),
        ("public, exported", public("m.example.com").exportable().eligible(true)),
        ("public, exportable by tag", public("n.example.com").exportable().tag("export", "allowed")),
        ("public, renewal failed", public("o.example.com").renewal("FAILED", Some("CAA_ERROR"))),
        ("public, renewal pending", public("p.example.com").renewal("PENDING_VALIDATION", None)),
        ("private, in use", private().in_use_by(LOAD_BALANCER)),
        ("private, not in use", private()),
        ("private, expired", private().days_left(-3)),
        ("private, revoked", private().status("REVOKED")),
    ];
    specs.map(|(about, spec)| (about, aws.insert_certificate(spec))).into()
}

/// Parameters besides the defaults, of rules that say only one thing of these certificates with them, or look at more
/// facts with others.
fn parameters(rule: &str) -> Value {
    match rule {
        "signature-algorithm" => json!({ "allowed": "SHA1WITHRSA" }),
        "key-algorithm" => json!({ "allowed": "EC_secp384r1" }),
        "required-tags" => json!({ "keys": "Owner", "values": "Owner = team-*" }),
        "wildcard-use" => json!({ "allowedTags": "none", "allowedDomains": "*.c.example.com" }),
        "domain-allow-list" => json!({ "allowed": "*.example.com" }),
        "validation-method" => json!({ "allowed": "DNS" }),
        "trusted-issuer" => json!({ "allowed": "none", "denied": "Example*" }),
        "unused-certificate" => json!({ "days": "0" }),
        "maximum-lifetime" => json!({ "limits": "30", "importedLimits": "none", "privateLimits": "3650" }),
        "extended-key-usage" => json!({ "required": "none", "allowed": "TLS_WEB_CLIENT_AUTHENTICATION" }),
        "exportable" => json!({ "allowedTags": "none" }),
        "renewal-eligible" => json!({ "graceDays": "0" }),
        "certificate-expiry" => json!({ "days": "60" }),
        "acm-managed-renewal" => json!({ "pendingDaysLeft": "365" }),
        _ => json!({}),
    }
}

/// Since 2026 every certificate is logged: the simulated AWS has no others.
const ONE_VERDICT: [&str; 1] = ["transparency-logging"];

/// What the last evaluation of a resource said.
fn last(world: &World, arn: &str) -> (String, String) {
    let result = world.results().into_iter().rev().find(|(resource, ..)| resource == arn);
    result.map(|(_, compliance, annotation)| (compliance, annotation)).unwrap()
}

#[tokio::test]
async fn an_item_and_the_api_give_the_same_verdict() {
    let world = World::new();
    let certificates = certificates(&world.aws);
    let mut one_sided = Vec::new();
    for rule in rules::all().filter(|rule| matches!(rule.evaluate, Evaluator::Certificate(_))) {
        let mut verdicts = BTreeSet::new();
        for mut parameters in [json!({}), parameters(rule.name)] {
            parameters["rule"] = rule.name.into();
            let answer = world.scheduled(parameters.clone()).await.unwrap();
            assert_eq!(answer.compliant + answer.non_compliant + answer.not_applicable, certificates.len());
            for (about, arn) in &certificates {
                let by_api = last(&world, arn);
                let item = world.aws.certificate_item(arn).unwrap();
                world.changed(parameters.clone(), &item).await.unwrap();
                assert_eq!(last(&world, arn), by_api, "{parameters}: {about}");
                world.changed(parameters.clone(), &bare(item)).await.unwrap();
                assert_eq!(last(&world, arn), by_api, "{parameters}: {about}, by a bare item");
                verdicts.insert(by_api.0);
            }
        }
        verdicts.remove("NOT_APPLICABLE");
        if !ONE_VERDICT.contains(&rule.name) && verdicts.len() != 2 {
            one_sided.push((rule.name, verdicts));
        }
    }
    assert!(one_sided.is_empty(), "neither compliant nor not, by any certificate: {one_sided:?}");
}

/// The item of a recorder that reports next to nothing.
fn bare(mut item: Value) -> Value {
    item["configuration"] = json!({ "domainName": item["configuration"]["domainName"] });
    item["tags"] = json!({});
    item
}
