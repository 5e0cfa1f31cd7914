//! Whether an endpoint may be given private keys and credentials.

use std::net::{IpAddr, Ipv6Addr};

use http::Uri;

/// Names of this machine. LocalStack's own name resolves to 127.0.0.1, and to LocalStack's container in its networks.
const NAMES: [&str; 2] = ["localhost", "localhost.localstack.cloud"];

/// Whether what is sent there is encrypted or stays on this machine.
pub(crate) fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.trim().parse::<Uri>() else { return false };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => uri.host().is_some_and(is_this_machine),
        _ => false,
    }
}

fn is_this_machine(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => NAMES.iter().any(|name| name.eq_ignore_ascii_case(host)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_or_on_this_machine() {
        for url in [
            "https://acm.eu-central-1.amazonaws.com",
            "HTTPS://10.0.0.7:8443/path",
            "http://127.0.0.1:4566",
            "http://127.8.9.10",
            "http://[::1]:4566",
            "http://localhost:4566/",
            "http://LOCALHOST",
            "http://localhost.localstack.cloud:4566",
        ] {
            assert!(is_safe(url), "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "http://10.0.0.7:4566",
            "http://evil.example",
            "http://localhost@evil.example",
            "http://localhost:4566@evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::2]",
            "http://0.0.0.0",
            "ftp://localhost",
            "localhost:4566",
            "//localhost",
            "not a URL",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
