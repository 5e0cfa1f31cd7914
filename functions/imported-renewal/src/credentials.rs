//! With whose credentials calls are made. Each has a type of its own, so that they cannot be mixed up.
//!
//! In a single account both are the function's own.

use aws_config::{Region, SdkConfig};

/// Those of the function itself: for notices, events, private CAs, accounts at ACME servers and hosted zones.
#[derive(Debug, Clone)]
pub(crate) struct HubSdk(SdkConfig);

/// Those for the account and Region of the certificates: for ACM, secrets, their tags, and API Gateway.
#[derive(Debug, Clone)]
pub(crate) struct TargetSdk(SdkConfig);

impl HubSdk {
    pub(crate) fn new(sdk: SdkConfig) -> Self {
        Self(sdk)
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        &self.0
    }

    /// The function's own Region, where its log and its metrics are.
    pub(crate) fn region(&self) -> &str {
        self.0.region().map(Region::as_ref).unwrap_or_default()
    }

    /// For what is in another Region, such as a private CA.
    pub(crate) fn in_region(&self, region: &str) -> SdkConfig {
        self.0.to_builder().region(Region::new(region.to_owned())).build()
    }
}

impl TargetSdk {
    pub(crate) fn new(sdk: SdkConfig) -> Self {
        Self(sdk)
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        &self.0
    }
}
