//! Publishing notices.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use sdk::{CallError, Throttling};

use crate::chat::chat;
use crate::destination::{Destination, TopicArn};
use crate::message::per_protocol;
use crate::notice::Notice;

const PUBLISH: &str = "sns:Publish";

/// The SNS topics that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    destination: Destination,
}

impl Topic {
    /// The topics of this destination. The client tries again too when SNS is throttled by KMS.
    #[must_use]
    pub fn new(sdk: &SdkConfig, destination: &Destination) -> Self {
        let config = Builder::from(sdk).retry_classifier(Throttling::<PublishError>::default()).build();
        Self { client: Client::from_conf(config), destination: destination.clone() }
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

    /// Publishes the chat form, if there is a topic for it.
    async fn publish_to_chat(&self, notice: &Notice) {
        let Some(topic) = &self.destination.chat_topic else { return };
        let sent = match self.call(topic, notice) {
            Ok(call) => call.message(chat(notice).to_string()).send().await.map(|_| ()),
            Err(error) => return warn(notice, &error),
        };
        if let Err(error) = sent {
            warn(notice, &CallError::new(PUBLISH, &error));
        }
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

fn warn(notice: &Notice, error: &CallError) {
    let kind = notice.kind.as_str();
    tracing::warn!(certificate_arn = %notice.certificate_arn, outcome = "not-sent-to-chat", kind, reason = %error);
}
