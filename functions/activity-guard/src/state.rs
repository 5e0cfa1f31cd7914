//! What is known of the thing that somebody did something to.

use inventory::{Entry, Kind, Usage};
use jiff::Timestamp;

/// Purposes, in lower case, that mean production, as in the report of certificate-inventory.
const PRODUCTION: [&str; 4] = ["production", "prod", "prd", "live"];

/// What is known of a certificate, a CA or an ACME endpoint: from the last shard, and from ACM where it still exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: Kind,
    /// What people call it.
    pub name: String,
    /// All DNS names that are known.
    pub names: Vec<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// What uses it, for people.
    pub uses: Vec<String>,
    /// Whether something uses it.
    pub in_use: bool,
    /// Whether its key was exported.
    pub exported: bool,
    /// When that was read.
    pub as_of: Timestamp,
}

impl Known {
    /// From a shard that was read at this time.
    pub fn of_entry(entry: &Entry, as_of: Timestamp) -> Self {
        Self {
            arn: entry.arn.clone(),
            kind: entry.kind,
            name: entry.name.clone(),
            names: names(entry),
            owner: entry.owner.known().and_then(|owner| Some(owner.as_ref()?.name.clone())),
            purpose: entry.purpose.clone(),
            uses: entry.uses.iter().map(label).collect(),
            in_use: !entry.uses.is_empty() || entry.in_use == Some(true),
            exported: entry.exported == Some(true),
            as_of,
        }
    }

    /// Whether it is a certificate of ACM.
    pub fn is_of_acm(&self) -> bool {
        matches!(self.kind, Kind::Imported | Kind::AmazonIssued | Kind::Private | Kind::Acme)
    }

    /// Whether its purpose means production.
    pub fn is_production(&self) -> bool {
        self.purpose.as_deref().is_some_and(|purpose| PRODUCTION.contains(&purpose.trim().to_lowercase().as_str()))
    }
}

/// Such as "shop (elasticloadbalancing)".
fn label(usage: &Usage) -> String {
    if usage.is_aws_owned { usage.label.clone() } else { format!("{} ({})", usage.label, usage.service) }
}

/// A list shows the domain name of a certificate besides its alternative names, or instead of them.
fn names(entry: &Entry) -> Vec<String> {
    let is_listed = entry.names.contains(&entry.name) || !entry.name.contains('.');
    let first = (!is_listed).then(|| entry.name.clone());
    first.into_iter().chain(entry.names.iter().cloned()).collect()
}
