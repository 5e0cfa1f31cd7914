//! Whether a renewal keeps the issuer. Keys decide, not names: whoever makes a certificate may write any name into it.

use events::IssuerChange;

use super::chain::may_omit_basic_constraints;
use crate::certificate::{Certificate, is_same_name, name_text};

/// One CA at least is above both: the same issuer, or the same root above different issuers, by its key.
pub(super) fn is_kept(present: &Certificate, present_chain: &[Certificate], chain: &[Certificate]) -> bool {
    let path = proven(present, present_chain);
    let above = &path[1..];
    let is_signed_in = |signed: &Certificate, by: &[&Certificate]| by.iter().any(|issuer| signed.is_signed_by(issuer));
    let chain: Vec<&Certificate> = chain.iter().collect();
    path.iter().any(|one| is_signed_in(one, &chain))
        || above.iter().any(|one| chain.iter().any(|other| one.has_key(&other.public_key)))
        || chain.iter().any(|one| is_signed_in(one, above))
}

/// The certificate and those of its chain, as far as each was signed by the next, and the next is a CA's: anything may
/// have been imported as a chain, and whoever has the key of any certificate can sign another one.
fn proven<'a>(present: &'a Certificate, chain: &'a [Certificate]) -> Vec<&'a Certificate> {
    let mut path = vec![present];
    for issuer in chain {
        let may_issue = issuer.is_ca || may_omit_basic_constraints(issuer);
        if !may_issue || !path.last().is_some_and(|below| below.is_signed_by(issuer)) {
            break;
        }
        path.push(issuer);
    }
    path
}

/// Both issuers, where the new certificate has none of the CAs above it that the present one has.
pub(crate) fn issuer_change(
    (present, present_chain): (&Certificate, &[Certificate]),
    (new, chain): (&Certificate, &[Certificate]),
) -> Option<IssuerChange> {
    let [issuer_before, issuer_after] = [&present.issuer, &new.issuer].map(|issuer| name_text(issuer));
    (!is_kept(present, present_chain, chain)).then_some(IssuerChange { issuer_before, issuer_after })
}

/// That the issuer changed, in words.
pub(super) fn changed(present: &Certificate, new_issuer: &[u8]) -> String {
    let [before, after] = [&present.issuer, new_issuer].map(name_text);
    let key = if is_same_name(&present.issuer, new_issuer) { ", which has the same name and another key" } else { "" };
    format!(
        "the present certificate was issued by `{before}`, the new one by `{after}`{key}, and no grant allows a change"
    )
}
