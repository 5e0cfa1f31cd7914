//! What the function answers: the outcome of one check, of several, or of a sweep.

use certificates::CertificateArn;
use events::ProvisionedRecord;
use lambda::{BatchAnswer, Metrics};
use notices::{Notice, Severity};
use serde::Serialize;

use crate::notifier::Delivery;
use crate::policy::{Blocked, TagUpdate};
use crate::{Occasion, Skipped};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Certificate(Box<CertificateReport>),
    /// An event of which nothing came, or an AWS Health event that names several things.
    Certificates {
        /// `checked`, `ignored`, `refused` or `unreadable`.
        outcome: Outcome,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str>,
        certificates: Vec<CertificateReport>,
        /// What else the event named.
        skipped: Vec<Skipped>,
    },
    Sweep(SweepReport),
    /// A hub has handed its targets to its queue.
    FannedOut {
        /// `fanned-out`.
        outcome: Outcome,
        targets: usize,
    },
    /// Sweeps of single targets, as the queue delivers them.
    Batch(BatchAnswer),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    RecordsCreated,
    /// Something needs a person, who was notified.
    Notified,
    RecordsCreatedAndNotified,
    /// Something needs a person, who was notified before or muted the certificate.
    Blocked,
    /// Every record is in place, or there is none to place.
    NothingToDo,
    /// Nothing that this function does anything about.
    Ignored,
    /// `DRY_RUN`: there is something to do, and it was not done.
    Planned,
    /// Several certificates of one event were checked.
    Checked,
    Swept,
    FannedOut,
    /// An event of a target in which this installation does not work, or about a certificate of another one.
    Refused,
    /// The certificate's account lets nobody read it.
    Unreadable,
}

impl Outcome {
    /// As it is in answers and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RecordsCreated => "records-created",
            Self::Notified => "notified",
            Self::RecordsCreatedAndNotified => "records-created-and-notified",
            Self::Blocked => "blocked",
            Self::NothingToDo => "nothing-to-do",
            Self::Ignored => "ignored",
            Self::Planned => "planned",
            Self::Checked => "checked",
            Self::Swept => "swept",
            Self::FannedOut => "fanned-out",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeSummary {
    pub subject: String,
    pub severity: Severity,
}

impl NoticeSummary {
    pub(crate) fn new(notice: &Notice) -> Self {
        Self { subject: notice.subject.clone(), severity: notice.severity }
    }
}

/// The result of checking one certificate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateReport {
    pub outcome: Outcome,
    pub certificate: CertificateArn,
    /// Why, in one word.
    pub reason: &'static str,
    /// The records that were created; with `DRY_RUN`, that would be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<ProvisionedRecord>,
    /// How many were in place already.
    pub in_place: usize,
    /// What needs a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocked>,
    /// Domains whose record ACM has not named yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_named: Vec<String>,
    /// The notice that was published; with `DRY_RUN`, that would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeSummary>,
    /// What became of the tag that remembers notices; with `DRY_RUN`, what would.
    #[serde(skip_serializing_if = "is_kept")]
    pub notified_tag: TagUpdate,
}

fn is_kept(tag_update: &TagUpdate) -> bool {
    *tag_update == TagUpdate::Keep
}

impl CertificateReport {
    pub(crate) fn without_records(outcome: Outcome, certificate: CertificateArn, reason: &'static str) -> Self {
        Self {
            outcome,
            certificate,
            reason,
            records: Vec::new(),
            in_place: 0,
            blocked: Vec::new(),
            not_named: Vec::new(),
            notice: None,
            notified_tag: TagUpdate::Keep,
        }
    }

    /// With what was really sent and remembered.
    pub(crate) fn with(self, delivery: &Delivery) -> Self {
        let notice = self.notice.filter(|_| delivery.notice);
        let outcome = match self.outcome {
            Outcome::Notified if notice.is_none() => Outcome::Blocked,
            Outcome::RecordsCreatedAndNotified if notice.is_none() => Outcome::RecordsCreated,
            outcome => outcome,
        };
        Self { outcome, notice, notified_tag: delivery.tag_update.clone(), ..self }
    }

    /// One log line for each check. Those of a sweep that find nothing to do are many, and of no interest.
    pub(crate) fn log(&self, occasion: Occasion) {
        let (certificate, outcome, reason) = (&self.certificate, self.outcome.as_str(), self.reason);
        let occasion_name = occasion.as_str();
        if occasion == Occasion::Sweep && !self.is_of_interest() {
            tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
            return;
        }
        let (records, blocked) = (lambda::json(&self.records), lambda::json(&self.blocked));
        tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, %records, %blocked);
    }

    /// Whether anything is worth a line in the log of a sweep.
    fn is_of_interest(&self) -> bool {
        !self.records.is_empty() || !self.blocked.is_empty() || self.notified_tag != TagUpdate::Keep
    }

    pub(crate) fn count(&self, metrics: &mut Metrics) {
        metrics.count("CertificatesChecked", 1);
        if !self.blocked.is_empty() {
            metrics.count("ValidationBlocked", 1);
        }
        if self.outcome == Outcome::Planned {
            return;
        }
        if !self.records.is_empty() {
            metrics.count("RecordsCreated", self.records.len() as u64);
        }
        if self.notice.is_some() {
            metrics.count("NoticesSent", 1);
        }
        if self.notified_tag.is_refused() {
            metrics.count("TagsRefused", 1);
        }
    }
}

impl Answer {
    /// What came of the certificates at the certificates of one event.
    pub(crate) fn from_reports(mut certificates: Vec<CertificateReport>, skipped: Vec<Skipped>) -> Self {
        if certificates.is_empty() {
            return Self::ignored("no-certificate-here", skipped);
        }
        if certificates.len() == 1 && skipped.is_empty() {
            return Self::Certificate(Box::new(certificates.remove(0)));
        }
        Self::Certificates { outcome: Outcome::Checked, reason: None, certificates, skipped }
    }

    pub(crate) fn ignored(reason: &'static str, skipped: Vec<Skipped>) -> Self {
        Self::Certificates { outcome: Outcome::Ignored, reason: Some(reason), certificates: Vec::new(), skipped }
    }

    pub(crate) fn refused(reason: &'static str) -> Self {
        Self::nothing_done(Outcome::Refused, reason)
    }

    pub(crate) fn unreadable() -> Self {
        Self::nothing_done(Outcome::Unreadable, "account-refuses")
    }

    fn nothing_done(outcome: Outcome, reason: &'static str) -> Self {
        Self::Certificates { outcome, reason: Some(reason), certificates: Vec::new(), skipped: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SweepReport {
    /// `swept`.
    pub outcome: Outcome,
    /// Certificates of the account and Region.
    pub certificates: usize,
    /// Those that were described.
    pub checked: usize,
    /// Zones whose records were listed.
    pub zones: usize,
    /// Records created; with `DRY_RUN`, that would be.
    pub records_created: usize,
    /// Certificates that need a person.
    pub blocked: usize,
    /// Notices published; with `DRY_RUN`, that would be.
    pub notices: usize,
    /// Entries of the listing that could not be read.
    pub unreadable: usize,
    /// With `DRY_RUN`: what would be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<CertificateReport>,
}
