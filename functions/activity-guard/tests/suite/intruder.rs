//! Days in which an intruder and the people and functions of the account do what they do; some events never come.
//!
//! Every act whose event comes is in a notice within 65 minutes, everything that lasts is in one within a day, each once, and
//! nothing else is.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Key};

use crate::world::{BALANCER, World, step};

const OF_RENEWAL: &str = "arn:aws:iam::123456789012:role/acm-autopilot/imported-renewal/acm-autopilot-Role-1";

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// The intruder: what lasts.
    ForeignName,
    Deletion,
    DisabledCa,
    AcmeEndpoint,
    /// The intruder: what leaves nothing in the shards.
    RemovedTag,
    ChangedRole,
    DeletedRecord,
    /// Everybody else.
    GrantedName,
    OwnImport,
    DeletionOfUnused,
    OperatorsTag,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    deed: Deed,
    event_comes: bool,
    comes_twice: bool,
    hours_after: u8,
}

impl Deed {
    fn is_noticed(self) -> bool {
        self.lasts() || matches!(self, Self::RemovedTag | Self::ChangedRole | Self::DeletedRecord)
    }

    fn lasts(self) -> bool {
        matches!(self, Self::ForeignName | Self::Deletion | Self::DisabledCa | Self::AcmeEndpoint)
    }
}

/// What can be done something to: one thing for each step.
struct Pool {
    used: Vec<String>,
    unused: Vec<String>,
    cas: Vec<String>,
}

struct Days {
    world: World,
    pool: Pool,
    hours: u32,
    number: u32,
}

impl Days {
    async fn start(steps: usize) -> Self {
        let world = World::new();
        let insert = |name: &str, number: usize, is_used: bool| {
            let spec = CertificateSpec::imported(&format!("{name}{number}.example.com")).days_left(300);
            world.aws.insert_certificate(if is_used { spec.in_use_by(BALANCER) } else { spec }).to_string()
        };
        let pool = Pool {
            used: (0..steps).map(|number| insert("used", number, true)).collect(),
            unused: (0..steps).map(|number| insert("unused", number, false)).collect(),
            cas: (0..steps).map(|_| world.aws.create_private_ca(Key::P256)).collect(),
        };
        world.collect().await;
        world.answer(&step("Sweep")).await;
        Self { world, pool, hours: 0, number: 0 }
    }

