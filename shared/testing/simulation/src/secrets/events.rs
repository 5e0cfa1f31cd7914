//! The events that AWS sends when a secret was written.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws_events::{OPERATOR, cloudtrail, envelope};

/// Not in every Region does Secrets Manager send events itself, and not in every one is there a trail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum SecretEvents {
    #[default]
    Own,
    CloudTrail,
    Both,
}

impl SecretEvents {
    pub(crate) fn of_seed(seed: u64) -> Self {
        [Self::Own, Self::CloudTrail, Self::Both][(seed % 3) as usize]
    }

    /// The events of a new version.
    pub(crate) fn written(self, name: &str, arn: &str, now: Timestamp) -> Vec<Value> {
        let own = (self != Self::CloudTrail).then(|| label_updated(name, arn, now));
        let call = (self != Self::Own).then(|| put_secret_value(name, arn, now));
        own.into_iter().chain(call).collect()
    }
}

/// User guide, "Match AWS Secrets Manager events with Amazon EventBridge".
fn label_updated(name: &str, arn: &str, now: Timestamp) -> Value {
    let detail = json!({ "name": name, "labelUpdated": "AWSCURRENT", "versionId": "version" });
    envelope("aws.secretsmanager", "Secret Label Updated", &[arn], now, detail)
}

/// CloudTrail leaves the value out.
fn put_secret_value(name: &str, arn: &str, now: Timestamp) -> Value {
    let mut event = cloudtrail(OPERATOR, "PutSecretValue", json!({ "secretId": name }), now);
    event["source"] = json!("aws.secretsmanager");
    event["detail"]["eventSource"] = json!("secretsmanager.amazonaws.com");
    event["detail"]["responseElements"] = json!({ "arn": arn });
    event
}
