//! Credentials of roles, and what becomes of calls that are made with them.

use std::error::Error as StdError;

use aws_client::{CallError, CallErrorKind};
use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::error::ProvideErrorMetadata;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::RoleArn;

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A configuration whose clients call as this role. The SDK assumes the role with the first call, and again before its
/// credentials expire. `session` names the session in the other account's CloudTrail.
pub async fn with_role(sdk: &SdkConfig, role: &RoleArn, external_id: Option<&str>, session: &str) -> SdkConfig {
    let mut provider = AssumeRoleProvider::builder(role.as_str()).session_name(session).configure(sdk);
    if let Some(id) = external_id {
        provider = provider.external_id(id);
    }
    let credentials = SharedCredentialsProvider::new(provider.build().await);
    sdk.to_builder().credentials_provider(credentials).build()
}

/// What a failed call means; when the role's credentials could not be had, what became of that.
pub fn call_error<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return CallError::new(ASSUME_ROLE, error);
        }
        if let Some(error) = error.downcast_ref::<AssumeRoleError>() {
            return CallError {
                operation: ASSUME_ROLE,
                code: error.code().map(str::to_owned),
                message: error.message().unwrap_or("AWS gave no message").to_owned(),
                kind: CallErrorKind::Refused,
            };
        }
        cause = error.source();
    }
    CallError::new(operation, error)
}

/// Whether a role may not be assumed, which time does not fix.
pub fn is_role_refusal(error: &CallError) -> bool {
    error.operation == ASSUME_ROLE && !error.is_retryable()
}
