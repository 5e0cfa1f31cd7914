//! Renewals from a secret that another tool writes.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::Blob;
use aws_sdk_secretsmanager::types::Tag;
use serde_json::{Value, json};
use simulated_aws::{Certificate, CertificateSpec};

use crate::secret_events::label_updated;
use crate::world::{ACCOUNT, Tagged, World, due, later};

pub(crate) const NAME: &str = "web/pay.example.com";

/// A certificate that is renewed from the secret [`NAME`], and due.
pub(crate) fn from_secret() -> CertificateSpec {
    due().tag("acm-autopilot:renew-from", "secret").tag("acm-autopilot:secret", NAME)
}

impl World {
    pub(crate) fn secrets(&self) -> Client {
        Client::new(&self.aws.sdk_config())
    }

    /// A granted secret that consents to what `consent` names.
    pub(crate) async fn create_secret(&self, name: &str, consent: &str) -> String {
        let tag = Tag::builder().key("acm-autopilot:certificate").value(consent).build();
        let created = self.secrets().create_secret().name(name).tags(tag).send().await.unwrap();
        created.arn().unwrap().to_owned()
    }

    pub(crate) async fn write(&self, text: &str) {
        self.secrets().put_secret_value().secret_id(NAME).secret_string(text).send().await.unwrap();
    }

    /// What a CA issues to another tool.
    pub(crate) fn issue(&self, spec: CertificateSpec) -> Certificate {
        let arn = self.insert(spec);
        let issued = self.certificate(&arn);
        self.aws.remove_certificate(&arn);
        issued
    }

    /// A due certificate and its secret, granted and with consent, that has a newer one.
    pub(crate) async fn delivered(&self) -> String {
        let arn = self.insert(from_secret());
        self.grant_secrets("web/*");
        self.create_secret(NAME, &arn).await;
        self.write(&pem(&self.issue(due().days_left(90)))).await;
        arn
    }
}

/// Certificate, chain and key as most tools write them.
pub(crate) fn pem(issued: &Certificate) -> String {
    format!("{}{}{}", leaf(issued), issued.chain.as_deref().unwrap_or_default(), key(issued))
}

pub(crate) fn leaf(issued: &Certificate) -> &str {
    issued.pem.as_deref().unwrap()
}

fn key(issued: &Certificate) -> String {
    issued.private_key.as_ref().unwrap().pem()
}

#[tokio::test]
async fn a_certificate_is_renewed_from_a_secret() {
    let world = World::new();
    let arn = world.delivered().await;
    let before = world.certificate(&arn);
    let answer = world.renew(&arn).await;
    let after = world.certificate(&arn);
    assert_ne!(after.serial, before.serial);
    assert_eq!(answer["serialAfter"], after.serial.as_str());
    assert_eq!(after.operators_tags(), before.operators_tags());
    assert_eq!((after.tag("status"), after.tag("renewal-of")), (Some("renewal-complete"), None));
    assert_eq!(world.statuses(), ["renewal-in-progress", "renewal-complete"]);
    assert_eq!(world.notices("renewal-complete").len(), 1);
    assert_eq!((world.count("IssueCertificate"), world.count("GetSecretValue")), (0, 1));
    world.check_messages();
}

#[tokio::test]
async fn what_the_secret_is_written_in_does_not_matter() {
    for format in 0..4 {
        let world = World::new();
        let arn = world.delivered().await;
        let issued = world.issue(due().days_left(100));
        let (leaf, chain, key) = (leaf(&issued), issued.chain.clone().unwrap_or_default(), key(&issued));
        match format {
            0 => world.write(&format!("{key}{chain}{leaf}")).await,
            1 => world.write(&json!({ "tls.crt": format!("{leaf}{chain}"), "tls.key": key }).to_string()).await,
            2 => {
                let fields = json!({ "certificate": leaf, "private_key": key, "chain": chain }).to_string();
                world.write(&fields.replace("\\n", "\\\\n")).await;
            }
            _ => {
                let binary = Blob::new(pem(&issued).into_bytes());
                world.secrets().put_secret_value().secret_id(NAME).secret_binary(binary).send().await.unwrap();
            }
        }
        assert_eq!(world.renew(&arn).await["serialAfter"], issued.serial.as_str(), "format {format}");
    }
}

