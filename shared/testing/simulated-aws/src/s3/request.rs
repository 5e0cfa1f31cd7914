//! Which operation a request of S3 asks for, and its members.

use serde_json::{Map, Value, json};

use super::bodies;
use crate::wire::{Incoming, pairs, percent_decode};

/// Headers and the members that they are (API reference, PutObject and GetObject).
const MEMBERS: [(&str, &str); 17] = [
    ("cache-control", "CacheControl"),
    ("content-disposition", "ContentDisposition"),
    ("content-language", "ContentLanguage"),
    ("content-md5", "ContentMD5"),
    ("content-type", "ContentType"),
    ("if-match", "IfMatch"),
    ("if-none-match", "IfNoneMatch"),
    ("x-amz-checksum-crc32", "ChecksumCRC32"),
    ("x-amz-checksum-mode", "ChecksumMode"),
    ("x-amz-checksum-sha1", "ChecksumSHA1"),
    ("x-amz-checksum-sha256", "ChecksumSHA256"),
    ("x-amz-expected-bucket-owner", "ExpectedBucketOwner"),
    ("x-amz-sdk-checksum-algorithm", "ChecksumAlgorithm"),
    ("x-amz-server-side-encryption", "ServerSideEncryption"),
    ("x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"),
    ("x-amz-server-side-encryption-bucket-key-enabled", "BucketKeyEnabled"),
    ("x-amz-storage-class", "StorageClass"),
];
/// Headers of the protocol, which are no members.
const PROTOCOL: [&str; 6] = [
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
    "x-amz-user-agent",
];
/// What may be in a query. Anything else asks for something that is not modelled, such as `tagging` or `versionId`.
const QUERY: [&str; 9] = [
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "list-type",
    "max-keys",
    "prefix",
    "start-after",
    "x-id",
];

/// The operation and its input, from host, method, path, query, headers and body. The body is in base64.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<(String, Value), String> {
    let (bucket, key) = place(request)?;
    let query = pairs(request.query).ok_or("the query is not UTF-8")?;
    let mut input: Map<String, Value> = query.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    if let Some(unknown) = unknown(request, &input) {
        return Ok((format!("{} with {unknown}", request.method), Value::Object(input)));
    }
    let list_type = input.remove("list-type");
    input.remove("x-id");
    let operation = operation(request.method, &bucket, &key, list_type.as_ref().and_then(Value::as_str));
    input.insert("Bucket".to_owned(), bucket.into());
    if !key.is_empty() {
        input.insert("Key".to_owned(), key.into());
    }
    let body = bodies::read(request)?;
    input.extend(members(|header| request.header(header).map(str::to_owned)));
    input.extend(members(|header| body.trailers.get(header).cloned()));
    if let Some(encoding) = bodies::content_encoding(request) {
        input.insert("ContentEncoding".to_owned(), encoding.into());
    }
    if operation == "PutObject" {
        input.insert("Body".to_owned(), json!(aws_smithy_types::base64::encode(body.bytes)));
    }
    Ok((operation, Value::Object(input)))
}

fn members(value: impl Fn(&str) -> Option<String>) -> impl Iterator<Item = (String, Value)> {
    MEMBERS.into_iter().filter_map(move |(header, member)| Some((member.to_owned(), Value::from(value(header)?))))
}

fn operation(method: &str, bucket: &str, key: &str, list_type: Option<&str>) -> String {
    match (method, bucket, key, list_type) {
        (method, "", ..) => format!("{method} /"),
        ("GET", _, "", Some("2")) => "ListObjectsV2".to_owned(),
        (method, _, "", _) => format!("{method} /BUCKET"),
        ("PUT", ..) => "PutObject".to_owned(),
        ("GET", ..) => "GetObject".to_owned(),
        ("HEAD", ..) => "HeadObject".to_owned(),
        ("DELETE", ..) => "DeleteObject".to_owned(),
        (method, ..) => format!("{method} /BUCKET/KEY"),
    }
}

/// User guide, "Virtual hosting": the bucket is in the host name, as `BUCKET.s3.REGION.amazonaws.com`, or first in the path.
fn place(request: &Incoming<'_>) -> Result<(String, String), String> {
    let path = percent_decode(request.path).ok_or("the path is not UTF-8")?;
    let path = path.strip_prefix('/').unwrap_or(&path);
    let host = request.host.split(':').next().unwrap_or_default();
    Ok(match host.split_once(".s3.") {
        Some((bucket, _)) if host.contains(".amazonaws.com") => (bucket.to_owned(), path.to_owned()),
        _ => {
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            (bucket.to_owned(), key.to_owned())
        }
    })
}

/// The first header or part of the query that changes what S3 does and is not modelled.
fn unknown(request: &Incoming<'_>, query: &Map<String, Value>) -> Option<String> {
    let is_known = |header: &str| PROTOCOL.contains(&header) || MEMBERS.iter().any(|(name, _)| *name == header);
    let changes = |header: &str| header.starts_with("x-amz-") || ["range", "if-modified-since"].contains(&header);
    let headers = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let header = headers.into_iter().find(|header| changes(header) && !is_known(header));
    let part = query.keys().find(|name| !QUERY.contains(&name.as_str()));
    header.map(|header| format!("the header {header}")).or_else(|| part.map(|part| format!("?{part}")))
}
