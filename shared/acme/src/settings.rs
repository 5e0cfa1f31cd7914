//! Which ACME servers may be used, for which names, and where their validation records may be written.
//!
//! ```json
//! {
//!   "directories": [
//!     {"name": "letsencrypt", "domains": ["example.com"], "profile": "classic"},
//!     {"name": "internal", "url": "https://ca.example.internal/acme/directory", "domains": ["internal.example"],
//!      "issuers": ["-----BEGIN CERTIFICATE-----..."], "roots": "-----BEGIN CERTIFICATE-----..."}
//!   ],
//!   "zoneRoles": [{"zone": "example.com", "role": "arn:aws:iam::111122223333:role/acm-autopilot-acme", "externalId": "..."}],
//!   "delegationZones": ["acme.example.net"]
//! }
//! ```

mod directory;

use std::collections::BTreeSet;
use std::str::FromStr;

use grants::DomainGrants;
use serde::Deserialize;
use serde_json::{Map, Value};

use directory::Written as WrittenDirectory;
pub use directory::{AcmeDirectory, account_secret, built_in, is_profile};

/// The operator's settings. The default allows no directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeSettings {
    directories: Vec<AcmeDirectory>,
    /// The roles that open zones of other accounts: a JSON list, as for validation records of ACM.
    pub zone_roles: String,
    /// Zones into which an `_acme-challenge` CNAME may lead: to names below these.
    pub delegation_zones: Vec<String>,
}

/// The text holds no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidAcmeSettings(String);

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Written {
    directories: Vec<WrittenDirectory>,
    zone_roles: Vec<Value>,
    delegation_zones: Vec<String>,
}

impl Default for AcmeSettings {
    fn default() -> Self {
        Self { directories: Vec::new(), zone_roles: "[]".to_owned(), delegation_zones: Vec::new() }
    }
}

impl AcmeSettings {
    /// The directory of this name.
    pub fn directory(&self, name: &str) -> Option<&AcmeDirectory> {
        self.directories.iter().find(|directory| directory.name == name)
    }

    /// The same where only the directories of these names may be used, and only for these domains.
    #[must_use]
    pub fn limited_to(&self, names: &BTreeSet<String>, domains: &DomainGrants) -> Self {
        let listed = self.directories.iter().filter(|directory| names.contains(&directory.name));
        let limited = listed
            .map(|directory| AcmeDirectory { domains: directory.domains.intersection(domains), ..directory.clone() });
        Self { directories: limited.collect(), ..self.clone() }
    }

    /// All directories.
    pub fn directories(&self) -> &[AcmeDirectory] {
        &self.directories
    }
}

impl FromStr for AcmeSettings {
    type Err = InvalidAcmeSettings;

    fn from_str(text: &str) -> Result<Self, InvalidAcmeSettings> {
        // A list would be read as an object's members in their order.
        let written =
            serde_json::from_str::<Map<String, Value>>(text).map(Value::Object).and_then(Written::deserialize);
        let written = written.map_err(|error| {
            let example = r#"{"directories": [{"name": "letsencrypt", "domains": ["example.com"]}]}"#;
            InvalidAcmeSettings(format!("use JSON such as {example}: {error}"))
        })?;
        let mut directories: Vec<AcmeDirectory> = Vec::new();
        for (directory, number) in written.directories.into_iter().zip(1..) {
            let wrong = |problem| InvalidAcmeSettings(format!("directory {number}: {problem}"));
            let directory = directory.check().map_err(wrong)?;
            if directories.iter().any(|known| known.name == directory.name) {
                return Err(wrong(format!("there is another one with the name {}", directory.name)));
            }
            directories.push(directory);
        }
        Ok(Self {
            directories,
            zone_roles: Value::Array(written.zone_roles).to_string(),
            delegation_zones: domains("delegationZones", &written.delegation_zones)?,
        })
    }
}

fn domains(field: &str, written: &[String]) -> Result<Vec<String>, InvalidAcmeSettings> {
    let zones: Vec<String> = written.iter().map(|zone| zone.trim_end_matches('.').to_ascii_lowercase()).collect();
    let is_zone = |zone: &String| {
        zone.contains('.') && zone.split('.').all(|label| !label.is_empty()) && zone.bytes().all(is_letter)
    };
    match zones.iter().find(|zone| !is_zone(zone)) {
        None => Ok(zones),
        Some(other) => Err(InvalidAcmeSettings(format!("in `{field}`: `{other}` is not a domain"))),
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

#[cfg(test)]
mod tests;
