//! ListObjectsV2.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::{Value, json};

use super::{Object, bucket};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::wire::xml;

/// API reference, ListObjectsV2, MaxKeys: "up to 1,000 key names".
const LARGEST_PAGE: usize = 1_000;

enum Line<'a> {
    Object(&'a str, &'a Object),
    /// "All of the keys that roll up into a common prefix count as a single return".
    Prefix(String),
}

impl Line<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Object(key, _) => key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

pub(super) fn list(state: &mut State, input: &Value) -> Answer {
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let bucket = bucket(state, input)?;
    let most = max_keys(input)?;
    let after = match input["continuation-token"].as_str() {
        Some(token) => key_of(token)?,
        None => text("start-after").to_owned(),
    };
    let mut lines = lines(&bucket.objects, text("prefix"), text("delimiter"), &after);
    let truncated = lines.len() > most && most > 0;
    lines.truncate(most);
    let token = lines.last().filter(|_| truncated).map(|line| aws_smithy_types::base64::encode(line.name()));
    let encoded = |name: &str| if text("encoding-type") == "url" { url(name) } else { name.to_owned() };
    let head = json!({
        "Name": text("Bucket"),
        "Prefix": encoded(text("prefix")),
        "Delimiter": input["delimiter"].as_str().map(encoded),
        "StartAfter": input["start-after"].as_str().map(encoded),
        "EncodingType": input["encoding-type"],
        "ContinuationToken": input["continuation-token"],
        "NextContinuationToken": token,
        "KeyCount": lines.len(),
        "MaxKeys": most,
        "IsTruncated": truncated,
    });
    let items: String = lines.iter().map(|line| shown(line, &encoded)).collect();
    Ok(json!({ "xml": xml::content(&head, xml::Lists::Singular) + &items }))
}

fn lines<'a>(objects: &'a BTreeMap<String, Object>, prefix: &str, delimiter: &str, after: &str) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    let all = objects.range::<str, _>((Bound::Excluded(after), Bound::Unbounded));
    for (key, object) in all.filter(|(key, _)| key.starts_with(prefix)) {
        let rest = &key[prefix.len()..];
        let end = if delimiter.is_empty() { None } else { rest.find(delimiter).map(|at| at + delimiter.len()) };
        match end.map(|end| &key[..prefix.len() + end]) {
            None => lines.push(Line::Object(key, object)),
            // A page that ended with a common prefix is followed by what is not below it.
            Some(common) if common == after => {}
            Some(common) if lines.last().is_some_and(|line| line.name() == common) => {}
            Some(common) => lines.push(Line::Prefix(common.to_owned())),
        }
    }
    lines
}

fn shown(line: &Line<'_>, encoded: &impl Fn(&str) -> String) -> String {
    match line {
        Line::Object(key, object) => {
            let item = json!({
                "Key": encoded(key),
                "LastModified": object.modified.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
                "ETag": object.etag,
                "Size": object.body.len(),
                "StorageClass": "STANDARD",
            });
            xml::element("Contents", &item, xml::Lists::Singular)
        }
        Line::Prefix(prefix) => {
            xml::element("CommonPrefixes", &json!({ "Prefix": encoded(prefix) }), xml::Lists::Singular)
        }
    }
}

fn max_keys(input: &Value) -> Result<usize, ApiError> {
    let Some(text) = input["max-keys"].as_str() else { return Ok(LARGEST_PAGE) };
    let invalid = |_| ApiError::new("InvalidArgument", "Provided max-keys not an integer or within integer range");
    text.parse::<usize>().map(|keys| keys.min(LARGEST_PAGE)).map_err(invalid)
}

/// "obfuscated and is not a real key".
fn key_of(token: &str) -> Result<String, ApiError> {
    let decoded = aws_smithy_types::base64::decode(token).ok().and_then(|key| String::from_utf8(key).ok());
    decoded.ok_or_else(|| ApiError::new("InvalidArgument", "The continuation token provided is incorrect"))
}

fn url(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/*".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
