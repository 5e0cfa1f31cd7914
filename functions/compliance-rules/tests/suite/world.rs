//! An account, and the function in it.

use aws_config::retry::RetryConfig;
use certificates::Target;
use compliance_rules::{Answer, Config, Error, Handler};
use jiff::{SignedDuration, Timestamp};
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec};

pub(crate) const NOW: &str = "2026-11-21T06:11:00Z";
pub(crate) const LOAD_BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
/// The name of the rule in AWS Config.
pub(crate) const CONFIG_RULE: &str = "acm-autopilot-rule";

pub(crate) struct World {
    pub(crate) aws: Aws,
    handler: Handler,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::configured(&[])
    }

    pub(crate) fn configured(variables: &[(&str, &str)]) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let aws = Aws::new(now);
        let config = Config::read(&variables.iter().copied().collect()).unwrap();
        let handler = Handler::new(config, &aws.sdk_config());
        Self { aws, handler }
    }

    /// A certificate without keys.
    pub(crate) fn insert(&self, certificate: CertificateSpec) -> String {
        self.aws.insert_certificate(certificate.thin())
    }

    /// AWS Config invokes the function.
    pub(crate) fn event(&self, parameters: &Value, invoking: &Value) -> Value {
        json!({
            "version": "1.0",
            "invokingEvent": invoking.to_string(),
            "ruleParameters": parameters.to_string(),
            "resultToken": self.aws.new_result_token(CONFIG_RULE),
            "eventLeftScope": false,
            "executionRoleArn": "arn:aws:iam::123456789012:role/config-role",
            "configRuleArn": "arn:aws:config:us-east-1:123456789012:config-rule/config-rule-0123456",
            "configRuleName": CONFIG_RULE,
            "configRuleId": "config-rule-0123456",
            "accountId": "123456789012",
        })
    }

    /// The function in a new process.
    pub(crate) fn without_retries(&self) -> Handler {
        let sdk = self.aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
        Handler::new(Config::read(&[("DRY_RUN", "false")].into_iter().collect()).unwrap(), &sdk)
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        self.handle_with(&self.handler, event).await
    }

    pub(crate) async fn handle_with(&self, handler: &Handler, event: &Value) -> Result<Answer, Error> {
        self.handle_with_time(handler, event, SignedDuration::from_mins(5)).await
    }

    /// With this much time until the timeout.
    pub(crate) async fn handle_within(&self, event: &Value, time: SignedDuration) -> Result<Answer, Error> {
        self.handle_with_time(&self.handler, event, time).await
    }

    async fn handle_with_time(&self, handler: &Handler, event: &Value, time: SignedDuration) -> Result<Answer, Error> {
        let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
        let deadline = self.aws.now() + time;
        let mut metrics = Metrics::new("compliance-rules");
        handler.handle(event, &Invocation { home, deadline }, &mut metrics).await
    }

    /// It is time to evaluate everything.
    pub(crate) async fn scheduled(&self, parameters: Value) -> Result<Answer, Error> {
        self.scheduled_with(&self.handler, parameters).await
    }

    pub(crate) async fn scheduled_with(&self, handler: &Handler, parameters: Value) -> Result<Answer, Error> {
        let invoking = json!({
            "awsAccountId": "123456789012",
            "notificationCreationTime": self.aws.now().to_string(),
            "messageType": "ScheduledNotification",
            "recordVersion": "1.0",
        });
        self.handle_with(handler, &self.event(&parameters, &invoking)).await
    }

    /// A certificate changed, and this is its item.
    pub(crate) async fn changed(&self, parameters: Value, item: &Value) -> Result<Answer, Error> {
        let invoking = json!({
            "configurationItemDiff": null,
            "configurationItem": item,
            "notificationCreationTime": self.aws.now().to_string(),
            "messageType": "ConfigurationItemChangeNotification",
            "recordVersion": "1.3",
        });
        self.handle(&self.event(&parameters, &invoking)).await
    }

    /// Resource, compliance and annotation of all evaluations so far.
    pub(crate) fn results(&self) -> Vec<(String, String, String)> {
        let results = self.aws.evaluations().into_iter();
        results.map(|one| (one.resource_id, one.compliance, one.annotation.unwrap_or_default())).collect()
    }
}
