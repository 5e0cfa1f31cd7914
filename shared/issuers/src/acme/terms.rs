//! On which terms a CA issues: for which names, and what its certificates have. Known before anything is ordered.

use std::net::IpAddr;

use acme::settings::AcmeDirectory;
use certificates::{Failure, FailureReason};
use jiff::{SignedDuration, Timestamp};
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
    /// Hours, where that is so short that a renewal must wait for it.
    lifetime: Option<i64>,
}

const LETS_ENCRYPT: [Profile; 3] = [
    Profile { name: "classic", is_classic: true, most_names: 100, lifetime: None },
    Profile { name: "tlsserver", is_classic: false, most_names: 25, lifetime: None },
    Profile { name: "shortlived", is_classic: false, most_names: 25, lifetime: Some(160) },
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
        if let Some(other) = names.iter().find(|name| !is_host(name)) {
            let what = format!("it does not issue for `{other}`");
            return refused(FailureReason::AcmeNamesNotIssuable, what);
        }
        if let Some(other) = names.iter().find(|name| !self.directory.domains.cover(name)) {
            let what = format!("its domains in the settings do not cover `{other}`");
            return refused(FailureReason::AcmeNameNotGranted, what);
        }
        // A CA may take a name from the subject too.
        let mut common_names = current.subject.common_names();
        if let Some(other) = common_names.find(|name| !current.names.contains(&name.to_ascii_lowercase())) {
            let what = format!("the common name `{other}` is none of the certificate's names");
            return refused(FailureReason::AcmeNamesNotIssuable, what);
        }
        if self.profile.is_some() && current.key_type == Some(KeyType::P521) {
            return refused(FailureReason::KeyTypeNotIssuable, "it does not issue for P-521 keys".to_owned());
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

    /// When a certificate that is issued now will expire, where that is known.
    pub(super) fn not_after(&self, now: Timestamp) -> Option<Timestamp> {
        let hours = self.profile?.lifetime?;
        now.checked_add(SignedDuration::from_hours(hours)).ok()
    }

    /// What certificates may be used for, where that is known.
    pub(super) fn usages(&self, current: &Certificate) -> Option<Usages> {
        let profile = self.profile?;
        let enciphers = profile.is_classic && current.key_type.is_some_and(KeyType::is_rsa);
        let key_usage = DIGITAL_SIGNATURE | if enciphers { KEY_ENCIPHERMENT } else { 0 };
        Some(Usages { key_usage, extended_key_usage: [SERVER_AUTH.to_owned()].into() })
    }
}

/// A host name (RFC 1034, 3.5, with underscores), perhaps a wildcard. An address is not validated by DNS-01 (RFC 8738, 7).
fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    let host = name.strip_prefix("*.").unwrap_or(name);
    host.len() <= 253 && host.contains('.') && host.split('.').all(is_label) && host.parse::<IpAddr>().is_err()
}

#[cfg(test)]
mod tests;
