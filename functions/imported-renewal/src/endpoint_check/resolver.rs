//! The addresses of an endpoint.

use std::net::SocketAddr;
use std::time::Duration;

use super::address;

const HTTPS: u16 = 443;
/// Of a load balancer's many addresses, those that are tried.
const MOST_ADDRESSES: usize = 2;

#[derive(Debug, Clone)]
pub(super) enum Resolver {
    /// That of the operating system.
    System,
    #[cfg(test)]
    Fixed(Vec<(String, SocketAddr)>),
}

impl Resolver {
    /// The addresses that may be connected to, or why there are none.
    pub(super) async fn resolve(
        &self,
        name: &str,
        private: bool,
        patience: Duration,
    ) -> Result<Vec<SocketAddr>, String> {
        match self {
            Self::System => {
                let found = tokio::time::timeout(patience, look_up(name)).await;
                let found = found.map_err(|_| "its name could not be resolved in time".to_owned())?;
                address::select(found?, private, MOST_ADDRESSES)
            }
            #[cfg(test)]
            Self::Fixed(known) => {
                Ok(known.iter().filter(|(known, _)| known == name).map(|(_, address)| *address).collect())
            }
        }
    }

    #[cfg(test)]
    pub(super) fn with(self, name: &str, address: SocketAddr) -> Self {
        let mut known = if let Self::Fixed(known) = self { known } else { Vec::new() };
        known.push((name.to_owned(), address));
        Self::Fixed(known)
    }
}

/// The dot keeps the resolver from trying the name below the domains that it searches.
async fn look_up(name: &str) -> Result<Vec<SocketAddr>, String> {
    let found = tokio::net::lookup_host((format!("{name}."), HTTPS)).await;
    Ok(found.map_err(|error| format!("its name could not be resolved: {error}"))?.collect())
}
