//! Where notices go.

use std::str::FromStr;

use lambda::{ConfigurationError, Environment};

/// The ARN of an SNS topic: `arn:aws:sns:REGION:ACCOUNT:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

impl TopicArn {
    /// The whole ARN.
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

/// Where notices go, and who sends them: the same variables for every function that sends some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// `NOTICE_TOPIC_ARN`: people and machines.
    pub topic: TopicArn,
    /// `CHAT_TOPIC_ARN`: Amazon Q Developer in chat applications, which reads a form of its own only.
    pub chat_topic: Option<TopicArn>,
    /// `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets: the sender.
    pub sent_by: Option<String>,
}

impl Destination {
    /// Reads the environment.
    ///
    /// # Errors
    /// The topic is missing, or a variable is not the ARN of a topic; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        Ok(Self {
            topic: environment.parsed_optional("NOTICE_TOPIC_ARN")?.ok_or(ConfigurationError::Missing {
                name: "NOTICE_TOPIC_ARN",
                meaning: "the ARN of the SNS topic that notices go to",
            })?,
            chat_topic: environment.parsed_optional("CHAT_TOPIC_ARN")?,
            sent_by: environment.optional("AWS_LAMBDA_FUNCTION_NAME").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:notices";

    #[test]
    fn every_partition_has_topics() {
        for text in [TOPIC, "arn:aws-us-gov:sns:us-gov-west-1:123456789012:a.b_c-d"] {
            assert_eq!(text.parse::<TopicArn>().map(|arn| arn.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_not_a_topic_is_refused() {
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

    #[test]
    fn chat_is_optional_and_each_error_names_its_variable() {
        let read = |variables: &[(&str, &str)]| Destination::read(&variables.iter().copied().collect());
        let both = read(&[("NOTICE_TOPIC_ARN", TOPIC), ("CHAT_TOPIC_ARN", TOPIC)]).unwrap();
        assert_eq!(both.chat_topic, Some(both.topic));
        assert_eq!(read(&[("NOTICE_TOPIC_ARN", TOPIC), ("CHAT_TOPIC_ARN", "")]).unwrap().chat_topic, None);
        for (variables, says) in [
            (&[("CHAT_TOPIC_ARN", TOPIC)][..], "NOTICE_TOPIC_ARN is missing"),
            (&[("NOTICE_TOPIC_ARN", TOPIC), ("CHAT_TOPIC_ARN", "general")], "CHAT_TOPIC_ARN is `general`: use the ARN"),
        ] {
            let error = read(variables).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
