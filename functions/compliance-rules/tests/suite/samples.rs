//! The sample events in `events/compliance-rules`.

use compliance_rules::{Answer, Error};
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Key, PrivateCaSpec};

use super::world::World;

/// The ARNs in them.
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b";
const AUTHORITY: &str =
    "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11223344-1234-1122-2233-112233445566";

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        /// Every sample event, by its file's name.
        pub(crate) const SAMPLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../events/compliance-rules/", $name, ".json")))),+];
    };
}

samples!("change", "change-api-spelling", "change-private-ca", "deleted", "left-scope", "oversized", "scheduled",);

/// A world with a certificate and CAs, the certificate's history, and a sample event about them.
pub(crate) fn sample(name: &str) -> (World, Value) {
    let world = World::new();
    let root = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&root).tag("Owner", "pki"));
    let spec = CertificateSpec::imported("example.com").key(Key::P256).days_left(20).tag("Owner", "team-a");
    let certificate = world.aws.insert_certificate(spec);
    let item = world.aws.certificate_item(&certificate).unwrap();
    world.aws.insert_configuration_item(json!({
        "accountId": "123456789012", "arn": certificate, "resourceType": "AWS::ACM::Certificate",
        "resourceId": certificate, "configurationItemStatus": "OK",
        "configurationItemCaptureTime": world.aws.now().as_second(),
        "configuration": item["configuration"].to_string(), "tags": { "Owner": "team-a" },
    }));
    let (_, text) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no sample {name}"));
    let event = serde_json::from_str(&text.replace(CERTIFICATE, &certificate).replace(AUTHORITY, &ca)).unwrap();
    (world, event)
}

async fn run(name: &str) -> (World, Result<Answer, Error>) {
    let (world, event) = sample(name);
    let answer = world.handle(&event).await;
    (world, answer)
}

#[tokio::test]
async fn every_sample_is_answered() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/compliance-rules")).unwrap();
    assert_eq!(files.count(), SAMPLES.len());
    for (name, compliance, reason, calls) in [
        ("change", "NON_COMPLIANT", "It expires in 20 days, on 2026-12-11", 1),
        ("change-api-spelling", "NON_COMPLIANT", "It expires in 20 days, on 2026-12-11", 1),
        ("change-private-ca", "NON_COMPLIANT", "neither CRL nor OCSP", 2),
        ("deleted", "NOT_APPLICABLE", "deleted", 1),
        ("left-scope", "NOT_APPLICABLE", "scope", 1),
        ("oversized", "NON_COMPLIANT", "It expires in 20 days", 2),
    ] {
        let (world, answer) = run(name).await;
        let answer = answer.unwrap();
        let [found] = &answer.findings[..] else { panic!("{name}: {answer:?}") };
        assert_eq!(found.compliance.as_str(), compliance, "{name}: {answer:?}");
        assert!(found.reason.contains(reason), "{name}: {answer:?}");
        assert_eq!(world.aws.calls().len(), calls, "{name}");
        assert!(world.results().is_empty(), "{name}: samples have the token of tests");
    }
    let answer = run("scheduled").await.1.unwrap();
    assert_eq!((answer.rule, answer.compliant), ("ca-expiry", 2));
}

/// The whole function gives the same to both spellings, whatever rule it is asked for.
#[tokio::test]
async fn both_spellings_get_the_same_verdict_from_every_rule() {
    for rule in rules::all().filter(|rule| rule.resource_type() == "AWS::ACM::Certificate") {
        let mut verdicts = Vec::new();
        for name in ["change", "change-api-spelling"] {
            let (world, mut event) = sample(name);
            event["ruleParameters"] = json!({ "rule": rule.name }).to_string().into();
            let answer = world.handle(&event).await.map(|answer| answer.findings);
            verdicts.push(answer.map_err(|error| error.to_string()));
        }
        assert_eq!(verdicts[0], verdicts[1], "{}", rule.name);
        assert!(verdicts[0].is_ok(), "{}: {:?}", rule.name, verdicts[0]);
    }
}
