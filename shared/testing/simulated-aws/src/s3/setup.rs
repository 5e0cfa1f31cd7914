//! What tests put into S3, and what they see of it.

use jiff::Timestamp;

use super::{Bucket, Object};
use crate::Aws;

/// An object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Object {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its type, such as `application/json`.
    pub content_type: String,
    /// How its bytes are encoded, such as `gzip`.
    pub content_encoding: Option<String>,
    /// `AES256` or `aws:kms`.
    pub encryption: String,
    /// In quotes, as S3 shows it.
    pub etag: String,
    /// When it was written.
    pub modified: Timestamp,
}

impl Aws {
    /// There is an empty bucket of this name, in this handle's account and Region.
    ///
    /// # Panics
    /// When there is one already, in whatever account.
    pub fn insert_bucket(&self, name: &str) {
        let mut state = self.state();
        let (account, region) = (state.account.clone(), state.region.clone());
        let old = state.s3.buckets.insert(name.to_owned(), Bucket { account, region, objects: Default::default() });
        assert!(old.is_none(), "there is a bucket {name} already");
    }

    /// Somebody writes an object. Nothing is checked or recorded.
    ///
    /// # Panics
    /// When there is no such bucket.
    pub fn insert_object(&self, bucket: &str, key: &str, body: &[u8]) {
        let mut state = self.state();
        let headers = [("content-type", "binary/octet-stream"), ("x-amz-server-side-encryption", "AES256")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let object = Object::new(body.to_vec(), headers, None, state.now);
        let bucket = state.s3.buckets.get_mut(bucket).unwrap_or_else(|| panic!("there is no bucket {bucket}"));
        bucket.objects.insert(key.to_owned(), object);
    }

    /// An object of a bucket of whatever account.
    pub fn object(&self, bucket: &str, key: &str) -> Option<S3Object> {
        let state = self.state();
        let object = state.s3.buckets.get(bucket)?.objects.get(key)?;
        let header =
            |wanted: &str| object.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        Some(S3Object {
            body: object.body.clone(),
            content_type: header("content-type").unwrap_or_default(),
            content_encoding: header("content-encoding"),
            encryption: header("x-amz-server-side-encryption").unwrap_or_default(),
            etag: object.etag.clone(),
            modified: object.modified,
        })
    }

    /// The keys of a bucket's objects, in S3's order. Empty when there is no such bucket.
    pub fn object_keys(&self, bucket: &str) -> Vec<String> {
        let state = self.state();
        state.s3.buckets.get(bucket).into_iter().flat_map(|bucket| bucket.objects.keys().cloned()).collect()
    }
}
