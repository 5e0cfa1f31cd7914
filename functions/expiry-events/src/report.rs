//! What came of the check of one certificate.

use certificates::CertificateArn;
use lambda::{Batch, Metrics};
use serde::Serialize;

use crate::apply::Applied;
use crate::plan::{Action, Plan, Reason};
use crate::{Error, Occasion, Outcome};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateReport {
    pub outcome: Outcome,
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

impl CertificateReport {
    pub(crate) fn gone(certificate: CertificateArn) -> Self {
        let (outcome, reason, actions) = (Outcome::Ignored, "certificate-gone", Vec::new());
        Self { outcome, certificate, reason, actions, tags_refused: None, plan: None }
    }

    pub(crate) fn applied(certificate: CertificateArn, Applied { plan, tags_refused }: Applied) -> Self {
        let (outcome, reason, actions) = (Outcome::from_plan(&plan), plan.reason.as_str(), plan.actions());
        Self { outcome, certificate, reason, actions, tags_refused, plan: None }
    }

    /// Nothing is to be done, for this reason.
    pub(crate) fn nothing(certificate: CertificateArn, reason: Reason) -> Self {
        Self::applied(certificate, Applied { plan: Plan::nothing(reason), tags_refused: None })
    }

    /// What would be done.
    pub(crate) fn planned(certificate: CertificateArn, plan: Plan) -> Self {
        if plan.is_empty() {
            return Self::applied(certificate, Applied { plan, tags_refused: None });
        }
        let (reason, actions) = (plan.reason.as_str(), plan.actions());
        Self { outcome: Outcome::Planned, certificate, reason, actions, tags_refused: None, plan: Some(plan) }
    }

    /// One log line for each check. Those of a sweep that find nothing to do are many, and of no interest.
    pub(crate) fn logged(self, occasion: Occasion) -> Self {
        let Self { outcome, certificate, reason, actions, .. } = &self;
        let (outcome, occasion_name) = (outcome.as_str(), occasion.as_str());
        if occasion == Occasion::Sweep && actions.is_empty() {
            tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
        } else {
            let actions = lambda::json(actions);
            tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, %actions);
        }
        self
    }

    /// With `DRY_RUN`: what would be done, if anything, without the plan's details.
    pub(crate) fn without_plan(self) -> Option<Self> {
        (self.outcome == Outcome::Planned).then_some(Self { plan: None, ..self })
    }

    fn count(&self, metrics: &mut Metrics) {
        metrics.count("CertificatesChecked", 1);
        if self.outcome == Outcome::Planned {
            return;
        }
        for (name, by) in [("NoticesSent", self.notices()), ("RenewalsRequested", self.renewals_requested())] {
            if by > 0 {
                metrics.count(name, by);
            }
        }
    }

    pub fn notices(&self) -> u64 {
        self.actions.iter().map(|action| u64::from(matches!(action, Action::PublishNotice { .. }))).sum()
    }

    /// Whether a renewal was requested, as a count.
    pub fn renewals_requested(&self) -> u64 {
        let requests = |action: &Action| matches!(action, Action::SendEvent { detail_type } if *detail_type == events::RENEWAL_REQUESTED);
        u64::from(self.actions.iter().any(requests))
    }
}

/// The reports of a run over `of` certificates, counted.
///
/// # Errors
/// Some failed, or were not reached.
pub(crate) fn finish(
    batch: Batch<CertificateReport, Error>,
    of: usize,
    metrics: &mut Metrics,
) -> Result<Vec<CertificateReport>, Error> {
    batch.done().iter().for_each(|report| report.count(metrics));
    warn_of_refused_tags(batch.done(), metrics);
    batch.finish(of, metrics)
}

/// Refused tags do not fail a run: Lambda would repeat it, and its notices.
fn warn_of_refused_tags(reports: &[CertificateReport], metrics: &mut Metrics) {
    let refused = || reports.iter().filter_map(|report| Some((&report.certificate, report.tags_refused.as_ref()?)));
    let Some((certificate, why)) = refused().next() else { return };
    let certificates = refused().count();
    metrics.count("TagsRefused", certificates as u64);
    tracing::warn!(certificate_arn = %certificate, reason = "tags-refused", certificates, "{why}");
}
