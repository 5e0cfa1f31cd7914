//! Which addresses may be connected to. Whoever has a name points it anywhere: at the metadata service of a cloud, at an
//! internal server, at this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What an address is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Public,
    /// A private network's.
    Private,
    /// Of this machine, its link, or nothing that a server has.
    Special,
}

/// The first of those that may be connected to, IPv4 before IPv6, which many functions cannot reach; or why there are none.
pub(super) fn select(found: Vec<SocketAddr>, private: bool, most: usize) -> Result<Vec<SocketAddr>, String> {
    let is_allowed = |network| network == Network::Public || private && network == Network::Private;
    let mut allowed: Vec<SocketAddr> =
        found.iter().copied().filter(|address| is_allowed(network(address.ip()))).collect();
    allowed.sort_by_key(SocketAddr::is_ipv6);
    allowed.truncate(most);
    match found.iter().any(|address| network(address.ip()) == Network::Private) {
        _ if !allowed.is_empty() => Ok(allowed),
        true => Err("its address is private, and privateAddresses is not set".into()),
        false if found.is_empty() => Err("it has no address".into()),
        false => Err("its address is not one that a server can have".into()),
    }
}

fn network(address: IpAddr) -> Network {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => embedded(address).map_or_else(|| v6(address), v4),
    }
}

/// [IANA's registry](https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml).
fn v4(address: Ipv4Addr) -> Network {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && second & 0xc0 == 64;
    let is_benchmark = first == 198 && second & 0xfe == 18;
    let is_special = first == 0
        || first >= 224
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_benchmark
        || [first, second, third] == [192, 0, 0];
    match (is_special, address.is_private() || is_shared) {
        (true, _) => Network::Special,
        (false, true) => Network::Private,
        (false, false) => Network::Public,
    }
}

/// [IANA's registry](https://www.iana.org/assignments/iana-ipv6-special-registry/iana-ipv6-special-registry.xhtml): what is
/// public is in 2000::/3.
fn v6(address: Ipv6Addr) -> Network {
    let [first, second, ..] = address.segments();
    // The instance metadata service and its like are at addresses below fd00:ec2::/32.
    if [first, second] == [0xfd00, 0xec2] {
        return Network::Special;
    }
    if address.is_unique_local() {
        return Network::Private;
    }
    // 2001::/23 for protocols, 2001:db8::/32 and 3fff::/20 for documents.
    let is_special = first == 0x2001 && (second < 0x200 || second == 0xdb8) || first == 0x3fff && second < 0x1000;
    if first & 0xe000 == 0x2000 && !is_special { Network::Public } else { Network::Special }
}

/// The IPv4 address in one of IPv6: mapped, of NAT64 (64:ff9b::/96) or of 6to4 (2002::/16).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(of(high, low))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (expected, addresses) in [
            (Network::Public, "1.1.1.1 172.32.0.1 100.128.0.1 192.0.1.1 198.20.0.1 2600:1f18::1 64:ff9b::808:808"),
            (Network::Private, "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 fd12::1"),
            (Network::Private, "::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1::1"),
            (Network::Special, "0.0.0.0 0.1.2.3 127.0.0.1 127.1.2.3 169.254.169.254 169.254.170.2 192.0.0.1 192.0.2.1"),
            (Network::Special, "198.18.0.1 198.19.255.255 224.0.0.1 240.0.0.1 255.255.255.255"),
            (Network::Special, ":: ::1 fe80::1 ff02::1 fd00:ec2::254 fd00:ec2::23 2001:db8::1 2001::1 3fff::1 100::1"),
            (Network::Special, "::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:7f00:1::1 ::127.0.0.1"),
        ] {
            for text in addresses.split(' ') {
                assert_eq!(network(text.parse().unwrap()), expected, "{text}");
            }
        }
    }

    #[test]
    fn only_what_is_allowed_is_connected_to() {
        let chosen = |found: &[&str], private| {
            let found = found.iter().map(|address| address.parse().unwrap()).collect();
            select(found, private, 2).map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        let mixed = ["[2600:1f18::1]:443", "10.0.0.1:443", "1.1.1.1:443", "169.254.169.254:443", "8.8.8.8:443"];
        assert_eq!(chosen(&mixed, false).unwrap(), "1.1.1.1:443 8.8.8.8:443");
        assert_eq!(chosen(&mixed, true).unwrap(), "10.0.0.1:443 1.1.1.1:443");
        for (found, private, says) in [
            (vec!["10.0.0.1:443"], false, "privateAddresses is not set"),
            (vec!["169.254.169.254:443"], true, "not one that a server can have"),
            (vec!["127.0.0.1:443", "[::1]:443"], true, "not one that a server can have"),
            (vec![], true, "no address"),
        ] {
            assert!(chosen(&found, private).unwrap_err().contains(says), "{found:?}");
        }
    }
}
