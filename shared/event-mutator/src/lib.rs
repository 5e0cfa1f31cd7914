//! Events with something wrong somewhere, for tests that no event makes a function panic.
//!
//! For tests only: no function depends on it when it is built for Lambda.

use proptest::collection::SizeRange;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// Certificates that do not exist, in the Region of the tests and in another one.
const CERTIFICATES: [&str; 2] =
    ["arn:aws:acm:us-east-1:123456789012:certificate/x", "arn:aws:acm:eu-west-1:123456789012:certificate/61f50cd4"];
/// At the ends of what calendars know, and beyond.
const MOMENTS: [&str; 3] = ["+262142-12-31T23:59:59Z", "-9999-01-01T00:00:00Z", "9999-12-30T22:00:00Z"];

/// One change somewhere in a document.
#[derive(Debug, Clone)]
pub struct Change {
    place: Index,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Remove,
    Replace(Value),
    Wrap,
    Cut,
    Garble(String),
}

/// As many cases as `PROPTEST_CASES` says, and 1,000 where it says nothing or 256, which is proptest's default. One
/// that fails is told, and not written into the tree.
pub fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = if config.cases == 256 { 1_000 } else { config.cases };
    ProptestConfig { cases, failure_persistence: None, ..config }
}

/// Changes of a document. The values that they put into it are any JSON, and `telling` ones: those that
/// lead the code under test further than any text would.
pub fn changes(
    count: impl Into<SizeRange>,
    telling: impl IntoIterator<Item = Value>,
) -> impl Strategy<Value = Vec<Change>> {
    let kind = prop_oneof![
        Just(Kind::Remove),
        values(telling.into_iter().collect()).prop_map(Kind::Replace),
        Just(Kind::Wrap),
        Just(Kind::Cut),
        ".{0,5}".prop_map(Kind::Garble),
    ];
    let change = (any::<Index>(), kind).prop_map(|(place, kind)| Change { place, kind });
    proptest::collection::vec(change, count)
}

/// Makes the changes, one after the other.
pub fn mangle(document: &mut Value, changes: &[Change]) {
    for change in changes {
        change.make(document);
    }
}

/// Each telling value comes as often as each kind of other ones.
fn values(mut telling: Vec<Value>) -> impl Strategy<Value = Value> {
    telling.extend(CERTIFICATES.map(Value::from));
    telling.extend(MOMENTS.map(Value::from));
    telling.extend([json!(253_402_207_200_i64), json!(-377_705_023_201_i64), json!(1e300)]);
    let leaf = prop_oneof![
        4 => scalars(),
        1 => "arn:aws[a-z-]{0,8}:acm:[a-z0-9-]{0,12}:[0-9]{0,13}:[a-z]{0,12}/[^ ]{0,40}".prop_map(Value::from),
        telling.len() as u32 => select(telling),
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

impl Change {
    fn make(&self, document: &mut Value) {
        let mut places = Vec::new();
        pointers(document, "", &mut places);
        let pointer = self.place.get(&places);
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
            (Kind::Cut, Value::String(text)) => text.chars().take(text.chars().count() / 2).collect::<String>().into(),
            (Kind::Garble(garbage), Value::String(text)) => format!("{text}{garbage}").into(),
            (_, _) => Value::Null,
        };
    }
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

    /// What many single changes make of the document.
    fn made(telling: &[Value]) -> Vec<Value> {
        let (mut runner, changes) = (TestRunner::deterministic(), changes(1, telling.to_vec()));
        let mut one = || {
            let mut changed = document();
            mangle(&mut changed, &changes.new_tree(&mut runner).unwrap().current());
            changed
        };
        (0..2_000).map(|_| one()).collect()
    }

    #[test]
    fn a_case_that_fails_is_not_written_into_the_tree() {
        assert!(config().failure_persistence.is_none());
    }

    #[test]
    fn every_place_is_reached_and_only_one_at_a_time() {
        let mut places = Vec::new();
        pointers(&document(), "", &mut places);
        assert_eq!(places, ["", "/", "/a~1b~0", "/a~1b~0/list", "/a~1b~0/list/0", "/a~1b~0/list/1"]);
        let made = made(&vec!["telling".into(); 50]);
        for place in &places {
            let replaced = |document: &&Value| document.pointer(place).is_some_and(|value| value == "telling");
            assert!(made.iter().any(|document| replaced(&document)), "{place:?}");
        }
    }

    #[test]
    fn every_kind_of_change_is_made() {
        let made = made(&[]);
        for expected in [
            // Removed, also where the key has to be escaped and from a list.
            json!({ "": null }),
            json!({ "a/b~": { "list": [1, "text"] } }),
            json!({ "a/b~": { "list": ["text"] }, "": null }),
            // Wrapped, cut.
            json!([document()]),
            json!({ "a/b~": { "list": [1, "te"] }, "": null }),
        ] {
            assert!(made.contains(&expected), "{expected}");
        }
        let text = |document: &Value| document.pointer("/a~1b~0/list/1").and_then(Value::as_str).map(str::to_owned);
        let texts: Vec<String> = made.iter().filter_map(text).collect();
        assert!(texts.iter().any(|text| text.starts_with("text") && text.len() > 4), "garbled");
        assert!(texts.iter().any(|text| text.len() == 100_000), "a flood");
        assert!(made.contains(&document()), "null in place of null");
    }
}
