//! What has to hold before ImportCertificate, which has no way back.
//!
//! ACM checks most of this too, but only ACM's documentation says so, an emulator does not, and a
//! refusal by ACM says less. Each failed check has a reason of its own.

mod before_issuing;
mod chain;
mod issuer;
mod usages;

use certificates::FailureReason;
use jiff::Timestamp;

use crate::certificate::{Certificate, is_same_name, name_text};

pub(crate) use before_issuing::{Prospect, check_before_issuing};
pub(crate) use issuer::issuer_change;
pub(crate) use usages::{DIGITAL_SIGNATURE, KEY_ENCIPHERMENT};

/// [ImportCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html):
/// sizes in bytes of what it takes.
const MAX_CERTIFICATE: usize = 32_768;
const MAX_CHAIN: usize = 2_097_152;

/// What a source delivered, next to what it is to replace.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    /// The certificate in place.
    pub present: &'a Certificate,
    /// Its chain; empty where it was imported without one.
    pub present_chain: &'a [Certificate],
    /// Whether the grants allow that the new one is another CA's.
    pub issuer_may_change: bool,
    /// The new one.
    pub new: &'a Certificate,
    /// Its chain, from its issuer upwards.
    pub chain: &'a [Certificate],
    /// The public key that was made for it, SubjectPublicKeyInfo in DER.
    pub public_key: &'a [u8],
    /// Length of the new certificate in PEM, bytes.
    pub certificate_size: usize,
    /// Length of the chain in PEM, bytes.
    pub chain_size: usize,
    /// Now.
    pub now: Timestamp,
}

/// A failed check: its reason, and a sentence with the particulars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// For the tag.
    pub reason: FailureReason,
    /// For people.
    pub detail: String,
}

type Check = fn(&Candidate<'_>) -> Result<(), Refusal>;

/// The checks, in the order in which a failure says most.
const CHECKS: [Check; 12] = [
    // The certificate is for the key that was made: otherwise it is another renewal's, or nobody's.
    key_matches,
    // ACM shows a serial number, and by it the function knows whether the import took effect.
    serial_is_new,
    // Only a CA that was broken into issues a CA's certificate for a request of an end entity's.
    is_end_entity,
    // ACM refuses another type or size of key under the same ARN.
    key_type_is_kept,
    // Whoever connects by one of the present names must still be served, and nobody gains a name by a renewal.
    names_are_kept,
    // ACM refuses what is not valid now.
    is_valid_now,
    // A renewal that ends no later is none.
    lasts_longer,
    // ACM refuses the loss of a usage.
    usages_are_kept,
    // Clients build the path from what the server sends.
    chain_is_whole,
    // What they take of the present certificate, they have to take of the new one.
    clients_accept,
    // Nobody wants, for instance, a private CA's certificate in place of a public one unasked. After the chain's
    // signatures were checked: by then it is known that the keys in it are the issuers'.
    issuer_is_kept,
    // ACM's limits.
    fits,
];

/// Makes all checks.
///
/// # Errors
/// The first check that failed.
pub(crate) fn check(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    CHECKS.iter().try_for_each(|check| check(candidate))
}

fn demand(holds: bool, reason: FailureReason, detail: impl FnOnce() -> String) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal { reason, detail: detail() }) }
}

fn key_matches(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    demand(candidate.new.has_key(candidate.public_key), FailureReason::KeyMismatch, || {
        format!("the new certificate (serial {}) is for another key than the one made for it", candidate.new.serial)
    })
}

fn serial_is_new(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { present, new, .. } = candidate;
    demand(new.serial != present.serial, FailureReason::SerialReused, || {
        format!("the new certificate has the serial number of the present one, {}", new.serial)
    })
}

fn is_end_entity(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    demand(!candidate.new.is_ca, FailureReason::NotEndEntity, || {
        "the new certificate is a CA's: it could issue certificates itself".into()
    })
}

fn key_type_is_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let (present, new) = (candidate.present.key_type, candidate.new.key_type);
    demand(present.is_some() && present == new, FailureReason::KeyTypeChanged, || {
        format!("the key would change from {present:?} to {new:?}")
    })
}

fn names_are_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { present, new, .. } = candidate;
    let without = |some: &Certificate, others: &Certificate| some.names.difference(&others.names).cloned().collect();
    let (lost, gained): (Vec<String>, Vec<String>) = (without(present, new), without(new, present));
    demand(lost.is_empty(), FailureReason::NameLost, || {
        format!("{} names would be lost, the first of them {}", lost.len(), lost[0])
    })?;
    demand(gained.is_empty(), FailureReason::NameGained, || {
        format!("{} names would be added, the first of them {}", gained.len(), gained[0])
    })?;
    // Every end-entity template takes the subject from the request, which has the present one's.
    demand(is_same_name(&present.subject, &new.subject), FailureReason::NameLost, || {
        let [present, new] = [present, new].map(|one| name_text(&one.subject));
        format!("the subject changed from `{present}` to `{new}`")
    })
}

fn is_valid_now(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { new, now, .. } = candidate;
    demand(new.not_before <= *now && *now < new.not_after, FailureReason::NotValidNow, || {
        format!("the new certificate is valid from {} to {}, and it is {now}", new.not_before, new.not_after)
    })
}

fn lasts_longer(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    lasts_longer_than(candidate.present, candidate.new.not_after)
}

fn lasts_longer_than(present: &Certificate, not_after: Timestamp) -> Result<(), Refusal> {
    demand(not_after > present.not_after, FailureReason::NotLonger, || {
        format!("the new certificate ends at {not_after}, the present one at {}", present.not_after)
    })
}

fn usages_are_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { present, new, .. } = candidate;
    usages::are_kept(present, new.key_usage.unwrap_or_default(), &new.extended_key_usage)
}

fn chain_is_whole(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    chain::is_whole(Some(candidate.new), candidate.chain, candidate.now)
}

fn clients_accept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    chain::is_accepted((candidate.present, candidate.present_chain), (candidate.new, candidate.chain))
}

fn issuer_is_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { present, present_chain, new, chain, issuer_may_change, .. } = candidate;
    let is_kept = *issuer_may_change || issuer::is_kept(present, present_chain, chain);
    demand(is_kept, FailureReason::IssuerChanged, || issuer::changed(present, &new.issuer))
}

fn fits(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { certificate_size, chain_size, .. } = *candidate;
    demand(certificate_size <= MAX_CERTIFICATE && chain_size <= MAX_CHAIN, FailureReason::TooLarge, || {
        format!("certificate {certificate_size} bytes, chain {chain_size}; ACM takes {MAX_CERTIFICATE} and {MAX_CHAIN}")
    })
}

#[cfg(test)]
mod tests;
