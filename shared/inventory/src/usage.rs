//! What uses a certificate, and how that is known.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A resource that uses a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// The resource's ARN, or its id where it has none.
    pub resource: String,
    /// The service in the form of ARNs, such as `elasticloadbalancing`.
    pub service: String,
    /// What people call the resource: its name, or "a load balancer that AWS owns (API Gateway, Cognito, ...)".
    pub label: String,
    /// Whether AWS owns it, so that the customer's own resource is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_aws_owned: bool,
    /// Where it was seen.
    pub seen_in: BTreeSet<SeenIn>,
    /// The ids of the KMS grants: an event that revokes one has nothing else.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grants: BTreeSet<String>,
}

/// Where a use of a certificate was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SeenIn {
    /// ACM's InUseBy.
    InUseBy,
    /// A grant on the KMS key `aws/acm`.
    Grant,
    /// The configuration of the service that uses it.
    Lookup,
}
