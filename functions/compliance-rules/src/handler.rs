//! Gathers, decides, reports.

use aws_config::SdkConfig;
use aws_sdk_config::types::{ConfigurationItem, ResourceType};
use certificates::Scope;
use jiff::Timestamp;
use lambda::{Invocation, Metrics};
use sdk::{CallError, Clock};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::event::{Occasion, Request, ResultToken};
use crate::facts::{Authority, Certificate, Item};
use crate::periodic::Turns;
use crate::report::Finding;
use crate::rules::{Context, Evaluator, InvalidParameters, Rule, Settings, Verdict};
use crate::subject::{Listed, Subject};
use crate::{Config, Error};

/// The resource that a rule with wrong parameters is reported on.
const ACCOUNT: &str = "AWS::::Account";

/// The function.
#[derive(Debug)]
pub struct Handler {
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) acmpca: aws_sdk_acmpca::Client,
    pub(crate) config: aws_sdk_config::Client,
    pub(crate) clock: Clock,
    pub(crate) dry_run: bool,
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
    /// The function with clients of this configuration.
    #[must_use]
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            acmpca: aws_sdk_acmpca::Client::new(sdk),
            config: aws_sdk_config::Client::new(sdk),
            clock: Clock::of(sdk),
            dry_run: config.dry_run,
        }
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
        let subject = subject(run, &item)?;
        let now = self.clock.now();
        let context = Context { now, settings: run.settings, here: run.here };
        let turns = Turns::new(self, now, run.deadline);
        let decided = self.decide(run.rule, &context, subject, &Listed::default(), async || turns.take().await).await;
        match decided {
            Some(verdict) => self.conclude(run, item, verdict?).await,
            None => Err(Error::OutOfTime { left: 1, of: 1 }),
        }
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

/// The resource of an item.
fn subject(run: &Run<'_>, item: &Item) -> Result<Subject, Error> {
    let arn = item.arn.as_deref().unwrap_or(&item.resource_id);
    let unusable = |error: certificates::InvalidArn| Error::bad_event("configurationItem.ARN", error.to_string());
    match run.rule.evaluate {
        Evaluator::Authority(_) => {
            Ok(Subject::Authority(Box::new(Authority::of_item(arn.parse().map_err(unusable)?, item))))
        }
        _ => {
            let arn: certificates::CertificateArn = arn.parse().map_err(unusable)?;
            if !arn.is_within(run.here) {
                let problem =
                    format!("is of another account or Region than {} in {}", run.here.account, run.here.region);
                return Err(Error::bad_event("configurationItem.ARN", problem));
            }
            Ok(Subject::Certificate(Box::new(Certificate::of_item(arn, item))))
        }
    }
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
