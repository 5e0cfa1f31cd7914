//! Gathers, decides, reports.

use std::sync::OnceLock;

use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use aws_sdk_config::types::{ConfigurationItem, ResourceType};
use certificates::{CertificateArn, InvalidArn, PrivateCaArn, Scope};
use jiff::Timestamp;
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::event::{Occasion, Request, ResultToken};
use crate::facts::{Authority, Certificate, Item};
use crate::listed::Listed;
use crate::periodic::Turns;
use crate::report::Finding;
use crate::rules::{Compliance, Context, Evaluator, InvalidParameters, Rule, Settings, Verdict};
use crate::subject::{Subject, is_new};
use crate::{Config, Error};

/// The resource that a rule with wrong parameters is reported on.
const ACCOUNT: &str = "AWS::::Account";

#[derive(Debug)]
pub struct Handler {
    pub(crate) config: aws_sdk_config::Client,
    pub(crate) clock: Clock,
    pub(crate) dry_run: bool,
    sdk: SdkConfig,
    acm: OnceLock<aws_sdk_acm::Client>,
    acmpca: OnceLock<aws_sdk_acmpca::Client>,
}

/// One evaluation of a rule.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) settings: &'a Settings,
    pub(crate) here: &'a Scope,
    pub(crate) token: &'a ResultToken,
    pub(crate) config_rule: &'a str,
    pub(crate) deadline: Timestamp,
}

