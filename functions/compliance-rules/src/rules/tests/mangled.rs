//! Whatever an item holds: a verdict or a fact that is missing, never a panic.
//!
//! `PROPTEST_CASES=100000 cargo test -p compliance-rules --lib no_item_makes_a_rule_panic` runs more cases.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Key, PrivateCaSpec};

use super::super::support::{
    Resource, aws, chain_of, evaluate, imported, issued, known, pending, private, root_ca, subordinate_ca,
};
use super::super::{Evaluator, Rule, all};
use crate::facts::{Account, Authority, Certificate, Chain, Fact, Item};

/// Items as AWS Config makes them, a chain, and an item with the members of an older recorder and times
/// that are none.
static ITEMS: LazyLock<(Vec<Value>, Chain)> = LazyLock::new(|| {
    let aws = aws();
    let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let issuing = aws.insert_private_ca(PrivateCaSpec::new(Key::P384).subordinate_of(&root));
    let with_chain =
        aws.insert_certificate(CertificateSpec::imported("example.com").issued_by(&issuing).key(Key::P256));
    let public = || CertificateSpec::amazon_issued("example.com").thin();
    let specs = [
        CertificateSpec::imported("example.com").dns("*.example.com").tag("Owner", "team-a").in_use_by("arn:x").thin(),
        CertificateSpec::imported("example.com").extended_key_usages(&["1.2.3", "ANY"]).days_left(-3).thin(),
        public().in_use_by("arn:x"),
        public().status("PENDING_VALIDATION"),
        public().status("FAILED").failure_reason("CAA_ERROR"),
        public().status("REVOKED"),
        public().renewal("PENDING_VALIDATION", Some("CAA_ERROR")).validated_by_email(),
        CertificateSpec::private("example.com", &issuing).thin(),
    ];
    let certificates: Vec<String> = specs.into_iter().map(|spec| aws.insert_certificate(spec)).collect();
    let mut items: Vec<Value> = certificates.iter().map(|arn| aws.certificate_item(arn).unwrap()).collect();
    items.extend([&root, &issuing].map(|arn| aws.private_ca_item(arn).unwrap()));
    items.push(json!({
        "version": "1.3", "accountId": "123456789012", "configurationItemStatus": "OK",
        "resourceType": "AWS::ACM::Certificate",
        "configurationItemCaptureTime": 1_587_582_797.718, "availabilityZone": "Regional", "tags": {},
        "arn": issued().arn.as_str(), "resourceId": issued().arn.as_str(),
        "configuration": {
            "certificateArn": issued().arn.as_str(), "domainName": "www.example.com",
            "subjectAlternativeNames": ["www.example.com"], "status": "FAILED", "issuer": "Amazon",
            "domainValidationOptions": [{"domainName": "www.example.com", "validationStatus": "FAILED"}],
            "createdAt": "datetime.datetime(2020, 4, 22, 12, 0)", "keyAlgorithm": "RSA-2048", "inUseBy": [],
            "failureReason": "INVALID_PUBLIC_DOMAIN", "type": "AMAZON_ISSUED", "keyUsages": [], "extendedKeyUsages": [],
            "renewalEligibility": "INELIGIBLE", "options": {"certificateTransparencyLoggingPreference": "ENABLED"},
        },
        "supplementaryConfiguration": {"Tags": []},
    }));
    (items, chain_of(&aws, &with_chain))
});

/// One change somewhere in an item.
#[derive(Debug, Clone)]
enum Change {
    Remove,
    Replace(Value),
    Wrap,
    Cut,
    Garble(String),
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        prop::sample::select(
            &["REVOKED", "EXPIRED", "ISSUED", "PRIVATE", "ENABLED", "*.", "a..b", "=|", "2.5.29.37.0"][..]
        )
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[[{"a": null}]]])),
        Just(json!("-9999-01-01T00:00:00Z")),
        Just(json!("9999-12-30T22:00:00Z")),
        Just(json!(253_402_207_200_i64)),
        Just(json!(-377_705_023_201_i64)),
        Just(json!("ü".repeat(2_000))),
    ]
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Remove),
        values().prop_map(Change::Replace),
        Just(Change::Wrap),
        Just(Change::Cut),
        ".{0,5}".prop_map(Change::Garble),
    ]
}

