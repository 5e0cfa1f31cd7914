//! A simulated account with a private CA, a topic and the function.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU32, Ordering};

use acme::Connection;
use aws_config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use certificates::{CertificateArn, Target};
use imported_renewal::{Config, Error, Handler};
use jiff::{SignedDuration, Timestamp, ToSpan};
use lambda::{Environment, Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::{Aws, Certificate, CertificateSpec, Key, Notice};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1c2d3e4f5a6b7c8d";
/// The function's Timeout in the template.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(300);

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) ca: String,
    pub(crate) topic: String,
    pub(crate) region: String,
    granted: RefCell<Vec<String>>,
    secrets: RefCell<Vec<String>>,
    issuer_change: Cell<bool>,
    pub(crate) acme: RefCell<Value>,
    zones: RefCell<Vec<String>>,
    /// `ORGANIZATION`; `null` in a single account.
    pub(crate) organization: RefCell<Value>,
}

impl World {
    pub(crate) fn new() -> Self {
        // The SDK's clients share a budget for retries per service and Region in a process: a Region
        // of its own keeps a test with many faults from using up that of the others.
        static NEXT: AtomicU32 = AtomicU32::new(100);
        let region = format!("us-east-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let aws = Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), ACCOUNT, &region);
        let ca = aws.create_private_ca(Key::P256);
        let topic = aws.create_topic("notices");
        Self {
            aws,
            ca,
            topic,
            region,
            granted: RefCell::default(),
            secrets: RefCell::default(),
            issuer_change: Cell::new(false),
            acme: RefCell::new(json!({})),
            zones: RefCell::default(),
            organization: RefCell::default(),
        }
    }

    /// Lets this CA issue.
    pub(crate) fn grant(&self, ca: &str) {
        self.granted.borrow_mut().push(ca.to_owned());
    }

    /// Lets certificates be renewed from the secrets whose names fit this pattern.
    pub(crate) fn grant_secrets(&self, names: &str) {
        let arn = format!("arn:aws:secretsmanager:{}:{ACCOUNT}:secret:{names}", self.region);
        self.secrets.borrow_mut().push(arn);
    }

    /// Creates a hosted zone of this account.
    pub(crate) fn create_zone(&self, name: &str) -> String {
        let zone = self.aws.create_hosted_zone(name);
        self.zones.borrow_mut().push(zone.clone());
        zone
    }

    /// All hosted zones, in the order of their creation.
    pub(crate) fn zones(&self) -> Vec<String> {
        self.zones.borrow().clone()
    }

    /// Lets a renewal change the issuer.
    pub(crate) fn grant_issuer_change(&self) {
        self.issuer_change.set(true);
    }

    pub(crate) fn config(&self, more: &[(&str, &str)]) -> Config {
        let (cas, secrets) = (self.granted.borrow(), self.secrets.borrow());
        let grants =
            json!({ "privateCas": *cas, "secrets": *secrets, "issuerChange": self.issuer_change.get() }).to_string();
        let topic = self.topic.as_str();
        let variables = [("NOTICE_TOPIC_ARN", topic), ("DEFAULT_PRIVATE_CA_ARN", &self.ca), ("GRANTS", &grants)];
        let acme = self.acme.borrow().to_string();
        let acme = [("ACME_SETTINGS", acme.as_str()), ("DNS_LOOKUPS", "false")];
        let organization = self.organization.borrow();
        let organization = (!organization.is_null()).then(|| organization.to_string());
        let organization = organization.iter().map(|settings| ("ORGANIZATION", settings.as_str()));
        let environment: Environment =
            variables.into_iter().chain(acme).chain(organization).chain(more.iter().copied()).collect();
        let connection = Connection::Through(SharedHttpConnector::new(self.aws.clone()));
        Config { acme_connection: connection, ..Config::read(&environment).unwrap() }
    }

    pub(crate) fn handler(&self) -> Handler {
        Handler::new(self.config(&[]), &self.aws.sdk_config())
    }

    /// Each call of the function is one HTTP request.
    pub(crate) fn handler_without_retries(&self) -> Handler {
        let aws = self.aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
        Handler::new(self.config(&[]), &aws)
    }

    pub(crate) fn invocation(&self) -> Invocation {
        let home = Target { partition: "aws".into(), region: self.region.clone(), account: ACCOUNT.into() };
        Invocation { home, deadline: self.aws.now() + TIMEOUT }
    }

    /// What one event or batch comes to, and the line of metrics that it leaves in the log.
    pub(crate) async fn measure(&self, event: Value) -> (Result<Value, Error>, Value) {
        let mut metrics = Metrics::new("imported-renewal");
        let handler = self.handler();
        let invocation = self.invocation();
        let answer = Box::pin(handler.handle(&event, &invocation, &mut metrics)).await;
        let line = metrics.line(self.aws.now()).unwrap_or_else(|| "{}".into());
        (answer.map(|answer| json!(answer)), serde_json::from_str(&line).unwrap())
    }

    pub(crate) async fn give(&self, handler: &Handler, event: Value) -> Result<Value, Error> {
        Box::pin(handler.answer(event, self.invocation())).await
    }

    /// A request for this certificate, to a new instance of the function.
    pub(crate) async fn request(&self, arn: &str) -> Result<Value, Error> {
        self.give(&self.handler(), self.requested(arn)).await
    }

    pub(crate) async fn renew(&self, arn: &str) -> Value {
        let answer = self.request(arn).await.unwrap();
        assert_eq!(answer["outcome"], "renewed", "{answer}");
        answer
    }

    /// Asks for a renewal that should fail, and checks everything that has to be so after a failure.
    pub(crate) async fn fail(&self, arn: &str, reason: &str) -> Value {
        let before = self.certificate(arn);
        let answer = self.request(arn).await.unwrap();
        assert_eq!(
            (answer["outcome"].as_str(), answer["reason"].as_str()),
            (Some("renewal-failed"), Some(reason)),
            "{answer}"
        );
        let after = self.certificate(arn);
        assert_eq!((&after.pem, &after.chain), (&before.pem, &before.chain), "the old certificate is in place");
        assert_eq!(after.in_use_by, before.in_use_by);
        assert_eq!(after.operators_tags(), before.operators_tags());
        assert_eq!((after.tag("status"), after.tag("status-reason")), (Some("renewal-failed"), Some(reason)));
        let notice = self.last_notice("renewal-failed");
        assert_eq!((notice["reason"].as_str(), notice["status"].as_str()), (Some(reason), Some("renewal-failed")));
        let event = self.last_status_event();
        assert_eq!((event["to"].as_str(), event["reason"].as_str()), (Some("renewal-failed"), Some(reason)));
        self.check_messages();
        answer
    }

    /// Puts a certificate into ACM that the default CA issued.
    pub(crate) fn insert(&self, spec: CertificateSpec) -> String {
        self.aws.insert_certificate(spec.issued_by(&self.ca))
    }

    /// In whatever account and Region it is.
    pub(crate) fn certificate(&self, arn: &str) -> Certificate {
        let target = arn.parse::<CertificateArn>().unwrap().target();
        self.aws.scoped(&target.account, &target.region).certificate(arn).unwrap()
    }

    pub(crate) fn requested(&self, arn: &str) -> Value {
        let mut event = sample("renewal-requested");
        event["detail"]["certificateArn"] = arn.into();
        event
    }

    pub(crate) fn tags_added(&self, arn: &str, tags: &[(&str, &str)]) -> Value {
        let mut event = sample("cloudtrail-add-tags");
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        event["detail"]["requestParameters"] = json!({ "certificateArn": arn, "tags": tags });
        event
    }

    pub(crate) fn notices(&self, kind: &str) -> Vec<Notice> {
        self.aws.published().into_iter().filter(|notice| notice.attribute("kind") == Some(kind)).collect()
    }

    pub(crate) fn last_notice(&self, kind: &str) -> Value {
        let notices = self.notices(kind);
        let notice = notices.last().unwrap_or_else(|| panic!("no notice of kind {kind}"));
        serde_json::from_str(notice.for_protocol("sqs")).unwrap()
    }

    pub(crate) fn last_status_event(&self) -> Value {
        self.aws.events().last().unwrap().detail.clone()
    }

    /// The statuses that were announced, in order.
    pub(crate) fn statuses(&self) -> Vec<String> {
        self.aws.events().iter().map(|event| event.detail["to"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.aws.call_counts().get(operation).copied().unwrap_or_default()
    }
}

/// What tests ask of a certificate.
pub(crate) trait Tagged {
    /// Value of one of our tags.
    fn tag(&self, key: &str) -> Option<&str>;
    /// The tags that the function must not touch.
    fn operators_tags(&self) -> Vec<(String, String)>;
}

impl Tagged for Certificate {
    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(&format!("acm-autopilot:{key}")).map(String::as_str)
    }

    fn operators_tags(&self) -> Vec<(String, String)> {
        let ours = |key: &str| certificates::tags::RENEWAL.contains(&key);
        self.tags.iter().filter(|(key, _)| !ours(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

/// A certificate that is due, managed and in use.
pub(crate) fn due() -> CertificateSpec {
    CertificateSpec::imported("pay.example.com")
        .key(Key::P256)
        .dns("pay.example.com")
        .dns("*.pay.example.com")
        .days_left(20)
        .tag("acm-autopilot:renew-from", "private-ca")
        .tag("acm-autopilot:notified", "30@2026-12-10")
        .tag("Owner", "team-payments")
        .tag("Cost", "Größe 7 @ a:b/c=d+e-f_g.h")
        .in_use_by(LOAD_BALANCER)
}

pub(crate) fn sample(name: &str) -> Value {
    read(&format!("imported-renewal/{name}.json"))
}

pub(crate) fn read(path: &str) -> Value {
    let path = format!("{}/../../events/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).unwrap()
}

/// A batch with one message.
pub(crate) fn batch(event: &Value) -> Value {
    let mut batch = sample("sqs-batch");
    batch["Records"][0]["body"] = event.to_string().into();
    batch
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn later(aws: &Aws, hours: i64) {
    aws.advance(hours.hours());
}
