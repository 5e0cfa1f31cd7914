//! On which terms a CA issues: for which names, and what its certificates have. Known before anything is ordered.

use std::net::IpAddr;

use acme::settings::AcmeDirectory;
use certificates::{Failure, FailureReason};
use x509::usages::{DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, SERVER_AUTH};
use x509::{Certificate, KeyType};

use crate::request::Usages;

/// A profile of a public CA ([Let's Encrypt](https://letsencrypt.org/docs/profiles/)).
#[derive(Debug, Clone, Copy)]
struct Profile {
    name: &'static str,
    /// Whether a common name stays, and an RSA certificate may encipher keys.
    is_classic: bool,
    most_names: usize,
    takes_addresses: bool,
}

const LETS_ENCRYPT: [Profile; 3] = [
    Profile { name: "classic", is_classic: true, most_names: 100, takes_addresses: false },
    Profile { name: "tlsserver", is_classic: false, most_names: 25, takes_addresses: false },
    Profile { name: "shortlived", is_classic: false, most_names: 25, takes_addresses: true },
];
/// Let's Encrypt's own choice for an order without a profile.
const DEFAULT_PROFILE: &str = "classic";

/// What a directory issues.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    directory: &'a AcmeDirectory,
    profile: Option<&'static Profile>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(directory: &'a AcmeDirectory, profile: Option<&str>) -> Self {
        let is_lets_encrypt = directory.is_built_in() && directory.name.starts_with("letsencrypt");
        let name = profile.unwrap_or(DEFAULT_PROFILE);
        let profile = LETS_ENCRYPT.iter().find(|known| is_lets_encrypt && known.name == name);
        Self { directory, profile }
    }

    /// The names to order, which are those of the current certificate.
    ///
    /// # Errors
    /// The directory may not issue for one of them, or its CA does not.
    pub(super) fn names(&self, current: &Certificate) -> Result<Vec<String>, Failure> {
        let refused = |reason, what: String| Err(Failure::new(reason, format!("{}: {what}", self.directory.name)));
        let names: Vec<String> = current.names.iter().cloned().collect();
        if let Some(other) = names.iter().find(|name| !is_host(name) || !self.takes(name)) {
            let what = format!("it does not issue for `{other}`");
            return refused(FailureReason::AcmeNamesNotIssuable, what);
        }
        if let Some(other) = names.iter().find(|name| !self.directory.domains.cover(name)) {
            let what = format!("its domains in the settings do not cover `{other}`");
            return refused(FailureReason::AcmeNameNotGranted, what);
        }
        let most = self.profile.map_or(usize::MAX, |profile| profile.most_names);
        if names.is_empty() || names.len() > most {
            let what = format!("the certificate has {} names, and it takes 1 to {most}", names.len());
            return refused(FailureReason::AcmeNamesNotIssuable, what);
        }
        if let Some(lost) = self.lost_subject(current) {
            return refused(FailureReason::NameLost, format!("the subject `{lost}` would be lost"));
        }
        Ok(names)
    }

    fn takes(&self, name: &str) -> bool {
        name.parse::<IpAddr>().is_err() || self.profile.is_none_or(|profile| profile.takes_addresses)
    }

    /// The subject that the CA leaves out. Public CAs that validate domains keep a common name at most.
    fn lost_subject(&self, current: &Certificate) -> Option<String> {
        let subject = &current.subject;
        if subject.is_empty() || !self.directory.is_built_in() {
            return None;
        }
        let is_name = subject.only_common_name().is_some_and(|name| current.names.contains(&name.to_ascii_lowercase()));
        let is_kept = is_name && self.profile.is_none_or(|profile| profile.is_classic);
        (!is_kept).then(|| subject.to_string())
    }

    /// What certificates may be used for, where that is known.
    pub(super) fn usages(&self, current: &Certificate) -> Option<Usages> {
        let profile = self.profile?;
        let enciphers = profile.is_classic && current.key_type.is_some_and(KeyType::is_rsa);
        let key_usage = DIGITAL_SIGNATURE | if enciphers { KEY_ENCIPHERMENT } else { 0 };
        Some(Usages { key_usage, extended_key_usage: [SERVER_AUTH.to_owned()].into() })
    }
}

/// RFC 8555 and RFC 8738 have host names and addresses; what else a certificate may name (e-mail addresses, URIs) has a
/// colon or an @.
fn is_host(name: &str) -> bool {
    !name.contains([':', '@', '/']) || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests;
