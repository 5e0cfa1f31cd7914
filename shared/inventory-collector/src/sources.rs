//! What a collector can be asked for.

use inventory::Source;

/// What there is, its tags and its owners.
pub const ENTRIES: [Source; 8] = [
    Source::Certificates,
    Source::Identities,
    Source::Tags,
    Source::Requesters,
    Source::ServerCertificates,
    Source::ClientCertificates,
    Source::PrivateCas,
    Source::AcmeEndpoints,
];

/// What uses certificates, besides InUseBy. Each can be switched off.
pub const LOOKUPS: [Source; 9] = [
    Source::Grants,
    Source::LoadBalancers,
    Source::ClassicLoadBalancers,
    Source::Distributions,
    Source::ApiDomains,
    Source::AppSyncDomains,
    Source::LatticeServices,
    Source::TlsInspections,
    Source::TransferServers,
];
