//! The CA's keys and chain, and the certificates that it writes.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use super::certificates::Issued;
use super::orders::Finalized;
use super::profiles::Profile;
use super::{Exchange, Server};
use crate::keys::Hash;
use crate::x509::{self, AltName, Extension, Template};
use crate::{Key, PrivateKey};

/// Keys of CAs, beside those of the rest of the model.
const FIRST_SLOT: u8 = 200;
/// Let's Encrypt backdates by an hour.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);

/// What a certificate takes from its CSR.
pub(super) struct Csr {
    pub(super) names: Vec<String>,
    pub(super) common_name: Option<String>,
    pub(super) key: Key,
    pub(super) public_key_info: Vec<u8>,
    pub(super) public_key: Vec<u8>,
}

impl Server {
    fn root_name(&self) -> Vec<u8> {
        x509::name(&x509::rdns(&[("C", "US"), ("O", &self.name), ("CN", "Root X1")]))
    }

    fn intermediate_name(&self, number: u8) -> Vec<u8> {
        let common_name = format!("E{}", 7 + number);
        x509::name(&x509::rdns(&[("C", "US"), ("O", &self.name), ("CN", &common_name)]))
    }

    /// All CAs of the model share their keys, which nobody compares. Key identifiers are made of names: the keys are
    /// new in every process, and the moment of a renewal depends on the identifier (RFC 9773, 4.1).
    pub(super) fn intermediate_key(number: u8) -> PrivateKey {
        PrivateKey::cached(Key::P256, FIRST_SLOT + 1 + number % 8)
    }

    pub(super) fn root_pem(&self) -> String {
        self.ca_certificate(self.root_name(), &PrivateKey::cached(Key::P256, FIRST_SLOT), 1, None)
    }

    pub(super) fn intermediate_pem(&self, number: u8) -> String {
        self.ca_certificate(self.intermediate_name(number), &Self::intermediate_key(number), 2 + number, Some(0))
    }

    fn ca_certificate(&self, subject: Vec<u8>, key: &PrivateKey, serial: u8, path_length: Option<u8>) -> String {
        let root = PrivateKey::cached(Key::P256, FIRST_SLOT);
        let subject_id = x509::subject_key_identifier(&subject);
        let template = Template {
            serial: vec![0x41, serial],
            subject,
            issuer: self.root_name(),
            public_key_info: key.public_key_info(),
            not_before: year(2015),
            not_after: year(2045),
            extensions: vec![
                x509::ca_constraints(path_length),
                x509::key_usage(&["DIGITAL_SIGNATURE", "CERTIFICATE_SIGNING", "CRL_SIGNING"]),
                subject_id,
                x509::authority_key_identifier(&self.root_name()),
            ],
        };
        template.sign(&root, Hash::Sha256).expect("P-256 signs with SHA-256")
    }
}

impl Exchange<'_> {
    /// Writes the certificate of an order.
    pub(super) fn issue(&mut self, order: usize, csr: &Csr) -> Finalized {
        self.count_issuance(order);
        let (number, ordered) = (self.server.intermediate, &self.server.orders[order]);
        let not_before = self.now - BACKDATED;
        let not_after = not_before + ordered.profile.lifetime(self.now) - SignedDuration::from_secs(1);
        let issuer = self.server.intermediate_name(number);
        let (subject, extensions) = contents(csr, ordered.profile, &issuer);
        let serial = self.serial();
        let id = Issued::ari_id(&issuer, &serial);
        let template = Template {
            serial: serial.clone(),
            subject: x509::name(&subject),
            issuer,
            public_key_info: csr.public_key_info.clone(),
            not_before,
            not_after,
            extensions,
        };
        let pem = template.sign(&Server::intermediate_key(number), Hash::Sha256).expect("P-256 signs with SHA-256");
        let at = self.now + SignedDuration::from_secs(self.server.settings.issuance_seconds);
        let certificate = self.server.certificates.len();
        self.server.certificates.push(Issued {
            account: ordered.account,
            names: ordered.identifiers.iter().map(|one| one.value.clone()).collect(),
            profile: ordered.profile.name,
            replaces: ordered.replaces.clone(),
            id,
            serial,
            pem,
            chain: self.server.intermediate_pem(number),
            issued_at: self.now,
            not_before,
            not_after,
            replace_now: None,
            revoked: false,
        });
        Finalized::Issued { certificate, at }
    }

    /// 18 bytes that nobody could guess, the same in every run.
    fn serial(&self) -> Vec<u8> {
        let text = format!("{} {}", self.server.name, self.server.certificates.len());
        [&[0x04], &digest(&SHA256, text.as_bytes()).as_ref()[..17]].concat()
    }
}

/// letsencrypt.org/docs/profiles: only the classic profile has a common name, a subject key identifier and, for RSA keys,
/// key encipherment. None is for clients any more.
fn contents(csr: &Csr, profile: &Profile, issuer: &[u8]) -> (Vec<x509::Rdn>, Vec<Extension>) {
    let first = csr.common_name.as_ref().or_else(|| csr.names.iter().find(|name| name.len() <= 64));
    let common_name = first.filter(|name| profile.is_classic && name.len() <= 64);
    let subject = common_name.map(|name| x509::rdns(&[("CN", name)])).unwrap_or_default();
    let usages: &[&str] = match profile.is_classic && csr.key.is_rsa() {
        true => &["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"],
        false => &["DIGITAL_SIGNATURE"],
    };
    let alt_name = |name: &String| name.parse().map_or_else(|_| AltName::Dns(name.clone()), AltName::Ip);
    let names: Vec<_> = csr.names.iter().map(alt_name).collect();
    let mut extensions = vec![
        x509::key_usage(usages),
        x509::extended_key_usage(&["TLS_WEB_SERVER_AUTHENTICATION"]),
        x509::basic_constraints(false),
        x509::authority_key_identifier(issuer),
        x509::alt_names(&names, subject.is_empty()),
    ];
    if profile.is_classic {
        extensions.push(x509::subject_key_identifier(&csr.public_key));
    }
    (subject, extensions)
}

fn year(year: i16) -> Timestamp {
    let date = jiff::civil::date(year, 1, 1).to_zoned(jiff::tz::TimeZone::UTC);
    date.expect("the first of January exists").timestamp()
}
