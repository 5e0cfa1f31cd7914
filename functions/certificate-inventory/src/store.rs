//! The bucket.

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;

use crate::Error;

const GET: &str = "s3:GetObject";
const PUT: &str = "s3:PutObject";

/// Objects of the inventory's bucket.
#[derive(Debug)]
pub(crate) struct Store {
    client: Client,
    bucket: String,
}

impl Store {
    pub(crate) fn new(sdk: &SdkConfig, bucket: &str) -> Self {
        // Names of buckets are no names of hosts where AWS is on this machine.
        let config = Builder::from(sdk).force_path_style(sdk.endpoint_url().is_some()).build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// Where people find an object.
    pub(crate) fn address(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    /// An object's bytes; `None` where there is none of this key.
    pub(crate) async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let failed = |cause| Error::Store { key: key.to_owned(), cause };
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) => match CallError::new(GET, &error) {
                error if error.has_code("NoSuchKey") => return Ok(None),
                error => return Err(failed(error)),
            },
        };
        let body = answer.body.collect().await;
        body.map(|bytes| Some(bytes.to_vec())).map_err(|_| failed(CallError::incomplete_answer(GET, "whole body")))
    }

    /// Writes an object, in place of one with the same key.
    pub(crate) async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let call = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let sent = call.body(ByteStream::from(bytes)).send().await;
        sent.map(|_| ()).map_err(|error| Error::Store { key: key.to_owned(), cause: CallError::new(PUT, &error) })
    }
}
