//! Starting a function and handing it its work.

use std::pin::Pin;
use std::process::ExitCode;

use certificates::Target;
use jiff::Timestamp;
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::logs::start_logging;
use crate::payload::{as_text, read_event};
use crate::{ConfigurationError, Environment, RetryableError};

/// What a function knows of the invocation that it works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The account and Region that the function runs in, from its own ARN.
    pub home: Target,
    /// When the platform will kill it.
    pub deadline: Timestamp,
}

/// The platform did not say who and where the function is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the function's own ARN `{0}` has no Region and account")]
pub struct InvocationError(String);

impl TryFrom<&Context> for Invocation {
    type Error = InvocationError;

    fn try_from(context: &Context) -> Result<Self, InvocationError> {
        // arn:aws:lambda:REGION:ACCOUNT:function:NAME
        let arn = &context.invoked_function_arn;
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, _, region, account, ..] = parts[..] else {
            return Err(InvocationError(arn.clone()));
        };
        let [partition, region, account] = [partition, region, account].map(str::to_owned);
        let deadline = i64::try_from(context.deadline).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Self { home: Target { partition, account, region }, deadline: deadline.unwrap_or(Timestamp::MAX) })
    }
}

impl RetryableError for InvocationError {
    fn is_retryable(&self) -> bool {
        false
    }
}

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its configuration is wrong.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The Lambda runtime gave up.
    #[error("the Lambda runtime stopped: {0}")]
    Runtime(#[from] lambda_runtime::Error),
}

/// Reads the configuration, and checks what AWS's SDK takes from the environment on its own.
///
/// # Errors
/// A variable is missing or cannot be used.
pub fn configure<C>(read: impl FnOnce(&Environment) -> Result<C, ConfigurationError>) -> Result<C, ConfigurationError> {
    let environment = Environment::of_process();
    environment.refuse_plain_endpoints()?;
    read(&environment)
}

/// Starts the logs and then the function. Why it does not start is logged, since the platform shows only that it
/// did not.
pub async fn start(function: impl Future<Output = Result<(), StartError>>) -> ExitCode {
    start_logging();
    match function.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(outcome = "not-started", reason = %error);
            ExitCode::FAILURE
        }
    }
}

/// Takes events until the platform ends the process. A failure is logged with its causes and
/// reaches the platform as `Retryable` or `NonRetryable`, so that retries, dead-letter queues and
/// alarms work.
///
/// # Errors
/// The Lambda runtime cannot be reached.
pub async fn run<H, E>(handle: H) -> Result<(), StartError>
where
    H: AsyncFn(Value, Invocation) -> Result<Value, E>,
    E: RetryableError,
{
    let handle = &handle;
    let service = service_fn(|event: LambdaEvent<String>| async move {
        let invocation = Invocation::try_from(&event.context).map_err(|error| diagnose(&error))?;
        let payload = read_event(&event.payload).map_err(|error| diagnose(&error))?;
        // A type of its own for every function's whole chain of calls is more than the compiler
        // takes as one.
        let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(handle(payload, invocation));
        work.await.map_err(|error| diagnose(&error))
    });
    let runtime = Runtime::new(service).layer(MapRequestLayer::new(as_text)).layer(TracingLayer::new());
    runtime.run().await.map_err(StartError::Runtime)
}

fn diagnose(error: &impl RetryableError) -> Diagnostic {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    let error_type = if error.is_retryable() { "Retryable" } else { "NonRetryable" };
    tracing::error!(certificate_arn = error.certificate_arn(), error_type, outcome = "failed", reason = %message);
    Diagnostic { error_type: error_type.into(), error_message: message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(arn: &str, deadline: u64) -> Context {
        let mut context = Context::default();
        context.invoked_function_arn = arn.into();
        context.deadline = deadline;
        context
    }

    #[test]
    fn the_functions_arn_tells_where_it_works() {
        let invocation =
            Invocation::try_from(&context("arn:aws:lambda:eu-west-1:123456789012:function:x", 1_795_240_800_000))
                .unwrap();
        assert_eq!(
            invocation.home,
            Target { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() }
        );
        assert_eq!(invocation.deadline.to_string(), "2026-11-21T06:00:00Z");
        assert!(Invocation::try_from(&context("x", 0)).is_err());
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::fmt::Error, bool);

    impl RetryableError for Outer {
        fn is_retryable(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn a_failure_says_whether_to_retry_and_why() {
        let diagnostic = diagnose(&Outer(std::fmt::Error, true));
        assert_eq!(diagnostic.error_type, "Retryable");
        assert!(diagnostic.error_message.starts_with("outer: an error occurred"), "{}", diagnostic.error_message);
        assert_eq!(diagnose(&Outer(std::fmt::Error, false)).error_type, "NonRetryable");
    }
}