/// The account's number in the secret's tag is a consent for all its certificates.
#[tokio::test]
async fn consent_can_be_given_to_the_account() {
    let world = World::new();
    world.grant_secrets("web/*");
    world.create_secret(NAME, ACCOUNT).await;
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    let arn = world.insert(from_secret());
    world.renew(&arn).await;
}

async fn nothing_new(world: &World, arn: &str, event: Value) -> Value {
    let before = (world.certificate(arn).tags, world.aws.events().len(), world.aws.published().len());
    let answer = world.give(&world.handler(), event).await.unwrap();
    let after = (world.certificate(arn).tags, world.aws.events().len(), world.aws.published().len());
    assert_eq!(after, before, "nothing is claimed, recorded or sent");
    assert_eq!((&answer["outcome"], world.count("ImportCertificate")), (&json!("ignored"), 0), "{answer}");
    answer
}

/// Until it is due, a secret without anything new is nobody's business, however often it is written.
#[tokio::test]
async fn a_secret_with_nothing_new_is_quiet_until_delivery_is_late() {
    type Written = fn(&World, &Certificate) -> String;
    let cases: [(Written, &str); 5] = [
        (|_, _| "NotGenerated".into(), "secret-not-ready"),
        (|_, _| "{}".into(), "secret-not-ready"),
        (|_, present| pem(present).replace("-----END PRIVATE KEY-----", ""), "secret-not-ready"),
        (|_, present| pem(present), "secret-not-renewed"),
        (|world, _| pem(&world.issue(due().days_left(10))), "secret-not-renewed"),
    ];
    for (written, reason) in cases {
        let world = World::new();
        let arn = world.insert(from_secret().days_left(300));
        world.grant_secrets("web/*");
        let secret = world.create_secret(NAME, &arn).await;
        world.write(&written(&world, &world.certificate(&arn))).await;
        for _ in 0..3 {
            let answer = nothing_new(&world, &arn, label_updated(&secret)).await;
            assert_eq!(answer["reason"], reason);
        }
    }
}

#[tokio::test]
async fn late_delivery_is_reported_once_for_each_threshold() {
    let world = World::new();
    let arn = world.insert(from_secret().days_left(20));
    world.grant_secrets("web/*");
    world.create_secret(NAME, &arn).await;
    world.write(&pem(&world.certificate(&arn))).await;
    let answer = world.fail(&arn, "secret-not-renewed").await;
    assert!(answer["detail"].as_str().unwrap().contains("still has the certificate in place"), "{answer}");
    let notice = world.last_notice("renewal-failed");
    assert!(notice["whatToDo"][0].as_str().unwrap().contains("The tool that writes this secret did not deliver"));
    let imported = world.count("ImportCertificate");
    for _ in 0..3 {
        later(&world.aws, 24);
        world.aws.forget_record();
        assert_eq!(nothing_new(&world, &arn, world.requested(&arn)).await["reason"], "secret-not-renewed");
    }
    // 15 days left is the next threshold.
    later(&world.aws, 3 * 24);
    world.fail(&arn, "secret-not-renewed").await;
    assert_eq!((world.notices("renewal-failed").len(), imported), (1, 0));

    world.write(&pem(&world.issue(due().days_left(90)))).await;
    world.renew(&arn).await;
}

#[tokio::test]
async fn a_secret_without_a_value_is_not_ready() {
    let world = World::new();
    let arn = world.insert(from_secret());
    world.grant_secrets("web/*");
    world.create_secret(NAME, &arn).await;
    world.fail(&arn, "secret-not-ready").await;
}

/// Both took it from the secret before either imported.
#[tokio::test]
async fn two_at_the_same_time_do_no_harm() {
    let world = World::new();
    let arn = world.delivered().await;
    let (first, second) = (world.handler(), world.handler());
    let event = world.requested(&arn);
    let (one, other) = tokio::join!(world.give(&first, event.clone()), world.give(&second, event));
    let outcomes = [one.unwrap()["outcome"].clone(), other.unwrap()["outcome"].clone()];
    assert!(outcomes.contains(&json!("renewed")), "{outcomes:?}");
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    world.check_messages();
}
