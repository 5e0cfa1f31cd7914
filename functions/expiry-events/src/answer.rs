//! What the function answers: the outcome of one check, of several, or of a sweep.

use certificates::Target;
use lambda::BatchAnswer;
use serde::Serialize;

use crate::outcome::Outcome;
use crate::policy::trail::TrailState;
use crate::{CertificateReport, Skipped};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Certificate(Box<CertificateReport>),
    /// An AWS Health event that names several things, or none of this account and Region.
    Certificates {
        /// `checked` or `ignored`.
        outcome: Outcome,
        /// Why nothing was checked.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str>,
        certificates: Vec<CertificateReport>,
        /// What else the event named.
        skipped: Vec<Skipped>,
    },
    Sweep(SweepReport),
    /// The sweep of a hub.
    FanOut(FanOutReport),
    /// Nothing was done in an account and Region.
    Target(TargetReport),
    /// To a batch of messages.
    Batch(BatchAnswer),
}

impl Answer {
    /// What came of the certificates of one event.
    pub(crate) fn from_reports(mut certificates: Vec<CertificateReport>, skipped: Vec<Skipped>) -> Self {
        if certificates.is_empty() {
            let reason = Some("no-certificate-here");
            return Self::Certificates { outcome: Outcome::Ignored, reason, certificates, skipped };
        }
        if certificates.len() == 1 && skipped.is_empty() {
            return Self::Certificate(Box::new(certificates.remove(0)));
        }
        Self::Certificates { outcome: Outcome::Checked, reason: None, certificates, skipped }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepReport {
    /// `swept`; with `DRY_RUN`, `planned`.
    pub outcome: Outcome,
    /// Certificates of the account and Region.
    pub certificates: usize,
    /// Those whose tags were read from ACM.
    pub checked: usize,
    /// Those that were not checked, since the tags that GetResources shows say that nothing is to be done.
    pub skipped: usize,
    /// Why GetResources could not be used, so that the tags of all were read from ACM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags_not_listed: Option<&'static str>,
    /// Notices published; with `DRY_RUN`, that would be.
    pub notices: u64,
    /// Certificates whose notices were held back, because this sweep had published `NOTICES_PER_SWEEP`.
    pub held_back: usize,
    /// Certificates on which AWS refused our tags.
    pub tags_refused: usize,
    /// Renewals requested; with `DRY_RUN`, that would be.
    pub renewals_requested: u64,
    /// Entries of the listing that could not be read.
    pub unreadable: usize,
    /// Whether API calls of the account and Region reach EventBridge, in the sweep of the day that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trail: Option<TrailState>,
    /// With `DRY_RUN`: what would be done, without the plans' details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<CertificateReport>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FanOutReport {
    /// `fanned-out`.
    pub outcome: Outcome,
    /// Accounts and Regions that are swept now, each as a message of its own.
    pub targets: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetReport {
    /// `refused` or `unreadable`.
    pub outcome: Outcome,
    pub account: String,
    pub region: String,
    /// Why, in one word, or the call that AWS refused and its code.
    pub reason: String,
}

impl TargetReport {
    pub(crate) fn new(outcome: Outcome, target: &Target, reason: &str) -> Self {
        let (account, region) = (target.account.clone(), target.region.clone());
        Self { outcome, account, region, reason: reason.to_owned() }
    }
}
