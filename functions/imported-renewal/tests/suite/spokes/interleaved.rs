//! Two accounts at the same time: nothing of one reaches the other.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use simulated_aws::{Aws, CertificateSpec, Key};

use super::{DEV, SHOP, calls_of};
use crate::from_secret::pem;
use crate::world::{Tagged, World};

/// How a certificate is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    PrivateCa,
    Secret,
    Acme,
    /// A CA that its account may not use.
    Nothing,
}

/// An account with one certificate.
struct Account<'a> {
    id: &'static str,
    name: String,
    aws: Aws,
    world: &'a World,
    from: From,
    arn: String,
    serial: String,
}

fn any_source() -> impl Strategy<Value = From> {
    prop_oneof![Just(From::PrivateCa), Just(From::Secret), Just(From::Acme), Just(From::Nothing)]
}

fn certificate(name: &str, id: &str, from: From) -> CertificateSpec {
    let spec =
        CertificateSpec::imported(name).key(Key::P256).dns(name).days_left(20).tag("Owner", &format!("team-{id}"));
    let spec = spec.tag("acm-autopilot:acme", "letsencrypt").tag("acm-autopilot:secret", &format!("web/{name}"));
    spec.tag(
        "acm-autopilot:renew-from",
        match from {
            From::PrivateCa | From::Nothing => "private-ca",
            From::Secret => "secret",
            From::Acme => "acme",
        },
    )
}

impl<'a> Account<'a> {
    async fn new(world: &'a World, id: &'static str, label: &str, from: From) -> Self {
        let name = format!("{label}.example.com");
        let row = json!({ "accounts": [id], "domains": [name], "acmeDirectories": ["letsencrypt"], "secrets": ["web/*"],
            "privateCas": if from == From::Nothing { json!([]) } else { json!([world.ca]) } });
        world.grant_account(row);
        let aws = world.account(id);
        let arn = world.import(id, certificate(&name, id, from)).await;
        let secret = format!("web/{name}");
        aws.insert_secret(&secret);
        aws.set_secret_tags(&secret, &[("acm-autopilot:certificate", &arn)]);
        aws.set_secret_value(&secret, &pem(&world.issue(certificate(&name, id, from).days_left(90))));
        let serial = world.certificate(&arn).serial;
        Self { id, name, aws, world, from, arn, serial }
    }

    /// What only this account's calls, messages and tags may have.
    fn is_named_in(&self, text: &str) -> bool {
        let after = self.world.certificate(&self.arn).serial;
        [self.id, &self.name, &self.arn, &self.serial, &after].iter().any(|trace| text.contains(*trace))
    }

    fn check(&self, answer: &serde_json::Value, other: &Self) {
        let after = self.world.certificate(&self.arn);
        let is_renewed = self.from != From::Nothing;
        assert_eq!(
            answer["outcome"],
            if is_renewed { "renewed" } else { "renewal-failed" },
            "{:?}: {answer}",
            self.from
        );
        assert_eq!(after.serial != self.serial, is_renewed);
        assert!(!other.is_named_in(&answer.to_string()) && !other.is_named_in(&format!("{:?}", after.tags)));
        assert!(!calls_of(self.world, self.id).iter().any(|call| other.is_named_in(&call.input.to_string())));
        assert_eq!(self.aws.certificates().len(), 1);
        let key = |arn: &str| self.world.certificate(arn).private_key.unwrap().pem();
        assert!(!is_renewed || self.from == From::Secret || key(&self.arn) != key(&other.arn));
        assert_eq!(after.tag("renewal-of"), if is_renewed { None } else { after.tag("renewal-of") });
    }
}

async fn run(sources: (From, From)) {
    let world = World::hub();
    world.set_organization("grants", json!([]));
    world.configure_acme();
    world.register().await;
    world.create_zone("example.com");
    let shop = Account::new(&world, SHOP, "pay", sources.0).await;
    let dev = Account::new(&world, DEV, "lab", sources.1).await;
    world.aws.forget_record();
    world.aws.interleave();
    let handler = world.handler();
    let (one, other) = tokio::join!(
        world.give(&handler, world.requested(&shop.arn)),
        world.give(&handler, world.reported(DEV, &dev.arn))
    );
    shop.check(&one.unwrap(), &dev);
    dev.check(&other.unwrap(), &shop);
    // The hub's own calls, events and notices are about one of them each.
    let inputs = world.aws.calls().into_iter().map(|call| call.input.to_string());
    let events = world.aws.events().into_iter().map(|event| event.event.to_string());
    let notices = world.aws.published().into_iter().map(|notice| format!("{notice:?}"));
    for text in inputs.chain(events).chain(notices) {
        assert!(!(shop.is_named_in(&text) && dev.is_named_in(&text)), "{text}");
    }
    world.check_messages();
}

#[test]
fn nothing_of_one_account_reaches_another() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let result = TestRunner::new(config).run(&(any_source(), any_source()), |sources| {
        runtime.block_on(run(sources));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
