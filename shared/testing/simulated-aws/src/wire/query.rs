//! The query protocol's requests: dotted names in a form.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One JSON value from names like `Tags.member.1.Key` (lists) and `Attributes.entry.1.Name` (maps).
pub(super) fn decode(body: &[u8]) -> Option<Value> {
    let mut root = Value::Object(Map::new());
    for (name, value) in super::pairs(std::str::from_utf8(body).ok()?)? {
        insert(&mut root, &name.split('.').collect::<Vec<_>>(), value);
    }
    Some(fold(root))
}

fn insert(place: &mut Value, path: &[&str], value: String) {
    let Some(members) = place.as_object_mut() else { return };
    match path {
        [] => {}
        [last] => {
            members.insert((*last).to_owned(), Value::String(value));
        }
        [first, rest @ ..] => {
            let inner = members.entry(*first).or_insert_with(|| Value::Object(Map::new()));
            insert(inner, rest, value);
        }
    }
}

/// Turns numbered members into lists, and numbered entries of name and value into objects.
fn fold(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    if members.len() == 1 {
        if let Some(items) = members.get("member").and_then(numbered) {
            return items.into_values().map(|item| fold(item.clone())).collect();
        }
        if let Some(entries) = members.get("entry").and_then(numbered) {
            return entries.into_values().filter_map(entry).collect::<Map<_, _>>().into();
        }
    }
    members.into_iter().map(|(name, value)| (name, fold(value))).collect::<Map<_, _>>().into()
}

/// The items by their numbers, in order.
fn numbered(value: &Value) -> Option<BTreeMap<u32, &Value>> {
    value.as_object()?.iter().map(|(number, item)| Some((number.parse().ok()?, item))).collect()
}

fn entry(value: &Value) -> Option<(String, Value)> {
    let one = |names: [&str; 2]| names.iter().find_map(|name| value.get(name)).cloned();
    Some((one(["Name", "key"])?.as_str()?.to_owned(), fold(one(["Value", "value"])?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn lists_and_maps() {
        let body = b"Action=Publish&Tags.member.2.Key=b&Tags.member.1.Key=a%26+b&M.entry.1.Name=kind\
            &M.entry.1.Value.DataType=String&M.entry.1.Value.StringValue=x&A.entry.1.key=k&A.entry.1.value=v";
        let expected = json!({
            "Action": "Publish",
            "Tags": [{ "Key": "a& b" }, { "Key": "b" }],
            "M": { "kind": { "DataType": "String", "StringValue": "x" } },
            "A": { "k": "v" },
        });
        assert_eq!(super::decode(body).unwrap(), expected);
    }
}
