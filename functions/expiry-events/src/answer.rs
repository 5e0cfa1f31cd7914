//! What the function answers: the outcome of one check, of several, or of a sweep.

use certificates::CertificateArn;
use lambda::Metrics;
use serde::Serialize;

use crate::Skipped;
use crate::apply::Applied;
use crate::policy::{Action, Plan, Reason};

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// One certificate was checked.
    Look(Box<Looked>),
    /// An AWS Health event that names several things, or none of this account and Region.
    Looks {
        /// `looked` or `ignored`.
        outcome: Outcome,
        /// Why nothing was checked.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<&'static str>,
        /// The certificates.
        looks: Vec<Looked>,
        /// What else the event named.
        skipped: Vec<Skipped>,
    },
    /// All certificates were checked.
    Sweep(Swept),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A notice was published.
    Notified,
    /// A renewal was requested.
    RenewalRequested,
    /// Both.
    NotifiedAndRenewalRequested,
    /// Nothing is to be reported and nothing has to be renewed.
    NothingToDo,
    /// It is not a certificate that anything can be done about.
    Ignored,
    /// `DRY_RUN`: there is something to do, and it was not done.
    Planned,
    /// Several certificates of one event were checked.
    Looked,
    /// All certificates were checked.
    Swept,
}

impl Outcome {
    /// What this plan comes to.
    fn of(plan: &Plan) -> Self {
        match (plan.publish.is_empty(), &plan.request) {
            (true, None) if plan.reason == Reason::NotIssued => Self::Ignored,
            (true, None) => Self::NothingToDo,
            (false, None) => Self::Notified,
            (true, Some(_)) => Self::RenewalRequested,
            (false, Some(_)) => Self::NotifiedAndRenewalRequested,
        }
    }

    /// As answers and logs show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notified => "notified",
            Self::RenewalRequested => "renewal-requested",
            Self::NotifiedAndRenewalRequested => "notified-and-renewal-requested",
            Self::NothingToDo => "nothing-to-do",
            Self::Ignored => "ignored",
            Self::Planned => "planned",
            Self::Looked => "looked",
            Self::Swept => "swept",
        }
    }
}

/// What came of the check of one certificate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Looked {
    /// How it ended.
    pub outcome: Outcome,
    /// The certificate.
    pub certificate: CertificateArn,
    /// Why, in one word.
    pub reason: &'static str,
    /// What was done, or with `DRY_RUN` what would be.
    pub actions: Vec<Action>,
    /// Why AWS refused our tags on the certificate, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags_refused: Option<String>,
    /// With `DRY_RUN`: the whole plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

impl Looked {
    pub(crate) fn gone(certificate: CertificateArn) -> Self {
        let (outcome, reason, actions) = (Outcome::Ignored, "certificate-gone", Vec::new());
        Self { outcome, certificate, reason, actions, tags_refused: None, plan: None }
    }

    pub(crate) fn of(certificate: CertificateArn, Applied { plan, tags_refused }: Applied) -> Self {
        let (outcome, reason, actions) = (Outcome::of(&plan), plan.reason.as_str(), plan.actions());
        Self { outcome, certificate, reason, actions, tags_refused, plan: None }
    }

    /// Nothing is to be done, for this reason.
    pub(crate) fn nothing(certificate: CertificateArn, reason: Reason) -> Self {
        Self::of(certificate, Applied { plan: Plan::nothing(reason), tags_refused: None })
    }

    /// What would be done.
    pub(crate) fn planned(certificate: CertificateArn, plan: Plan) -> Self {
        if plan.is_empty() {
            return Self::of(certificate, Applied { plan, tags_refused: None });
        }
        let (reason, actions) = (plan.reason.as_str(), plan.actions());
        Self { outcome: Outcome::Planned, certificate, reason, actions, tags_refused: None, plan: Some(plan) }
    }

    /// Counts what was done.
    pub(crate) fn count(&self, metrics: &mut Metrics) {
        metrics.count("CertificatesChecked", 1);
        if self.outcome == Outcome::Planned {
            return;
        }
        let (notices, renewals) = (self.notices(), self.renewals_requested());
        if notices > 0 {
            metrics.count("NoticesSent", notices);
        }
        if renewals > 0 {
            metrics.count("RenewalsRequested", renewals);
        }
    }

    /// How many notices.
    pub fn notices(&self) -> u64 {
        self.actions.iter().map(|action| u64::from(matches!(action, Action::PublishNotice { .. }))).sum()
    }

    /// Whether a renewal was requested, as a count.
    pub fn renewals_requested(&self) -> u64 {
        let asks = |action: &Action| matches!(action, Action::SendEvent { detail_type } if *detail_type == events::RENEWAL_REQUESTED);
        u64::from(self.actions.iter().any(asks))
    }
}

impl Answer {
    /// What came of the checks of one event's certificates.
    pub(crate) fn of_looks(mut looks: Vec<Looked>, skipped: Vec<Skipped>) -> Self {
        if looks.is_empty() {
            let reason = Some("no-certificate-here");
            return Self::Looks { outcome: Outcome::Ignored, reason, looks, skipped };
        }
        if looks.len() == 1 && skipped.is_empty() {
            return Self::Look(Box::new(looks.remove(0)));
        }
        Self::Looks { outcome: Outcome::Looked, reason: None, looks, skipped }
    }
}

/// What came of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Swept {
    /// `swept`; with `DRY_RUN`, `planned`.
    pub outcome: Outcome,
    /// Certificates of the account and Region.
    pub certificates: usize,
    /// Those that were checked more closely.
    pub looked_at: usize,
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
    /// With `DRY_RUN`: what would be done, without the plans' details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<Looked>,
}
