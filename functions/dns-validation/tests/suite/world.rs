//! An account with a topic and zones, and the function in it.

use aws_sdk_acm::types::{CertificateOptions, ValidationMethod};
use certificates::Target;
use dns_validation::{Answer, CertificateReport, Config, Error, Handler, SweepReport};
use jiff::{SignedDuration, Span, Timestamp};
use lambda::{Invocation, Metrics};
use serde_json::Value;
use simulated_aws::{Aws, CertificateSpec, DnsRecord};

/// The ARN in the sample events.
pub(crate) const SAMPLE_ARN: &str =
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b";
pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
/// The time of the sample events.
pub(crate) const NOW: &str = "2026-11-21T06:51:08Z";
pub(crate) const NOTIFIED: &str = "acm-autopilot:validation-notified";

macro_rules! samples {
    ($($folder:literal / $name:literal),+ $(,)?) => {
        /// Every sample event, by its file's name.
        pub(crate) const SAMPLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../events/", $folder, "/", $name, ".json")))),+];
    };
}

samples!(
    "dns-validation" / "cloudtrail-request-certificate",
    "dns-validation" / "cloudtrail-request-certificate-failed",
    "dns-validation" / "cloudtrail-update-certificate-options",
    "expiry-events" / "certificate-renewal-action-required",
    "expiry-events" / "health-caa-check-failure",
    "expiry-events" / "health-renewal-failure",
    "expiry-events" / "health-renewal-state-change",
    "expiry-events" / "scheduled-event",
    "expiry-events" / "sweep-requested",
);

/// A sample event about this certificate.
pub(crate) fn sample(name: &str, arn: &str) -> Value {
    let (_, text) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no sample {name}"));
    serde_json::from_str(&text.replace(SAMPLE_ARN, arn)).unwrap()
}

pub(crate) const REQUESTED: &str = "cloudtrail-request-certificate";
pub(crate) const OPTIONS_CHANGED: &str = "cloudtrail-update-certificate-options";
pub(crate) const ACTION_REQUIRED: &str = "certificate-renewal-action-required";

pub(crate) struct World {
    pub(crate) aws: Aws,
    handler: Handler,
    topic: String,
}

impl World {
    /// Without lookups, which would leave the simulated world.
    pub(crate) fn new() -> Self {
        Self::configured(&[("DNS_LOOKUPS", "false")])
    }

    pub(crate) fn configured(variables: &[(&str, &str)]) -> Self {
        let aws = Aws::new(NOW.parse().unwrap());
        let topic = aws.create_topic("notices");
        let handler = handler(&aws, &topic, variables);
        Self { aws, handler, topic }
    }

    /// The same account, seen by another instance of the function.
    pub(crate) fn reconfigured(self, variables: &[(&str, &str)]) -> Self {
        let handler = handler(&self.aws, &self.topic, variables);
        Self { handler, ..self }
    }

    /// The same account, seen by a cold instance of the same function.
    pub(crate) fn cold(self) -> Self {
        self.reconfigured(&[("DNS_LOOKUPS", "false")])
    }

    /// Somebody requests a certificate, and ACM has named its records.
    pub(crate) async fn request(&self, names: &[&str]) -> String {
        let arn = self.request_at_once(names).await;
        self.aws.advance(Span::new().seconds(i64::try_from(names.len()).unwrap() + 5));
        arn
    }

    /// Somebody requests a certificate at this moment.
    pub(crate) async fn request_at_once(&self, names: &[&str]) -> String {
        request_in(&self.aws, names).await
    }

    /// Somebody asks for a certificate's change from e-mail to DNS validation, and ACM has named its records.
    pub(crate) async fn change_to_dns(&self, arn: &str) {
        self.change_to_dns_at_once(arn).await;
        self.aws.advance(Span::new().seconds(10));
    }

    /// Somebody asks for it at this moment.
    pub(crate) async fn change_to_dns_at_once(&self, arn: &str) {
        let acm = aws_sdk_acm::Client::new(&self.aws.sdk_config());
        let dns = CertificateOptions::builder().validation_method(ValidationMethod::Dns).build();
        acm.update_certificate_options().certificate_arn(arn).options(dns).send().await.unwrap();
        self.aws.forget_record();
    }

    /// A certificate without keys.
    pub(crate) fn insert(&self, certificate: CertificateSpec) -> String {
        self.aws.insert_certificate(certificate.thin())
    }

