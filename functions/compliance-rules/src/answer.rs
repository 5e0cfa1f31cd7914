//! What the function answers.

use serde::Serialize;

use crate::report::Finding;
use crate::rules::Compliance;

/// So many non-compliant resources are named in an answer; all of them are in AWS Config.
const NAMED: usize = 100;

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub outcome: Outcome,
    pub rule: &'static str,
    /// The rule in AWS Config.
    pub config_rule: String,
    /// Resources that are as the rule wants them.
    pub compliant: usize,
    /// Resources that are not.
    pub non_compliant: usize,
    /// Resources that the rule has nothing to say of.
    pub not_applicable: usize,
    /// Resources that are gone and of which AWS Config had a result, which was cleared.
    pub cleared: usize,
    /// Of a change: the resource. Of a scheduled evaluation: the first that are non-compliant.
    pub findings: Vec<Found>,
}

/// What was found of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its id in AWS Config.
    pub resource: String,
    pub compliance: Compliance,
    /// The whole reason; the annotation in AWS Config has its first 256 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// AWS Config was told.
    Evaluated,
    /// `DRY_RUN`: AWS Config was not told.
    Planned,
}

impl Outcome {
    /// As it stands in answers and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluated => "evaluated",
            Self::Planned => "planned",
        }
    }
}

impl Answer {
    pub(crate) fn new(
        dry_run: bool,
        rule: &'static str,
        config_rule: String,
        findings: &[Finding],
        cleared: usize,
    ) -> Self {
        let count = |compliance| findings.iter().filter(|finding| finding.verdict.compliance() == compliance).count();
        let is_named =
            |finding: &&Finding| findings.len() == 1 || finding.verdict.compliance() == Compliance::NonCompliant;
        Self {
            outcome: if dry_run { Outcome::Planned } else { Outcome::Evaluated },
            rule,
            config_rule,
            compliant: count(Compliance::Compliant),
            non_compliant: count(Compliance::NonCompliant),
            not_applicable: count(Compliance::NotApplicable),
            cleared,
            findings: findings
                .iter()
                .filter(is_named)
                .take(NAMED)
                .map(|finding| Found {
                    resource: finding.resource_id.clone(),
                    compliance: finding.verdict.compliance(),
                    reason: finding.verdict.reason().to_owned(),
                })
                .collect(),
        }
    }
}
