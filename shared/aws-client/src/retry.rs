//! Which refusals are worth another attempt, beyond those that the SDK knows.

use std::marker::PhantomData;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::call_error::is_throttling;

/// Tries again, as slowly as the SDK does after its own kinds of throttling, what [`CallError`](crate::CallError) calls
/// throttled. The SDK does not know `KMSThrottling`, with which SNS answers for KMS. `E` is the error of the operation.
#[derive(Debug)]
pub struct Throttling<E>(PhantomData<E>);

impl<E> Default for Throttling<E> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E> ClassifyRetry for Throttling<E>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error()).and_then(|error| error.downcast_ref::<E>());
        match error.and_then(ProvideErrorMetadata::code) {
            Some(code) if is_throttling(code) => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "throttled by another service"
    }
}
