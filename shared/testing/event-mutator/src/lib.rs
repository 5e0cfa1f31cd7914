//! Mutates events, for tests that no event makes a function panic.
//!
//! For tests only: no function depends on it when it is built for Lambda.

use proptest::collection::SizeRange;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// Certificates that do not exist, in the Region of the tests and in another one.
const CERTIFICATES: [&str; 2] =
    ["arn:aws:acm:us-east-1:123456789012:certificate/x", "arn:aws:acm:eu-west-1:123456789012:certificate/61f50cd4"];
/// At the limits of what calendars can express, and beyond.
const TIMESTAMPS: [&str; 3] = ["+262142-12-31T23:59:59Z", "-9999-01-01T00:00:00Z", "9999-12-30T22:00:00Z"];

/// One change somewhere in a document.
#[derive(Debug, Clone)]
pub struct Mutation {
    position: Index,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Remove,
    Replace(Value),
    Wrap,
    Truncate,
    Append(String),
}

/// As many cases as `PROPTEST_CASES` says, and 1,000 where it is not set or is 256, which is proptest's default. A
/// failing case is reported, and not written into the source tree.
pub fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = if config.cases == 256 { 1_000 } else { config.cases };
    ProptestConfig { cases, failure_persistence: None, ..config }
}

/// Mutations of a document. They insert any JSON, and `interesting` values: those with which the code under test gets
/// further than with random text.
pub fn mutations(
    count: impl Into<SizeRange>,
    interesting: impl IntoIterator<Item = Value>,
) -> impl Strategy<Value = Vec<Mutation>> {
    let kind = prop_oneof![
        Just(Kind::Remove),
        values(interesting.into_iter().collect()).prop_map(Kind::Replace),
        Just(Kind::Wrap),
        Just(Kind::Truncate),
        ".{0,5}".prop_map(Kind::Append),
    ];
    let mutation = (any::<Index>(), kind).prop_map(|(position, kind)| Mutation { position, kind });
    proptest::collection::vec(mutation, count)
}

/// Applies the mutations in order.
pub fn mutate(document: &mut Value, mutations: &[Mutation]) {
    for mutation in mutations {
        mutation.apply(document);
    }
}

/// Each interesting value is as likely as each kind of random value.
fn values(mut interesting: Vec<Value>) -> impl Strategy<Value = Value> {
    interesting.extend(CERTIFICATES.map(Value::from));
    interesting.extend(TIMESTAMPS.map(Value::from));
    interesting.extend([json!(253_402_207_200_i64), json!(-377_705_023_201_i64), json!(1e300)]);
    let leaf = prop_oneof![
        4 => scalars(),
        1 => "arn:aws[a-z-]{0,8}:acm:[a-z0-9-]{0,12}:[0-9]{0,13}:[a-z]{0,12}/[^ ]{0,40}".prop_map(Value::from),
        interesting.len() as u32 => select(interesting),
    ]
    .boxed();
    let nested = leaf.clone().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z-]{0,10}", inner, 0..3)
                .prop_map(|members| members.into_iter().collect()),
        ]
    });
    prop_oneof![12 => leaf, 3 => nested, 1 => Just(json!("x".repeat(100_000))), 1 => Just(json!("ü".repeat(2_000)))]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
    ]
}

impl Mutation {
    fn apply(&self, document: &mut Value) {
        let mut all = Vec::new();
        pointers(document, "", &mut all);
        let pointer = self.position.get(&all);
        if let (Kind::Remove, Some((parent, key))) = (&self.kind, pointer.rsplit_once('/')) {
            match document.pointer_mut(parent) {
                Some(Value::Object(members)) => drop(members.remove(&unescaped(key))),
                Some(Value::Array(items)) => {
                    if let Some(index) = key.parse().ok().filter(|index| *index < items.len()) {
                        items.remove(index);
                    }
                }
                _ => {}
            }
            return;
        }
        let Some(target) = document.pointer_mut(pointer) else { return };
        *target = match (&self.kind, target.take()) {
            (Kind::Replace(value), _) => value.clone(),
            (Kind::Wrap, value) => json!([value]),
            (Kind::Truncate, Value::String(text)) => {
                text.chars().take(text.chars().count() / 2).collect::<String>().into()
            }
            (Kind::Append(suffix), Value::String(text)) => format!("{text}{suffix}").into(),
            (_, _) => Value::Null,
        };
    }
}

/// Pointers to every value in a document.
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

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;

    fn document() -> Value {
        json!({ "a/b~": { "list": [1, "text"] }, "": null })
    }

    /// The document after each of many single mutations.
    fn mutated(interesting: &[Value]) -> Vec<Value> {
        let (mut runner, mutations) = (TestRunner::deterministic(), mutations(1, interesting.to_vec()));
        let mut one = || {
            let mut changed = document();
            mutate(&mut changed, &mutations.new_tree(&mut runner).unwrap().current());
            changed
        };
        (0..2_000).map(|_| one()).collect()
    }

    #[test]
    fn a_failing_case_is_not_written_into_the_source_tree() {
        assert!(config().failure_persistence.is_none());
    }

    #[test]
    fn every_value_is_mutated_one_at_a_time() {
        let mut all = Vec::new();
        pointers(&document(), "", &mut all);
        assert_eq!(all, ["", "/", "/a~1b~0", "/a~1b~0/list", "/a~1b~0/list/0", "/a~1b~0/list/1"]);
        let mutated = mutated(&vec!["interesting".into(); 50]);
        for pointer in &all {
            let replaced = |document: &&Value| document.pointer(pointer).is_some_and(|value| value == "interesting");
            assert!(mutated.iter().any(|document| replaced(&document)), "{pointer:?}");
        }
    }

    #[test]
    fn every_kind_of_mutation_occurs() {
        let mutated = mutated(&[]);
        for expected in [
            // Removed, also from a list and with a key that needs escaping.
            json!({ "": null }),
            json!({ "a/b~": { "list": [1, "text"] } }),
            json!({ "a/b~": { "list": ["text"] }, "": null }),
            // Wrapped, truncated.
            json!([document()]),
            json!({ "a/b~": { "list": [1, "te"] }, "": null }),
        ] {
            assert!(mutated.contains(&expected), "{expected}");
        }
        let text = |document: &Value| document.pointer("/a~1b~0/list/1").and_then(Value::as_str).map(str::to_owned);
        let texts: Vec<String> = mutated.iter().filter_map(text).collect();
        assert!(texts.iter().any(|text| text.starts_with("text") && text.len() > 4), "appended to");
        assert!(texts.iter().any(|text| text.len() == 100_000), "a very long text");
        assert!(mutated.contains(&document()), "null replaced by null");
    }
}