impl Handler {
    /// The function with clients of this configuration. Those that only some rules need, and only where an item does
    /// not tell enough, are made when they are needed: each costs a start some of its time.
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self {
            config: aws_sdk_config::Client::new(sdk),
            clock: Clock::of(sdk),
            dry_run: config.dry_run,
            sdk: sdk.clone(),
            acm: OnceLock::new(),
            acmpca: OnceLock::new(),
        }
    }

    pub(crate) fn acm(&self) -> &aws_sdk_acm::Client {
        self.acm.get_or_init(|| aws_sdk_acm::Client::new(&self.sdk))
    }

    pub(crate) fn acmpca(&self) -> &aws_sdk_acmpca::Client {
        self.acmpca.get_or_init(|| aws_sdk_acmpca::Client::new(&self.sdk))
    }

    /// Handles an event and emits metrics, whatever comes of it.
    ///
    /// # Errors
    /// The event is not for this function, or something could not be checked or reported.
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("compliance-rules");
        let answer = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clock.now());
        answer.map(|answer| json!(answer))
    }

    /// Handles an event.
    ///
    /// # Errors
    /// The event is not for this function, or something could not be checked or reported.
    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let here = &invocation.scope;
        let Request { config_rule, token, occasion, rule } = Request::read(event, here)?;
        let (rule, settings) = match rule {
            Ok(selected) => selected,
            Err(cause) => return Err(self.refuse(config_rule, &token, &occasion, here, cause).await),
        };
        let run = Run {
            rule,
            settings: &settings,
            here,
            token: &token,
            config_rule: &config_rule,
            deadline: invocation.deadline,
        };
        let name = occasion.as_str();
        let answer = match occasion {
            Occasion::Scheduled(at) => self.evaluate_all(&run, at).await?,
            Occasion::Oversized(summary) => {
                let item = self.fetch(&summary).await?;
                self.evaluate_item(&run, item).await?
            }
            Occasion::Changed(item) => self.evaluate_item(&run, *item).await?,
            Occasion::Gone(item, reason) => self.conclude(&run, *item, Verdict::not_applicable(reason)).await?,
        };
        metrics.dimension("Rule", rule.name);
        count(&answer, metrics);
        let Answer { outcome, compliant, non_compliant, not_applicable, cleared, .. } = &answer;
        tracing::info!(
            rule = rule.name,
            config_rule,
            occasion = name,
            outcome = outcome.as_str(),
            compliant,
            non_compliant,
            not_applicable,
            cleared
        );
        Ok(answer)
    }

    /// Evaluates a rule for the resource of an item.
    async fn evaluate_item(&self, run: &Run<'_>, item: Item) -> Result<Answer, Error> {
        if let Some(reason) = item.is_gone() {
            return self.conclude(run, item, Verdict::not_applicable(reason)).await;
        }
        if item.resource_type != run.rule.resource_type() {
            let reason = format!("The rule {} is about {}.", run.rule.name, run.rule.resource_type());
            return self.conclude(run, item, Verdict::not_applicable(reason)).await;
        }
        let subject = match subject(run, &item) {
            Ok(subject) if !item.is_deleted() || run.rule.judges_deleted => subject,
            Err(error) if !item.is_deleted() => return Err(error),
            _ => return self.conclude(run, item, Verdict::not_applicable("The resource was deleted.")).await,
        };
        let now = self.clock.now();
        let context = Context { now, settings: run.settings, here: run.here };
        let turns = Turns::new(self, now, run.deadline);
        let listed = Listed::default();
        let there_at = there_at(&subject, &item);
        let decided = self.decide(run.rule, &context, subject, there_at, &listed, async || turns.take().await).await;
        let Some(verdict) = decided else { return Err(Error::OutOfTime { left: 1, of: 1 }) };
        let verdict = verdict?;
        let is_denied = item.is_deleted() && verdict.compliance() == Compliance::Compliant;
        if is_denied && is_new(Some(item.captured_at), self.clock.now()) {
            return Err(Error::NotYetDeleted { resource: item.resource_id });
        }
        self.conclude(run, item, verdict).await
    }

    async fn conclude(&self, run: &Run<'_>, item: Item, verdict: Verdict) -> Result<Answer, Error> {
        tracing::info!(
            certificate_arn = item.resource_id,
            rule = run.rule.name,
            compliance = verdict.compliance().as_str(),
            reason = verdict.reason()
        );
        let ordering = item.captured_at;
        let finding = Finding { resource_type: item.resource_type, resource_id: item.resource_id, verdict };
        let findings = [finding];
        self.report(run.token, &findings, ordering).await?;
        Ok(Answer::new(self.dry_run, run.rule.name, run.config_rule.to_owned(), &findings, 0))
    }

    /// A rule with wrong parameters evaluates nothing. AWS Config shows no errors of functions, only
    /// results: so the error is a result of the account, which the next scheduled evaluation with good
    /// parameters clears.
    async fn refuse(
        &self,
        config_rule: String,
        token: &ResultToken,
        occasion: &Occasion,
        here: &Scope,
        cause: InvalidParameters,
    ) -> Error {
        let reason = format!("This rule is not evaluated. Correct its InputParameters: {cause}");
        let finding = Finding {
            resource_type: ACCOUNT.into(),
            resource_id: here.account.clone(),
            verdict: Verdict::non_compliant(reason),
        };
        if let Err(error) = self.report(token, &[finding], occasion.ordering()).await {
            tracing::warn!(config_rule, reason = %error, "the wrong parameters could not be shown in AWS Config");
        }
        Error::Parameters { config_rule, cause }
    }

    /// Fetches an item that is too large for a notification.
    async fn fetch(&self, summary: &Item) -> Result<Item, Error> {
        const OPERATION: &str = "config:GetResourceConfigHistory";
        let failed = |cause| Error::Fetch { resource: summary.resource_id.clone(), cause };
        let history = self
            .config
            .get_resource_config_history()
            .resource_type(ResourceType::from(summary.resource_type.as_str()))
            .resource_id(&summary.resource_id)
            .limit(1)
            .send()
            .await
            .map_err(|error| failed(CallError::new(OPERATION, &error)))?;
        let newest = history.configuration_items().first();
        let item = newest.ok_or_else(|| failed(CallError::incomplete_answer(OPERATION, "item")))?;
        let item = Item::read(&spelled_as_api(item))
            .map_err(|error| failed(CallError::incomplete_answer(OPERATION, error.member)))?;
        // The history may lag behind the notification.
        if item.captured_at.as_second() < summary.captured_at.as_second() {
            return Err(failed(CallError::incomplete_answer(OPERATION, "item as new as the notification")));
        }
        Ok(item)
    }
}

