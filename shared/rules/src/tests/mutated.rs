//! Whatever an item holds: a verdict or a fact that is missing, never a panic.
//!
//! `PROPTEST_CASES=100000 cargo test -p rules --lib no_item_makes_a_rule_panic` runs more cases.

use std::sync::{Arc, LazyLock};

use event_mutator::{mutate, mutations};
use proptest::prelude::*;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Key, PrivateCaSpec};

use crate::facts::{Account, Certificate, Chain, Fact, Item, PrivateCa};
use crate::support::{
    Resource, aws, chain_of, evaluate, imported, issued, known, pending, private, root_ca, subordinate_ca,
};
use crate::{Evaluator, NoVerdict, Rule, all};

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

const INTERESTING: [&str; 9] =
    ["REVOKED", "EXPIRED", "ISSUED", "PRIVATE", "ENABLED", "*.", "a..b", "=|", "2.5.29.37.0"];

/// What an item says on top of what is known already, so that rules reach a verdict.
fn certificates(item: &Item) -> Vec<Certificate> {
    let arn = item.arn.as_deref().and_then(|arn| arn.parse().ok()).unwrap_or(issued().arn);
    let reported = Certificate::from_item(arn, item);
    let chain = || known(Some(ITEMS.1.clone()));
    let over = |base: Certificate| {
        let mut certificate = Certificate { arn: reported.arn.clone(), chain: chain(), ..base };
        certificate.learn(reported.clone());
        let all = Fact::Known([certificate.clone(), issued(), imported(), reported.clone()].map(Arc::new).into());
        Certificate { all, ..certificate }
    };
    [issued(), imported(), private(), pending()].map(over).into_iter().chain([reported.clone()]).collect()
}

fn private_cas(item: &Item, certificates: &[Certificate]) -> Vec<PrivateCa> {
    let arn = item.arn.as_deref().and_then(|arn| arn.parse().ok()).unwrap_or(root_ca().arn);
    let reported = PrivateCa::from_item(arn, item);
    let over = |base: PrivateCa| {
        let mut ca = PrivateCa { chain: known(Some(ITEMS.1.clone())), ..base };
        ca.learn(reported.clone());
        let all = Fact::Known([ca.clone(), root_ca(), subordinate_ca(), reported.clone()].into());
        PrivateCa { all, certificates: Fact::Known(certificates.into()), ..ca }
    };
    [root_ca(), subordinate_ca()].map(over).into_iter().chain([reported.clone()]).collect()
}

fn evaluates(rule: &Rule, resource: &impl Resource) -> Result<(), TestCaseError> {
    match evaluate(rule, &[], resource) {
        Ok(verdict) => {
            let length = verdict.annotation().encode_utf16().count();
            prop_assert!((1..=256).contains(&length), "{}: {:?}", rule.name, verdict);
        }
        Err(NoVerdict::NotYet(_)) => {}
        Err(NoVerdict::Missing(missing)) => {
            prop_assert!(rule.lookups.contains(&missing.lookup), "{}: {}", rule.name, missing)
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn no_item_makes_a_rule_panic(
        mut item in prop::sample::select(&ITEMS.0[..]),
        mutations in mutations(0..6, INTERESTING.map(Value::from)),
    ) {
        mutate(&mut item, &mutations);
        let Ok(item) = Item::read(&item) else { return Ok(()) };
        let certificates = certificates(&item);
        let private_cas = private_cas(&item, &certificates);
        let account = Account {
            id: "123456789012".into(),
            certificates: Fact::Known(certificates.iter().cloned().map(Arc::new).collect()),
            private_cas: Fact::Known(private_cas.clone().into()),
        };
        for rule in all() {
            match rule.evaluate {
                Evaluator::Certificate(_) => {
                    certificates.iter().try_for_each(|certificate| evaluates(rule, certificate))?;
                }
                Evaluator::PrivateCa(_) => private_cas.iter().try_for_each(|ca| evaluates(rule, ca))?,
                Evaluator::Account(_) => evaluates(rule, &account)?,
            }
        }
    }
}
