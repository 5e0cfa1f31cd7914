//! The SDK's budget for retries.
//!
//! The SDK keeps one token bucket per service and Region in the whole process, and a client's configuration
//! can replace it, but not an `SdkConfig`. Tests of one program run side by side and share it: in a run of
//! many faults one would take the retries of another, depending on the scheduler. So each failing answer
//! first pays into the bucket what the retry after it can take out.

use std::convert::Infallible;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;

use crate::services::Service;
use crate::wire::Response;

/// The dearest retry of the SDK's (`token_bucket_for_spec` in aws-smithy-runtime).
const COST: u32 = 14;

/// Codes that the SDK takes for throttling or for a passing trouble (aws-runtime, `retries::classifiers`).
const TRIED_AGAIN: [&str; 8] = [
    "Throttl",
    "TooManyRequests",
    "LimitExceeded",
    "RequestTimeout",
    "SlowDown",
    "PriorRequest",
    "TransactionIn",
    "InternalError",
];

/// Whether the SDK may try again after this answer.
pub(crate) fn tries_again(response: &Response) -> bool {
    let code = response.error.as_deref().unwrap_or_default();
    response.status >= 500 || TRIED_AGAIN.iter().any(|part| code.contains(part))
}

/// Answers everything with an empty 200.
#[derive(Debug)]
struct Success;

impl HttpConnector for Success {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(200).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::empty())))
    }
}

/// Pays one dear retry into the bucket. An operation that succeeds at its first attempt returns one
/// token, and the bucket is found by the name of its partition, which is made of service and Region.
pub(crate) async fn top_up(service: &Service, region: &str) {
    // What the SDK draws for its back-off must not depend on how often this ran.
    let seed = fastrand::get_seed();
    let operation = Operation::builder()
        .service_name(format!("{}-{region}", service.sdk_name))
        .operation_name("TopUp")
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Success)))
        .endpoint_url("http://localhost")
        .no_auth()
        .standard_retry(&RetryConfig::standard())
        .serializer(|(): ()| Ok(HttpRequest::new(SdkBody::empty())))
        .deserializer::<(), Infallible>(|_| Ok(()))
        .build();
    for _ in 0..COST {
        // It cannot fail, and if it did, the budget would only be smaller.
        let _ = operation.invoke(()).await;
    }
    fastrand::seed(seed);
}
