//! The record of calls, and the errors that services answer.

use jiff::Timestamp;
use serde_json::Value;

/// One HTTP request that a client made: each attempt of the SDK's retries is a call of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The account that was called: of the role whose credentials signed, or else this model's own.
    pub account: String,
    /// `acm`, `acm-pca`, `sns`, `events`, ..., as in the service's IAM actions.
    pub service: String,
    /// The API operation, such as `DescribeCertificate`.
    pub operation: String,
    /// The request's members. Certificates, chains and CSRs are shown as PEM text;
    /// private keys and secrets are left out.
    pub input: Value,
    /// What the client was answered.
    pub result: CallResult,
    /// Virtual time of the request.
    pub at: Timestamp,
}

/// What a client was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallResult {
    /// The operation succeeded and the client got its answer.
    Ok,
    /// The service answered this error code.
    Error(String),
    /// The client got no answer. `effect` says whether the operation took place nonetheless.
    NoAnswer {
        /// Whether the operation took place.
        effect: bool,
    },
}

/// An error that a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: u16,
}

impl ApiError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: 400 }
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// "Common Errors" of every AWS API reference: the input fails the service's constraints.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// The text in which AWS services report a violated constraint of their model.
    pub(crate) fn constraint(member: &str, rule: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {rule}"
        ))
    }
}

/// What an operation answers: its JSON output, or an error. Outputs are objects; where one is a text, that is
/// the output in the service's own protocol, written already (JSON and REST).
pub(crate) type Answer = Result<Value, ApiError>;

/// Makes blobs readable and keeps private keys out of the record.
pub(crate) fn for_record(mut input: Value) -> Value {
    if let Some(members) = input.as_object_mut() {
        for (name, value) in members.iter_mut() {
            match name.as_str() {
                "PrivateKey" | "SecretString" | "SecretBinary" | "Body" => *value = Value::from("(left out)"),
                "Certificate" | "CertificateChain" | "Csr" => {
                    let text = value.as_str().and_then(decode_blob).and_then(|b| String::from_utf8(b).ok());
                    if let Some(text) = text {
                        *value = Value::from(text);
                    }
                }
                _ => {}
            }
        }
    }
    input
}

/// A blob of the JSON protocol.
pub(crate) fn decode_blob(text: &str) -> Option<Vec<u8>> {
    aws_smithy_types::base64::decode(text).ok()
}
