//! Renewals from a CA that speaks ACME.

use acme::{Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use serde_json::json;
use simulated_aws::{AcmeServer, CertificateSpec};

use crate::world::{Tagged, World, due, later};

/// A value of somebody else's, who proves the same name to another CA.
pub(crate) const NOT_OURS: &str = "\"somebody-elses\"";
const RECORD: &str = "_acme-challenge.pay.example.com";

/// A certificate that is renewed from the directory `letsencrypt`, and due.
pub(crate) fn from_acme() -> CertificateSpec {
    due().tag("acm-autopilot:renew-from", "acme").tag("acm-autopilot:acme", "letsencrypt")
}

impl World {
    pub(crate) fn letsencrypt(&self) -> AcmeServer {
        self.aws.acme_server("letsencrypt")
    }

    /// The directory is configured for example.com, and may replace what the private CA issued.
    pub(crate) fn configure_acme(&self) {
        let ca = self.letsencrypt();
        let directory = json!({
            "name": "letsencrypt", "url": ca.directory_url(), "domains": ["example.com"],
            "issuers": [ca.root_pem(), self.aws.private_ca(&self.ca).unwrap().pem],
        });
        *self.acme.borrow_mut() = json!({ "directories": [directory], "delegationZones": ["acme.example.net"] });
    }

    /// An operator registers an account, and stores it.
    pub(crate) async fn register(&self) {
        let stored = self.registered().await;
        self.store_account(stored.to_secret().unwrap().as_str()).await;
    }

    pub(crate) async fn registered(&self) -> StoredAccount {
        let url = self.letsencrypt().directory_url();
        let mut stored = StoredAccount::generate(&url).unwrap();
        let connector = SharedHttpConnector::new(self.aws.clone());
        let server = Server::open(connector, Clock::of(&self.aws.sdk_config()), &url).await.unwrap();
        let registration = Registration { agrees_to_terms: true, ..Registration::default() };
        stored.account_url = Some(server.register(&stored, &registration).await.unwrap());
        stored
    }

    pub(crate) async fn store_account(&self, secret: &str) {
        let name = "acm-autopilot/acme/letsencrypt";
        self.secrets().create_secret().name(name).secret_string(secret).send().await.unwrap();
    }

    /// A due certificate whose directory, account and zone are there.
    pub(crate) async fn ordered(&self) -> String {
        self.configure_acme();
        self.register().await;
        let zone = self.create_zone("example.com");
        self.aws.set_record(&zone, RECORD, "TXT", NOT_OURS);
        self.insert(from_acme())
    }

    /// The values of all TXT records.
    pub(crate) fn txt_values(&self) -> Vec<String> {
        let zones = self.zones().into_iter();
        let records = zones.flat_map(|zone| self.aws.records(&zone)).filter(|record| record.kind == "TXT");
        records.flat_map(|record| record.values).collect()
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_from_an_acme_server() {
    let world = World::new();
    let arn = world.ordered().await;
    let before = world.certificate(&arn);
    let answer = world.renew(&arn).await;
    let after = world.certificate(&arn);
    let issued = &world.letsencrypt().certificates()[0];
    assert_eq!(issued.names, ["*.pay.example.com", "pay.example.com"]);
    assert_eq!((&answer["serialAfter"], &answer["issuerAfter"]), (&json!(after.serial), &json!(null)));
    assert_ne!(after.serial, before.serial);
    assert_eq!(after.operators_tags(), before.operators_tags());
    assert_eq!(world.statuses(), ["renewal-in-progress", "renewal-complete"]);
    assert_eq!((world.notices("renewal-complete").len(), world.count("IssueCertificate")), (1, 0));
    assert_eq!(world.txt_values(), [NOT_OURS], "apex and wildcard shared a record, whose other value stays");
    world.check_messages();
}

/// RFC 9773, 5: an order that says what it replaces is exempt from rate limits.
#[tokio::test]
async fn the_next_order_says_what_it_replaces() {
    let world = World::new();
    let arn = world.ordered().await;
    world.renew(&arn).await;
    let first = world.letsencrypt().certificates()[0].id.clone();
    later(&world.aws, 24 * 65);
    world.letsencrypt().rotate_intermediate();
    let answer = world.renew(&arn).await;
    assert_eq!(world.letsencrypt().certificates()[1].replaces, Some(first));
    assert_eq!(answer["issuerAfter"], json!(null), "an intermediate that rotates is no change");
}

#[tokio::test]
async fn a_tag_chooses_the_profile() {
    let world = World::new();
    world.ordered().await;
    let spec = from_acme().subject(&[]);
    let arn = world.insert(spec.tag("acm-autopilot:acme-profile", "tlsserver"));
    world.renew(&arn).await;
    assert_eq!(world.letsencrypt().certificates()[0].profile, "tlsserver");
}

#[tokio::test]
async fn a_challenge_is_delegated_only_to_a_listed_zone() {
    let world = World::new();
    let arn = world.ordered().await;
    let [zone] = &world.zones()[..] else { panic!() };
    world.aws.remove_record(zone, RECORD, "TXT");
    world.aws.set_record(zone, RECORD, "CNAME", "pay.acme.example.net.");
    let delegated = world.create_zone("acme.example.net");
    world.aws.forget_record();
    world.renew(&arn).await;
    let calls = world.aws.calls();
    let changes = calls.iter().filter(|call| call.operation == "ChangeResourceRecordSets");
    assert!(changes.clone().count() == 2 && changes.clone().all(|call| call.input.to_string().contains(&delegated)));
    assert_eq!(world.txt_values(), Vec::<String>::new());
}

/// Names of many hosts whose challenges all lead to one record.
#[tokio::test]
async fn names_that_are_delegated_to_one_target_share_its_record() {
    let world = World::new();
    world.ordered().await;
    let [zone] = &world.zones()[..] else { panic!() };
    world.create_zone("acme.example.net");
    let hosts = ["a.example.com", "b.example.com", "c.example.com"];
    for host in hosts {
        world.aws.set_record(zone, &format!("_acme-challenge.{host}"), "CNAME", "all.acme.example.net.");
    }
    let spec = hosts.iter().fold(CertificateSpec::imported(hosts[0]), |spec, host| spec.dns(host));
    let spec = spec.key(simulated_aws::Key::P256).days_left(20).tag("acm-autopilot:renew-from", "acme");
    let arn = world.insert(spec.tag("acm-autopilot:acme", "letsencrypt"));
    world.renew(&arn).await;
    assert_eq!(world.letsencrypt().certificates()[0].names, hosts);
    assert_eq!(world.txt_values(), [NOT_OURS]);
}

#[tokio::test]
async fn two_at_the_same_time_import_once() {
    let world = World::new();
    let arn = world.ordered().await;
    world.aws.interleave();
    let (one, other) = tokio::join!(world.request(&arn), world.request(&arn));
    let answers = [one.unwrap(), other.unwrap()];
    let mut outcomes = answers.each_ref().map(|answer| answer["outcome"].as_str().unwrap());
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["ignored", "renewed"], "{answers:?}");
    assert_eq!((world.count("ImportCertificate"), world.letsencrypt().certificates().len()), (1, 1));
    assert_eq!(world.txt_values(), [NOT_OURS]);
}

/// What one renewal costs; see the README.
#[tokio::test]
async fn many_names_of_one_zone_take_no_more_calls_of_aws() {
    for (names, requests) in [(1, 14), (100, 230)] {
        let world = World::new();
        world.configure_acme();
        world.register().await;
        world.create_zone("example.com");
        world.letsencrypt().configure(|ca| ca.bad_nonce_percent = 0);
        let hosts: Vec<String> = (0..names).map(|number| format!("n{number}.example.com")).collect();
        let spec = hosts.iter().fold(CertificateSpec::imported(&hosts[0]), |spec, host| spec.dns(host));
        let spec = spec.key(simulated_aws::Key::P256).days_left(20).tag("acm-autopilot:renew-from", "acme");
        let arn = world.insert(spec.tag("acm-autopilot:acme", "letsencrypt"));
        world.aws.forget_record();
        world.renew(&arn).await;
        let calls = world.aws.calls();
        let of = |service: &str| calls.iter().filter(|call| call.service == service).count();
        // Two of the zone before and after, two changes, and GetChange until all name servers have it.
        assert!(of("route53") <= 20, "{names} names: {} calls of Route 53", of("route53"));
        assert!(of("acme") <= requests, "{names} names: {} requests to the CA", of("acme"));
        assert_eq!((of("secretsmanager"), world.count("ImportCertificate")), (1, 1));
    }
}

#[tokio::test]
async fn no_key_is_stored_or_shown() {
    let world = World::new();
    world.configure_acme();
    let stored = world.registered().await.to_secret().unwrap().to_string();
    world.store_account(&stored).await;
    world.create_zone("example.com");
    let arn = world.insert(from_acme());
    world.aws.forget_record();
    let answer = world.renew(&arn).await;
    let key = stored.split('"').rev().nth(1).unwrap();
    assert!(key.len() > 100);
    let shown =
        format!("{answer} {:?} {:?} {:?}", world.aws.calls(), world.aws.published(), world.certificate(&arn).tags);
    assert!(!shown.contains(key));
}
