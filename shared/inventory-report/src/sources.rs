//! What was asked of an account and Region, and what was answered.

use inventory::{Header, Source, SourceReading, Unreadable};

/// Sources that show uses of certificates.
pub(crate) const CONSUMERS: [Source; 14] = [
    Source::Grants,
    Source::LoadBalancers,
    Source::ClassicLoadBalancers,
    Source::Distributions,
    Source::ApiDomains,
    Source::AppSyncDomains,
    Source::UserPoolDomains,
    Source::ClientVpnEndpoints,
    Source::OpenSearchDomains,
    Source::LatticeServices,
    Source::TlsInspections,
    Source::TransferServers,
    Source::Enclaves,
    Source::BeanstalkEnvironments,
];

/// Sources that list entries.
pub(crate) const LISTS: [Source; 5] = [
    Source::Certificates,
    Source::ServerCertificates,
    Source::ClientCertificates,
    Source::PrivateCas,
    Source::AcmeEndpoints,
];

/// How the sources of an account and Region answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a>(pub(crate) &'a [SourceReading]);

impl<'a> Sources<'a> {
    /// Those of a shard.
    pub(crate) fn new(header: &'a Header) -> Self {
        Self(&header.sources)
    }

    /// Whether a source was asked, and answered.
    pub(crate) fn is_read(self, source: Source) -> bool {
        self.0.iter().any(|one| one.source == source && one.found.known().is_some())
    }

    /// Why a source could not be read, if it was asked in vain.
    pub(crate) fn unreadable(self, source: Source) -> Option<&'a Unreadable> {
        self.0.iter().filter(|one| one.source == source).find_map(|one| one.found.unreadable())
    }

    /// The first source of uses that was asked in vain.
    pub(crate) fn unread_consumers(self) -> Option<&'a Unreadable> {
        CONSUMERS.iter().find_map(|source| self.unreadable(*source))
    }
}
