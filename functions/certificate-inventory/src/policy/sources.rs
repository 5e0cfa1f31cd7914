//! Where the function looks.

use std::collections::BTreeSet;
use std::str::FromStr;

use inventory::Source;
use inventory_collector::{ENTRIES, LOOKUPS};

/// What the parameter calls the look-ups, in the order of [`LOOKUPS`]. Custom domains of Cognito, Client VPN endpoints,
/// OpenSearch domains and Nitro Enclaves can only be asked one by one: InUseBy and grants show what they use.
const NAMES: [&str; LOOKUPS.len()] = [
    "grants",
    "load-balancers",
    "classic-load-balancers",
    "cloudfront",
    "api-gateway",
    "appsync",
    "vpc-lattice",
    "network-firewall",
    "transfer",
];

/// The sources that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(pub BTreeSet<Source>);

/// The list names something that is no look-up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a look-up; use some of {}, separated by commas, or `none`", NAMES.join(", "))]
pub struct UnknownLookup {
    name: String,
}

impl Default for Sources {
    /// All of them.
    fn default() -> Self {
        Self(ENTRIES.into_iter().chain(LOOKUPS).collect())
    }
}

impl FromStr for Sources {
    type Err = UnknownLookup;

    fn from_str(list: &str) -> Result<Self, UnknownLookup> {
        let names = list.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "none");
        let lookups: Result<Vec<_>, _> = names.map(lookup).collect();
        Ok(Self(ENTRIES.into_iter().chain(lookups?).collect()))
    }
}

fn lookup(name: &str) -> Result<Source, UnknownLookup> {
    let known = NAMES.into_iter().zip(LOOKUPS).find(|(known, _)| *known == name);
    known.map(|(_, source)| source).ok_or_else(|| UnknownLookup { name: name.to_owned() })
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
            let expected: BTreeSet<_> = ENTRIES.into_iter().chain(lookups).collect();
            assert_eq!(list.parse(), Ok(Sources(expected)), "{list}");
        }
        assert_eq!("grants,teapots".parse::<Sources>().unwrap_err().name, "teapots");
        assert!(Sources::default().0.is_superset(&ENTRIES.into()));
    }
}
