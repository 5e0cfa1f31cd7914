//! What a certificate is for (RFC 8555, 7.1.3 and 9.7.7; RFC 8738).

use std::net::IpAddr;

use serde_json::{Value, json};

use super::problem::Problem;
use super::profiles::Profile;

/// A domain name, which may be a wildcard, or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identifier {
    pub(super) kind: &'static str,
    pub(super) value: String,
}

impl Identifier {
    fn read(value: &Value) -> Result<Self, Problem> {
        let text = value["value"].as_str().unwrap_or_default().to_owned();
        match value["type"].as_str() {
            Some("dns") => Ok(Self { kind: "dns", value: text }),
            Some("ip") => Ok(Self { kind: "ip", value: text }),
            other => Err(Problem::new("unsupportedIdentifier", format!("identifier type {other:?} is not supported"))),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({ "type": self.kind, "value": self.value })
    }

    /// RFC 8555, 7.1.4: an authorization is for the name without its asterisk.
    pub(super) fn base(&self) -> &str {
        self.value.strip_prefix("*.").unwrap_or(&self.value)
    }

    pub(super) fn is_wildcard(&self) -> bool {
        self.value.starts_with("*.")
    }

    /// The name that Let's Encrypt counts certificates for: the public suffix and one label. Every suffix has one
    /// label here, since the model has no list of them.
    pub(super) fn registered_domain(&self) -> String {
        let mut labels: Vec<_> = self.base().rsplit('.').take(2).collect();
        labels.reverse();
        labels.join(".")
    }

    /// The names that a CA cannot or will not certify: RFC 1034, 3.1, without underscores (CA/Browser Forum's baseline
    /// requirements, 7.1.2.7.12), one asterisk at most, and more than one label.
    fn refusal(&self, profile: &Profile) -> Option<Problem> {
        if self.kind == "ip" {
            return match (profile.allows_addresses, self.value.parse::<IpAddr>()) {
                (true, Ok(_)) => None,
                (false, _) => Some(Problem::new("rejectedIdentifier", "Profile does not permit ip type identifiers")),
                _ => Some(Problem::malformed("the value is not an IP address")),
            };
        }
        let base = self.base();
        let valid_label = |label: &str| {
            let inner = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            inner && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        let why = if base.len() > 253 {
            "Domain name is longer than 253 bytes"
        } else if !base.split('.').all(valid_label) {
            "Domain name contains an invalid character"
        } else if !base.contains('.') {
            "Domain name needs at least one dot"
        } else if base.parse::<IpAddr>().is_ok() {
            "Identifier type is DNS but value looks like an IP address"
        } else {
            return None;
        };
        Some(Problem::new("rejectedIdentifier", format!("Invalid identifiers requested :: {why}")))
    }
}

/// The identifiers of a new order, sorted, as Boulder's policy accepts them.
pub(super) fn read_all(payload: &Value, profile: &Profile) -> Result<Vec<Identifier>, Problem> {
    let given = payload["identifiers"].as_array().cloned().unwrap_or_default();
    if given.is_empty() {
        return Err(Problem::malformed("NewOrder request did not specify any identifiers"));
    }
    let mut all = given.iter().map(Identifier::read).collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    if all.len() > profile.most_names {
        let most = profile.most_names;
        return Err(Problem::malformed(format!("Order cannot contain more than {most} identifiers")));
    }
    let refused = all.iter().filter_map(|one| Some((one.clone(), one.refusal(profile)?))).collect();
    match Problem::of_identifiers(refused) {
        Some(problem) => Err(problem),
        None => check_redundant(&all).map(|()| all),
    }
}

/// Boulder refuses a name that a wildcard of the same order covers.
fn check_redundant(all: &[Identifier]) -> Result<(), Problem> {
    let covers = |name: &Identifier| {
        let parent = name.value.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        parent.filter(|wildcard| !name.is_wildcard() && all.iter().any(|one| one.value == *wildcard))
    };
    match all.iter().find_map(|name| Some((name, covers(name)?))) {
        Some((name, _)) => Err(Problem::malformed(format!(
            "Domain name {:?} is redundant with a wildcard domain in the same request. Remove one or the other from the \
             certificate request.",
            name.value
        ))),
        None => Ok(()),
    }
}
