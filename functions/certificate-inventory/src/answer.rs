//! What the function answers.

use lambda::BatchAnswer;
use serde::Serialize;

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// One account and Region was read.
    Collection(CollectionReport),
    /// All accounts and Regions will be read, each as a message of its own.
    FanOut(FanOutReport),
    /// A report was made.
    Report(ReportReport),
    /// The numbers of the last report were written.
    Measured {
        /// `measured`, or `no-report` before the first one.
        outcome: &'static str,
    },
    /// Nothing was done in an account and Region.
    Refused {
        /// `refused`.
        outcome: &'static str,
        account: String,
        region: String,
        /// Why, in one word.
        reason: &'static str,
    },
    /// To a batch of messages.
    Batch(BatchAnswer),
}

/// How the reading of one account and Region went.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionReport {
    /// `collected`.
    pub outcome: &'static str,
    pub account: String,
    pub region: String,
    /// Certificates, CAs and ACME endpoints.
    pub entries: usize,
    /// Those that were described and whose chain was read in this run.
    pub described: usize,
    /// Those whose description is missing or old, which the next runs read.
    pub left: usize,
    /// The lists that could not be read, by their actions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// How the reading of an organization was started.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FanOutReport {
    /// `fanned-out`.
    pub outcome: &'static str,
    /// Accounts and Regions.
    pub targets: usize,
}

/// What a report says, and where it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportReport {
    /// `reported`.
    pub outcome: &'static str,
    /// The address of the HTML file.
    pub report: String,
    pub entries: u64,
    /// Accounts and Regions, and those of them without a usable shard.
    pub targets: usize,
    pub targets_without_shard: usize,
    /// Things that could not be read.
    pub gaps: usize,
    pub expiring_unhandled: u64,
    pub expired_in_use: u64,
    /// Digests that were sent, where it is the day for them.
    pub digests: usize,
}
