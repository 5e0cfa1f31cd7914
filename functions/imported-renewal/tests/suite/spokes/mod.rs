//! A hub, which renews certificates of other accounts.

mod interleaved;
mod refusals;
mod renewals;
mod settings;

use aws_sdk_acm::primitives::Blob;
use aws_sdk_acm::types::Tag;
use serde_json::{Value, json};
use simulated_aws::{Aws, Call, CertificateSpec, RoleRule};

use crate::world::{ACCOUNT, World, due, sample};

/// A shop, which may have certificates.
pub(crate) const SHOP: &str = "111122223333";
/// Developers, who may have none.
pub(crate) const DEV: &str = "444455556666";
const EXCLUDED: &str = "777788889999";
const EXTERNAL_ID: &str = "our-installation";

pub(crate) fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/acm-autopilot/acm-autopilot-renew")
}

/// A call to another account than the hub's is made with its role, which is assumed for nothing else.
pub(crate) fn calls_of(world: &World, account: &str) -> Vec<Call> {
    world.aws.calls().into_iter().filter(|call| call.account == account).collect()
}

impl World {
    /// A hub with a shop, which may use the default CA, and developers, who may use nothing.
    pub(crate) fn hub() -> Self {
        let world = Self::new();
        world.become_hub();
        world
    }

    pub(crate) fn become_hub(&self) {
        let world = self;
        *world.organization.borrow_mut() = json!({
            "id": "o-a1b2c3d4e5",
            "externalId": EXTERNAL_ID,
            "accounts": [{ "id": SHOP, "name": "shop" }, { "id": DEV, "name": "dev" }, { "id": EXCLUDED }],
            "regions": [world.region],
            "excludedAccounts": [EXCLUDED],
            "grants": [{ "accounts": [SHOP], "privateCas": [world.ca] }],
        });
        for account in [SHOP, DEV] {
            world.aws.set_role(&role(account), RoleRule::ExternalId(EXTERNAL_ID.to_owned()));
        }
    }

    /// Sets a field of the organization settings.
    pub(crate) fn set_organization(&self, field: &str, value: Value) {
        self.organization.borrow_mut()[field] = value;
    }

    /// Adds to what the accounts may have.
    pub(crate) fn grant_account(&self, row: Value) {
        self.organization.borrow_mut()["grants"].as_array_mut().unwrap().push(row);
    }

    pub(crate) fn account(&self, account: &str) -> Aws {
        self.aws.scoped(account, &self.region)
    }

    /// Imports a certificate that the default CA issued into an account.
    pub(crate) async fn import(&self, account: &str, spec: CertificateSpec) -> String {
        let issued = self.issue(spec);
        let tags = issued.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build().unwrap());
        let acm = aws_sdk_acm::Client::new(&self.account(account).sdk_config());
        let imported = acm
            .import_certificate()
            .certificate(Blob::new(issued.pem.as_deref().unwrap()))
            .certificate_chain(Blob::new(issued.chain.as_deref().unwrap()))
            .private_key(Blob::new(issued.private_key.as_ref().unwrap().pem()))
            .set_tags(Some(tags.collect()))
            .send()
            .await
            .unwrap();
        let arn = imported.certificate_arn().unwrap().to_owned();
        self.account(account).set_in_use_by(&arn, &[crate::world::LOAD_BALANCER]);
        self.aws.forget_record();
        arn
    }

    /// An event that EventBridge forwards from an account.
    pub(crate) fn event_of(&self, account: &str, event: Value) -> Value {
        let mut event = event;
        (event["account"], event["region"]) = (account.into(), self.region.as_str().into());
        event
    }

    /// A rule of AWS Config in an account reports a certificate.
    pub(crate) fn reported(&self, account: &str, arn: &str) -> Value {
        let mut event = self.event_of(account, sample("config-compliance-change"));
        event["detail"]["resourceId"] = arn.into();
        event
    }
}

/// A certificate that is due, with tags of the developers' own.
pub(crate) fn due_with(tags: &[(&str, &str)]) -> CertificateSpec {
    tags.iter().fold(due(), |spec, (key, value)| spec.tag(&format!("acm-autopilot:{key}"), value))
}

#[test]
fn the_hub_is_none_of_them() {
    assert!(![SHOP, DEV, EXCLUDED].contains(&ACCOUNT));
}
