//! Whatever comes as an event: an answer or a typed error, never a panic, and never a verdict on an event
//! that could not be read.
//!
//! `PROPTEST_CASES=100000 cargo test -p compliance-rules mutated` runs more cases.

use compliance_rules::Error;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{SAMPLES, sample};

/// One change somewhere in an event.
#[derive(Debug, Clone)]
enum Mutation {
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
        Just(json!([])),
        Just(json!({})),
        Just(json!([[[{"a": null}]]])),
        Just(json!("arn:aws:acm:us-east-1:123456789012:certificate/x")),
        Just(json!("arn:aws:acm:eu-west-1:123456789012:certificate/61f50cd4")),
        Just(json!("arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x")),
        Just(json!("AWS::ACMPCA::CertificateAuthority")),
        Just(json!("AWS::ACM::Certificate")),
        Just(json!("PENDING_VALIDATION")),
        Just(json!("IMPORTED")),
        // As Python prints a moment, and moments that no calendar has.
        Just(json!("2020-04-22 19:09:44.123000+00:00")),
        Just(json!("+262142-12-31T23:59:59Z")),
        Just(json!(1e300)),
        Just(json!("x".repeat(100_000))),
    ]
}

fn mutations() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        Just(Mutation::Remove),
        values().prop_map(Mutation::Replace),
        Just(Mutation::Wrap),
        Just(Mutation::Cut),
        ".{0,5}".prop_map(Mutation::Garble),
    ]
}

/// Pointers to everything in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn mutate(event: &mut Value, place: prop::sample::Index, mutation: &Mutation) {
    let mut places = Vec::new();
    pointers(event, "", &mut places);
    let pointer = &places[place.index(places.len())];
    if let (Mutation::Remove, Some((parent, key))) = (mutation, pointer.rsplit_once('/')) {
        if let Some(members) = event.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(key);
        }
        return;
    }
    let Some(target) = event.pointer_mut(pointer) else { return };
    *target = match (mutation, target.clone()) {
        (Mutation::Replace(value), _) => value.clone(),
        (Mutation::Wrap, value) => json!([value]),
        (Mutation::Cut, Value::String(text)) => text.chars().take(text.chars().count() / 2).collect::<String>().into(),
        (Mutation::Garble(garbage), Value::String(text)) => format!("{text}{garbage}").into(),
        (_, _) => Value::Null,
    };
}

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

fn cases() -> u32 {
    // 256 is proptest's default, when PROPTEST_CASES says nothing.
    match ProptestConfig::default().cases {
        256 => 1_000,
        cases => cases,
    }
}

fn rules() -> Vec<&'static str> {
    compliance_rules::rules::all().map(|rule| rule.name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..Default::default() })]

    #[test]
    fn mutated_events_never_panic(
        name in prop::sample::select(SAMPLES),
        rule in prop::sample::select(rules()),
        inside in prop::bool::weighted(0.8),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), mutations()), 1..5),
    ) {
        let (world, mut event) = sample(name.0);
        event["ruleParameters"] = json!({ "rule": rule }).to_string().into();
        let opened = if inside { open(&mut event) } else { Vec::new() };
        for (place, mutation) in &changes {
            mutate(&mut event, *place, mutation);
        }
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
                    Error::Untold { .. } | Error::Fetch { .. } | Error::Look { .. } | Error::Unreadable { .. } => {
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
