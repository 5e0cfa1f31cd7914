//! One configured ACME server.

use grants::DomainGrants;
use serde::Deserialize;

use crate::directory::check;
use crate::https::https_connector;

/// The servers whose URL is known.
const BUILT_IN: [(&str, &str); 4] = [
    ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
    ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
    ("google", "https://dv.acme-v02.api.pki.goog/directory"),
    ("zerossl", "https://acme.zerossl.com/v2/DV90"),
];
/// Where ACM's own ACME endpoints are.
const ACM_ENDPOINT: &str = "://acm-acme-enroll.";
/// How the secrets of accounts are called. No certificate is renewed from a secret of such a name.
const ACCOUNT_SECRET: &str = "acm-autopilot/acme/";

/// An ACME server from which certificates may be renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeDirectory {
    /// As tags name it.
    pub name: String,
    /// Its directory (RFC 8555, 7.1.1).
    pub url: String,
    /// The profile of certificates whose tags name none.
    pub profile: Option<String>,
    /// The domains for which it may issue.
    pub domains: DomainGrants,
    /// Certificates of CAs, in PEM: what they or a CA beneath them issued may be replaced by what this server issues.
    pub issuers: Vec<String>,
    /// The roots that a private server's own TLS certificate chains up to, in PEM.
    pub roots: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Written {
    name: String,
    url: Option<String>,
    profile: Option<String>,
    domains: Vec<String>,
    #[serde(default)]
    issuers: Vec<String>,
    roots: Option<String>,
}

impl AcmeDirectory {
    /// The name of the secret that holds the account at this server.
    pub fn account_secret(&self) -> String {
        account_secret(&self.name)
    }

    /// Whether it is the public CA that its name says: what is known of that CA holds.
    pub fn is_built_in(&self) -> bool {
        built_in(&self.name) == Some(&self.url)
    }
}

/// The name of the secret that holds the account at the directory of this name.
pub fn account_secret(directory: &str) -> String {
    format!("{ACCOUNT_SECRET}{directory}")
}

/// The URL of a directory that is known by its name.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, url)| *url)
}

impl Written {
    pub(super) fn check(self) -> Result<AcmeDirectory, String> {
        let Self { name, url, profile, domains, issuers, roots } = self;
        if !is_name(&name) {
            return Err("`name` has to be 1 to 64 lower-case letters, digits and hyphens".to_owned());
        }
        let wrong = |problem: String| format!("{name}: {problem}");
        let url = usable_url(&name, url).map_err(wrong)?;
        if profile.as_deref().is_some_and(|profile| !is_profile(profile)) {
            return Err(wrong("`profile` has to be letters, digits, dots, hyphens and underscores".to_owned()));
        }
        let domains = DomainGrants::parse(&domains).map_err(|error| wrong(format!("in `domains`: {error}")))?;
        if domains.is_empty() {
            return Err(wrong("`domains` is empty, so that nothing could be issued".to_owned()));
        }
        let is_usable = |pem: &str| https_connector(Some(pem)).is_ok();
        if !issuers.iter().all(|pem| is_usable(pem)) {
            return Err(wrong("`issuers` has to be a list of certificates in PEM".to_owned()));
        }
        if roots.as_deref().is_some_and(|pem| !is_usable(pem)) {
            return Err(wrong("`roots` has to be certificates in PEM".to_owned()));
        }
        Ok(AcmeDirectory { name, url, profile, domains, issuers, roots })
    }
}

/// The name is part of a secret's, and of a tag.
fn is_name(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(letters)
}

/// Whether this may be the name of a profile. CAs choose them; none has others than these.
pub fn is_profile(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn usable_url(name: &str, written: Option<String>) -> Result<String, String> {
    let url = written.or_else(|| built_in(name).map(str::to_owned));
    let url = url.ok_or_else(|| {
        let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        format!("`url` is missing; it is known for {} only", known.join(", "))
    })?;
    if check(&url, "directory").is_err() {
        return Err("`url` has to start with https://".to_owned());
    }
    if url.contains(ACM_ENDPOINT) {
        return Err(
            "an ACME endpoint of ACM is not a source: its certificates are in ACM already, under ARNs of their \
                    own, and are renewed by the client that ordered them"
                .to_owned(),
        );
    }
    Ok(url)
}
