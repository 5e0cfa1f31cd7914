//! What is sent keeps to the published schemas.

use expiry_events::Occasion;
use jsonschema::Validator;
use serde_json::Value;
use simulated_aws::CertificateSpec;

use super::world::{LOAD_BALANCER, NOW, SAMPLES, World, amazon, at, imported, managed, sample};

fn validator(schema: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn check(validator: &Validator, document: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

#[tokio::test]
async fn notices_and_events_keep_to_their_schemas() {
    let notice = validator(include_str!("../../../../events/schemas/notice.schema.json"));
    let requested = validator(include_str!("../../../../events/schemas/certificate-renewal-requested.schema.json"));
    let changed = validator(include_str!("../../../../events/schemas/certificate-renewal-status-changed.schema.json"));

    let mut kinds = Vec::new();
    for days in [-3, 0, 1, 5, 20, 40, 198] {
        let full = (0..50).fold(imported(days), |spec, n| spec.tag(&format!("key-{n}"), "x"));
        let failed = |reason: &str| {
            managed(days)
                .tag("acm-autopilot:status", "renewal-failed")
                .tag("acm-autopilot:status-since", "2026-10-01T00:00:00Z")
                .tag("acm-autopilot:status-reason", reason)
                .tag("acm-autopilot:attempts", "2")
        };
        for spec in [
            imported(days),
            CertificateSpec::imported("x").subject(&[]).days_left(days),
            full,
            managed(days).tag("Owner", "team-web").tag("acm-autopilot:notified", "garbage"),
            imported(days).tag("acm-autopilot:renew-from", "the-moon"),
            failed("throttled"),
            failed("ca-disabled"),
            amazon(days).renewal("SUCCESS", None),
            amazon(days).renewal("PENDING_VALIDATION", None).validation_status("PENDING_VALIDATION"),
            amazon(days)
                .renewal("PENDING_VALIDATION", None)
                .validation_status("PENDING_VALIDATION")
                .validated_by_email(),
            amazon(days).renewal("FAILED", Some("CAA_ERROR")),
            amazon(days).status("REVOKED"),
            amazon(198).not_before(at(NOW)),
            CertificateSpec::amazon_issued("example.com").key_pair_origin("ACME").days_left(days).eligible(false),
            CertificateSpec::amazon_issued("*.example.com").days_left(days),
            CertificateSpec::imported("example.com").days_left(days).email("a@example.com").in_use_by(LOAD_BALANCER),
        ] {
            for (name, _) in SAMPLES {
                let world = World::new();
                let arn = world.insert(spec.clone());
                world.handle(&sample(name, &arn)).await.unwrap();
                for published in world.aws.published() {
                    for protocol in ["sqs", "lambda", "http", "https", "firehose"] {
                        let document: Value = serde_json::from_str(published.for_protocol(protocol)).unwrap();
                        check(&notice, &document);
                    }
                    kinds.push(published.attribute("kind").unwrap().to_owned());
                }
                for event in world.aws.events() {
                    match event.detail_type.as_str() {
                        events::RENEWAL_REQUESTED => check(&requested, &event.detail),
                        events::STATUS_CHANGED => check(&changed, &event.detail),
                        other => panic!("{other} has no schema"),
                    }
                }
            }
        }
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["expired", "expiring", "renewal-action-required", "renewed", "revoked", "rotated"]);
}

#[test]
fn occasions_have_names_for_logs() {
    for occasion in [Occasion::Sweep, Occasion::RenewalActionRequired, Occasion::Other] {
        assert_eq!(serde_json::to_value(occasion).unwrap(), occasion.as_str());
    }
}
