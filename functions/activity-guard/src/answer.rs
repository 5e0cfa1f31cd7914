//! What the function answers.

use serde::Serialize;

use crate::policy::ActKind;

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To an act.
    Check(CheckReport),
    /// To a call that is not an act, or whose account is not watched.
    Ignored {
        /// `ignored` or `refused`.
        outcome: &'static str,
        /// Why, in one word.
        reason: &'static str,
    },
    /// To a sweep.
    Sweep(SweepReport),
    /// To a request for digests.
    Digest(DigestReport),
    /// To a request for an audit.
    Audit(AuditReport),
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// `noticed`, `held` for the hour's digest, `already-noticed` by another event, `repeated` if this one was handled before,
    /// or why nobody has to know.
    pub outcome: &'static str,
    pub kind: ActKind,
    /// What it was done to.
    pub resource: String,
    pub event_id: String,
}

/// How a sweep went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepReport {
    /// `swept`.
    pub outcome: &'static str,
    /// Accounts and Regions.
    pub targets: usize,
    /// Those without a shard, so that nothing is known of them.
    pub targets_without_shard: usize,
    /// States that should not be, old and new.
    pub findings: usize,
    pub notices: usize,
}

/// How the sweep of one account and Region went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetReport {
    /// `swept`, `unchanged` since the last sweep, or `no-shard`.
    pub outcome: &'static str,
    pub account: String,
    pub region: String,
    pub findings: usize,
    pub notices: usize,
}

/// What was sent of what was held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DigestReport {
    /// `sent`.
    pub outcome: &'static str,
    pub digests: usize,
    pub acts: usize,
}

/// Where an audit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// `written`.
    pub outcome: &'static str,
    /// The address of the CSV.
    pub audit: String,
    pub acts: usize,
}
