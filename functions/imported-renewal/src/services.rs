//! What the work in one account and Region has of the function itself.

use certificates::Target;
use issuers::AcmeServices;

use crate::credentials::HubSdk;
use crate::memory::Memory;

#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) hub: HubSdk,
    pub(crate) acme: AcmeServices,
    pub(crate) memory: Memory,
    /// `None`: the function works in its own account and Region.
    pub(crate) spoke: Option<SpokeFacts>,
}

/// An account and Region that is not the function's own.
#[derive(Debug, Clone)]
pub(crate) struct SpokeFacts {
    pub(crate) target: Target,
    /// Who owns certificates without an owner tag.
    pub(crate) owner: Option<String>,
}
