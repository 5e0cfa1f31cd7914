//! Credentials of roles, and what becomes of calls that are made with them.

use aws_client::{ASSUME_ROLE, CallError};
use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;

use crate::RoleArn;

/// The credentials of a role. The SDK assumes the role with the first call, and again before its credentials expire.
/// `session` names the session in the other account's CloudTrail.
pub async fn credentials(
    sdk: &SdkConfig,
    role: &RoleArn,
    external_id: Option<&str>,
    session: &str,
) -> SharedCredentialsProvider {
    let mut provider = AssumeRoleProvider::builder(role.as_str()).session_name(session).configure(sdk);
    if let Some(id) = external_id {
        provider = provider.external_id(id);
    }
    SharedCredentialsProvider::new(provider.build().await)
}

/// A configuration whose clients call as this role.
pub async fn with_role(sdk: &SdkConfig, role: &RoleArn, external_id: Option<&str>, session: &str) -> SdkConfig {
    let credentials = credentials(sdk, role, external_id, session).await;
    sdk.to_builder().credentials_provider(credentials).build()
}

/// Whether a role may not be assumed, which time does not fix.
pub fn is_role_refusal(error: &CallError) -> bool {
    error.operation == ASSUME_ROLE && !error.is_retryable()
}
