//! Whatever comes as an event: an answer or a typed error, never a panic, never half an effect.
//!
//! `PROPTEST_CASES=100000 cargo test -p dns-validation mutated` runs more cases.

use dns_validation::Error;
use proptest::prelude::*;
use serde_json::{Value, json};
use simulated_aws::CertificateSpec;

use super::world::{SAMPLES, World};

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
        Just(json!("aws.health")),
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
                pointers(value, &format!("{at}/{key}"), found);
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
    fn mutated_events_never_panic(
        sample in prop::sample::select(SAMPLES),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), mutations()), 1..4),
    ) {
        let world = World::new();
        world.aws.create_hosted_zone("example.com");
        let arn = world.insert(CertificateSpec::amazon_issued("example.com").status("PENDING_VALIDATION"));
        let mut event = super::world::sample(sample.0, &arn);
        for (place, mutation) in &changes {
            mutate(&mut event, *place, mutation);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        match runtime.block_on(world.handle(&event)) {
            Ok(_) => {}
            Err(error @ Error::BadEvent { .. }) => {
                prop_assert!(world.aws.calls().is_empty());
                prop_assert!(error.to_string().len() < 1_000, "an error repeats a flood");
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        let effects = world.effects();
        let all = ["ChangeResourceRecordSets", "PutEvents"];
        prop_assert!(effects.is_empty() || effects == all, "{effects:?}");
    }
}
