//! XML for the query and REST protocols: between JSON values and elements.

use serde_json::{Map, Value};

/// How the items of a list are named.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lists {
    /// `<member>`, in the query protocol.
    Members,
    /// The list's name without its last `s`, as Route 53 does.
    Singular,
    /// There is no element of the list: each item has its name.
    Repeated,
}

/// A whole document.
pub(crate) fn document(root: &str, namespace: &str, content: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{content}</{root}>")
}

/// One element, or none for null.
pub(crate) fn element(name: &str, value: &Value, lists: Lists) -> String {
    let mut text = String::new();
    write_element(&mut text, name, value, lists);
    text
}

/// The content of an element.
pub(crate) fn content(value: &Value, lists: Lists) -> String {
    let mut text = String::new();
    write_content(&mut text, value, lists);
    text
}

/// Into one text: a page of a zone's records has thousands of elements, and worlds read one each day.
fn write_element(text: &mut String, name: &str, value: &Value, lists: Lists) {
    if value.is_null() {
        return;
    }
    if let (Value::Array(items), Lists::Repeated) = (value, lists) {
        return items.iter().for_each(|value| write_element(text, name, value, lists));
    }
    text.extend(["<", name, ">"]);
    match value {
        Value::Array(items) => {
            let item = match lists {
                Lists::Members => "member",
                Lists::Singular => name.strip_suffix('s').unwrap_or(name),
                Lists::Repeated => name,
            };
            items.iter().for_each(|value| write_element(text, item, value, lists));
        }
        other => write_content(text, other, lists),
    }
    text.extend(["</", name, ">"]);
}

fn write_content(text: &mut String, value: &Value, lists: Lists) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| write_element(text, name, value, lists));
        }
        Value::String(given) => write_escaped(text, given),
        Value::Null => {}
        other => text.push_str(&other.to_string()),
    }
}

fn write_escaped(text: &mut String, given: &str) {
    for part in given.split_inclusive(['&', '<', '>', '"']) {
        let (plain, escaped) = match part.as_bytes().last() {
            Some(b'&') => (&part[..part.len() - 1], "&amp;"),
            Some(b'<') => (&part[..part.len() - 1], "&lt;"),
            Some(b'>') => (&part[..part.len() - 1], "&gt;"),
            Some(b'"') => (&part[..part.len() - 1], "&quot;"),
            _ => (part, ""),
        };
        text.extend([plain, escaped]);
    }
}

/// Reads a document's root. Elements of these names are lists; texts stay strings.
pub(crate) fn read(body: &[u8], lists: &[&str]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    Ok(value(document.root_element(), lists))
}

fn value(node: roxmltree::Node<'_, '_>, lists: &[&str]) -> Value {
    let children = || node.children().filter(roxmltree::Node::is_element);
    if lists.contains(&node.tag_name().name()) {
        return children().map(|child| value(child, lists)).collect();
    }
    if children().next().is_none() {
        return Value::from(node.text().unwrap_or_default());
    }
    children().map(|child| (child.tag_name().name().to_owned(), value(child, lists))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn written_and_read_again() {
        let given = json!({ "Name": "a<b>&\"c\"", "Items": [{ "Value": "1" }, { "Value": "2" }], "None": null });
        let text = document("Root", "urn:x", &content(&given, Lists::Singular));
        assert!(text.contains("<Items><Item><Value>1</Value></Item>"), "{text}");
        let expected = json!({ "Name": "a<b>&\"c\"", "Items": [{ "Value": "1" }, { "Value": "2" }] });
        assert_eq!(read(text.as_bytes(), &["Items"]).unwrap(), expected);
        assert!(element("L", &json!(["x"]), Lists::Members).contains("<member>x</member>"));
        assert_eq!(element("L", &json!({ "I": ["x", "y"] }), Lists::Repeated), "<L><I>x</I><I>y</I></L>");
        assert!(read(b"<a>", &[]).is_err());
    }
}