    pub(crate) fn deadline(&self) -> Timestamp {
        self.aws.now() + SignedDuration::from_mins(15)
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        self.counted(event, self.deadline()).await.0
    }

    /// The answer, and the line of metrics.
    pub(crate) async fn counted(&self, event: &Value, deadline: Timestamp) -> (Result<Answer, Error>, Value) {
        let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
        let mut metrics = Metrics::new("dns-validation");
        let result = self.handler.handle(event, &Invocation { home, deadline }, &mut metrics).await;
        let line = metrics.line(self.aws.now()).map_or(Value::Null, |line| serde_json::from_str(&line).unwrap());
        (result, line)
    }

    /// What came of a sample event about this certificate.
    pub(crate) async fn try_on(&self, name: &str, arn: &str) -> Result<CertificateReport, Error> {
        match self.handle(&sample(name, arn)).await? {
            Answer::Certificate(report) => Ok(*report),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn on(&self, name: &str, arn: &str) -> CertificateReport {
        self.try_on(name, arn).await.unwrap()
    }

    pub(crate) async fn try_sweep(&self) -> Result<SweepReport, Error> {
        match self.handle(&sample("sweep-requested", "")).await? {
            Answer::Sweep(swept) => Ok(swept),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn sweep(&self) -> SweepReport {
        self.try_sweep().await.unwrap()
    }

    pub(crate) fn status(&self, arn: &str) -> String {
        self.aws.certificate(arn).unwrap().status
    }

    /// Of a certificate of another account in eu-central-1.
    pub(crate) fn status_in(&self, account: &str, arn: &str) -> String {
        self.aws.scoped(account, "eu-central-1").certificate(arn).unwrap().status
    }

    pub(crate) fn tag(&self, arn: &str, key: &str) -> Option<String> {
        self.aws.certificate(arn).unwrap().tags.get(key).cloned()
    }

    /// Causes of the notices so far.
    pub(crate) fn causes(&self) -> Vec<String> {
        let cause = |text: &str| serde_json::from_str::<Value>(text).unwrap()["cause"].as_str().unwrap().to_owned();
        self.aws.published().iter().map(|notice| cause(notice.for_protocol("sqs"))).collect()
    }

    /// The CNAME records of a zone.
    pub(crate) fn cnames(&self, zone: &str) -> Vec<DnsRecord> {
        self.aws.records(zone).into_iter().filter(|record| record.kind == "CNAME").collect()
    }

    /// Somebody creates the record that validates this name.
    pub(crate) fn create_record(&self, zone: &str, name: &str) {
        let record = self.aws.validation_record(name);
        self.aws.set_record(zone, &record.name, "CNAME", &record.values[0]);
    }

    /// Calls that change something, or notify somebody.
    pub(crate) fn effects(&self) -> Vec<String> {
        let effects =
            ["ChangeResourceRecordSets", "PutEvents", "Publish", "AddTagsToCertificate", "RemoveTagsFromCertificate"];
        self.aws
            .calls()
            .into_iter()
            .map(|call| call.operation)
            .filter(|name| effects.contains(&name.as_str()))
            .collect()
    }

    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.aws.call_counts().get(operation).copied().unwrap_or_default()
    }
}

/// Somebody requests a certificate at this moment in one of the accounts.
pub(crate) async fn request_in(aws: &Aws, names: &[&str]) -> String {
    let acm = aws_sdk_acm::Client::new(&aws.sdk_config());
    let mut call = acm.request_certificate().domain_name(names[0]).validation_method(ValidationMethod::Dns);
    for name in &names[1..] {
        call = call.subject_alternative_names(*name);
    }
    let arn = call.send().await.unwrap().certificate_arn.unwrap();
    aws.forget_record();
    arn
}

/// Every name, and no exportable key: for tests of something else.
pub(crate) const ALL_GRANTED: (&str, &str) = ("GRANTS", r#"{"domains": ["*"]}"#);

fn handler(aws: &Aws, topic: &str, variables: &[(&str, &str)]) -> Handler {
    let variables = [ALL_GRANTED].into_iter().chain(variables.iter().copied()).chain([("NOTICE_TOPIC_ARN", topic)]);
    Handler::new(Config::read(&variables.collect()).unwrap(), &aws.sdk_config())
}

/// One of ACM's own, validated by DNS, in use, far from its end.
pub(crate) fn issued(name: &str) -> CertificateSpec {
    CertificateSpec::amazon_issued(name).days_left(150).in_use_by(LOAD_BALANCER)
}
