//! Which endpoints may be checked.

use std::str::FromStr;
use std::time::Duration;

use grants::DomainGrants;
use rustls::pki_types::DnsName;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::resolver::Resolver;

/// A certificate may have a hundred names, mostly of the same endpoint.
const MOST_NAMES: usize = 5;

/// Which endpoints may be checked. The default is none.
#[derive(Debug, Clone)]
pub struct EndpointCheckSettings {
    domains: DomainGrants,
    /// Whether addresses of private networks may be connected to.
    pub(super) private_addresses: bool,
    pub(super) resolver: Resolver,
    /// How long a look-up, or a connection and its handshake, may take.
    pub(super) patience: Duration,
}

/// The text does not say which endpoints may be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; use a JSON object such as {{\"domains\": [\"example.com\"], \"privateAddresses\": false}}")]
pub struct InvalidEndpointCheck(String);

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Text {
    domains: Vec<String>,
    private_addresses: bool,
}

impl Default for EndpointCheckSettings {
    fn default() -> Self {
        Self {
            domains: DomainGrants::default(),
            private_addresses: false,
            resolver: Resolver::System,
            patience: Duration::from_secs(3),
        }
    }
}

impl FromStr for EndpointCheckSettings {
    type Err = InvalidEndpointCheck;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A list would be read as the fields in their order.
        let fields: Result<Map<String, Value>, _> = serde_json::from_str(text);
        let read = fields.and_then(|fields| serde_json::from_value(Value::Object(fields)));
        let Text { domains, private_addresses } = read.map_err(|error| InvalidEndpointCheck(error.to_string()))?;
        // Whoever may import a certificate chooses its names.
        if domains.iter().any(|domain| domain.trim() == "*") {
            return Err(InvalidEndpointCheck("`*` would let every certificate choose where to connect".into()));
        }
        let domains = DomainGrants::parse(&domains).map_err(|error| InvalidEndpointCheck(error.to_string()))?;
        Ok(Self { domains, private_addresses, ..Self::default() })
    }
}

impl EndpointCheckSettings {
    /// The names that are checked. Nothing can be asked for a wildcard.
    pub(super) fn select(&self, names: &[String]) -> Vec<String> {
        let mut selected: Vec<String> = Vec::new();
        for name in names.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()) {
            let is_checked = DnsName::try_from(name.as_str()).is_ok() && self.domains.cover(&name);
            if is_checked && !selected.contains(&name) && selected.len() < MOST_NAMES {
                selected.push(name);
            }
        }
        selected
    }

    /// The same with names that are at these addresses.
    #[cfg(test)]
    pub(super) fn at(mut self, name: &str, address: std::net::SocketAddr) -> Self {
        self.resolver = self.resolver.with(name, address);
        self.patience = Duration::from_millis(300);
        self
    }
}
