//! What tests see of a certificate in ACM.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Entry;
use crate::{Key, PrivateKey};

/// What the model knows of a certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The ARN.
    pub arn: String,
    /// `AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`.
    pub kind: String,
    /// The status at the clock's now.
    pub status: String,
    /// ACM's DomainName.
    pub domain_name: Option<String>,
    /// DNS names and IP addresses among the SANs.
    pub names: Vec<String>,
    /// Lower-case hex pairs separated by colons; empty until issued.
    pub serial: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// Expiry.
    pub not_after: Timestamp,
    /// Type and size of the key.
    pub key: Key,
    /// The subject as text.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// ACM's names of the key usages.
    pub key_usages: Vec<String>,
    /// ACM's names of the extended key usages.
    pub extended_key_usages: Vec<String>,
    /// The tags; a tag without value has the empty one.
    pub tags: BTreeMap<String, String>,
    /// ARNs of the resources that use it.
    pub in_use_by: Vec<String>,
    /// Why a request failed, such as `CAA_ERROR`.
    pub failure_reason: Option<String>,
    /// RenewalStatus of the last managed renewal, such as `PENDING_VALIDATION`.
    pub renewal_status: Option<String>,
    /// Time of the last import.
    pub imported_at: Option<Timestamp>,
    /// The certificate's PEM text.
    pub pem: Option<String>,
    /// The chain's PEM text.
    pub chain: Option<String>,
    /// The key that was imported with it.
    pub private_key: Option<PrivateKey>,
}

pub(super) fn tags(entry: &Entry) -> BTreeMap<String, String> {
    entry.tags.iter().map(|(key, value)| (key.clone(), value.clone().unwrap_or_default())).collect()
}

pub(super) fn view(entry: &Entry, now: Timestamp) -> Certificate {
    let facts = entry.facts.as_ref();
    Certificate {
        arn: entry.arn.clone(),
        kind: entry.kind.clone(),
        status: entry.status(now).to_owned(),
        domain_name: entry.domain_name.clone(),
        names: entry.names.clone(),
        serial: facts.map(|facts| facts.serial.clone()).unwrap_or_default(),
        not_before: facts.map_or(Timestamp::UNIX_EPOCH, |facts| facts.not_before),
        not_after: facts.map_or(Timestamp::UNIX_EPOCH, |facts| facts.not_after),
        key: entry.key,
        subject: facts.map(|facts| facts.subject.clone()).unwrap_or_default(),
        key_usages: facts.map(|facts| facts.key_usages.clone()).unwrap_or_default(),
        extended_key_usages: facts
            .map(|facts| facts.extended_key_usages.iter().map(|(name, _)| name.clone()).collect())
            .unwrap_or_default(),
        tags: tags(entry),
        in_use_by: entry.in_use_by.clone(),
        failure_reason: entry.failure_reason.clone(),
        renewal_status: entry.renewal.as_ref().and_then(|summary| summary["RenewalStatus"].as_str()).map(str::to_owned),
        issuer: facts.map(|facts| facts.issuer.clone()).unwrap_or_default(),
        imported_at: entry.imported_at,
        pem: entry.pem.clone(),
        chain: entry.chain.clone(),
        private_key: entry.private_key.clone(),
    }
}
