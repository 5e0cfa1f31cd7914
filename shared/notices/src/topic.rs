//! Publishing notices.

use aws_client::{CallError, Clock, Throttling};
use aws_config::SdkConfig;
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::operation::publish::builders::PublishFluentBuilder;
use aws_sdk_sns::types::MessageAttributeValue;
use lambda::Metrics;
use serde_json::Value;

use crate::activity::ActivityNotice;
use crate::chat::chat;
use crate::contact::{AccountContact, Contact};
use crate::destination::{Destination, TopicArn};
use crate::digest::Digest;
use crate::message::{for_all, per_protocol};
use crate::notice::Notice;
use crate::target_notice::TargetNotice;

const PUBLISH: &str = "sns:Publish";

/// The SNS topics that notices go to.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    clock: Clock,
    destination: Destination,
    account: AccountFacts,
}

/// What is known of the account that notices are about. Nothing in a single account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFacts {
    /// Its name.
    pub name: Option<String>,
    /// The organizational units that it is in.
    pub units: Vec<String>,
    /// Who owns certificates without an owner tag.
    pub owner: Option<String>,
    /// What certificates without a purpose tag are for.
    pub purpose: Option<String>,
    /// Who is named as the owner where there is none.
    pub contact: Option<Contact>,
}

impl Topic {
    /// The topics of this destination. The client tries again too when SNS is throttled by KMS.
    pub fn new(sdk: &SdkConfig, destination: &Destination) -> Self {
        let config = Builder::from(sdk).retry_classifier(Throttling::<PublishError>::default()).build();
        let (destination, account) = (destination.clone(), AccountFacts::default());
        Self { client: Client::from_conf(config), clock: Clock::of(sdk), destination, account }
    }

    /// The same for notices about an account of the organization.
    #[must_use]
    pub fn for_account(&self, account: AccountFacts) -> Self {
        Self { account, ..self.clone() }
    }

    /// Publishes a notice: text for people, JSON for machines, attributes for filter policies.
    ///
    /// # Errors
    /// The call failed. Chat is not meant by that: a notice that reached its topic has been sent, and must not be
    /// sent again because chat did not get it.
    pub async fn publish(&self, notice: &Notice) -> Result<(), CallError> {
        let notice = self.completed(notice).await;
        let call = self.call(&self.destination.topic, notice.attributes())?;
        let call = call.subject(&notice.subject).message_structure("json").message(per_protocol(&notice));
        call.send().await.map_err(|error| CallError::new(PUBLISH, &error))?;
        let sent = self.publish_to_chat(&notice.attributes(), &chat(&notice)).await;
        if let Err(error) = sent {
            let kind = notice.kind.as_str();
            tracing::warn!(certificate_arn = %notice.certificate_arn, outcome = "not-sent-to-chat", kind, reason = %error);
        }
        Ok(())
    }

    /// Publishes a notice about the account.
    ///
    /// # Errors
    /// The call failed; as above, chat is not meant.
    pub async fn publish_about_target(&self, notice: &TargetNotice) -> Result<(), CallError> {
        let AccountFacts { name, units, .. } = self.account.clone();
        let (sent_by, account_name) = (self.destination.sent_by.clone(), name);
        let notice = TargetNotice { sent_by, account_name, organizational_units: units, ..notice.clone() };
        self.publish_forms(&notice.subject(), &notice.text(), &notice.json(), notice.attributes()).await?;
        if let Err(error) = self.publish_to_chat(&notice.attributes(), &notice.chat()).await {
            let (account, region, kind) = (&notice.account, &notice.region, notice.kind.as_str());
            tracing::warn!(account, region, outcome = "not-sent-to-chat", kind, reason = %error);
        }
        Ok(())
    }

    /// Publishes a notice about what somebody did.
    ///
    /// # Errors
    /// The call failed; as above, chat is not meant.
    pub async fn publish_activity(&self, notice: &ActivityNotice) -> Result<(), CallError> {
        let notice = ActivityNotice { sent_by: self.destination.sent_by.clone(), ..notice.clone() };
        self.publish_forms(&notice.subject(), &notice.text(), &notice.json(), notice.attributes()).await?;
        if let Err(error) = self.publish_to_chat(&notice.attributes(), &notice.chat()).await {
            let (account, region, kind) = (&notice.account, &notice.region, notice.kind);
            tracing::warn!(account, region, outcome = "not-sent-to-chat", kind, reason = %error);
        }
        Ok(())
    }

