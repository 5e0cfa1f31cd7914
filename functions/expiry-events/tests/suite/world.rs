//! An account with a topic, and the function in it.

use std::collections::BTreeSet;

use acme::Connection;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use certificates::tags::Tags;
use certificates::{CertificateDetail, CertificateSummary, CertificateType, Target};
use expiry_events::policy::Settings;
use expiry_events::{Answer, CertificateReport, CertificateState, Config, Error, Handler, Occasion, SweepReport};
use jiff::{SignedDuration, Timestamp};
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec};

/// The ARN in the sample events.
pub(crate) const SAMPLE_ARN: &str =
    "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b";
pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
/// The time of the sample events.
pub(crate) const NOW: &str = "2026-11-21T06:51:08Z";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        /// Every sample event, by its file's name.
        pub(crate) const SAMPLES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../events/expiry-events/", $name, ".json")))),+];
    };
}

samples!(
    "certificate-approaching-expiration",
    "certificate-approaching-expiration-minimal",
    "certificate-available-import",
    "certificate-available-issuance",
    "certificate-available-reimport",
    "certificate-available-renewal",
    "certificate-expired",
    "certificate-renewal-action-required",
    "certificate-revoked",
    "certificate-revoked-by-ca",
    "certificate-rotated",
    "health-caa-check-failure",
    "health-caa-check-failure-closed",
    "health-public-event",
    "health-renewal-failure",
    "health-renewal-state-change",
    "scheduled-event",
    "sweep-requested",
    "sweep-requested-acme",
);

/// A sample event about this certificate.
pub(crate) fn sample(name: &str, arn: &str) -> Value {
    let (_, text) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no sample {name}"));
    serde_json::from_str(&text.replace(SAMPLE_ARN, arn)).unwrap()
}

