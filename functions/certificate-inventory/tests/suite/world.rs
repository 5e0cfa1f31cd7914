//! An account with certificates, a bucket and a topic, and the function in it.

use certificate_inventory::{Answer, Config, Error, Handler};
use certificates::Target;
use jiff::{SignedDuration, Span};
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec};

pub(crate) const HOME: &str = "123456789012";
pub(crate) const BUCKET: &str = "inventory";
pub(crate) const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";

pub(crate) struct World {
    pub(crate) aws: Aws,
    handler: Handler,
}

pub(crate) fn event(step: &str) -> Value {
    json!({"source": "acm-autopilot", "detail-type": format!("Inventory {step} Requested"), "detail": {}})
}

/// At 02:00 of a Tuesday.
pub(crate) fn aws() -> Aws {
    Aws::new("2026-11-24T02:00:00Z".parse().unwrap())
}

/// One that nobody renews, used; one that ACM renews; one without a use.
pub(crate) fn fill(aws: &Aws) {
    let due = CertificateSpec::imported("shop.example.com").days_left(12).in_use_by(BALANCER).tag("Owner", "web");
    aws.insert_certificate(due);
    aws.insert_certificate(CertificateSpec::amazon_issued("api.example.com").days_left(90).in_use_by(BALANCER));
    aws.insert_certificate(CertificateSpec::imported("old.example.com").days_left(200));
}

impl World {
    /// A single account.
    pub(crate) fn new() -> Self {
        let aws = aws();
        fill(&aws);
        Self::with(aws, &[])
    }

    pub(crate) fn with(aws: Aws, more: &[(&str, &str)]) -> Self {
        aws.insert_bucket(BUCKET);
        let topic = aws.create_topic("notices");
        let variables = [("NOTICE_TOPIC_ARN", topic.as_str()), ("INVENTORY_BUCKET", BUCKET)];
        let config = Config::read(&variables.into_iter().chain(more.iter().copied()).collect()).unwrap();
        let handler = Handler::new(config, &aws.sdk_config());
        Self { aws, handler }
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: HOME.into() };
        let invocation = Invocation { home, deadline: self.aws.now() + SignedDuration::from_mins(15) };
        self.handler.handle(event, &invocation, &mut Metrics::new("certificate-inventory")).await
    }

    /// What a step answers.
    pub(crate) async fn run(&self, step: &str) -> Value {
        serde_json::to_value(self.handle(&event(step)).await.unwrap()).unwrap()
    }

    /// An object of the bucket, as JSON.
    pub(crate) fn json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.bytes(key)).unwrap()
    }

    pub(crate) fn text(&self, key: &str) -> String {
        String::from_utf8(self.bytes(key)).unwrap()
    }

    fn bytes(&self, key: &str) -> Vec<u8> {
        self.aws.object(BUCKET, key).unwrap_or_else(|| panic!("there is no {key}")).body
    }

    /// The rows of the latest report, by name.
    pub(crate) fn row(&self, name: &str) -> Value {
        let report = self.json("reports/latest/report.json");
        let rows = report["rows"].as_array().unwrap();
        rows.iter()
            .find(|row| row["entry"]["name"] == name)
            .unwrap_or_else(|| panic!("no row is called {name}"))
            .clone()
    }

    pub(crate) fn advance(&self, time: Span) {
        self.aws.advance(time);
    }
}