    /// Publishes a digest.
    ///
    /// # Errors
    /// The call failed; as above, chat is not meant.
    pub async fn publish_digest(&self, digest: &Digest) -> Result<(), CallError> {
        let digest = Digest { sent_by: self.destination.sent_by.clone(), ..digest.clone() };
        self.publish_forms(&digest.subject(), &digest.text(), &digest.json(), digest.attributes()).await?;
        if let Err(error) = self.publish_to_chat(&digest.attributes(), &digest.chat()).await {
            tracing::warn!(owner = digest.owner, outcome = "not-sent-to-chat", reason = %error);
        }
        Ok(())
    }

    /// Publishes to the topic what is not about a certificate.
    async fn publish_forms(
        &self,
        subject: &str,
        text: &str,
        machines: &Value,
        attributes: Vec<(&'static str, String)>,
    ) -> Result<(), CallError> {
        let call = self.call(&self.destination.topic, attributes)?.subject(subject).message_structure("json");
        let sent = call.message(for_all(subject, text, machines)).send().await;
        sent.map(|_| ()).map_err(|error| CallError::new(PUBLISH, &error))
    }

    /// With what is the same in all notices about the account.
    async fn completed(&self, notice: &Notice) -> Notice {
        let AccountFacts { name, units, owner, purpose, .. } = self.account.clone();
        let owner = first_given([notice.owner.clone(), owner]);
        let contact = if owner.is_none() { self.contact().await } else { None };
        Notice {
            sent_by: self.destination.sent_by.clone(),
            account_name: name,
            organizational_units: units,
            owner_contact: contact.as_ref().map(|contact| contact.kind),
            purpose: first_given([notice.purpose.clone(), purpose]),
            owner: owner.or_else(|| contact.map(|contact| contact.owner())),
            ..notice.clone()
        }
    }

    /// A notice without an owner is better than none.
    async fn contact(&self) -> Option<AccountContact> {
        self.account.contact.as_ref()?.find().await.ok().flatten()
    }

    /// Publishes the chat form, if there is a topic for it. That it failed is counted, since nothing else fails for it.
    async fn publish_to_chat(&self, attributes: &[(&'static str, String)], form: &Value) -> Result<(), CallError> {
        let Some(topic) = &self.destination.chat_topic else { return Ok(()) };
        let call = self.call(topic, attributes.to_vec())?.message(form.to_string());
        let sent = call.send().await.map(|_| ()).map_err(|error| CallError::new(PUBLISH, &error));
        if sent.is_err() {
            not_sent_to_chat().emit(self.clock.now());
        }
        sent
    }

    /// A call with the attributes of the notice.
    fn call(
        &self,
        topic: &TopicArn,
        attributes: Vec<(&'static str, String)>,
    ) -> Result<PublishFluentBuilder, CallError> {
        let mut call = self.client.publish().topic_arn(topic.as_str());
        for (name, value) in attributes {
            let data_type = match name {
                "days_left" => "Number",
                "organizational_units" => "String.Array",
                _ => "String",
            };
            let attribute = MessageAttributeValue::builder().data_type(data_type).string_value(value).build();
            call = call.message_attributes(
                name,
                attribute.map_err(|_| CallError::incomplete_answer(PUBLISH, "attribute type"))?,
            );
        }
        Ok(call)
    }
}

/// A tag may be empty.
fn first_given(texts: [Option<String>; 2]) -> Option<String> {
    texts.into_iter().flatten().find(|text| !text.is_empty())
}

/// What the alarm on chat watches.
fn not_sent_to_chat() -> Metrics {
    let mut metrics = Metrics::of_all_functions();
    metrics.dimension("Destination", "chat");
    metrics.count("NoticesNotSent", 1);
    metrics
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
