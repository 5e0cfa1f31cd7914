//! What a description says, in the members of an entry.

use certificates::{CertificateDetail, Validation};
use inventory::{Described, Entry, Identity, Reading, Unreadable};
use jiff::Timestamp;
use x509::SerialNumber;

use super::read::{Answer, Description};
use crate::unreadable::unreadable;

/// Sets what was read. What was read earlier stays where nothing was read now. `listed_at` is when the shard was listed.
pub(super) fn set(entry: &mut Entry, answer: Answer, listed_at: Timestamp, now: Timestamp) {
    match answer.description {
        Description::Read(detail) => set_description(entry, &detail, listed_at, now),
        Description::Failed(error) => set_unread(entry, &unreadable(&error)),
        Description::Gone | Description::OutOfTime => {}
    }
    if let Some(chain) = answer.chain
        && (chain.known().is_some() || entry.chain.known().is_none())
    {
        entry.chain = chain;
    }
}

/// Its description was asked for in vain, by which its identity would have been known too. What was read earlier stays
/// known, with its age.
pub(super) fn set_unread(entry: &mut Entry, why: &Unreadable) {
    if entry.described.known().is_none() {
        entry.described = Reading::Unreadable(why.clone());
    }
    if entry.identity == Reading::NotAsked {
        entry.identity = Reading::Unreadable(why.clone());
    }
}

fn set_description(entry: &mut Entry, detail: &CertificateDetail, listed_at: Timestamp, now: Timestamp) {
    let identity = identity(detail);
    let is_replaced = is_replaced(entry, &identity);
    if is_replaced {
        (entry.not_before, entry.not_after) = (detail.not_before, detail.not_after);
        entry.imported_at = detail.imported_at;
        entry.chain = Reading::NotAsked;
        entry.unused_since = None;
    }
    if is_replaced || !is_listed(&entry.identity, listed_at) {
        entry.identity = Reading::Known { value: identity, as_of: now };
    }
    entry.described = Reading::Known { value: described(detail), as_of: now };
}

/// Whether it was replaced since it was listed.
fn is_replaced(entry: &Entry, described: &Identity) -> bool {
    let number = |identity: &Identity| identity.serial.as_deref().and_then(SerialNumber::parse);
    match (entry.identity.known().and_then(number), number(described)) {
        (Some(listed), Some(described)) => listed != described,
        _ => false,
    }
}

/// Whether the identity is of the shard's own listing, and not of an earlier one.
fn is_listed(identity: &Reading<Identity>, listed_at: Timestamp) -> bool {
    matches!(identity, Reading::Known { as_of, .. } if *as_of >= listed_at)
}

fn identity(detail: &CertificateDetail) -> Identity {
    Identity {
        issuer: detail.issuer.clone(),
        subject: detail.subject.clone(),
        serial: detail.serial.clone(),
        validation_method: detail.domain_validations.iter().find_map(|domain| method(&domain.validation)),
        renewal_status: detail.renewal.as_ref().map(|renewal| renewal.status.clone()),
        acme_endpoint: detail.acme_endpoint.clone(),
        acme_account: detail.acme_account.clone(),
    }
}

fn method(validation: &Validation) -> Option<String> {
    match validation {
        Validation::Dns(_) => Some("DNS".to_owned()),
        Validation::Email(_) => Some("EMAIL".to_owned()),
        Validation::Other(other) => other.clone(),
    }
}

fn described(detail: &CertificateDetail) -> Described {
    Described {
        in_use_by: detail.in_use_by.clone(),
        certificate_authority: detail.certificate_authority.clone(),
        signature_algorithm: detail.signature_algorithm.clone(),
        transparency_logging: detail.transparency_logging.clone(),
        failure_reason: detail.failure_reason.clone(),
        revoked_at: detail.revoked_at,
        revocation_reason: detail.revocation_reason.clone(),
        renewal: detail.renewal.clone(),
        domain_validations: detail.domain_validations.clone(),
    }
}
