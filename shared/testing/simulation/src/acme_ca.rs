//! A CA on the internet that speaks ACME, and the zone in which names are proved to it.

use std::collections::{BTreeMap, BTreeSet};

use acme::{Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{AcmeOutage, Aws, Call, Certificate, DnsRecord};

use crate::invariants::slack;
use crate::model_state::TrackedCertificate;
use crate::population::Cas;
use crate::report::{Broken, Check};
use crate::run_effects::took_effect;
use crate::source::SourceKind;
use crate::world::World;

pub(crate) const RECORDS_REMOVED: &str = "no validation record of ours is left a day after a renewal";
pub(crate) const ONLY_OURS: &str = "only TXT values of ours are created and deleted, below _acme-challenge";
pub(crate) const REPLACED_IN_TIME: &str = "what a CA announces to revoke is replaced";
pub(crate) const WITHIN_LIMITS: &str = "no order exceeds a limit of the CA";
pub(crate) const WITHIN_GRANTS: &str = "nothing is ordered for a name that is not granted";

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
        let key = secret.split('"').rev().nth(1).unwrap_or_default();
        self.state.lock().secrets.keys.insert(key[key.len() / 2..].to_owned());
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
            server.announce_revocation(&[]);
            self.log.note(format!("{now} the CA {DIRECTORY} announces that it revokes everything"));
            let serials = server.certificates().iter().map(|one| hex(&one.serial)).collect();
            self.acme.revocation = Some((now, serials));
        }
        self.check_revocation(now)?;
        self.check_acme(now)
    }

    /// Renewal windows in the past are a request, whenever the certificate expires.
    fn check_revocation(&mut self, now: Timestamp) -> Check {
        let Some((at, serials)) = &self.acme.revocation else { return Ok(()) };
        // A sweep asks the CA, at the latest a day later, since an answer holds for some hours.
        let long_ago = now.duration_since(*at) > slack(self.faults) + SignedDuration::from_hours(24);
        let state = self.state.lock();
        let is_left = |tracked: &&TrackedCertificate| {
            let undisturbed = tracked.hindered <= *at && !tracked.abandoned;
            tracked.source() == Some(SourceKind::Acme) && undisturbed && serials.contains(&tracked.seen.serial)
        };
        match state.certificates.values().find(is_left).filter(|_| long_ago) {
            Some(tracked) => {
                let what = format!("its CA announced at {at} that it is revoked");
                Err(Broken::new(REPLACED_IN_TIME, &tracked.seen.arn, what))
            }
            None => Ok(()),
        }
    }

    fn hinder_acme(&mut self, now: Timestamp, why: &str) {
        for tracked in self.state.lock().certificates.values_mut() {
            if tracked.source() == Some(SourceKind::Acme) {
                tracked.hinder(now, why);
            }
        }
    }

    fn check_acme(&mut self, now: Timestamp) -> Check {
        let server = self.aws.acme_server(DIRECTORY);
        if server.rate_limited() > 0 {
            return Err(Broken::new(WITHIN_LIMITS, "", format!("{} requests", server.rate_limited())));
        }
        let orders = server.orders();
        if let Some(order) = orders.iter().find(|order| !order.names.iter().all(is_granted)) {
            return Err(Broken::new(WITHIN_GRANTS, "", format!("{:?}", order.names)));
        }
        let ours = self
            .acme
            .text_records(&self.aws)
            .into_iter()
            .flat_map(|record| record.values.clone().into_iter().map(move |value| (record.name.clone(), value)));
        let ours: BTreeSet<_> = ours.filter(|(name, value)| (name.as_str(), value.as_str()) != NOT_OURS).collect();
        self.acme.seen.retain(|value, _| ours.contains(value));
        for value in ours {
            let since = *self.acme.seen.entry(value.clone()).or_insert(now);
            // What a crash left is removed by the next attempt, which waits for as long as a failure.
            if now.duration_since(since) > slack(self.faults) {
                return Err(Broken::new(RECORDS_REMOVED, "", format!("{value:?} has been there since {since}")));
            }
        }
        Ok(())
    }

    /// The changes of a run of imported-renewal.
    pub(crate) fn check_acme_calls(&self, calls: &[Call]) -> Check {
        let mut has_changed = false;
        for call in calls.iter().filter(|call| call.operation == "ChangeResourceRecordSets") {
            has_changed |= took_effect(call);
            for change in call.input["ChangeBatch"]["Changes"].as_array().into_iter().flatten() {
                let (action, set) = (&change["Action"], &change["ResourceRecordSet"]);
                let name = set["Name"].as_str().unwrap_or_default();
                let is_challenge = name.starts_with("_acme-challenge.") && name.trim_end_matches('.').ends_with(DOMAIN);
                if !(is_challenge && set["Type"] == "TXT" && (action == "CREATE" || action == "DELETE")) {
                    return Err(Broken::new(ONLY_OURS, "", change.to_string()));
                }
            }
        }
        let is_theirs =
            |record: &DnsRecord| record.name == NOT_OURS.0 && record.values.iter().any(|one| one == NOT_OURS.1);
        if has_changed && !self.acme.text_records(&self.aws).iter().any(is_theirs) {
            return Err(Broken::new(ONLY_OURS, "", "the value of somebody else is gone"));
        }
        Ok(())
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
