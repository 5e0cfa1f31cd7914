//! Answers that others recorded from AWS (LocalStack's `tests/aws/services/*.snapshot.json`, dates of recording with
//! each), field by field: `exchanges/recorded.json` has their members and spellings, with names and ids of its own.
//!
//! `<text>` and `<number>` are any; `$name` is what an earlier answer was kept as; `newer` are members that AWS has added
//! since, and the record has not.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::calls::Answer;
use crate::services::SERVICES;
use crate::{Aws, parameters};

#[derive(Deserialize)]
struct Story {
    source: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    call: String,
    input: Value,
    answer: Option<Value>,
    error: Option<Refusal>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    #[serde(default)]
    newer: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Refusal {
    code: String,
    message: String,
}

#[test]
fn answers_are_as_recorded() {
    exchange(include_str!("../exchanges/recorded.json"));
}

/// `exchanges/documented.json` is of the same form, with what documents and issues say.
#[test]
fn answers_are_as_documented() {
    exchange(include_str!("../exchanges/documented.json"));
}

fn exchange(stories: &str) {
    let stories: Vec<Story> = serde_json::from_str(stories).unwrap();
    for Story { source, steps } in stories {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let mut kept = BTreeMap::new();
        for step in steps {
            let place = format!("{source}: {}", step.call);
            let answer = ask(&aws, &step.call, &filled(&step.input, &kept));
            compare(&place, &step, answer, &mut kept);
        }
    }
}

fn ask(aws: &Aws, call: &str, input: &Value) -> Answer {
    let (name, operation) = call.split_once(':').unwrap();
    let service = SERVICES.iter().find(|service| service.name == name).unwrap();
    parameters::check(service, operation, input)?;
    let answer = (service.call)(&mut aws.state(), operation, input)?;
    // Some answers are JSON text already.
    Ok(answer.as_str().map_or_else(|| answer.clone(), |text| serde_json::from_str(text).unwrap()))
}

fn compare(place: &str, step: &Step, answer: Answer, kept: &mut BTreeMap<String, String>) {
    let answer = match (answer, &step.error) {
        (Err(error), Some(refusal)) => {
            assert_eq!(&Refusal { code: error.code, message: error.message }, refusal, "{place}");
            return;
        }
        (answer, _) => answer.unwrap_or_else(|error| panic!("{place}: {error:?}")),
    };
    let expected = filled(step.answer.as_ref().unwrap_or_else(|| panic!("{place}: accepted")), kept);
    let different = differences("", &expected, &answer, &step.newer);
    assert!(different.is_empty(), "{place}: {different:#?}");
    for (name, path) in &step.keep {
        let value = path.split('.').fold(&answer, |value, member| &value[member]).as_str().unwrap();
        kept.insert(format!("${name}"), value.trim_start_matches("/hostedzone/").to_owned());
    }
}

/// With what was kept in place of its names.
fn filled(value: &Value, kept: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => kept.get(text).cloned().map_or_else(|| value.clone(), Value::from),
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), filled(value, kept))).collect(),
        other => other.clone(),
    }
}

fn differences(path: &str, expected: &Value, actual: &Value, newer: &[String]) -> Vec<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let lost = expected.iter().flat_map(|(name, value)| {
                let found = actual.get(name).unwrap_or(&Value::Null);
                differences(&format!("{path}.{name}"), value, found, newer)
            });
            let unknown = actual.keys().filter(|name| !expected.contains_key(*name) && !newer.contains(name));
            lost.chain(unknown.map(|name| format!("{path}.{name} is not in the record"))).collect()
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs.flat_map(|(n, (one, other))| differences(&format!("{path}[{n}]"), one, other, newer)).collect()
        }
        (Value::String(any), Value::String(_)) if any == "<text>" => Vec::new(),
        (Value::String(any), Value::Number(_)) if any == "<number>" => Vec::new(),
        _ if expected == actual => Vec::new(),
        _ => vec![format!("{path}: recorded {expected}, here {actual}")],
    }
}
