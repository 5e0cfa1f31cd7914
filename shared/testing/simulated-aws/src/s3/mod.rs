//! Amazon S3: objects of buckets without versions, in the REST protocol with XML.

mod answer;
mod bodies;
mod conditions;
mod list;
mod objects;
mod request;
mod setup;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::md5;

pub(crate) use answer::{failure, success};
pub(crate) use request::decode;
pub use setup::S3Object;

/// The buckets of all accounts: "bucket names must be unique across all AWS accounts in all the AWS Regions within a
/// partition" (user guide, "General purpose bucket naming rules").
#[derive(Debug, Default)]
pub(crate) struct Store {
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    account: String,
    region: String,
    /// In the order in which S3 lists: of the keys' UTF-8.
    objects: BTreeMap<String, Object>,
}

#[derive(Debug, Clone)]
struct Object {
    body: Vec<u8>,
    /// The headers that a reader gets back, by their names.
    headers: Vec<(String, String)>,
    /// The checksum's header and its value, for those who ask for it.
    checksum: Option<(String, String)>,
    etag: String,
    modified: Timestamp,
}

impl Object {
    /// API reference, Object, ETag: the MD5 of the bytes, but not for objects that are encrypted with KMS.
    fn new(body: Vec<u8>, headers: Vec<(String, String)>, checksum: Option<(String, String)>, now: Timestamp) -> Self {
        let with_kms = headers.iter().any(|(_, value)| value == "aws:kms");
        let digest = md5::hex(&body);
        let etag = if with_kms { md5::hex(digest.as_bytes()) } else { digest };
        Self { body, headers, checksum, etag: format!("\"{etag}\""), modified: now }
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutObject" => objects::put(state, input),
        "GetObject" | "HeadObject" => objects::get(state, input),
        "DeleteObject" => objects::delete(state, input),
        "ListObjectsV2" => list::list(state, input),
        other => Err(not_modelled("s3", other)),
    }
}

/// The IAM action of an operation (API reference, "Permissions" of each).
pub(crate) fn action(operation: &str) -> &str {
    match operation {
        "HeadObject" => "GetObject",
        "ListObjectsV2" => "ListBucket",
        other => other,
    }
}

/// The bucket, for those who may know it. API reference, "List of error codes": NoSuchBucket, and PermanentRedirect for a
/// bucket of another Region. No bucket here has a policy that lets other accounts in.
fn bucket<'a>(state: &'a mut State, input: &Value) -> Result<&'a mut Bucket, ApiError> {
    let name = input["Bucket"].as_str().unwrap_or_default();
    let (caller, account, region) = (state.caller_arn(), state.account.clone(), state.region.clone());
    let missing = || ApiError::new("NoSuchBucket", "The specified bucket does not exist").status(404);
    let bucket = state.s3.buckets.get_mut(name).ok_or_else(missing)?;
    if bucket.account != account {
        let why = format!("User: {caller} is not authorized: no resource-based policy allows the action on {name}");
        return Err(ApiError::new("AccessDenied", why).status(403));
    }
    if bucket.region != region {
        let why = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all \
                   future requests to this endpoint.";
        return Err(ApiError::new("PermanentRedirect", why).status(301));
    }
    // User guide, "Verifying bucket ownership with bucket owner condition": a wrong one gets Access Denied.
    if input["ExpectedBucketOwner"].as_str().is_some_and(|owner| owner != account) {
        return Err(ApiError::new("AccessDenied", "Access Denied").status(403));
    }
    Ok(bucket)
}

fn no_key() -> ApiError {
    ApiError::new("NoSuchKey", "The specified key does not exist.").status(404)
}
