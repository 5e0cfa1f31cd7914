//! The objects of an S3 bucket that functions keep what they know in.

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";
const LIST: &str = "s3:ListBucket";

/// Objects of a bucket.
#[derive(Debug)]
pub struct Store {
    client: Client,
    bucket: String,
}

/// An object could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the object `{key}` of the inventory's bucket could not be used")]
pub struct StoreError {
    /// Its key, or the prefix of a list.
    pub key: String,
    /// Why.
    #[source]
    pub cause: CallError,
}

impl Store {
    /// The objects of this bucket.
    pub fn new(sdk: &SdkConfig, bucket: &str) -> Self {
        // Names of buckets are no names of hosts where AWS is on this machine.
        let config = Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// Where people find an object.
    pub fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// An object's bytes; `None` where there is none of this key.
    ///
    /// # Errors
    /// The call failed, or its answer broke off.
    pub async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) => match CallError::new(GET, &error) {
                error if error.has_code("NoSuchKey") => return Ok(None),
                cause => return Err(failed(key, cause)),
            },
        };
        let body = answer.body.collect().await;
        let whole = body.map_err(|_| failed(key, CallError::incomplete_answer(GET, "whole body")))?;
        Ok(Some(whole.to_vec()))
    }

    /// Writes an object, in place of one with the same key.
    ///
    /// # Errors
    /// The call failed.
    pub async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let sent = call.body(ByteStream::from(bytes)).send().await;
        sent.map(|_| ()).map_err(|error| failed(key, CallError::new(PUT, &error)))
    }

    /// Writes an object if there is none of this key
    /// ([conditional writes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)); whether it did.
    /// Of several callers at the same time one does.
    ///
    /// # Errors
    /// The call failed.
    pub async fn create(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<bool, StoreError> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        match call.if_none_match("*").body(ByteStream::from(bytes)).send().await {
            Ok(_) => Ok(true),
            Err(error) => match CallError::new(PUT, &error) {
                error if error.has_code("PreconditionFailed") => Ok(false),
                cause => Err(failed(key, cause)),
            },
        }
    }

    /// The keys that begin with this prefix, in their order.
    ///
    /// # Errors
    /// A call failed. A part of the keys is never an answer.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let (mut keys, mut token) = (Vec::new(), None);
        loop {
            let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
            let sent = call.set_continuation_token(token).send().await;
            let page = sent.map_err(|error| failed(prefix, CallError::new(LIST, &error)))?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                return Ok(keys);
            }
        }
    }
}

fn failed(key: &str, cause: CallError) -> StoreError {
    StoreError { key: key.to_owned(), cause }
}
