//! Publishing notices.

use std::str::FromStr;

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use sdk::{CallError, Throttling};
use serde_json::{Value, json};

use crate::notice::Notice;

const PUBLISH: &str = "sns:Publish";

/// The ARN of an SNS topic: `arn:aws:sns:REGION:ACCOUNT:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

impl TopicArn {
    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not the ARN of a topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:notices")]
pub struct NotATopic;

impl FromStr for TopicArn {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        let parts: Vec<&str> = text.split(':').collect();
        let good = matches!(parts[..], ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
        if good { Ok(Self(text.to_owned())) } else { Err(NotATopic) }
    }
}

/// The SNS topic that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// A topic by its ARN.
    #[must_use]
    pub fn new(sdk: &SdkConfig, arn: impl Into<String>) -> Self {
        let config = Builder::from(sdk).retry_classifier(Throttling::<PublishError>::default()).build();
        Self { client: Client::from_conf(config), arn: arn.into() }
    }

    /// Publishes a notice: text for people, JSON for machines, attributes for filter policies.
    ///
    /// # Errors
    /// The call failed.
    pub async fn publish(&self, notice: &Notice) -> Result<(), CallError> {
        let mut call = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .subject(&notice.subject)
            .message_structure("json")
            .message(per_protocol(notice).to_string());
        for (name, value) in notice.attributes() {
            let data_type = if name == "days_left" { "Number" } else { "String" };
            let attribute = MessageAttributeValue::builder().data_type(data_type).string_value(value).build();
            call = call.message_attributes(
                name,
                attribute.map_err(|_| CallError::incomplete_answer(PUBLISH, "attribute type"))?,
            );
        }
        call.send().await.map(|_| ()).map_err(|error| CallError::new(PUBLISH, &error))
    }
}

/// One message per protocol
/// ([MessageStructure](https://docs.aws.amazon.com/sns/latest/api/API_Publish.html)).
fn per_protocol(notice: &Notice) -> Value {
    let text = notice.text();
    let machines = notice.json().to_string();
    json!({
        "default": text,
        "sms": notice.subject,
        "sqs": machines,
        "lambda": machines,
        "firehose": machines,
        "http": machines,
        "https": machines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_topics() {
        for text in
            ["arn:aws:sns:us-east-1:123456789012:notices", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:a.b_c-d"]
        {
            assert_eq!(text.parse::<TopicArn>().map(|arn| arn.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        for text in [
            "",
            "notices",
            "arn:aws:sqs:us-east-1:123456789012:notices",
            "arn:aws:sns::123456789012:notices",
            "arn:aws:sns:us-east-1:1234:notices",
            "arn:aws:sns:us-east-1:123456789012:",
            "arn:aws:sns:us-east-1:123456789012:notices:subscription",
        ] {
            assert_eq!(text.parse::<TopicArn>(), Err(NotATopic), "{text}");
        }
    }
}
