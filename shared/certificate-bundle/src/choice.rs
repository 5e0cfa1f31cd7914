//! Which of the certificates in a secret, if any, is the one.

use crate::certificate::Certificate;
use crate::contents::Contents;
use crate::{Bundle, NoBundle, NotYet, PrivateKey, Unusable, chain};

/// A certificate and its key.
type Pair<'a> = (&'a Certificate, &'a PrivateKey);

/// How far a certificate has the present names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cover {
    /// Not all of them.
    No,
    /// All, some of them by a wildcard.
    ByWildcard,
    /// All, as they are.
    Literally,
}

/// The certificate for the present names, with its chain and its key.
pub(crate) fn choose(contents: Contents, names: &[&str]) -> Result<Bundle, NoBundle> {
    if contents.is_truncated() {
        return Err(NotYet::Truncated.into());
    }
    let pairs = pairs(&contents);
    let Some((leaf, key)) = best(&pairs, names)? else { return Err(contents.why_no_pair()) };
    let chain = chain::above(leaf, contents.certificates());
    // Most likely its issuer is the one that is damaged.
    if chain.is_empty() && !leaf.is_self_signed() && contents.has_fault(Unusable::Certificate) {
        return Err(Unusable::Certificate.into());
    }
    Ok(Bundle { leaf: leaf.clone(), chain, key: key.clone() })
}

fn pairs(contents: &Contents) -> Vec<Pair<'_>> {
    let key_of = |certificate: &Certificate| contents.keys().iter().find(|key| key.public_key == certificate.key);
    contents.certificates().iter().filter_map(|certificate| Some((certificate, key_of(certificate)?))).collect()
}

/// The pair that has the present names and, where several have, expires last. A single one is not judged by its names:
/// the checks before an import have a better reason to give.
fn best<'a>(pairs: &[Pair<'a>], names: &[&str]) -> Result<Option<Pair<'a>>, Unusable> {
    let pairs = without_cas(pairs);
    if let [] | [_] = pairs.as_slice() {
        return Ok(pairs.first().copied());
    }
    let ranked = pairs.into_iter().map(|pair| ((cover(pair.0, names), pair.0.facts.not_after), pair));
    match ranked.max_by_key(|(rank, _)| *rank) {
        Some(((Cover::No, _), _)) => Err(Unusable::NoneHasTheNames),
        best => Ok(best.map(|(_, pair)| pair)),
    }
}

/// A CA's key may be kept beside that of the certificate it issued. A self-signed certificate may be a CA's, too.
fn without_cas<'a>(pairs: &[Pair<'a>]) -> Vec<Pair<'a>> {
    let end_entities: Vec<Pair<'a>> = pairs.iter().filter(|pair| !pair.0.facts.is_ca).copied().collect();
    if end_entities.is_empty() { pairs.to_vec() } else { end_entities }
}

fn cover(certificate: &Certificate, names: &[&str]) -> Cover {
    let cover = |name: &&str| {
        let name = name.to_ascii_lowercase();
        let by_wildcard =
            name.split_once('.').is_some_and(|(_, parent)| certificate.names.contains(&format!("*.{parent}")));
        match certificate.names.contains(&name) {
            true => Cover::Literally,
            false if by_wildcard => Cover::ByWildcard,
            false => Cover::No,
        }
    };
    names.iter().map(cover).min().unwrap_or(Cover::Literally)
}