pub(crate) struct World {
    pub(crate) aws: Aws,
    handler: Handler,
    topic: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::configured(&[])
    }

    pub(crate) fn configured(variables: &[(&str, &str)]) -> Self {
        let aws = Aws::new(at(NOW));
        let topic = aws.create_topic("notices");
        let handler = handler(&aws, &topic, variables);
        Self { aws, handler, topic }
    }

    /// The same account, seen by a function that is configured differently.
    pub(crate) fn reconfigured(self, variables: &[(&str, &str)]) -> Self {
        let handler = handler(&self.aws, &self.topic, variables);
        Self { handler, ..self }
    }

    /// The same account, seen by a function that reaches ACME servers in another way.
    pub(crate) fn connected(self, connection: Connection, variables: &[(&str, &str)]) -> Self {
        let handler = connected(&self.aws, &self.topic, variables, connection);
        Self { handler, ..self }
    }

    /// A certificate without keys. Nothing is said of its use unless the specification does.
    pub(crate) fn insert(&self, certificate: CertificateSpec) -> String {
        self.aws.insert_certificate(certificate.thin())
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        self.handle_until(event, self.aws.now() + SignedDuration::from_mins(5)).await
    }

    pub(crate) async fn handle_until(&self, event: &Value, deadline: Timestamp) -> Result<Answer, Error> {
        self.counted(event, deadline).await.0
    }

    /// The answer, and the line of metrics.
    pub(crate) async fn counted(&self, event: &Value, deadline: Timestamp) -> (Result<Answer, Error>, Value) {
        let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
        let mut metrics = Metrics::new("expiry-events");
        let result = self.handler.handle(event, &Invocation { home, deadline }, &mut metrics).await;
        let line = metrics.line(self.aws.now()).map_or(Value::Null, |line| serde_json::from_str(&line).unwrap());
        (result, line)
    }

    /// A sample event about this certificate.
    pub(crate) async fn occasion(&self, name: &str, arn: &str) -> CertificateReport {
        match self.handle(&sample(name, arn)).await.unwrap() {
            Answer::Certificate(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn try_sweep(&self) -> Result<SweepReport, Error> {
        match self.handle(&sample("sweep-requested", "")).await? {
            Answer::Sweep(swept) => Ok(swept),
            other => panic!("{other:?}"),
        }
    }

    /// The sweep of the certificates that are renewed from ACME servers.
    pub(crate) async fn acme_sweep(&self) -> SweepReport {
        match self.handle(&sample("sweep-requested-acme", "")).await.unwrap() {
            Answer::Sweep(swept) => swept,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn sweep(&self) -> SweepReport {
        self.try_sweep().await.unwrap()
    }

    pub(crate) fn tag(&self, arn: &str, key: &str) -> Option<String> {
        self.aws.certificate(arn).unwrap().tags.get(key).cloned()
    }

    /// Kinds of the notices so far.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.aws.published().iter().map(|notice| notice.attribute("kind").unwrap().to_owned()).collect()
    }

    /// Detail types of the events so far.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.aws.events().iter().map(|event| event.detail_type.clone()).collect()
    }

    /// Calls that change something, or notify somebody.
    pub(crate) fn effects(&self) -> Vec<String> {
        let reads = ["ListCertificates", "ListTagsForCertificate", "DescribeCertificate", "GetResources"];
        self.aws.calls().into_iter().map(|call| call.operation).filter(|name| !reads.contains(&name.as_str())).collect()
    }

    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.aws.call_counts().get(operation).copied().unwrap_or_default()
    }
}

fn handler(aws: &Aws, topic: &str, variables: &[(&str, &str)]) -> Handler {
    let connection = Connection::Through(SharedHttpConnector::new(aws.clone()));
    connected(aws, topic, variables, connection)
}

fn connected(aws: &Aws, topic: &str, variables: &[(&str, &str)], connection: Connection) -> Handler {
    let variables = variables.iter().copied().chain([("NOTICE_TOPIC_ARN", topic)]);
    Handler::with_connection(Config::read(&variables.collect()).unwrap(), &aws.sdk_config(), connection)
}

/// An imported certificate in use, near its expiry.
pub(crate) fn imported(days_left: i64) -> CertificateSpec {
    CertificateSpec::imported("example.com").dns("example.com").days_left(days_left).in_use_by(LOAD_BALANCER)
}

/// The same, to be renewed from a private CA.
pub(crate) fn managed(days_left: i64) -> CertificateSpec {
    imported(days_left).tag("acm-autopilot:renew-from", "private-ca")
}

/// One of ACM's own, validated by DNS, in use.
pub(crate) fn amazon(days_left: i64) -> CertificateSpec {
    CertificateSpec::amazon_issued("example.com").days_left(days_left).in_use_by(LOAD_BALANCER)
}

pub(crate) fn settings() -> Settings {
    Settings {
        thresholds: Default::default(),
        renew_before_days: 30,
        sweep_gap: SignedDuration::from_hours(24),
        trail_checks: None,
        request_renewals: true,
        records_are_kept: false,
        acme_directories: BTreeSet::from(["letsencrypt".into()]),
        tag_keys: notices::TagKeys::default(),
    }
}

/// An imported certificate of a year, in use, for tests of the policy alone.
pub(crate) fn certificate(not_after: &str) -> CertificateDetail {
    let not_after = at(not_after);
    CertificateDetail {
        in_use_by: vec![LOAD_BALANCER.into()],
        ..CertificateDetail::from(CertificateSummary {
            domain_name: Some("example.com".into()),
            subject_alternative_names: vec!["example.com".into(), "www.example.com".into()],
            status: "ISSUED".into(),
            not_before: Some(not_after - SignedDuration::from_hours(365 * 24)),
            not_after: Some(not_after),
            in_use: Some(true),
            ..CertificateSummary::new(SAMPLE_ARN.parse().unwrap(), CertificateType::Imported)
        })
    }
}

/// The state of such a certificate.
pub(crate) fn state(not_after: &str, tags: &[(&str, &str)]) -> CertificateState {
    CertificateState::new(Occasion::Other, certificate(not_after), tags.iter().copied().collect::<Tags>(), at(NOW))
}

/// The same state at another time.
pub(crate) fn later(state: &CertificateState, now: &str) -> CertificateState {
    CertificateState { now: at(now), ..state.clone() }
}

/// The same state with other tags.
pub(crate) fn retagged(state: &CertificateState, tags: Tags) -> CertificateState {
    CertificateState::new(state.occasion, state.certificate.clone(), tags, state.now)
}

/// An event that no sample has.
pub(crate) fn acm_event(detail_type: &str, arn: &str) -> Value {
    json!({"source": "aws.acm", "detail-type": detail_type, "resources": [arn], "detail": {}})
}
