//! Name constraints ([RFC 5280, 4.2.1.10](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10)) of domain names and
//! IP addresses: which name they forbid.

use std::net::IpAddr;

use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints, ParsedExtension};
use x509_parser::prelude::X509Certificate;

/// The name constraints of a CA.
pub(crate) fn of<'a>(ca: &'a X509Certificate<'a>) -> Option<&'a NameConstraints<'a>> {
    ca.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::NameConstraints(constraints) => Some(constraints),
        _ => None,
    })
}

/// The first domain name or IP address of a certificate that a CA above it may not issue for.
pub(crate) fn violated_by(ca: &X509Certificate<'_>, leaf: &X509Certificate<'_>) -> Option<String> {
    let constraints = of(ca)?;
    let san = leaf.subject_alternative_name().ok()??;
    san.value.general_names.iter().find(|name| forbids(constraints, name)).and_then(shown)
}

/// Whether all of a CA's name constraints are of domain names and IP addresses. Without any, they are.
pub(crate) fn are_of_hosts_only(ca: &X509Certificate<'_>) -> bool {
    let is_host = |tree: &GeneralSubtree<'_>| matches!(tree.base, GeneralName::DNSName(_) | GeneralName::IPAddress(_));
    of(ca).is_none_or(|constraints| trees(constraints).all(is_host))
}

fn trees<'a>(constraints: &'a NameConstraints<'a>) -> impl Iterator<Item = &'a GeneralSubtree<'a>> {
    constraints.permitted_subtrees.iter().chain(&constraints.excluded_subtrees).flatten()
}

fn forbids(constraints: &NameConstraints<'_>, name: &GeneralName<'_>) -> bool {
    let same_kind = |tree: &&GeneralSubtree<'_>| std::mem::discriminant(&tree.base) == std::mem::discriminant(name);
    let excluded = constraints.excluded_subtrees.iter().flatten().any(|tree| is_within(name, &tree.base));
    let mut permitted = constraints.permitted_subtrees.iter().flatten().filter(same_kind).peekable();
    let is_limited = permitted.peek().is_some();
    excluded || shown(name).is_some() && is_limited && !permitted.any(|tree| is_within(name, &tree.base))
}

fn is_within(name: &GeneralName<'_>, tree: &GeneralName<'_>) -> bool {
    match (name, tree) {
        (GeneralName::DNSName(name), GeneralName::DNSName(tree)) => is_domain_within(name, tree),
        (GeneralName::IPAddress(address), GeneralName::IPAddress(tree)) => is_address_within(address, tree),
        _ => false,
    }
}

/// Some CAs write a dot in front of the domain, by which only names below it are meant.
fn is_domain_within(name: &str, tree: &str) -> bool {
    let (name, tree) = (name.to_ascii_lowercase(), tree.to_ascii_lowercase());
    let name = name.strip_prefix("*.").map_or(name.as_str(), |rest| rest);
    let is_below = |tree: &str| name.strip_suffix(tree).is_some_and(|label| label.ends_with('.'));
    match tree.strip_prefix('.') {
        Some(domain) => is_below(domain),
        None => tree.is_empty() || name == tree || is_below(&tree),
    }
}

/// A tree of addresses is an address and a mask.
fn is_address_within(address: &[u8], tree: &[u8]) -> bool {
    let (base, mask) = tree.split_at(tree.len() / 2);
    let masked = |bytes: &[u8]| bytes.iter().zip(mask).map(|(byte, mask)| byte & mask).collect::<Vec<_>>();
    address.len() == base.len() && base.len() == mask.len() && masked(address) == masked(base)
}

/// A domain name or an IP address, for people.
fn shown(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => {
            let v4 = || <[u8; 4]>::try_from(*octets).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(*octets).map(IpAddr::from);
            v4().or_else(|_| v6()).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_names() {
        for (name, tree, within) in [
            ("example.com", "example.com", true),
            ("a.b.EXAMPLE.com", "Example.com", true),
            ("*.example.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("example.com", "a.example.com", false),
            ("example.com", ".example.com", false),
            ("a.example.com", ".example.com", true),
            ("anything.example", "", true),
        ] {
            assert_eq!(is_domain_within(name, tree), within, "{name} in {tree}");
        }
    }

    #[test]
    fn addresses() {
        let tree = [10, 1, 0, 0, 255, 255, 0, 0];
        assert!(is_address_within(&[10, 1, 2, 3], &tree));
        assert!(!is_address_within(&[10, 2, 2, 3], &tree));
        assert!(!is_address_within(&[0; 16], &tree));
        assert!(!is_address_within(&[10, 1, 2, 3], &tree[..7]));
    }
}
