//! Whether a renewal keeps the issuer. Keys decide, not names: whoever makes a certificate may write any name into it.

use events::IssuerChange;
use x509::{Certificate, Chain, DistinguishedName, Signatures};

use super::chain::may_omit_basic_constraints;
use super::name_text;

/// One CA at least is above both: the same issuer, or the same root above different issuers, by its key.
pub(super) fn is_kept(current: &Chain, new_above: &[Certificate]) -> bool {
    let path = proven(current);
    let above = &path[1..];
    let is_signed_in = |signed: &Certificate, by: &[&Certificate]| by.iter().any(|issuer| is_signed_by(signed, issuer));
    let new_above: Vec<&Certificate> = new_above.iter().collect();
    path.iter().any(|one| is_signed_in(one, &new_above))
        || above.iter().any(|one| new_above.iter().any(|other| one.has_key(&other.public_key)))
        || new_above.iter().any(|one| is_signed_in(one, above))
}

/// One of these CAs is above the certificate.
pub(super) fn is_among(chain: &Chain, issuers: &[Certificate]) -> bool {
    let issuers: Vec<&Certificate> = issuers.iter().collect();
    proven(chain).iter().enumerate().any(|(position, one)| {
        issuers.iter().any(|issuer| is_signed_by(one, issuer) || position > 0 && one.has_key(&issuer.public_key))
    })
}

/// That none of them is, in words.
pub(super) fn not_among(current: &Chain) -> String {
    let issuer = name_text(&current.leaf.issuer);
    if current.above.is_empty() {
        return format!(
            "the certificate in place, issued by `{issuer}`, was imported without its chain, so nothing shows that one of \
             the issuers of the directory is above it"
        );
    }
    format!(
        "the certificate in place was issued by `{issuer}`, which is not among the issuers of the directory, and no grant \
         allows a change"
    )
}

/// However weak the signature is: whether it is weak is another question than who signed.
fn is_signed_by(signed: &Certificate, issuer: &Certificate) -> bool {
    signed.is_signed_by(issuer, Signatures::Legacy) == Some(true)
}

/// The certificate and those of its chain, as far as each was signed by the next, and the next is a CA's: anything may
/// have been imported as a chain, and whoever has the key of any certificate can sign another one.
fn proven(current: &Chain) -> Vec<&Certificate> {
    let mut path = vec![&current.leaf];
    for issuer in &current.above {
        let may_issue = issuer.is_ca || may_omit_basic_constraints(issuer);
        if !may_issue || !path.last().is_some_and(|below| is_signed_by(below, issuer)) {
            break;
        }
        path.push(issuer);
    }
    path
}

/// Both issuers, where the new certificate has none of the CAs above it that the current one has, and not both have one of
/// those that the source may replace.
pub(crate) fn issuer_change(current: &Chain, new: &Chain, issuers: &[Certificate]) -> Option<IssuerChange> {
    let [issuer_before, issuer_after] = [current, new].map(|chain| name_text(&chain.leaf.issuer));
    (!stays(current, new, issuers)).then_some(IssuerChange { issuer_before, issuer_after })
}

/// Whether the issuer is kept, or both are among those that the source may replace.
fn stays(current: &Chain, new: &Chain, issuers: &[Certificate]) -> bool {
    is_kept(current, &new.above) || (is_among(current, issuers) && is_among(new, issuers))
}

/// That the issuer changed, in words.
pub(super) fn changed(current: &Certificate, new_issuer: &DistinguishedName) -> String {
    let [before, after] = [&current.issuer, new_issuer].map(name_text);
    let key = if current.issuer == *new_issuer { ", which has the same name and another key" } else { "" };
    format!(
        "the certificate in place was issued by `{before}`, the new one by `{after}`{key}, and no grant allows a change"
    )
}
