//! What the function answers.

use lambda::Metrics;
use rules::Compliance;
use serde::Serialize;

use crate::results::Finding;
use crate::run::RuleRun;

/// The most resources that an answer names; all of them are in AWS Config.
const NAMED: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    pub outcome: Outcome,
    /// Our rule.
    pub rule: &'static str,
    /// The rule's name in AWS Config.
    pub config_rule: String,
    pub compliant: usize,
    pub non_compliant: usize,
    pub not_applicable: usize,
    /// Results of resources that are gone, which were cleared.
    pub cleared: usize,
    /// Of a change: the resource. Of a scheduled evaluation: the first that are non-compliant.
    pub findings: Vec<Found>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The resource's id in AWS Config.
    pub resource: String,
    pub compliance: Compliance,
    /// The whole reason; the annotation in AWS Config has its first 256 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Reported to AWS Config.
    Evaluated,
    /// `DRY_RUN`: not reported.
    Planned,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Evaluated => "evaluated",
            Self::Planned => "planned",
        }
    }
}

impl Answer {
    pub(crate) fn new(dry_run: bool, run: &RuleRun<'_>, findings: &[Finding], cleared: usize) -> Self {
        let count = |compliance| findings.iter().filter(|finding| finding.verdict.compliance() == compliance).count();
        let is_named =
            |finding: &&Finding| findings.len() == 1 || finding.verdict.compliance() == Compliance::NonCompliant;
        Self {
            outcome: if dry_run { Outcome::Planned } else { Outcome::Evaluated },
            rule: run.rule.name,
            config_rule: run.config_rule.to_owned(),
            compliant: count(Compliance::Compliant),
            non_compliant: count(Compliance::NonCompliant),
            not_applicable: count(Compliance::NotApplicable),
            cleared,
            findings: findings.iter().filter(is_named).take(NAMED).map(Found::from).collect(),
        }
    }

    pub(crate) fn count(&self, metrics: &mut Metrics) {
        for (name, by) in [
            ("ResourcesCompliant", self.compliant),
            ("ResourcesNonCompliant", self.non_compliant),
            ("ResourcesNotApplicable", self.not_applicable),
            ("ResultsCleared", self.cleared),
        ] {
            if by > 0 {
                metrics.count(name, by as u64);
            }
        }
    }

    pub(crate) fn log(&self, trigger: &'static str) {
        let Self { outcome, rule, config_rule, compliant, non_compliant, not_applicable, cleared, .. } = self;
        let outcome = outcome.as_str();
        tracing::info!(rule, config_rule, trigger, outcome, compliant, non_compliant, not_applicable, cleared);
    }
}

impl From<&Finding> for Found {
    fn from(finding: &Finding) -> Self {
        Self {
            resource: finding.resource_id.clone(),
            compliance: finding.verdict.compliance(),
            reason: finding.verdict.reason().to_owned(),
        }
    }
}
