//! AWS Config, as far as custom rules speak to it.

mod evaluations;
mod items;
mod results;
mod rules;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::{Aws, recorder};

pub(crate) use items::{certificate_item, private_ca_item};

/// The rules, what they said, and the history of resources.
#[derive(Debug, Default)]
pub(crate) struct Store {
    rules: BTreeMap<String, Value>,
    /// Result tokens, and the rules that they were given to.
    tokens: BTreeMap<String, String>,
    evaluations: Vec<Evaluation>,
    /// The latest result of each resource, by rule, resource type and id.
    results: BTreeMap<(String, String, String), Evaluation>,
    failing: usize,
    pub(crate) items: Vec<Value>,
}

/// An evaluation that AWS Config accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The rule that the result token belonged to; missing in test mode.
    pub rule: Option<String>,
    /// ComplianceResourceType.
    pub resource_type: String,
    /// ComplianceResourceId.
    pub resource_id: String,
    /// ComplianceType.
    pub compliance: String,
    /// Annotation.
    pub annotation: Option<String>,
    /// OrderingTimestamp.
    pub ordering: Timestamp,
    /// Virtual time of the call.
    pub at: Timestamp,
}

impl Aws {
    /// AWS Config invokes a rule: the result token of that invocation.
    pub fn new_result_token(&self, rule: &str) -> String {
        let mut state = self.state();
        let token = format!("token-{}", state.next_number());
        state.config.tokens.insert(token.clone(), rule.to_owned());
        token
    }

    /// Every evaluation that AWS Config accepted, in order. Those of test mode are not among them.
    pub fn evaluations(&self) -> Vec<Evaluation> {
        self.state().config.evaluations.clone()
    }

    /// Every evaluation since the last time, without keeping them: for runs of so many that copies would cost
    /// time. Results stay.
    pub fn take_evaluations(&self) -> Vec<Evaluation> {
        std::mem::take(&mut self.state().config.evaluations)
    }

    /// What AWS Config shows of a rule: the latest evaluation of each resource, by resource id.
    pub fn results(&self, rule: &str) -> Vec<Evaluation> {
        self.state().config.results_of(rule).cloned().collect()
    }

    /// The next `count` evaluations come back in FailedEvaluations.
    pub fn fail_evaluations(&self, count: usize) {
        self.state().config.failing = count;
    }

    /// The item of a certificate as AWS Config makes it now, spelled as in a change notification
    /// (`awsAccountId`, `ARN`, `configuration` as an object). `None` when there is no such certificate.
    pub fn certificate_item(&self, arn: &str) -> Option<Value> {
        certificate_item(&mut self.state(), arn)
    }

    /// The item of a private CA, as [`certificate_item`](Self::certificate_item). Its configuration is
    /// spelled as in CloudFormation, without status and validity.
    pub fn private_ca_item(&self, arn: &str) -> Option<Value> {
        private_ca_item(&mut self.state(), arn)
    }
}

impl Store {
    fn results_of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Evaluation> {
        let first = (rule.to_owned(), String::new(), String::new());
        self.results.range(first..).take_while(move |((of, ..), _)| of == rule).map(|(_, result)| result)
    }

    /// API reference, Evaluation, OrderingTimestamp: the latest one of a resource is its result.
    fn keep(&mut self, evaluation: Evaluation) {
        let Some(rule) = evaluation.rule.clone() else { return };
        let place = (rule, evaluation.resource_type.clone(), evaluation.resource_id.clone());
        if self.results.get(&place).is_none_or(|present| evaluation.ordering >= present.ordering) {
            self.results.insert(place, evaluation.clone());
        }
        self.evaluations.push(evaluation);
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutEvaluations" => evaluations::put(state, input),
        "GetResourceConfigHistory" => recorder::history(state, input),
        "PutConfigRule" => rules::put(state, input),
        "DescribeConfigRules" => rules::describe(state, input),
        "GetComplianceDetailsByConfigRule" => results::of_rule(state, input),
        other => Err(not_modelled("config", other)),
    }
}

fn no_such_rule(name: &str) -> ApiError {
    ApiError::new(
        "NoSuchConfigRuleException",
        format!("The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name."),
    )
}
