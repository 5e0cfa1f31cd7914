//! Answers in the form of S3.

use serde_json::{Value, json};

use crate::calls::{ApiError, decode_blob};
use crate::services::Protocol;
use crate::wire::{Response, xml};

/// Of every document but errors.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The headers of answers.
const HEADERS: [&str; 13] = [
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "etag",
    "last-modified",
    "x-amz-checksum-crc32",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
];

/// What an operation answers: a document, or headers and bytes.
pub(crate) fn success(operation: &str, output: &Value) -> Response {
    let value = |name: &'static str| Some((name, output["headers"][name].as_str()?.to_owned()));
    let mut headers: Vec<_> = HEADERS.into_iter().filter_map(value).collect();
    headers.extend(output["headers"]["content-type"].as_str().map(|kind| ("content-type", kind.to_owned())));
    let body = match (operation, output["xml"].as_str()) {
        ("HeadObject", _) => Vec::new(),
        (_, Some(content)) => xml::document("ListBucketResult", NAMESPACE, content).into_bytes(),
        (_, None) => output["body"].as_str().and_then(decode_blob).unwrap_or_default(),
    };
    let status = output["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    Response { status, content_type: Protocol::S3.content_type(), headers, body, error: None }
}

/// API reference, "REST error responses": without a document for HEAD, and for what has no body by its status.
pub(crate) fn failure(operation: &str, error: &ApiError) -> Response {
    let content = json!({ "Code": error.code, "Message": error.message, "RequestId": "simulated" });
    let document = xml::element("Error", &content, xml::Lists::Singular);
    let body = if operation == "HeadObject" || error.status == 304 { Vec::new() } else { document.into_bytes() };
    let content_type = Protocol::S3.content_type();
    Response { status: error.status, content_type, headers: Vec::new(), body, error: Some(error.code.clone()) }
}
