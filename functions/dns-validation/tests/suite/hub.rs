//! A hub with spokes: the accounts that the tests of targets work in.

use dns_validation::{Answer, CertificateReport, Error, Handler};
use jiff::Span;
use lambda::BatchAnswer;
use serde_json::{Value, json};
use simulated_aws::{Aws, Call, RoleRule};

use super::world::{REQUESTED, World, sample};

pub(crate) const HUB: &str = "123456789012";
pub(crate) const SHOP: &str = "111122223333";
pub(crate) const DEV: &str = "444455556666";
pub(crate) const DNS: &str = "777788889999";
pub(crate) const REGION: &str = "eu-central-1";

const SETTINGS: &str = r#"{
    "id": "o-a1b2c3d4e5",
    "externalId": "autopilot-1",
    "accounts": [
        {"id": "111122223333", "name": "shop-prod", "units": ["ou-ab12-11111111"]},
        {"id": "444455556666", "name": "dev", "units": ["ou-ab12-22222222"]},
        {"id": "222233334444", "name": "legacy", "units": ["ou-ab12-99999999"]},
        {"id": "333344445555", "name": "careful"}
    ],
    "regions": ["eu-central-1", "us-east-1"],
    "excludedUnits": ["ou-ab12-99999999"],
    "readOnly": {"accounts": ["333344445555"]},
    "grants": [
        {"accounts": ["111122223333", "333344445555"], "domains": ["example.com"]},
        {"units": ["ou-ab12-22222222"], "domains": ["dev.example.net"]}
    ]
}"#;
const ZONE_ROLES: &str = r#"[
    {"zone": "example.com", "role": "arn:aws:iam::777788889999:role/acm-autopilot-zones"},
    {"zone": "example.net", "role": "arn:aws:iam::777788889999:role/acm-autopilot-zones"}
]"#;

pub(crate) struct Hub {
    pub(crate) world: World,
    pub(crate) queue: String,
    settings: String,
}

impl Hub {
    /// Two accounts of which each has a domain of its own, an excluded one, and one that is only shown what would be done;
    /// the zones are in another account.
    pub(crate) fn new() -> Self {
        Self::with_settings(SETTINGS)
    }

    pub(crate) fn with_settings(settings: &str) -> Self {
        let world = World::new();
        let queue = world.aws.create_queue("sweeps");
        let hub = Self { world, queue, settings: settings.to_owned() };
        for account in [SHOP, DEV] {
            hub.world.aws.set_role(&role(account), RoleRule::ExternalId("autopilot-1".into()));
        }
        hub.cold()
    }

    /// The same accounts, seen by another process of the function.
    pub(crate) fn cold(self) -> Self {
        let Self { world, queue, settings } = self;
        let world = world.reconfigured(&variables(&settings, &queue));
        Self { world, queue, settings }
    }

    /// Another process, each of whose calls is one HTTP request.
    pub(crate) fn without_retries(&self) -> Handler {
        super::faults::handler_without_retries(&self.world, &variables(&self.settings, &self.queue))
    }

    pub(crate) fn account(&self, account: &str) -> Aws {
        self.world.aws.scoped(account, REGION)
    }

    /// Somebody requests a certificate in an account, and ACM has named its records.
    pub(crate) async fn request(&self, account: &str, names: &[&str]) -> String {
        let arn = super::world::request_in(&self.account(account), names).await;
        self.world.aws.advance(Span::new().seconds(i64::try_from(names.len()).unwrap() + 5));
        arn
    }

    /// What comes of the event of a request, as the hub's bus delivers it from an account.
    pub(crate) async fn on(&self, account: &str, arn: &str) -> CertificateReport {
        match self.answer(&event(account, REGION, arn)).await.0 {
            Ok(Answer::Certificate(report)) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// The answer, and the line of metrics.
    pub(crate) async fn answer(&self, event: &Value) -> (Result<Answer, Error>, Value) {
        self.world.counted(event, self.world.deadline()).await
    }

    /// The messages that return to the queue, and the line of metrics.
    pub(crate) async fn sweep(&self, accounts: &[&str]) -> (Vec<String>, Value) {
        let (answer, metrics) = self.answer(&batch(accounts)).await;
        match answer {
            Ok(Answer::Batch(BatchAnswer { batch_item_failures: failures })) => {
                (failures.into_iter().map(|failure| failure.item_identifier).collect(), metrics)
            }
            other => panic!("{other:?}"),
        }
    }

    /// The operations that were called in an account.
    pub(crate) fn called(&self, account: &str) -> Vec<String> {
        let calls = self.world.aws.calls().into_iter().filter(|call| call.account == account);
        calls.map(|call: Call| call.operation).collect()
    }
}

pub(crate) fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/acm-autopilot/acm-autopilot-dns")
}

fn variables<'a>(settings: &'a str, queue: &'a str) -> [(&'a str, &'a str); 4] {
    let roles = ("ZONE_ROLES", ZONE_ROLES);
    [("DNS_LOOKUPS", "false"), ("ORGANIZATION", settings), ("TARGET_QUEUE_URL", queue), roles]
}

/// The event of a request, as EventBridge writes it in this account and Region.
pub(crate) fn event(account: &str, region: &str, arn: &str) -> Value {
    let mut event = sample(REQUESTED, arn);
    (event["account"], event["region"]) = (account.into(), region.into());
    event
}

/// A message for each of these accounts, whose id is the account's.
pub(crate) fn batch(accounts: &[&str]) -> Value {
    let messages: Vec<Value> = accounts.iter().map(|account| message(account, &body(account, REGION))).collect();
    json!({ "Records": messages })
}

pub(crate) fn message(id: &str, body: &str) -> Value {
    json!({ "messageId": id, "eventSource": "aws:sqs", "body": body })
}

/// As the hub writes it; the units are those of the settings.
pub(crate) fn body(account: &str, region: &str) -> String {
    let units: &[&str] = match account {
        SHOP => &["ou-ab12-11111111"],
        DEV => &["ou-ab12-22222222"],
        "222233334444" => &["ou-ab12-99999999"],
        _ => &[],
    };
    json!({
        "source": "acm-autopilot",
        "detail-type": "Target Sweep Requested",
        "detail": { "account": { "id": account, "name": "", "units": units }, "region": region, "request": null },
    })
    .to_string()
}
