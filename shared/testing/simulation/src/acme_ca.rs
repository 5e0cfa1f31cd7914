//! A CA on the internet that speaks ACME, and the zone in which names are proved to it.

mod checks;

use std::collections::{BTreeMap, BTreeSet};

use acme::{Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{AcmeOutage, Aws, Certificate, DnsRecord};

use crate::population::Cas;
use crate::report::Check;
use crate::source::SourceKind;
use crate::world::World;

/// The configured directory, and the domain that it may issue for.
pub(crate) const DIRECTORY: &str = "letsencrypt";
pub(crate) const DOMAIN: &str = "example.com";
const ACCOUNT_SECRET: &str = "acm-autopilot/acme/letsencrypt";
/// What somebody else proves to another CA.
const NOT_OURS: (&str, &str) = ("_acme-challenge.host-7.example.com.", "\"somebody-elses\"");
/// Zones in the function's account that hold names which are not granted.
const OTHER_DOMAIN: &str = "bank.example";

/// The zone, and what was seen in it.
#[derive(Debug)]
pub(crate) struct AcmeCa {
    zones: Vec<String>,
    is_registered: bool,
    outage_until: Option<Timestamp>,
    /// When each value of ours was seen first, by the daily check.
    seen: BTreeMap<(String, String), Timestamp>,
    serials: BTreeSet<String>,
    /// When the CA announced last that it has to revoke what it had issued, and the serial numbers.
    revocation: Option<(Timestamp, BTreeSet<String>)>,
}

impl AcmeCa {
    /// Without one there are no zones.
    pub(crate) fn create(aws: &Aws, has_acme: bool) -> Self {
        let zones: Vec<String> =
            [DOMAIN, OTHER_DOMAIN].into_iter().filter(|_| has_acme).map(|zone| aws.create_hosted_zone(zone)).collect();
        if let Some(zone) = zones.first() {
            aws.set_record(zone, NOT_OURS.0, "TXT", NOT_OURS.1);
        }
        let (seen, serials) = (BTreeMap::new(), BTreeSet::new());
        Self { zones, is_registered: false, outage_until: None, seen, serials, revocation: None }
    }

    /// The template parameter. The certificates that are there at first are of the private CA.
    pub(crate) fn settings(aws: &Aws, cas: &Cas) -> String {
        let server = aws.acme_server(DIRECTORY);
        let present = aws.private_ca(&cas.default).map(|ca| ca.pem);
        serde_json::json!({ "directories": [{
            "name": DIRECTORY,
            "url": server.directory_url(),
            "domains": [DOMAIN],
            "issuers": [server.root_pem(), present],
        }] })
        .to_string()
    }

    /// Whether the CA has announced to revoke the certificate with this serial number.
    pub(crate) fn is_to_be_revoked(&self, serial: &str) -> bool {
        self.revocation.as_ref().is_some_and(|(_, serials)| serials.contains(serial))
    }

    fn text_records(&self, aws: &Aws) -> Vec<DnsRecord> {
        let all = self.zones.iter().flat_map(|zone| aws.records(zone));
        all.filter(|record| record.kind == "TXT").collect()
    }
}

impl World {
    /// An operator registers an account and stores it. A renewal never does.
    pub(crate) async fn register_acme_account(&mut self) {
        if std::mem::replace(&mut self.acme.is_registered, true) {
            return;
        }
        let url = self.aws.acme_server(DIRECTORY).directory_url();
        let mut stored = StoredAccount::generate(&url).expect("a key");
        let connector = SharedHttpConnector::new(self.aws.clone());
        let server = Server::open(connector, Clock::of(&self.sdk), &url).await.expect("the CA is there");
        let registration = Registration { agrees_to_terms: true, ..Registration::default() };
        stored.account_url = Some(server.register(&stored, &registration).await.expect("the CA registers"));
        let secret = stored.to_secret().expect("it is JSON").to_string();
        self.aws.insert_secret(ACCOUNT_SECRET);
        self.aws.set_secret_value(ACCOUNT_SECRET, &secret);
        // Of PKCS #8 of P-256, the second quarter has the private number, and the second half the public point.
        let key = secret.split('"').rev().nth(1).unwrap_or_default();
        self.state.lock().secrets.keys.insert(key[key.len() / 4..key.len() / 2].to_owned());
        drop(self.aws.take_record());
    }

    pub(crate) fn acme_daily(&mut self) -> Check {
        let now = self.aws.now();
        let server = self.aws.acme_server(DIRECTORY);
        if self.acme.outage_until.is_some_and(|until| until <= now || self.quiet) {
            self.acme.outage_until = None;
            server.configure(|ca| ca.outage = None);
            self.hinder_acme(now, "its CA was out of order");
        } else if self.acme.outage_until.is_some() {
            self.hinder_acme(now, "its CA is out of order");
        } else if !self.quiet && self.chance(self.faults.disabled_ca) {
            let outages = [AcmeOutage::HtmlPage, AcmeOutage::Maintenance, AcmeOutage::NoConnection];
            let outage = outages[self.rng.usize(..outages.len())];
            self.acme.outage_until = Some(now + SignedDuration::from_hours(24 * self.rng.i64(1..10)));
            self.log.note(format!("{now} the CA {DIRECTORY} is out of order: {outage:?}"));
            server.configure(|ca| ca.outage = Some(outage));
            self.hinder_acme(now, "its CA is out of order");
        }
        if !self.quiet && self.chance(self.faults.rare_event / 365.0) {
            server.rotate_intermediate();
        }
        if !self.quiet && self.chance(self.faults.rare_event / 365.0) {
            self.announce_revocation(now);
        }
        self.check_revocation(now)?;
        self.check_acme(now)
    }

    fn announce_revocation(&mut self, now: Timestamp) {
        let server = self.aws.acme_server(DIRECTORY);
        server.announce_revocation(&[]);
        self.log.note(format!("{now} the CA {DIRECTORY} announces that it revokes everything"));
        let serials = server.certificates().iter().map(|one| hex(&one.serial)).collect();
        self.acme.revocation = Some((now, serials));
    }

    fn hinder_acme(&mut self, now: Timestamp, why: &str) {
        for tracked in self.state.lock().certificates.values_mut() {
            if tracked.source() == Some(SourceKind::Acme) {
                tracked.hinder(now, why);
            }
        }
    }

    /// An import for a certificate that is renewed from this CA.
    pub(crate) fn was_issued_by_acme(&mut self, after: &Certificate) -> bool {
        let issued = self.aws.acme_server(DIRECTORY).certificates();
        if issued.len() != self.acme.serials.len() {
            self.acme.serials = issued.iter().map(|one| hex(&one.serial)).collect();
        }
        self.acme.serials.contains(&after.serial)
    }
}

pub(crate) fn is_granted(name: &String) -> bool {
    name == DOMAIN || name.ends_with(&format!(".{DOMAIN}"))
}

fn hex(serial: &[u8]) -> String {
    let pairs: Vec<String> = serial.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests;
