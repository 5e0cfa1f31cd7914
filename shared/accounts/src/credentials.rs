//! Credentials of roles, and what becomes of calls that are made with them.

use aws_client::{ASSUME_ROLE, CallError};
use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;

use crate::RoleArn;

/// A configuration whose clients call as this role. The SDK assumes the role with the first call, and again before its
/// credentials expire. `session` names the session in the other account's CloudTrail.
///
/// The credentials are kept with this configuration and those that are made of it. Those of `sdk` keep the credentials of 64
/// roles together, and drop any of them for another: where there are more, roles were assumed again and again.
pub async fn with_role(sdk: &SdkConfig, role: &RoleArn, external_id: Option<&str>, session: &str) -> SdkConfig {
    let credentials = credentials(sdk, role, external_id, session).await;
    sdk.to_builder().credentials_provider(credentials).identity_cache(IdentityCache::lazy().build()).build()
}

async fn credentials(
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

/// Whether a role may not be assumed, which time does not fix.
pub fn is_role_refusal(error: &CallError) -> bool {
    error.operation == ASSUME_ROLE && !error.is_retryable()
}
