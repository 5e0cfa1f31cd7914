//! Certificate templates.

use serde_json::Value;

use crate::aws::State;
use crate::calls::ApiError;

/// What a template makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// An end-entity certificate with these extended key usages.
    Leaf(&'static [&'static str]),
    /// The CA's own certificate.
    Root,
    /// A certificate of a CA below, with this path length constraint.
    Subordinate(u8),
}

/// User guide, "Definitions of templates". The ARN carries the partition, and no Region or account.
pub(super) fn profile(state: &State, input: &Value) -> Result<Profile, ApiError> {
    let prefix = format!("arn:{}:acm-pca:::template/", state.partition());
    let default = format!("{prefix}EndEntityCertificate/V1");
    let arn = input["TemplateArn"].as_str().unwrap_or(&default);
    match arn.strip_prefix(&prefix) {
        Some("EndEntityCertificate/V1") => {
            Ok(Profile::Leaf(&["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION"]))
        }
        Some("EndEntityServerAuthCertificate/V1") => Ok(Profile::Leaf(&["TLS_WEB_SERVER_AUTHENTICATION"])),
        Some("EndEntityClientAuthCertificate/V1") => Ok(Profile::Leaf(&["TLS_WEB_CLIENT_AUTHENTICATION"])),
        Some("RootCACertificate/V1") => Ok(Profile::Root),
        Some("SubordinateCACertificate_PathLen0/V1") => Ok(Profile::Subordinate(0)),
        Some("SubordinateCACertificate_PathLen1/V1") => Ok(Profile::Subordinate(1)),
        Some("SubordinateCACertificate_PathLen2/V1") => Ok(Profile::Subordinate(2)),
        Some("SubordinateCACertificate_PathLen3/V1") => Ok(Profile::Subordinate(3)),
        Some(other) if other.ends_with("/V1") => {
            Err(ApiError::new("NotModelled", format!("simulated-aws does not model the template {other}")).status(501))
        }
        _ => Err(ApiError::new("InvalidArgsException", format!("The template {arn} does not exist"))),
    }
}
