//! Amazon N2 certificates, which ACM has had since 2026-11-19. The newest `aws-sdk-acm` (1.126) lacks their members, so
//! the filter is added to the request that the SDK wrote, and the answers are read once more for what its types leave
//! out. A test in `list` fails when a newer SDK has the filter; then this file can go.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use aws_client::{CallError, CallErrorKind};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use certificates::CertificateSummary;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The member of ListCertificates that shows them.
const FILTER: &str = "RootHierarchyTypes";
/// All its values
/// ([`RootHierarchyType`](https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html)).
const AMAZON_N2: [&str; 2] = ["N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"];

/// Makes a request of ListCertificates one for the Amazon N2 certificates.
#[derive(Debug)]
pub(crate) struct OnlyAmazonN2;

impl Intercept for OnlyAmazonN2 {
    fn name(&self) -> &'static str {
        "OnlyAmazonN2"
    }

    /// Before the first attempt, and before each one is signed.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let body = with_filter(request.body().bytes().ok_or("the request has no body")?)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }
}

fn with_filter(body: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let mut input: Map<String, Value> = serde_json::from_slice(body)?;
    input.insert(FILTER.to_owned(), AMAZON_N2.as_slice().into());
    serde_json::to_vec(&input)
}

/// Whether an endpoint that is older than Amazon N2 refuses the filter. AWS's own endpoints ignore members that they
/// do not know.
pub(crate) fn is_unknown(error: &CallError) -> bool {
    let is_of_form = ["ValidationException", "SerializationException", "InvalidArgsException"]
        .iter()
        .any(|code| error.has_code(code));
    error.kind == CallErrorKind::Refused
        && is_of_form
        && error.message.to_ascii_lowercase().contains(&FILTER.to_ascii_lowercase())
}

/// Reads members of an answer that the SDK's types leave out. A body that does not have their form is not a reason to
/// lose the rest of the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtraMembers<T>(Arc<Mutex<T>>);

impl<T: Default> ExtraMembers<T> {
    /// What the answer said, once.
    pub(crate) fn take(&self) -> T {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: DeserializeOwned + Debug + Default + Send> Intercept for ExtraMembers<T> {
    fn name(&self) -> &'static str {
        "ExtraMembers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = serde_json::from_slice(body).unwrap_or_default();
        Ok(())
    }
}

/// What CertificateSummary and CertificateDetail say of an Amazon N2 certificate; nothing of all others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RootHierarchy {
    certificate_arn: Option<String>,
    root_hierarchy_type: Option<String>,
    certificate_usage: Option<String>,
}

impl RootHierarchy {
    fn add_to(self, summary: &mut CertificateSummary) {
        summary.root_hierarchy = self.root_hierarchy_type;
        summary.usage = self.certificate_usage;
    }
}

/// The answer of DescribeCertificate.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    certificate: RootHierarchy,
}

impl Described {
    /// Adds what was read to what the SDK read of the same answer.
    pub(crate) fn add_to(self, summary: &mut CertificateSummary) {
        self.certificate.add_to(summary);
    }
}

/// A page of ListCertificates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    certificate_summary_list: Vec<RootHierarchy>,
}

impl Listed {
    /// Adds what was read to what the SDK read of the same page.
    pub(crate) fn add_to(self, page: &mut [CertificateSummary]) {
        let entries = self.certificate_summary_list.into_iter();
        let mut by_arn: HashMap<_, _> =
            entries.filter_map(|entry| Some((entry.certificate_arn.clone()?, entry))).collect();
        for summary in page {
            if let Some(entry) = by_arn.remove(summary.arn.as_str()) {
                entry.add_to(summary);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, message: &str) -> CallError {
        CallError {
            operation: "acm:ListCertificates",
            code: Some(code.to_owned()),
            message: message.to_owned(),
            kind: CallErrorKind::Refused,
        }
    }

    #[test]
    fn the_filter_is_added_to_the_rest() {
        let body = with_filter(br#"{"MaxItems":1000,"Includes":{"keyTypes":["RSA_2048"]}}"#).unwrap();
        let sent: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&sent["MaxItems"], &sent["Includes"]["keyTypes"][0]), (&1000.into(), &"RSA_2048".into()));
        assert_eq!(sent["RootHierarchyTypes"], serde_json::json!(["N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"]));
    }

    #[test]
    fn only_a_refusal_that_names_the_filter_says_that_it_is_unknown() {
        assert!(is_unknown(&refused("ValidationException", "Unknown parameter: RootHierarchyTypes")));
        assert!(is_unknown(&refused("SerializationException", "unexpected member 'rootHierarchyTypes'")));
        assert!(!is_unknown(&refused("ValidationException", "Value at 'maxItems' failed to satisfy constraint")));
        assert!(!is_unknown(&refused("AccessDeniedException", "not allowed with RootHierarchyTypes")));
        let unavailable = CallError { kind: CallErrorKind::Unavailable, ..refused("ValidationException", FILTER) };
        assert!(!is_unknown(&unavailable));
    }
}
