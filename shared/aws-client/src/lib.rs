//! What every AWS client of ours has in common: whom it trusts, how it retries, what time it is,
//! and what a failed call means.

mod call_error;
mod clock;
mod rate_limiter;
mod retry;
mod trust;

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

pub use call_error::{ASSUME_ROLE, CallError, CallErrorKind};
pub use clock::Clock;
pub use rate_limiter::RateLimiter;
pub use retry::Throttling;
pub use trust::{TrustStore, UnknownTrustStore};

/// Attempts of one call, as far as its time allows: ACM takes one ImportCertificate a second from a
/// whole account, so some calls have to wait for their turn.
const MAX_ATTEMPTS: u32 = 7;
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// No call that is made here takes AWS longer than this; a connection that hangs is given up and
/// tried again while the function still has time.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// A call with all its retries. The functions keep more than this free before their deadline where
/// something must not be cut off.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads Region and endpoints as every AWS SDK does and makes the configuration that all clients of a
/// function share.
///
/// Credentials are those in the environment, where Lambda puts them. The SDK's longer chain of
/// places to look would make an STS client at every start, for nothing. Files of profiles are not read at all: in
/// Lambda there are none, and a variable that names one must not move an endpoint.
///
/// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` are honoured
/// ([service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)).
///
/// With `AWS_USE_FIPS_ENDPOINT=true` every call goes to the service's FIPS endpoint
/// ([FIPS endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html)), as far as the service
/// has one in the Region. That is AWS's side only: our own TLS and the keys that we make come from AWS-LC as aws-lc-rs
/// builds it without its feature `fips`, which is not the validated module.
pub async fn load(trust: TrustStore) -> SdkConfig {
    loader(trust)
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .profile_files(no_profiles())
        .load()
        .await
}

/// What [`load`] begins with: HTTPS, retries and timeouts, without a decision about credentials and profiles. For programs
/// that a person runs with credentials of their own.
pub fn loader(trust: TrustStore) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(https_client(trust))
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_max_backoff(MAX_BACKOFF))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(OPERATION_TIMEOUT)
                .build(),
        )
}

/// The HTTPS client of [`loader`], for providers of credentials that need one of their own.
pub fn https_client(trust: TrustStore) -> SharedHttpClient {
    trust.https_client()
}

/// The builder takes no empty list.
fn no_profiles() -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, "").build()
}
