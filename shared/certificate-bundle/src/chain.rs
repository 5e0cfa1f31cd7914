//! The chain above a certificate, found by who signed what.

use crate::certificate::Certificate;

/// Longer than any that clients take.
const MAX_LENGTH: usize = 10;

/// The certificates above a leaf, each of which signed the one before it. A root at the end is left out, unless it is all
/// there is: clients have it, and ACM takes a chain with and without it.
pub(crate) fn above(leaf: &Certificate, pool: &[Certificate]) -> Vec<Certificate> {
    let mut chain: Vec<&Certificate> = Vec::new();
    while chain.len() < MAX_LENGTH {
        let last = chain.last().copied().unwrap_or(leaf);
        if last.is_self_signed() {
            break;
        }
        let Some(issuer) = issuer(last, pool, |key| leaf.key == *key || chain.iter().any(|one| one.key == *key)) else {
            break;
        };
        chain.push(issuer);
    }
    if chain.len() > 1 && chain.last().is_some_and(|last| last.is_self_signed()) {
        chain.pop();
    }
    chain.into_iter().cloned().collect()
}

/// The issuer of a certificate. Of several, one known to have signed it; then a root rather than the same CA signed by
/// another one, since the chain ends there; then the one that lasts longest.
fn issuer<'a>(
    subject: &Certificate,
    pool: &'a [Certificate],
    is_below: impl Fn(&crate::certificate::PublicKey) -> bool,
) -> Option<&'a Certificate> {
    let possible = pool.iter().filter(|candidate| !is_below(&candidate.key)).filter_map(|candidate| {
        let is_known = match subject.is_issued_by(candidate) {
            Some(false) => return None,
            known => known.is_some(),
        };
        Some(((is_known, candidate.is_self_signed(), candidate.facts.not_after), candidate))
    });
    possible.max_by_key(|(rank, _)| *rank).map(|(_, candidate)| candidate)
}
