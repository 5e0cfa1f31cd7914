//! What has to hold before ImportCertificate, which has no way back.
//!
//! ACM checks most of this too, but only ACM's documentation says so, an emulator does not, and a
//! refusal by ACM says less. Each failed check has a reason of its own.

mod before_issuing;
mod chain;
mod issuer;
mod usages;

use certificates::{Failure, FailureReason};
use jiff::Timestamp;
use notices::foreign_up_to;
use x509::{Certificate, Chain, DistinguishedName};

pub(crate) use before_issuing::check_offer;
pub(crate) use issuer::issuer_change;

/// [ImportCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html):
/// sizes in bytes of what it takes.
const MAX_CERTIFICATE: usize = 32_768;
const MAX_CHAIN: usize = 2_097_152;
/// A name is not longer than people read.
const MAX_NAME: usize = 200;

/// What a source delivered, next to what it is to replace.
#[derive(Debug)]
pub(crate) struct PreflightInput<'a> {
    /// The certificate in place, and its chain, which is empty where it was imported without one.
    pub(crate) current: &'a Chain,
    /// Whether the grants allow that the new one is another CA's.
    pub(crate) issuer_may_change: bool,
    /// Whether the CA has announced that it will revoke the current one.
    pub(crate) revocation_is_ahead: bool,
    /// CAs whose certificates the source may replace.
    pub(crate) issuers: &'a [Certificate],
    /// The new one and its chain, from its issuer upwards.
    pub(crate) new: &'a Chain,
    /// The public key that it has to be for, SubjectPublicKeyInfo in DER.
    pub(crate) public_key: &'a [u8],
    /// Length of the new certificate in PEM, bytes.
    pub(crate) certificate_size: usize,
    /// Length of the chain in PEM, bytes.
    pub(crate) chain_size: usize,
    pub(crate) now: Timestamp,
}

type Check = fn(&PreflightInput<'_>) -> Result<(), Failure>;

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
    // Whoever connects by one of the current names must still be served, and nobody gains a name by a renewal.
    names_are_kept,
    // ACM refuses what is not valid now.
    is_valid_now,
    // A renewal that expires no later is of no use, unless the present certificate will be revoked.
    lasts_longer,
    // ACM refuses the loss of a usage.
    usages_are_kept,
    // Clients build the path from what the server sends.
    chain_is_whole,
    // What they accept in the current certificate, they have to accept in the new one.
    clients_accept,
    // Nobody wants, for instance, a private CA's certificate instead of a public one unasked. After the chain's
    // signatures were checked: by then it is known that the keys in it are the issuers'.
    issuer_is_kept,
    // ACM's limits.
    fits,
];

/// Makes all checks, up to the first that fails.
pub(crate) fn check(input: &PreflightInput<'_>) -> Result<(), Failure> {
    CHECKS.iter().try_for_each(|check| check(input))
}

fn demand(holds: bool, reason: FailureReason, detail: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::new(reason, detail())) }
}

fn key_matches(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let new = &input.new.leaf;
    demand(new.has_key(input.public_key), FailureReason::KeyMismatch, || {
        format!("the new certificate (serial {}) is for another key than the one made for it", new.serial)
    })
}

fn serial_is_new(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let (current, new) = (&input.current.leaf, &input.new.leaf);
    demand(new.serial != current.serial, FailureReason::SerialReused, || {
        format!("the new certificate has the serial number of the one in place, {}", new.serial)
    })
}

fn is_end_entity(input: &PreflightInput<'_>) -> Result<(), Failure> {
    demand(!input.new.leaf.is_ca, FailureReason::NotEndEntity, || {
        "the new certificate is a CA's: it could issue certificates itself".into()
    })
}

fn key_type_is_kept(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let (current, new) = (input.current.leaf.key_type, input.new.leaf.key_type);
    demand(current.is_some() && current == new, FailureReason::KeyTypeChanged, || {
        format!("the key would change from {current:?} to {new:?}")
    })
}

fn names_are_kept(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let (current, new) = (&input.current.leaf, &input.new.leaf);
    let without = |some: &Certificate, others: &Certificate| some.names.difference(&others.names).cloned().collect();
    let (lost, gained): (Vec<String>, Vec<String>) = (without(current, new), without(new, current));
    demand(lost.is_empty(), FailureReason::NameLost, || {
        format!("{} names would be lost, the first of them {}", lost.len(), lost[0])
    })?;
    demand(gained.is_empty(), FailureReason::NameGained, || {
        format!("{} names would be added, the first of them {}", gained.len(), gained[0])
    })?;
    // The request has the current one's subject. A CA may write one of the names into an empty one.
    let is_name = |name: String| new.names.contains(&name.to_ascii_lowercase());
    let is_added = current.subject.is_empty() && new.subject.only_common_name().is_some_and(is_name);
    demand(current.subject == new.subject || is_added, FailureReason::NameLost, || {
        let [current, new] = [current, new].map(|one| name_text(&one.subject));
        format!("the subject changed from `{current}` to `{new}`")
    })
}

fn is_valid_now(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let (new, now) = (&input.new.leaf, input.now);
    demand(new.not_before <= now && now < new.not_after, FailureReason::NotValidNow, || {
        format!("the new certificate is valid from {} to {}, and it is {now}", new.not_before, new.not_after)
    })
}

fn lasts_longer(input: &PreflightInput<'_>) -> Result<(), Failure> {
    if input.revocation_is_ahead {
        return Ok(());
    }
    lasts_longer_than(&input.current.leaf, input.new.leaf.not_after)
}

fn lasts_longer_than(current: &Certificate, not_after: Timestamp) -> Result<(), Failure> {
    demand(not_after > current.not_after, FailureReason::NotLonger, || {
        format!("the new certificate expires at {not_after}, the one in place at {}", current.not_after)
    })
}

fn usages_are_kept(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let new = &input.new.leaf;
    usages::are_kept(&input.current.leaf, new.key_usage.unwrap_or_default(), &new.extended_key_usage)
}

fn chain_is_whole(input: &PreflightInput<'_>) -> Result<(), Failure> {
    chain::is_whole(Some(&input.new.leaf), &input.new.above, input.now)
}

fn clients_accept(input: &PreflightInput<'_>) -> Result<(), Failure> {
    chain::is_accepted(input.current, input.new)
}

fn issuer_is_kept(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let PreflightInput { current, new, issuer_may_change, issuers, .. } = *input;
    let is_kept = issuer_may_change || issuer::is_kept(current, &new.above) || issuer::is_among(current, issuers);
    demand(is_kept, FailureReason::IssuerChanged, || issuer::changed(&current.leaf, &new.leaf.issuer))
}

fn fits(input: &PreflightInput<'_>) -> Result<(), Failure> {
    let PreflightInput { certificate_size, chain_size, .. } = *input;
    demand(certificate_size <= MAX_CERTIFICATE && chain_size <= MAX_CHAIN, FailureReason::TooLarge, || {
        format!("certificate {certificate_size} bytes, chain {chain_size}; ACM takes {MAX_CERTIFICATE} and {MAX_CHAIN}")
    })
}

/// A distinguished name for people.
fn name_text(name: &DistinguishedName) -> String {
    if name.is_empty() { "no name".into() } else { foreign_up_to(&name.to_string(), MAX_NAME) }
}

#[cfg(test)]
mod tests;
