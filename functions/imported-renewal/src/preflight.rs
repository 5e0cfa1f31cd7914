//! What has to hold before ImportCertificate, which has no way back.
//!
//! ACM checks most of this too, but only ACM's documentation says so, an emulator does not, and a
//! refusal by ACM says less. Each failed check has a reason of its own.

use std::collections::BTreeSet;

use certificates::FailureReason;
use jiff::Timestamp;

use crate::certificate::{CLIENT_AUTH, Certificate, name_in_full, name_text};
use crate::key::KeyType;

/// [ImportCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html):
/// sizes in bytes of what it takes.
const MAX_CERTIFICATE: usize = 32_768;
const MAX_CHAIN: usize = 2_097_152;
/// `keyEncipherment` in [`Certificate::key_usage`].
const KEY_ENCIPHERMENT: u16 = 1 << 2;

/// What a source delivered, next to what it is to replace.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    /// The certificate in place.
    pub present: &'a Certificate,
    /// Its chain; empty where it was imported without one.
    pub present_chain: &'a [Certificate],
    /// Whether the operator said that the new one may be another CA's.
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
const CHECKS: [Check; 9] = [
    // The certificate is for the key that was made: otherwise it is another renewal's, or nobody's.
    key_matches,
    // ACM refuses another type or size of key under the same ARN.
    key_type_is_kept,
    // Whoever connects by one of the present names must still be served.
    names_are_kept,
    // ACM refuses what is not valid now.
    is_valid_now,
    // A renewal that ends no later is none.
    lasts_longer,
    // ACM refuses the loss of a usage.
    usages_are_kept,
    // Clients build the path from what the server sends.
    chain_is_whole,
    // Nobody wants, for instance, a private CA's certificate in place of a public one unasked. After
    // the chain's signatures were checked: by then its names are true.
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

fn key_type_is_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let (present, new) = (candidate.present.key_type, candidate.new.key_type);
    demand(present.is_some() && present == new, FailureReason::KeyTypeChanged, || {
        format!("the key would change from {present:?} to {new:?}")
    })
}

fn names_are_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let lost: Vec<_> = candidate.present.names.difference(&candidate.new.names).cloned().collect();
    demand(lost.is_empty(), FailureReason::NameLost, || {
        format!("{} names would be lost, the first of them {}", lost.len(), lost[0])
    })?;
    // Every end-entity template takes the subject from the request, which has the present one's.
    let [present, new] = [candidate.present, candidate.new].map(|one| name_in_full(&one.subject));
    demand(present == new, FailureReason::NameLost, || {
        let [present, new] = [candidate.present, candidate.new].map(|one| name_text(&one.subject));
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
    let (present, new) = (candidate.present.not_after, candidate.new.not_after);
    demand(new > present, FailureReason::NotLonger, || {
        format!("the new certificate ends at {new}, the present one at {present}")
    })
}

/// [Reimport](https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html): usages may be
/// added but not removed, but for ClientAuth, and keyEncipherment with an ECDSA key.
fn usages_are_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { present, new, .. } = candidate;
    let is_rsa = present.key_type.is_some_and(KeyType::is_rsa);
    let droppable = if is_rsa { 0 } else { KEY_ENCIPHERMENT };
    // A present certificate without the extension lists no usage that could be lost.
    let lost = present.key_usage.unwrap_or_default() & !new.key_usage.unwrap_or_default() & !droppable;
    demand(lost == 0, FailureReason::KeyUsageLost, || format!("key usages would be lost (bits {lost:#b})"))?;
    let lost = present.extended_key_usage.difference(&new.extended_key_usage).find(|oid| *oid != CLIENT_AUTH);
    demand(lost.is_none(), FailureReason::KeyUsageLost, || {
        format!("the extended key usage {} would be lost", lost.map_or("", String::as_str))
    })
}

/// The leaf first, then each certificate by the next, each a CA's and valid now. Where the chain
/// goes up to the root, the root signed itself.
fn chain_is_whole(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let broken = |detail: String| Refusal { reason: FailureReason::ChainBroken, detail };
    let Candidate { new, chain, now, .. } = candidate;
    let Some(last) = chain.last() else { return Err(broken("the source delivered no chain".into())) };
    for (position, issuer) in chain.iter().enumerate() {
        let subject = if position == 0 { new } else { &chain[position - 1] };
        let ordinal = position + 1;
        if !subject.is_issued_by(issuer) {
            return Err(broken(format!("certificate {ordinal} of the chain did not issue the one before it")));
        }
        if !issuer.is_ca {
            return Err(broken(format!("certificate {ordinal} of the chain is not a CA's")));
        }
        if *now < issuer.not_before || issuer.not_after < *now {
            return Err(broken(format!("certificate {ordinal} of the chain is not valid now")));
        }
    }
    if last.subject == last.issuer && !last.is_issued_by(last) {
        return Err(broken("the root at the end of the chain did not sign itself".into()));
    }
    Ok(())
}

/// One CA at least is above both: the same issuer, or the same root above different issuers.
fn issuer_is_kept(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    fn above(leaf: &Certificate, chain: &[Certificate]) -> BTreeSet<String> {
        std::iter::once(leaf).chain(chain).map(|one| name_in_full(&one.issuer)).collect()
    }
    let Candidate { present, present_chain, new, chain, issuer_may_change, .. } = candidate;
    let is_kept = *issuer_may_change || !above(present, present_chain).is_disjoint(&above(new, chain));
    demand(is_kept, FailureReason::IssuerChanged, || {
        let [present, new] = [present, new].map(|one| name_text(&one.issuer));
        format!("the present certificate was issued by `{present}`, the new one by `{new}`, and no tag names that CA")
    })
}

fn fits(candidate: &Candidate<'_>) -> Result<(), Refusal> {
    let Candidate { certificate_size, chain_size, .. } = *candidate;
    demand(certificate_size <= MAX_CERTIFICATE && chain_size <= MAX_CHAIN, FailureReason::TooLarge, || {
        format!("certificate {certificate_size} bytes, chain {chain_size}; ACM takes {MAX_CERTIFICATE} and {MAX_CHAIN}")
    })
}

#[cfg(test)]
mod tests;