    /// Does it; the answer is what it was done to, and the event.
    fn act(&mut self, deed: Deed) -> (String, Value) {
        self.number += 1;
        let (world, pool, number) = (&self.world, &mut self.pool, self.number);
        let acm =
            |name: &str, request: Value, arn: &str| world.call("acm", name, request, json!({ "certificateArn": arn }));
        let new =
            |name: String| world.aws.insert_certificate(CertificateSpec::imported(&name).days_left(300)).to_string();
        let tags = |arn: &str, key: &str| json!({"certificateArn": arn, "tags": [{ "key": key }]});
        match deed {
            Deed::ForeignName => {
                let arn = new(format!("bank{number}.example"));
                (arn.clone(), acm("ImportCertificate", json!({}), &arn))
            }
            Deed::GrantedName => {
                let arn = new(format!("new{number}.example.com"));
                (arn.clone(), acm("ImportCertificate", json!({}), &arn))
            }
            Deed::Deletion | Deed::DeletionOfUnused => {
                let from = if deed == Deed::Deletion { &mut pool.used } else { &mut pool.unused };
                let arn = from.pop().unwrap();
                world.aws.remove_certificate(&arn);
                (arn.clone(), world.call("acm", "DeleteCertificate", json!({ "certificateArn": arn }), json!(null)))
            }
            Deed::DisabledCa => {
                let ca = pool.cas.pop().unwrap();
                world.aws.set_ca_status(&ca, "DISABLED");
                let request = json!({"certificateAuthorityArn": ca, "status": "DISABLED"});
                (ca, world.call("acm-pca", "UpdateCertificateAuthority", request, json!(null)))
            }
            Deed::AcmeEndpoint => {
                let arn = world.aws.create_acme_endpoint();
                (arn.clone(), world.call("acm", "CreateAcmeEndpoint", json!({}), json!({ "acmeEndpointArn": arn })))
            }
            Deed::RemovedTag => {
                let arn = pool.unused.pop().unwrap();
                (arn.clone(), acm("RemoveTagsFromCertificate", tags(&arn, "acm-autopilot:renew-from"), &arn))
            }
            Deed::OperatorsTag => {
                let arn = pool.unused[0].clone();
                (arn.clone(), acm("AddTagsToCertificate", tags(&arn, "acm-autopilot:renew-from"), &arn))
            }
            Deed::OwnImport => {
                let arn = pool.used[0].clone();
                let mut event = acm("ImportCertificate", json!({}), &arn);
                event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = json!(OF_RENEWAL);
                (arn, event)
            }
            Deed::ChangedRole => {
                let role = format!("acm-autopilot-{number}");
                (role.clone(), world.call("iam", "PutRolePolicy", json!({ "roleName": role }), json!(null)))
            }
            Deed::DeletedRecord => {
                let zone = format!("Z{number}");
                let record = json!({"action": "DELETE", "resourceRecordSet": {"name": "_a.example.com.", "type": "CNAME",
                    "resourceRecords": [{"value": "_b.acm-validations.aws."}]}});
                let request = json!({"hostedZoneId": zone, "changeBatch": {"changes": [record]}});
                (zone, world.call("route53", "ChangeResourceRecordSets", request, json!({})))
            }
        }
    }

    async fn pass(&mut self, hours: u8) {
        for _ in 0..hours {
            self.world.minutes(60);
            self.hours += 1;
            self.world.answer(&step("Digest")).await;
            if self.hours.is_multiple_of(24) {
                self.world.collect().await;
                self.world.answer(&step("Sweep")).await;
            }
        }
    }
}

/// How often each thing is in a notice.
fn noticed(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for notice in world.notices() {
        let machines: Value = serde_json::from_str(&notice.per_protocol["sqs"]).unwrap();
        for act in machines["acts"].as_array().unwrap() {
            *counts.entry(act["resource"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let deed = prop::sample::select(vec![
        Deed::ForeignName,
        Deed::Deletion,
        Deed::DisabledCa,
        Deed::AcmeEndpoint,
        Deed::RemovedTag,
        Deed::ChangedRole,
        Deed::DeletedRecord,
        Deed::GrantedName,
        Deed::OwnImport,
        Deed::DeletionOfUnused,
        Deed::OperatorsTag,
    ]);
    let step = (deed, prop::bool::weighted(0.7), prop::bool::weighted(0.2), 0_u8..8);
    prop::collection::vec(
        step.prop_map(|(deed, event_comes, comes_twice, hours_after)| Step {
            deed,
            event_comes,
            comes_twice,
            hours_after,
        }),
        1..12,
    )
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut days = Days::start(steps.len() + 1).await;
    let mut expected = BTreeMap::new();
    for step in &steps {
        let (resource, event) = days.act(step.deed);
        if step.event_comes {
            days.world.handle(&event).await.unwrap();
            if step.comes_twice {
                days.world.handle(&event).await.unwrap();
            }
        }
        if step.deed.is_noticed() && (step.event_comes || step.deed.lasts()) {
            expected.insert(resource.clone(), 1);
        }
        days.pass(step.hours_after).await;
        if step.event_comes && step.hours_after > 1 && step.deed.is_noticed() {
            prop_assert!(noticed(&days.world).contains_key(&resource), "{step:?} is not noticed in two hours");
        }
    }
    days.pass(25).await;
    prop_assert_eq!(noticed(&days.world), expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_matters_is_noticed_once_and_nothing_else(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(steps))?;
    }
}
