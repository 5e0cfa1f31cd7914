//! What the functions would do now, asked of the functions themselves.
//!
//! They run in this process with `DRY_RUN`, over clients that can only read ([`ReadOnly`](crate::ReadOnly)), with their
//! defaults and with every domain, private CA and secret granted.

mod certificate_renewals;
mod expiry;
mod validation;
mod words;

use aws_client::Clock;
use aws_config::SdkConfig;
use certificates::Target;
use jiff::SignedDuration;
use lambda::{Environment, Invocation, PartialFailure};
use serde::Serialize;

pub(crate) use words::text;

/// How long a sweep may take. Functions stop before their time is over, and say what is left.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);
/// Everything: whoever asks for a plan wants to know what could be done.
const GRANTS: &str = r#"{"domains": ["*"], "exportableDomains": ["*"], "privateCas": ["*"], "secrets": ["*"]}"#;

/// What the functions would do in one account and Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TargetPlan {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) functions: Vec<FunctionPlan>,
}

/// What one function would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FunctionPlan {
    pub(crate) function: &'static str,
    /// Certificates that it found; `None`: not even that is known.
    pub(crate) certificates: Option<usize>,
    /// What it would do; not all where `unknown` is not empty.
    pub(crate) actions: Vec<PlannedAction>,
    /// What is not known. A plan without an action and with one of these is not a plan to do nothing.
    pub(crate) unknown: Vec<Unknown>,
}

/// One thing that would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlannedAction {
    pub(crate) certificate: String,
    /// In words.
    pub(crate) what: String,
}

/// Certificates of which it is not known what would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unknown {
    /// How many; `None`: not even that is known.
    pub(crate) certificates: Option<usize>,
    pub(crate) why: String,
}

/// Asks the functions about one account and Region.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    pub(crate) sdk: &'a SdkConfig,
    pub(crate) target: Target,
}

impl Planner<'_> {
    pub(crate) async fn run(&self) -> TargetPlan {
        let expiry = expiry::plan(self).await;
        let renewals = certificate_renewals::plan(self, &expiry).await;
        let functions = vec![expiry.plan, renewals, validation::plan(self).await];
        TargetPlan { account: self.target.account.clone(), region: self.target.region.clone(), functions }
    }

    /// A topic has to be named; nothing is ever sent to it.
    fn environment(&self) -> Environment {
        let Target { partition, region, account } = &self.target;
        let topic = format!("arn:{partition}:sns:{region}:{account}:certificate-report-plan");
        let variables =
            [("NOTICE_TOPIC_ARN", topic.as_str()), ("DRY_RUN", "true"), ("GRANTS", GRANTS), ("DNS_LOOKUPS", "false")];
        variables.into_iter().collect()
    }

    fn invocation(&self) -> Invocation {
        let deadline = Clock::of(self.sdk).now().saturating_add(LONGEST).unwrap_or(jiff::Timestamp::MAX);
        Invocation { home: self.target.clone(), deadline }
    }
}

impl FunctionPlan {
    fn new(function: &'static str) -> Self {
        Self { function, certificates: None, actions: Vec::new(), unknown: Vec::new() }
    }

    /// Nothing is known of any certificate.
    fn all_unknown(function: &'static str, why: String) -> Self {
        Self { unknown: vec![Unknown { certificates: None, why }], ..Self::new(function) }
    }

    fn act(&mut self, certificate: impl ToString, what: impl Into<String>) {
        self.actions.push(PlannedAction { certificate: certificate.to_string(), what: what.into() });
    }

    fn not_known(&mut self, certificates: usize, why: impl Into<String>) {
        if certificates > 0 {
            self.unknown.push(Unknown { certificates: Some(certificates), why: why.into() });
        }
    }
}

/// A sweep that failed for some certificates says nothing of the others either.
fn of_partial<E: std::error::Error + 'static>(function: &'static str, partial: &PartialFailure<E>) -> FunctionPlan {
    let PartialFailure { failed, of, left, first, .. } = partial;
    let why = first
        .as_ref()
        .map_or_else(|| "there was not enough time".to_owned(), |first| crate::error::with_causes(first.as_ref()));
    let mut plan = FunctionPlan { certificates: Some(*of), ..FunctionPlan::new(function) };
    let unread = (failed + left).min(*of);
    plan.not_known(unread, why);
    plan.not_known(of - unread, "the function answers nothing of these while it cannot read the others");
    plan
}

#[cfg(test)]
mod tests;
