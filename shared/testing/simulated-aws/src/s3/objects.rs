//! PutObject, GetObject, HeadObject and DeleteObject.

use serde_json::{Value, json};

use super::{Object, bodies, bucket, conditions, no_key};
use crate::authorization;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// Members of PutObject that come back as these headers.
const KEPT: [(&str, &str); 8] = [
    ("CacheControl", "cache-control"),
    ("ContentDisposition", "content-disposition"),
    ("ContentEncoding", "content-encoding"),
    ("ContentLanguage", "content-language"),
    ("ContentType", "content-type"),
    ("ServerSideEncryption", "x-amz-server-side-encryption"),
    ("SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id"),
    ("StorageClass", "x-amz-storage-class"),
];
/// API reference, PutObject, Key: up to 1,024 bytes of UTF-8.
const LONGEST_KEY: usize = 1_024;

pub(super) fn put(state: &mut State, input: &Value) -> Answer {
    let key = input["Key"].as_str().unwrap_or_default().to_owned();
    let body = input["Body"].as_str().and_then(decode_blob).unwrap_or_default();
    let now = state.now;
    let bucket = bucket(state, input)?;
    if key.len() > LONGEST_KEY {
        return Err(ApiError::new("KeyTooLongError", "Your key is too long"));
    }
    let checksum = bodies::checksum(input, &body)?;
    conditions::before_put(input, bucket.objects.get(&key))?;
    let object = Object::new(body, kept(input), checksum, now);
    let mut headers = json!({ "etag": object.etag });
    let shown = object.headers.iter().filter(|(name, _)| name.starts_with("x-amz-server-side")).chain(&object.checksum);
    for (name, value) in shown {
        headers[name] = json!(value);
    }
    bucket.objects.insert(key, object);
    Ok(json!({ "headers": headers }))
}

/// User guide, "Setting default server-side encryption behavior": since 2023 every object is encrypted, with SSE-S3 where
/// nothing else is said.
fn kept(input: &Value) -> Vec<(String, String)> {
    let usual = |member| match member {
        "ServerSideEncryption" => Some("AES256"),
        "ContentType" => Some("binary/octet-stream"),
        _ => None,
    };
    let given = |member: &'static str| input[member].as_str().or(usual(member));
    KEPT.into_iter().filter_map(|(member, header)| Some((header.to_owned(), given(member)?.to_owned()))).collect()
}

/// With the body, which the answer to HeadObject leaves out.
pub(super) fn get(state: &mut State, input: &Value) -> Answer {
    let key = input["Key"].as_str().unwrap_or_default();
    if !bucket(state, input)?.objects.contains_key(key) {
        return Err(missing(state));
    }
    let with_checksum = input["ChecksumMode"] == "ENABLED";
    let bucket = bucket(state, input)?;
    let object = bucket.objects.get(key).ok_or_else(no_key)?;
    conditions::before_get(input, object)?;
    let modified = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&object.modified);
    let mut headers = json!({
        "accept-ranges": "bytes",
        "content-length": object.body.len().to_string(),
        "etag": object.etag,
        "last-modified": modified.unwrap_or_default(),
    });
    for (name, value) in object.headers.iter().chain(object.checksum.iter().filter(|_| with_checksum)) {
        headers[name] = json!(value);
    }
    Ok(json!({ "headers": headers, "body": aws_smithy_types::base64::encode(&object.body) }))
}

/// API reference, GetObject: without s3:ListBucket a caller does not learn that there is no such object.
fn missing(state: &State) -> ApiError {
    if authorization::is_allowed(state, "s3:ListBucket") {
        return no_key();
    }
    let why = format!(
        "User: {} is not authorized to perform: s3:ListBucket because no identity-based policy allows the s3:ListBucket \
         action",
        state.caller_arn(),
    );
    ApiError::new("AccessDenied", why).status(403)
}

/// Of a key without object it is no error either.
pub(super) fn delete(state: &mut State, input: &Value) -> Answer {
    let key = input["Key"].as_str().unwrap_or_default();
    let bucket = bucket(state, input)?;
    conditions::before_change(input, bucket.objects.get(key))?;
    bucket.objects.remove(key);
    Ok(json!({ "status": 204 }))
}
