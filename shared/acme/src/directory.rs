//! A server and what it offers (RFC 8555, 7.1.1).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use serde::Deserialize;

use crate::error::Error;
use crate::post::Nonce;
use crate::text::is_host_name;
use crate::transport::Transport;

/// An ACME server, with its directory read. Clones share their nonces.
#[derive(Debug, Clone)]
pub struct Server {
    pub(crate) transport: Transport,
    pub(crate) url: Arc<str>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) nonce: Arc<Nonce>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Directory {
    pub(crate) new_nonce: String,
    pub(crate) new_account: String,
    pub(crate) new_order: String,
    /// RFC 9773, 3.
    pub(crate) renewal_info: Option<String>,
    #[serde(default)]
    pub(crate) meta: Meta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Meta {
    /// draft-ietf-acme-profiles, 3.
    profiles: BTreeMap<String, String>,
    terms_of_service: Option<String>,
    caa_identities: Vec<String>,
    external_account_required: bool,
}

impl Server {
    /// Reads the directory at a URL.
    ///
    /// # Errors
    /// When the URL is not `https`, or the server does not answer with a directory.
    pub async fn open(connector: SharedHttpConnector, clock: Clock, url: &str) -> Result<Self, Error> {
        check(url, "directory")?;
        let transport = Transport { connector, clock };
        let directory: Directory = transport.get("directory", url).await?.json()?;
        for url in [&directory.new_nonce, &directory.new_account, &directory.new_order] {
            check(url, "directory")?;
        }
        Ok(Self { transport, url: url.into(), directory: Arc::new(directory), nonce: Arc::default() })
    }

    /// Whether the directory names this profile. A server that names none leaves the choice to itself.
    pub fn has_profile(&self, name: &str) -> bool {
        self.directory.meta.profiles.contains_key(name)
    }

    /// The names of all profiles.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.directory.meta.profiles.keys().map(String::as_str)
    }

    /// Where the terms are that a registration agrees to.
    pub fn terms_of_service(&self) -> Option<&str> {
        self.directory.meta.terms_of_service.as_deref()
    }

    /// What CAA records call this CA (RFC 8555, 7.1.1): "the host names that the ACME server recognizes as referring to
    /// itself". What is not a host name is left out.
    pub fn caa_identities(&self) -> impl Iterator<Item = &str> {
        self.directory.meta.caa_identities.iter().map(String::as_str).filter(|name| is_host_name(name))
    }

    /// Whether the directory says that accounts need an external account. Some servers need one and do not say so.
    pub fn requires_external_account(&self) -> bool {
        self.directory.meta.external_account_required
    }
}

/// RFC 8555, 6.1: "Each ACME function is accomplished by the client sending a sequence of HTTPS requests". Plain HTTP is for
/// servers on the same machine, which tests have.
pub(crate) fn check(url: &str, operation: &'static str) -> Result<(), Error> {
    let usable = url.starts_with("https://") || url.strip_prefix("http://").is_some_and(is_loopback);
    if usable { Ok(()) } else { Err(Error::unusable(operation, "its URLs must start with https://")) }
}

/// The authority of a URL names this machine, and nothing before an `@` pretends so.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let with_port = authority.parse::<SocketAddr>().map(|address| address.ip());
    let address = with_port.or_else(|_| authority.trim_matches(['[', ']']).parse::<IpAddr>());
    address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in ["https://acme.example/directory", "http://127.0.0.1:4577/acme/ca/directory", "http://[::1]/d"] {
            assert!(check(good, "directory").is_ok(), "{good}");
        }
        for bad in [
            "http://acme.example/directory",
            "http://127.0.0.1@acme.example/",
            "http://127.0.0.1.acme.example/",
            "http://localhost/",
            "ftp://127.0.0.1/",
            "",
        ] {
            assert!(check(bad, "directory").is_err(), "{bad}");
        }
    }
}
