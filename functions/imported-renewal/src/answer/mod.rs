//! What the function answers: to a batch, or to one event.

mod log;
mod planned;

use certificates::{CertificateArn, CertificateDetail, Failure};
use events::{IssuerChange, PendingDomainName};
use jiff::Timestamp;
use lambda::BatchAnswer;
use serde::Serialize;

use crate::completion::Completion;
use crate::domain_names::for_machines;
use crate::endpoint_check::Endpoint;
use crate::event::Occasion;
use crate::policy::SkipReason;
pub use planned::{Action, PlannedSource};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Batch(BatchAnswer),
    Event(Box<CertificateReport>),
    /// To an event about a secret of several certificates.
    Events(Vec<CertificateReport>),
}

impl From<Vec<CertificateReport>> for Answer {
    fn from(mut reports: Vec<CertificateReport>) -> Self {
        match reports.pop() {
            Some(only) if reports.is_empty() => Self::Event(Box::new(only)),
            last => Self::Events(reports.into_iter().chain(last).collect()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Renewed,
    RenewalFailed,
    /// The certificate was found replaced, and that was recorded.
    RecordedComplete,
    /// Its tags were about a certificate that was replaced long ago.
    RecordCorrected,
    /// Nothing was to be done.
    Ignored,
    /// The event asks for what it may not have; nothing was done.
    Refused,
    /// `DRY_RUN`: there is something to do, and it was not done.
    Planned,
}

impl Outcome {
    /// As it is in answers and logs.
    fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::RenewalFailed => "renewal-failed",
            Self::RecordedComplete => "recorded-complete",
            Self::RecordCorrected => "record-corrected",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Planned => "planned",
        }
    }
}

/// What came of one event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateReport {
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateArn>,
    /// Why it failed or was ignored, in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// From when on the same request is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub possible_after: Option<Timestamp>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Replacement>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub issuer_change: Option<IssuerChange>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_domain_names: Vec<PendingDomainName>,
    /// What the endpoints serve that were checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<EndpointReport>,
    /// With `DRY_RUN`: what would be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Whether a message has to be delivered again, since it is too early for what it asks.
    #[serde(skip)]
    pub is_too_early: bool,
}

/// What an endpoint of a renewed certificate serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndpointReport {
    pub name: String,
    /// `new-certificate`, `previous-certificate`, `another-certificate` or `unknown`.
    pub serves: &'static str,
}

impl From<&Endpoint> for EndpointReport {
    fn from(endpoint: &Endpoint) -> Self {
        Self { name: endpoint.name.clone(), serves: endpoint.serves.as_str() }
    }
}

/// A certificate and the one that replaced it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    pub serial_before: Option<String>,
    pub serial_after: Option<String>,
    pub not_after_before: Option<Timestamp>,
    pub not_after_after: Option<Timestamp>,
}

impl CertificateReport {
    fn new(outcome: Outcome, certificate: Option<&CertificateArn>) -> Self {
        Self {
            outcome,
            certificate: certificate.cloned(),
            reason: None,
            detail: None,
            attempt: None,
            possible_after: None,
            replacement: None,
            issuer_change: None,
            pending_domain_names: Vec::new(),
            endpoints: Vec::new(),
            actions: Vec::new(),
            dry_run: false,
            is_too_early: false,
        }
    }

    pub(crate) fn ignored(certificate: Option<&CertificateArn>, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::new(Outcome::Ignored, certificate) }
    }

    pub(crate) fn refused(certificate: Option<&CertificateArn>, reason: &'static str, detail: String) -> Self {
        Self { reason: Some(reason), detail: Some(detail), ..Self::new(Outcome::Refused, certificate) }
    }

    pub(crate) fn gone(certificate: &CertificateArn) -> Self {
        Self::ignored(Some(certificate), "certificate-gone")
    }

    pub(crate) fn skipped(certificate: &CertificateArn, reason: SkipReason, occasion: Occasion) -> Self {
        Self {
            possible_after: reason.possible_after(),
            is_too_early: reason.is_too_early(occasion),
            ..Self::ignored(Some(certificate), reason.as_str())
        }
    }

    pub(crate) fn failed(certificate: &CertificateArn, failure: Failure, attempt: u32) -> Self {
        Self {
            reason: Some(failure.reason.as_str()),
            detail: Some(failure.detail),
            attempt: Some(attempt),
            ..Self::new(Outcome::RenewalFailed, Some(certificate))
        }
    }

    pub(crate) fn renewed(before: &CertificateDetail, completion: &Completion) -> Self {
        let after = &completion.after;
        Self {
            attempt: Some(completion.attempt),
            replacement: Some(Replacement {
                serial_before: before.serial.clone(),
                serial_after: after.serial.clone(),
                not_after_before: before.not_after,
                not_after_after: after.not_after,
            }),
            issuer_change: completion.issuer_change.clone(),
            pending_domain_names: for_machines(&completion.pending_domain_names),
            endpoints: completion.endpoints.iter().map(EndpointReport::from).collect(),
            ..Self::new(Outcome::Renewed, Some(&after.arn))
        }
    }

    pub(crate) fn recorded_complete(completion: &Completion) -> Self {
        Self {
            pending_domain_names: for_machines(&completion.pending_domain_names),
            ..Self::new(Outcome::RecordedComplete, Some(&completion.after.arn))
        }
    }

    pub(crate) fn record_corrected(certificate: &CertificateArn) -> Self {
        Self::new(Outcome::RecordCorrected, Some(certificate))
    }
}