/// When the resource came, as far as an item tells. An item of a deletion is believed, however new the resource is.
fn there_at(subject: &Subject, item: &Item) -> Option<Timestamp> {
    if item.is_deleted() {
        return None;
    }
    let discovered_at = (item.status == "ResourceDiscovered").then_some(item.captured_at);
    subject.created_at().or(discovered_at)
}

/// The resource of an item.
fn subject(run: &Run<'_>, item: &Item) -> Result<Subject, Error> {
    let arn = item.arn.as_deref().unwrap_or(&item.resource_id);
    let unusable = |error: InvalidArn| Error::bad_event("configurationItem.ARN", error.to_string());
    let (subject, is_within) = match run.rule.evaluate {
        Evaluator::Authority(_) => {
            let arn: PrivateCaArn = arn.parse().map_err(unusable)?;
            let is_within = arn.is_within(run.here);
            (Subject::Authority(Box::new(Authority::of_item(arn, item))), is_within)
        }
        _ => {
            let arn: CertificateArn = arn.parse().map_err(unusable)?;
            let is_within = arn.is_within(run.here);
            (Subject::Certificate(Box::new(Certificate::of_item(arn, item))), is_within)
        }
    };
    if is_within {
        return Ok(subject);
    }
    let problem = format!("is of another account or Region than {} in {}", run.here.account, run.here.region);
    Err(Error::bad_event("configurationItem.ARN", problem))
}

/// The SDK's item, as the API writes it.
fn spelled_as_api(item: &ConfigurationItem) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit into 53 bits")]
    let captured_at = item
        .configuration_item_capture_time()
        .and_then(|at| at.to_millis().ok())
        .map(|milliseconds| milliseconds as f64 / 1000.0);
    json!({
        "accountId": item.account_id(),
        "arn": item.arn(),
        "resourceType": item.resource_type().map(ResourceType::as_str),
        "resourceId": item.resource_id(),
        "configurationItemStatus": item.configuration_item_status().map(|status| status.as_str()),
        "configurationItemCaptureTime": captured_at,
        "configuration": item.configuration(),
        "supplementaryConfiguration": item.supplementary_configuration(),
        "tags": item.tags(),
    })
}

fn count(answer: &Answer, metrics: &mut Metrics) {
    for (name, by) in [
        ("ResourcesCompliant", answer.compliant),
        ("ResourcesNonCompliant", answer.non_compliant),
        ("ResourcesNotApplicable", answer.not_applicable),
        ("ResultsCleared", answer.cleared),
    ] {
        if by > 0 {
            metrics.count(name, by as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use simulated_aws::{Aws, CertificateSpec, Key, PrivateCaSpec};

    use super::*;

    /// Which clients there are after a change that a rule is evaluated for: ACM's, AWS Private CA's.
    async fn made(aws: &Aws, rule: &str, item: &Value) -> (bool, bool) {
        let config = Config::read(&[("DRY_RUN", "true")].into_iter().collect()).unwrap();
        let handler = Handler::new(config, &aws.sdk_config());
        let invoking = json!({ "messageType": "ConfigurationItemChangeNotification", "configurationItem": item });
        let event = json!({
            "invokingEvent": invoking.to_string(), "ruleParameters": json!({ "rule": rule }).to_string(),
            "resultToken": "token", "configRuleName": rule, "accountId": aws.account(),
        });
        let scope = Scope { region: aws.region(), account: aws.account() };
        let deadline = aws.now() + jiff::SignedDuration::from_mins(5);
        let mut metrics = Metrics::new("compliance-rules");
        handler.handle(&event, &Invocation { scope, deadline }, &mut metrics).await.unwrap();
        (handler.acm.get().is_some(), handler.acmpca.get().is_some())
    }

    #[tokio::test]
    async fn a_client_is_made_when_it_is_needed() {
        let aws = Aws::new("2026-11-21T06:11:00Z".parse().unwrap());
        let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        let certificate = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
        let certificate = aws.certificate_item(&certificate).unwrap();
        assert_eq!(made(&aws, "certificate-expiry", &certificate).await, (false, false));
        assert_eq!(made(&aws, "duplicate-certificates", &certificate).await, (true, false));
        assert_eq!(made(&aws, "ca-status", &aws.private_ca_item(&ca).unwrap()).await, (false, true));
    }
}
