//! What tests set up at a CA, and what they see of it.

use jiff::Timestamp;

use super::certificates::Issued;
use super::{AcmeSettings, Exchange, HOST, Server};
use crate::Aws;
use crate::aws::State;

/// A CA that speaks ACME. It is there as soon as it is named.
#[derive(Debug, Clone)]
pub struct AcmeServer {
    aws: Aws,
    name: String,
}

/// A certificate that a CA issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeCertificate {
    /// The names of its order, sorted.
    pub names: Vec<String>,
    /// The profile, such as `classic`.
    pub profile: String,
    /// The ARI identifier (RFC 9773, 4.1) of the certificate that the order said it replaces.
    pub replaces: Option<String>,
    /// The ARI identifier.
    pub id: String,
    /// Bytes of the serial number.
    pub serial: Vec<u8>,
    /// The certificate alone.
    pub pem: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub not_after: Timestamp,
    /// Whether its owner or the CA revoked it.
    pub revoked: bool,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcmeOrder {
    /// The names, sorted.
    pub names: Vec<String>,
    /// Its status now (RFC 8555, 7.1.6).
    pub status: String,
    /// When it was created.
    pub created: Timestamp,
    /// The ARI identifier of the certificate that it replaces.
    pub replaces: Option<String>,
}

impl Aws {
    /// The CA of this name, such as `letsencrypt`.
    pub fn acme_server(&self, name: &str) -> AcmeServer {
        AcmeServer { aws: self.clone(), name: name.to_owned() }
    }
}

impl AcmeServer {
    /// Where its directory is for clients in process.
    pub fn directory_url(&self) -> String {
        format!("https://{HOST}/acme/{}/directory", self.name)
    }

    /// How it behaves.
    pub fn settings(&self) -> AcmeSettings {
        self.with(|server, _| server.settings.clone())
    }

    /// Changes how it behaves, from now on.
    pub fn configure(&self, change: impl FnOnce(&mut AcmeSettings)) {
        self.with(|server, _| change(&mut server.settings));
    }

    /// An operator got a key for an external account, and new accounts need one. It is good for one account.
    pub fn add_external_account(&self, kid: &str, key: &[u8]) {
        self.with(|server, _| {
            server.settings.external_account_required = true;
            server.eab_keys.insert(kid.to_owned(), super::eab::EabKey { key: key.to_vec(), used: false });
        });
    }

    /// From now on the next intermediate signs, with a new name and key.
    pub fn rotate_intermediate(&self) {
        self.with(|server, _| server.intermediate += 1);
    }

    /// The CA must revoke certificates, as after a mistake of its own: the renewal windows of all that have one of these
    /// names are moved into the past, or of all without names. How many they are.
    pub fn announce_revocation(&self, names: &[&str]) -> usize {
        self.with(|server, now| {
            let concerned =
                |one: &&mut Issued| names.is_empty() || one.names.iter().any(|name| names.contains(&&**name));
            let mut count = 0;
            for certificate in server.certificates.iter_mut().filter(concerned).filter(|one| one.not_after > now) {
                certificate.replace_now.get_or_insert(now);
                count += 1;
            }
            count
        })
    }

    /// Somebody deactivates an account; whether there is one with this URL.
    pub fn deactivate_account(&self, url: &str) -> bool {
        self.with(|server, _| {
            let account = server.accounts.iter_mut().find(|account| account.url == url);
            account.map(|account| account.deactivated = true).is_some()
        })
    }

    /// The URLs of all accounts, in the order of their registration.
    pub fn accounts(&self) -> Vec<String> {
        self.with(|server, _| server.accounts.iter().map(|account| account.url.clone()).collect())
    }

    /// The root certificate's PEM.
    pub fn root_pem(&self) -> String {
        self.with(|server, _| server.root_pem())
    }

    /// All certificates, in the order of their issuance.
    pub fn certificates(&self) -> Vec<AcmeCertificate> {
        let shown = |one: &Issued| AcmeCertificate {
            names: one.names.clone(),
            profile: one.profile.to_owned(),
            replaces: one.replaces.clone(),
            id: one.id.clone(),
            serial: one.serial.clone(),
            pem: one.pem.clone(),
            issued_at: one.issued_at,
            not_after: one.not_after,
            revoked: one.revoked,
        };
        self.with(|server, _| server.certificates.iter().map(shown).collect())
    }

    /// All orders, in the order of their creation.
    pub fn orders(&self) -> Vec<AcmeOrder> {
        let mut state = self.aws.state();
        let State { acme, route53, now, .. } = &mut *state;
        let exchange = Exchange { server: acme.server(&self.name), route53, now: *now, base: String::new() };
        let shown = exchange.server.orders.iter().map(|order| AcmeOrder {
            names: order.identifiers.iter().map(|one| one.value.clone()).collect(),
            status: exchange.status(order).to_owned(),
            created: order.created,
            replaces: order.replaces.clone(),
        });
        shown.collect()
    }

    /// How many requests were over a rate limit.
    pub fn rate_limited(&self) -> u64 {
        self.with(|server, _| server.limits.refused)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Server, Timestamp) -> T) -> T {
        let mut state = self.aws.state();
        let now = state.now;
        act(state.acme.server(&self.name), now)
    }
}
