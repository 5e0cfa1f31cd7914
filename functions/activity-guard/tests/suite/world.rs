//! An account with certificates, the inventory of it, and the function.

use std::cell::{Cell, RefCell};

use activity_guard::{Answer, Config, Error, Handler};
use certificate_inventory::Config as InventoryConfig;
use certificates::Target;
use jiff::{SignedDuration, ToSpan};
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Notice};

pub(crate) const HOME: &str = "123456789012";
pub(crate) const BUCKET: &str = "inventory";
pub(crate) const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
pub(crate) const GRANTS: &str = r#"{"domains": ["example.com"], "exportableDomains": ["vpn.example.com"]}"#;

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) handler: Handler,
    inventory: certificate_inventory::Handler,
    number: Cell<u32>,
    /// Notices from before the inventory was read.
    kept: RefCell<Vec<Notice>>,
}

/// An event of our own.
pub(crate) fn step(name: &str) -> Value {
    json!({"source": "acm-autopilot", "detail-type": format!("Activity {name} Requested"), "detail": {}})
}

pub(crate) fn home() -> Target {
    Target { partition: "aws".into(), region: "us-east-1".into(), account: HOME.into() }
}

impl World {
    /// A single account at 02:00 of a Tuesday.
    pub(crate) fn new() -> Self {
        Self::with(&[("GRANTS", GRANTS)])
    }

    pub(crate) fn with(more: &[(&str, &str)]) -> Self {
        let aws = Aws::new("2026-11-24T02:00:00Z".parse().unwrap());
        aws.insert_bucket(BUCKET);
        let topic = aws.create_topic("notices");
        let variables: Vec<_> = [("NOTICE_TOPIC_ARN", topic.as_str()), ("INVENTORY_BUCKET", BUCKET)]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let config = Config::read(&variables.iter().copied().collect()).unwrap();
        let without_grants = variables.into_iter().filter(|(name, _)| !["GRANTS", "ORGANIZATION"].contains(name));
        let inventory = InventoryConfig::read(&without_grants.collect()).unwrap();
        Self {
            handler: Handler::new(config, &aws.sdk_config()),
            inventory: certificate_inventory::Handler::new(inventory, &aws.sdk_config()),
            aws,
            number: Cell::new(0),
            kept: RefCell::default(),
        }
    }

    /// A production certificate that a load balancer uses, one for tests that nothing uses, and what the inventory sees.
    pub(crate) async fn filled() -> (Self, String, String) {
        let world = Self::new();
        let used = CertificateSpec::imported("shop.example.com").days_left(200).in_use_by(BALANCER);
        let used = world.aws.insert_certificate(used.tag("Owner", "web").tag("Purpose", "production"));
        let unused = world.aws.insert_certificate(CertificateSpec::imported("old.example.com").days_left(200));
        world.collect().await;
        (world, used.to_string(), unused.to_string())
    }

    /// The inventory is read again; what it calls and sends is forgotten, and what was called before.
    pub(crate) async fn collect(&self) {
        self.kept.borrow_mut().extend(self.aws.published());
        let event = json!({"source": "acm-autopilot", "detail-type": "Inventory Collection Requested", "detail": {}});
        let mut metrics = Metrics::new("certificate-inventory");
        self.inventory.handle(&event, &self.invocation(), &mut metrics).await.unwrap();
        self.aws.forget_record();
    }

    fn invocation(&self) -> Invocation {
        Invocation { home: home(), deadline: self.aws.now() + SignedDuration::from_mins(15) }
    }

    /// CloudTrail's event about a call by `eve`.
    pub(crate) fn call(&self, service: &str, name: &str, request: Value, response: Value) -> Value {
        let number = self.number.get() + 1;
        self.number.set(number);
        json!({
            "version": "0", "id": format!("event-{number}"), "detail-type": "AWS API Call via CloudTrail",
            "source": format!("aws.{service}"), "account": HOME, "region": "us-east-1", "resources": [],
            "time": self.aws.now().to_string(),
            "detail": {
                "eventVersion": "1.11", "eventID": format!("call-{number}"), "eventTime": self.aws.now().to_string(),
                "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "us-east-1",
                "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2.0",
                "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/admin/eve",
                    "accountId": HOME, "sessionContext": {"sessionIssuer": {"type": "Role",
                        "arn": "arn:aws:iam::123456789012:role/admin"}}},
                "requestParameters": request, "responseElements": response,
                "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": HOME,
            },
        })
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        self.handler.handle(event, &self.invocation(), &mut Metrics::new("activity-guard")).await
    }

    /// What an event answers.
    pub(crate) async fn answer(&self, event: &Value) -> Value {
        serde_json::to_value(self.handle(event).await.unwrap()).unwrap()
    }

    /// What came of an event.
    pub(crate) async fn outcome(&self, event: &Value) -> String {
        self.answer(event).await["outcome"].as_str().unwrap().to_owned()
    }

    /// All notices, in their order.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.kept.borrow().iter().cloned().chain(self.aws.published()).collect()
    }

    /// The last notice for machines.
    pub(crate) fn last(&self) -> Value {
        let notice = self.notices().pop().expect("a notice");
        let forms: Value = serde_json::from_str(&notice.message).unwrap();
        serde_json::from_str(forms["sqs"].as_str().unwrap()).unwrap()
    }

    pub(crate) fn text(&self, key: &str) -> String {
        let object = self.aws.object(BUCKET, key).unwrap_or_else(|| panic!("there is no {key}"));
        String::from_utf8(object.body).unwrap()
    }

    pub(crate) fn minutes(&self, minutes: i64) {
        self.aws.advance(minutes.minutes());
    }
}
