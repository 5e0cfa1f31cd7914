//! Certificates of a simulated CA, in ACM.

use acme::{Connection, NewOrder, Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_sdk_acm::primitives::Blob;
use aws_sdk_acm::types::Tag;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::SignedDuration;
use serde_json::json;
use simulated_aws::AcmeServer;

use super::world::{LOAD_BALANCER, World};

/// The window of a certificate of 90 days is long before it is due otherwise, or reported.
const LATE: [(&str, &str); 2] = [("RENEW_BEFORE_DAYS", "10"), ("NOTICE_THRESHOLDS", "3")];

/// An account with certificates from a CA.
pub(crate) struct FromAcme {
    pub(crate) world: World,
    pub(crate) ca: AcmeServer,
    zone: String,
}

impl FromAcme {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let ca = world.aws.acme_server("letsencrypt");
        let zone = world.aws.create_hosted_zone("example.com");
        let settings = settings(&ca);
        let world = world.reconfigured(&[LATE[0], LATE[1], ("ACME_SETTINGS", &settings)]);
        Self { world, ca, zone }
    }

    /// The same, seen by a function that reaches the CA in another way.
    pub(crate) fn connected(self, connection: Connection) -> Self {
        let settings = settings(&self.ca);
        let world = self.world.connected(connection, &[LATE[0], LATE[1], ("ACME_SETTINGS", &settings)]);
        Self { world, ..self }
    }

    /// A certificate in use that is renewed from this directory.
    pub(crate) async fn import(&self, name: &str, directory: &str) -> String {
        let aws = &self.world.aws;
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = self.issue(name, &key).await;
        let (leaf, chain) = pem.split_at(pem.find("-----END CERTIFICATE-----").unwrap() + 26);
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let call = aws_sdk_acm::Client::new(&aws.sdk_config()).import_certificate();
        let call = call.certificate(Blob::new(leaf)).certificate_chain(Blob::new(chain.trim_start()));
        let call = call.tags(tag("acm-autopilot:renew-from", "acme")).tags(tag("acm-autopilot:acme", directory));
        let imported = call.private_key(Blob::new(key.serialize_pem())).send().await.unwrap();
        let arn = imported.certificate_arn().unwrap().to_owned();
        aws.set_in_use_by(&arn, &[LOAD_BALANCER]);
        arn
    }

    /// Requests to the CA for windows.
    pub(crate) fn asked(&self) -> usize {
        self.world.calls("renewalInfo")
    }

    /// Why renewals were requested, in order.
    pub(crate) fn requested(&self) -> Vec<String> {
        let events = self.world.aws.events();
        let why = events.iter().filter_map(|event| event.detail["why"].as_str().map(str::to_owned));
        why.collect()
    }

    async fn issue(&self, name: &str, key: &rcgen::KeyPair) -> String {
        let aws = &self.world.aws;
        let connector = SharedHttpConnector::new(aws.clone());
        let server = Server::open(connector, Clock::of(&aws.sdk_config()), &self.ca.directory_url()).await.unwrap();
        let mut stored = StoredAccount::generate(&self.ca.directory_url()).unwrap();
        let agreed = Registration { agrees_to_terms: true, ..Registration::default() };
        stored.account_url = Some(server.register(&stored, &agreed).await.unwrap());
        let account = server.account(&stored).unwrap();
        let mut order = account.order(&NewOrder { names: vec![name.into()], ..NewOrder::default() }).await.unwrap();
        let until = aws.now() + SignedDuration::from_mins(5);
        for challenge in account.challenges(&order).await.unwrap() {
            aws.set_records(&self.zone, &challenge.record_name, "TXT", &[&format!("\"{}\"", challenge.value)]);
            account.ready(&challenge).await.unwrap();
        }
        account.settle(&mut order, until).await.unwrap();
        let mut csr = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        csr.distinguished_name = rcgen::DistinguishedName::new();
        account.finalize(&mut order, csr.serialize_request(key).unwrap().der()).await.unwrap();
        account.settle(&mut order, until).await.unwrap();
        account.certificate(&order).await.unwrap()
    }
}

fn settings(ca: &AcmeServer) -> String {
    let directory = |name: &str| json!({ "name": name, "url": ca.directory_url(), "domains": ["example.com"] });
    json!({ "directories": [directory("letsencrypt"), directory("internal")] }).to_string()
}
