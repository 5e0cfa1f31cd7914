//! Whatever comes as an event: an answer or a typed error, never a panic, and never a verdict on an event
//! that could not be read.
//!
//! `PROPTEST_CASES=100000 cargo test -p compliance-rules mutated` runs more cases.

use compliance_rules::Error;
use event_mutator::{mutate, mutations};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{SAMPLES, sample};

const INTERESTING: [&str; 6] = [
    "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x",
    "AWS::ACMPCA::CertificateAuthority",
    "AWS::ACM::Certificate",
    "PENDING_VALIDATION",
    "IMPORTED",
    // As Python prints a moment.
    "2020-04-22 19:09:44.123000+00:00",
];

/// Texts that hold JSON.
const DOCUMENTS: [&str; 3] = ["/invokingEvent", "/ruleParameters", "/invokingEvent/configurationItem/configuration"];

/// Opens those texts, so that what is in them can be changed.
fn open(event: &mut Value) -> Vec<&'static str> {
    let mut opened = Vec::new();
    for pointer in DOCUMENTS {
        let Some(target) = event.pointer_mut(pointer) else { continue };
        if let Some(inner) = target.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            *target = inner;
            opened.push(pointer);
        }
    }
    opened
}

fn close(event: &mut Value, opened: &[&str]) {
    for pointer in opened.iter().rev() {
        if let Some(target) = event.pointer_mut(pointer).filter(|target| target.is_object() || target.is_array()) {
            *target = target.to_string().into();
        }
    }
}

fn rules() -> Vec<&'static str> {
    rules::all().map(|rule| rule.name).collect()
}

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn mutated_events_never_panic(
        name in prop::sample::select(SAMPLES),
        rule in prop::sample::select(rules()),
        inside in prop::bool::weighted(0.8),
        mutations in mutations(1..5, INTERESTING.map(Value::from)),
    ) {
        let (world, mut event) = sample(name.0);
        event["ruleParameters"] = json!({ "rule": rule }).to_string().into();
        let opened = if inside { open(&mut event) } else { Vec::new() };
        mutate(&mut event, &mutations);
        close(&mut event, &opened);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(world.handle(&event));
        let counts = world.aws.call_counts();
        let put = counts.get("PutEvaluations").copied().unwrap_or_default();
        match answer {
            Ok(_) => prop_assert!(put >= 1),
            Err(error) => {
                prop_assert!(error.to_string().len() < 4_000, "an error repeats a flood");
                match error {
                    Error::BadEvent { .. } => prop_assert!(world.aws.calls().is_empty()),
                    // Wrong parameters are shown on the account, all else on nothing.
                    Error::Parameters { .. } | Error::Put(_) => prop_assert!(put <= 1),
                    Error::Lookup(_) | Error::Fetch { .. } => {
                        prop_assert_eq!(put, 0);
                    }
                    // The others of a scheduled evaluation are reported.
                    Error::Several { .. } | Error::Clear(_) => {}
                    error => prop_assert!(false, "{error}"),
                }
            }
        }
        let reads = |name: &String| ["Get", "List", "Describe"].iter().any(|verb| name.starts_with(verb));
        let only_reads = counts.keys().all(|name| name == "PutEvaluations" || reads(name));
        prop_assert!(only_reads, "{counts:?}");
    }
}
