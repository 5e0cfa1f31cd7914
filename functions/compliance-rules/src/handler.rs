//! Reads an event, has the rule evaluated, and reports.

use aws_config::SdkConfig;
use certificates::Target;
use lambda::{Invocation, Metrics};
use lookups::Clients;
use rules::{InvalidParameters, Verdict};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::change::Change;
use crate::event::{Request, ResultToken, Trigger};
use crate::results::{Finding, Results};
use crate::run::RuleRun;
use crate::sweep::Sweep;
use crate::{Config, Error, history};

/// The resource that a rule with wrong parameters is reported on.
const ACCOUNT: &str = "AWS::::Account";

#[derive(Debug)]
pub struct Handler {
    config: aws_sdk_config::Client,
    clients: Clients,
    dry_run: bool,
}

impl Handler {
    pub fn new(config: Config, sdk: &SdkConfig) -> Self {
        Self { config: aws_sdk_config::Client::new(sdk), clients: Clients::new(sdk), dry_run: config.dry_run }
    }

    /// Handles an event, and emits metrics whether it succeeds or not.
    pub async fn answer(&self, event: Value, invocation: Invocation) -> Result<Value, Error> {
        let mut metrics = Metrics::new("compliance-rules");
        let answer = self.handle(&event, &invocation, &mut metrics).await;
        metrics.emit(self.clients.clock.now());
        answer.map(|answer| json!(answer))
    }

    pub async fn handle(&self, event: &Value, invocation: &Invocation, metrics: &mut Metrics) -> Result<Answer, Error> {
        let here = &invocation.home;
        let Request { config_rule, token, trigger, rule } = Request::read(event, here)?;
        let (rule, settings) = match rule {
            Ok(selected) => selected,
            Err(cause) => return Err(self.refuse(config_rule, &token, &trigger, here, cause).await),
        };
        let run = RuleRun {
            rule,
            settings: &settings,
            here,
            token: &token,
            config_rule: &config_rule,
            deadline: invocation.deadline,
        };
        let trigger_name = trigger.as_str();
        let answer = self.evaluate(&run, trigger).await?;
        metrics.dimension("Rule", rule.name);
        answer.count(metrics);
        answer.log(trigger_name);
        Ok(answer)
    }

    async fn evaluate(&self, run: &RuleRun<'_>, trigger: Trigger) -> Result<Answer, Error> {
        let results = &self.results(run.token);
        let change = Change { run, clients: &self.clients, results };
        match trigger {
            Trigger::Scheduled(at) => {
                let sweep = Sweep { run, clients: &self.clients, results };
                // Boxed, since the compiler gives up on deeper nesting of futures.
                Box::pin(sweep.evaluate_all(at)).await
            }
            Trigger::Oversized(summary) => change.evaluate(history::fetch(&self.config, &summary).await?).await,
            Trigger::Changed(item) => change.evaluate(*item).await,
            Trigger::Gone(item, reason) => change.report(*item, Verdict::not_applicable(reason)).await,
        }
    }

    fn results<'a>(&'a self, token: &'a ResultToken) -> Results<'a> {
        Results { client: &self.config, clock: &self.clients.clock, token, dry_run: self.dry_run }
    }

    /// A rule with wrong parameters evaluates nothing. AWS Config shows no errors of functions, only
    /// results: so the error is a result of the account, which the next scheduled evaluation with right
    /// parameters clears.
    async fn refuse(
        &self,
        config_rule: String,
        token: &ResultToken,
        trigger: &Trigger,
        here: &Target,
        cause: InvalidParameters,
    ) -> Error {
        let reason = format!("This rule is not evaluated. Correct its InputParameters: {cause}");
        let finding = Finding {
            resource_type: ACCOUNT.into(),
            resource_id: here.account.clone(),
            verdict: Verdict::non_compliant(reason),
        };
        if let Err(error) = self.results(token).put(&[finding], trigger.ordering()).await {
            tracing::warn!(config_rule, reason = %error, "could not show the wrong parameters in AWS Config");
        }
        Error::Parameters { config_rule, cause }
    }
}
