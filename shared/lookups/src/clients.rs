//! The AWS clients of lookups.

use std::sync::OnceLock;

use aws_client::Clock;
use aws_config::SdkConfig;

/// Clients that only some rules need, and only where an item does not say enough. Each is created when it is needed,
/// since it costs a start some of its time.
#[derive(Debug)]
pub struct Clients {
    /// The clock of these clients.
    pub clock: Clock,
    sdk: SdkConfig,
    acm: OnceLock<aws_sdk_acm::Client>,
    acm_pca: OnceLock<aws_sdk_acmpca::Client>,
}

impl Clients {
    /// Clients with this configuration.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self { clock: Clock::of(sdk), sdk: sdk.clone(), acm: OnceLock::new(), acm_pca: OnceLock::new() }
    }

    /// The client of ACM.
    pub fn acm(&self) -> &aws_sdk_acm::Client {
        self.acm.get_or_init(|| aws_sdk_acm::Client::new(&self.sdk))
    }

    /// The client of AWS Private CA.
    pub fn acm_pca(&self) -> &aws_sdk_acmpca::Client {
        self.acm_pca.get_or_init(|| aws_sdk_acmpca::Client::new(&self.sdk))
    }

    /// Which of them were needed so far: ACM's, AWS Private CA's.
    #[cfg(test)]
    pub(crate) fn are_made(&self) -> (bool, bool) {
        (self.acm.get().is_some(), self.acm_pca.get().is_some())
    }
}
