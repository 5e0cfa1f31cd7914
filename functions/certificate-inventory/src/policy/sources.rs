//! Where the function looks.

use std::collections::BTreeSet;
use std::str::FromStr;

use inventory::Source;

/// What is always read: what there is, its tags and its owners.
const ALWAYS: [Source; 8] = [
    Source::Certificates,
    Source::Identities,
    Source::Tags,
    Source::Requesters,
    Source::ServerCertificates,
    Source::ClientCertificates,
    Source::PrivateCas,
    Source::AcmeEndpoints,
];

/// Look-ups of what uses certificates, by the names that the parameter has for them. Custom domains of Cognito, Client VPN
/// endpoints, OpenSearch domains and Nitro Enclaves can only be asked one by one: InUseBy and grants show what they use.
pub const LOOKUPS: [(&str, Source); 9] = [
    ("grants", Source::Grants),
    ("load-balancers", Source::LoadBalancers),
    ("classic-load-balancers", Source::ClassicLoadBalancers),
    ("cloudfront", Source::Distributions),
    ("api-gateway", Source::ApiDomains),
    ("appsync", Source::AppSyncDomains),
    ("vpc-lattice", Source::LatticeServices),
    ("network-firewall", Source::TlsInspections),
    ("transfer", Source::TransferServers),
];

/// The sources that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(pub BTreeSet<Source>);

/// The list names something that is no look-up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a look-up; use some of {}, separated by commas, or `none`", names())]
pub struct UnknownLookup {
    name: String,
}

impl Default for Sources {
    /// All of them.
    fn default() -> Self {
        Self(ALWAYS.into_iter().chain(LOOKUPS.map(|(_, source)| source)).collect())
    }
}

impl FromStr for Sources {
    type Err = UnknownLookup;

    fn from_str(list: &str) -> Result<Self, UnknownLookup> {
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "none");
        let lookups: Result<Vec<_>, _> = names.map(lookup).collect();
        Ok(Self(ALWAYS.into_iter().chain(lookups?).collect()))
    }
}

fn lookup(name: &str) -> Result<Source, UnknownLookup> {
    let known = LOOKUPS.iter().find(|(known, _)| *known == name);
    known.map(|(_, source)| *source).ok_or_else(|| UnknownLookup { name: name.to_owned() })
}

fn names() -> String {
    LOOKUPS.map(|(name, _)| name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_switches_look_ups_and_nothing_else() {
        for (list, lookups) in [
            ("none", vec![]),
            ("grants", vec![Source::Grants]),
            (" grants , cloudfront ,", vec![Source::Grants, Source::Distributions]),
        ] {
            let expected: BTreeSet<_> = ALWAYS.into_iter().chain(lookups).collect();
            assert_eq!(list.parse(), Ok(Sources(expected)), "{list}");
        }
        assert_eq!("grants,teapots".parse::<Sources>().unwrap_err().name, "teapots");
        assert!(Sources::default().0.is_superset(&ALWAYS.into()));
    }
}
