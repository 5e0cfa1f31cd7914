//! Publishing notices.

use aws_client::{CallError, Clock, Throttling};
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use lambda::Metrics;

use crate::chat::chat;
use crate::destination::{Destination, TopicArn};
use crate::message::per_protocol;
use crate::notice::Notice;

const PUBLISH: &str = "sns:Publish";

/// The SNS topics that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    clock: Clock,
    destination: Destination,
}

impl Topic {
    /// The topics of this destination. The client tries again too when SNS is throttled by KMS.
    pub fn new(sdk: &SdkConfig, destination: &Destination) -> Self {
        let config = Builder::from(sdk).retry_classifier(Throttling::<PublishError>::default()).build();
        Self { client: Client::from_conf(config), clock: Clock::of(sdk), destination: destination.clone() }
    }

    /// Publishes a notice: text for people, JSON for machines, attributes for filter policies.
    ///
    /// # Errors
    /// The call failed. Chat is not meant by that: a notice that reached its topic has been sent, and must not be
    /// sent again because chat did not get it.
    pub async fn publish(&self, notice: &Notice) -> Result<(), CallError> {
        let notice = Notice { sent_by: self.destination.sent_by.clone(), ..notice.clone() };
        let call = self.call(&self.destination.topic, &notice)?;
        let call = call.subject(&notice.subject).message_structure("json").message(per_protocol(&notice));
        call.send().await.map_err(|error| CallError::new(PUBLISH, &error))?;
        self.publish_to_chat(&notice).await;
        Ok(())
    }

    /// Publishes the chat form, if there is a topic for it. That it failed is counted, since nothing else fails for it.
    async fn publish_to_chat(&self, notice: &Notice) {
        let Some(topic) = &self.destination.chat_topic else { return };
        if let Err(error) = self.try_chat(topic, notice).await {
            warn(notice, &error);
            not_sent_to_chat().emit(self.clock.now());
        }
    }

    async fn try_chat(&self, topic: &TopicArn, notice: &Notice) -> Result<(), CallError> {
        let call = self.call(topic, notice)?.message(chat(notice).to_string());
        call.send().await.map(|_| ()).map_err(|error| CallError::new(PUBLISH, &error))
    }

    /// A call with the attributes of the notice.
    fn call(&self, topic: &TopicArn, notice: &Notice) -> Result<PublishFluentBuilder, CallError> {
        let mut call = self.client.publish().topic_arn(topic.as_str());
        for (name, value) in notice.attributes() {
            let data_type = if name == "days_left" { "Number" } else { "String" };
            let attribute = MessageAttributeValue::builder().data_type(data_type).string_value(value).build();
            call = call.message_attributes(
                name,
                attribute.map_err(|_| CallError::incomplete_answer(PUBLISH, "attribute type"))?,
            );
        }
        Ok(call)
    }
}

/// What the alarm on chat watches.
fn not_sent_to_chat() -> Metrics {
    let mut metrics = Metrics::of_all_functions();
    metrics.dimension("Destination", "chat");
    metrics.count("NoticesNotSent", 1);
    metrics
}

fn warn(notice: &Notice, error: &CallError) {
    let kind = notice.kind.as_str();
    tracing::warn!(certificate_arn = %notice.certificate_arn, outcome = "not-sent-to-chat", kind, reason = %error);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The alarm is in infra/template.yaml.
    #[test]
    fn the_alarm_watches_the_metric_of_notices_that_are_not_in_chat() {
        let line = not_sent_to_chat().line("2026-11-21T06:00:00Z".parse().unwrap()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let definition = &line["_aws"]["CloudWatchMetrics"][0];
        let metric = (&definition["Metrics"][0]["Name"], &definition["Namespace"], &definition["Dimensions"][0][0]);
        assert_eq!(metric, (&"NoticesNotSent".into(), &"AcmAutopilot".into(), &"Destination".into()));
        assert_eq!((&line["NoticesNotSent"], &line["Destination"]), (&1.into(), &"chat".into()));
        let template = include_str!("../../../infra/template.yaml");
        let watched = "MetricName: NoticesNotSent\n      Dimensions: [{Name: Destination, Value: chat}]\n";
        assert!(template.contains(watched));
    }
}