/// Pointers to everything in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{}", escaped(key)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// [RFC 6901, 3](https://www.rfc-editor.org/rfc/rfc6901#section-3).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn mangle(item: &mut Value, place: prop::sample::Index, change: &Change) {
    let mut places = Vec::new();
    pointers(item, "", &mut places);
    let pointer = &places[place.index(places.len())];
    if let (Change::Remove, Some((parent, key))) = (change, pointer.rsplit_once('/')) {
        if let Some(members) = item.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(key);
        }
        return;
    }
    let Some(target) = item.pointer_mut(pointer) else { return };
    *target = match (change, target.take()) {
        (Change::Replace(value), _) => value.clone(),
        (Change::Wrap, value) => json!([value]),
        (Change::Cut, Value::String(text)) => text.chars().take(text.chars().count() / 2).collect::<String>().into(),
        (Change::Garble(garbage), Value::String(text)) => format!("{text}{garbage}").into(),
        (_, _) => Value::Null,
    };
}

/// What an item says over what is known already, so that rules come to their ends.
fn certificates(item: &Item) -> Vec<Certificate> {
    let arn = item.arn.as_deref().and_then(|arn| arn.parse().ok()).unwrap_or(issued().arn);
    let told = Certificate::of_item(arn, item);
    let chain = || known(Some(ITEMS.1.clone()));
    let over = |base: Certificate| {
        let mut certificate = Certificate { arn: told.arn.clone(), chain: chain(), ..base };
        certificate.learn(told.clone());
        let all = Fact::Known([certificate.clone(), issued(), imported(), told.clone()].into());
        Certificate { all, ..certificate }
    };
    [issued(), imported(), private(), pending()].map(over).into_iter().chain([told.clone()]).collect()
}

fn authorities(item: &Item, certificates: &[Certificate]) -> Vec<Authority> {
    let arn = item.arn.as_deref().and_then(|arn| arn.parse().ok()).unwrap_or(root_ca().arn);
    let told = Authority::of_item(arn, item);
    let over = |base: Authority| {
        let mut authority = Authority { chain: known(Some(ITEMS.1.clone())), ..base };
        authority.learn(told.clone());
        let all = Fact::Known([authority.clone(), root_ca(), subordinate_ca(), told.clone()].into());
        Authority { all, certificates: Fact::Known(certificates.into()), ..authority }
    };
    [root_ca(), subordinate_ca()].map(over).into_iter().chain([told.clone()]).collect()
}

fn evaluates(rule: &Rule, resource: &impl Resource) -> Result<(), TestCaseError> {
    match evaluate(rule, &[], resource) {
        Ok(verdict) => {
            let length = verdict.annotation().encode_utf16().count();
            prop_assert!((1..=256).contains(&length), "{}: {:?}", rule.name, verdict);
        }
        Err(missing) => prop_assert!(rule.lookups.contains(&missing.lookup), "{}: {}", rule.name, missing),
    }
    Ok(())
}

fn cases() -> u32 {
    // 256 is proptest's default, when PROPTEST_CASES says nothing.
    match ProptestConfig::default().cases {
        256 => 1_000,
        cases => cases,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..Default::default() })]

    #[test]
    fn no_item_makes_a_rule_panic(
        mut item in prop::sample::select(&ITEMS.0[..]),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), changes()), 0..6),
    ) {
        for (place, change) in &changes {
            mangle(&mut item, *place, change);
        }
        let Ok(item) = Item::read(&item) else { return Ok(()) };
        let certificates = certificates(&item);
        let authorities = authorities(&item, &certificates);
        let account = Account {
            id: "123456789012".into(),
            certificates: Fact::Known(certificates.clone().into()),
            authorities: Fact::Known(authorities.clone().into()),
        };
        for rule in all() {
            match rule.evaluate {
                Evaluator::Certificate(_) => {
                    certificates.iter().try_for_each(|certificate| evaluates(rule, certificate))?;
                }
                Evaluator::Authority(_) => authorities.iter().try_for_each(|authority| evaluates(rule, authority))?,
                Evaluator::Account(_) => evaluates(rule, &account)?,
            }
        }
    }
}
