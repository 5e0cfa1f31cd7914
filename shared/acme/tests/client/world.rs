//! A CA, a zone and an account.

use std::collections::BTreeMap;

use acme::{Account, Dns01, Error, NewOrder, Order, Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{AcmeServer, Aws};

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) ca: AcmeServer,
    pub(crate) zone: String,
    pub(crate) stored: StoredAccount,
    pub(crate) key: rcgen::KeyPair,
}

pub(crate) fn agreed() -> Registration {
    Registration { agrees_to_terms: true, ..Registration::default() }
}

pub(crate) fn order_for(names: &[&str]) -> NewOrder {
    NewOrder { names: names.iter().map(|name| (*name).to_owned()).collect(), ..NewOrder::default() }
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut world = Self::without_account();
        let url = world.server().await.unwrap().register(&world.stored, &agreed()).await.unwrap();
        world.stored.account_url = Some(url);
        world
    }

    pub(crate) fn without_account() -> Self {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.acme_server("letsencrypt");
        let zone = aws.create_hosted_zone("example.com");
        let stored = StoredAccount::generate(&ca.directory_url()).unwrap();
        Self { aws, ca, zone, stored, key: rcgen::KeyPair::generate().unwrap() }
    }

    pub(crate) async fn server(&self) -> Result<Server, Error> {
        let connector = SharedHttpConnector::new(self.aws.clone());
        Server::open(connector, Clock::of(&self.aws.sdk_config()), &self.ca.directory_url()).await
    }

    pub(crate) async fn account(&self) -> Result<Account, Error> {
        self.server().await?.account(&self.stored)
    }

    pub(crate) fn in_minutes(&self, minutes: i64) -> Timestamp {
        self.aws.now() + SignedDuration::from_mins(minutes)
    }

    /// An operator sets the records of all challenges.
    pub(crate) fn publish(&self, challenges: &[Dns01]) {
        let mut values: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for challenge in challenges {
            values.entry(&challenge.record_name).or_default().push(format!("\"{}\"", challenge.value));
        }
        for (name, values) in values {
            let values: Vec<_> = values.iter().map(String::as_str).collect();
            self.aws.set_records(&self.zone, name, "TXT", &values);
        }
    }

    pub(crate) fn csr(&self, names: &[String]) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(names.to_vec()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.serialize_request(&self.key).unwrap().der().to_vec()
    }

    /// Until the order is ready.
    pub(crate) async fn prove(&self, account: &Account, order: &mut Order) -> Result<(), Error> {
        let challenges = account.challenges(order).await?;
        self.publish(&challenges);
        for challenge in challenges.iter().filter(|challenge| challenge.is_pending) {
            account.ready(challenge).await?;
        }
        account.settle(order, self.in_minutes(5)).await
    }

    /// The whole way, as a renewal goes it.
    pub(crate) async fn issue(&self, new: &NewOrder) -> Result<String, Error> {
        let account = self.account().await?;
        let mut order = account.order(new).await?;
        self.prove(&account, &mut order).await?;
        account.finalize(&mut order, &self.csr(&new.names)).await?;
        account.settle(&mut order, self.in_minutes(5)).await?;
        account.certificate(&order).await
    }
}
