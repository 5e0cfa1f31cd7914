//! Reconciles certificates: gather their state, create their records, find out what is wrong, report.

use aws_client::CallError;
use certificates::{CertificateArn, tags, utc_date};
use events::{Event, ValidationRecordsProvisioned};
use futures::future::{join, try_join};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use route53::{ZoneDirectory, ZoneSelector};

use crate::answer::{CertificateReport, NoticeSummary, Outcome};
use crate::assessment::Assessment;
use crate::call_budget::{CallBudget, RESERVE};
use crate::diagnosis::Diagnoser;
use crate::notice::records_missing;
use crate::notifier::Notifier;
use crate::policy::diagnosis_plan::{CaaReporter, DiagnosisInput, Question, diagnosis_plan};
use crate::policy::method_update::{is_not_shown_yet, was_given_up};
use crate::policy::required_records::validation_need;
use crate::policy::validation_methods::is_changing;
use crate::policy::{
    Blocked, Cause, NoticeDecision, PendingValidation, RequiredRecord, RequiredRecords, Settings, SkipReason,
    TagUpdate, ValidationNeed, decide_notice,
};
use crate::provision::{ProvisionResult, ProvisionResults, Provisioner};
use crate::state::{CertificateState, PendingUpdate};
use crate::tally::ReconcileResult;
use crate::{Error, Occasion};

/// Certificates that are assessed and reported at the same time.
const CONCURRENCY: usize = 4;

/// Reconciles certificates, within the limits of one invocation.
#[derive(Debug)]
pub(crate) struct Reconciler<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    pub(crate) zones: &'a ZoneDirectory<'a>,
    pub(crate) selector: ZoneSelector<'a>,
    pub(crate) provisioner: Provisioner<'a>,
    pub(crate) diagnoser: Diagnoser<'a>,
    pub(crate) notifier: Notifier<'a>,
    pub(crate) budget: &'a CallBudget,
    pub(crate) settings: &'a Settings,
    pub(crate) dry_run: bool,
}

impl Reconciler<'_> {
    /// Reconciles the certificate of an event. The zones are listed while it is described.
    pub(crate) async fn reconcile_one(
        &self,
        occasion: Occasion,
        update_requested_at: Option<Timestamp>,
        arn: &CertificateArn,
    ) -> ReconcileResult {
        self.budget.describe.acquire().await;
        match join(self.gather(occasion, arn), self.read_zones_ahead()).await.0 {
            Ok(Some(state)) => {
                let state = CertificateState { update_requested_at, ..state };
                let results = self.reconcile(vec![state]).await;
                results.into_iter().next().unwrap_or_else(|| ReconcileResult::done(gone(occasion, arn)))
            }
            Ok(None) => ReconcileResult::done(gone(occasion, arn)),
            Err(cause) => ReconcileResult::failed(Error::certificate(arn, cause)),
        }
    }

    async fn read_zones_ahead(&self) {
        if !self.settings.grants.domains.is_empty() {
            self.zones.read_ahead().await;
        }
    }

    /// Everything that decisions are made from; `None` when the certificate is gone.
    ///
    /// # Errors
    /// The certificate could not be described, or its tags not be read. That the records of a change could not be read
    /// is a finding: it is no reason to leave the others alone.
    pub(crate) async fn gather(
        &self,
        occasion: Occasion,
        arn: &CertificateArn,
    ) -> Result<Option<CertificateState>, CallError> {
        let described = try_join(acm::describe(self.acm, arn), acm::list_tags(self.acm, arn)).await?;
        let (Some(certificate), Some(tags)) = described else { return Ok(None) };
        let pending_update = match is_changing(&certificate) {
            false => PendingUpdate::None,
            true if !self.budget.has_time_for(&self.budget.describe, RESERVE) => PendingUpdate::OutOfTime,
            true => {
                self.budget.describe.acquire().await;
                match acm::requested_validations(self.acm, arn).await {
                    Ok(None) => return Ok(None),
                    Ok(Some(domains)) => PendingUpdate::Records(domains),
                    Err(error) => PendingUpdate::Error(error),
                }
            }
        };
        let now = self.budget.now();
        Ok(Some(CertificateState { occasion, update_requested_at: None, certificate, pending_update, tags, now }))
    }

    /// Creates the records of all these certificates at once, and reports on each.
    pub(crate) async fn reconcile(&self, states: Vec<CertificateState>) -> Vec<ReconcileResult> {
        let grants = &self.settings.grants;
        let needs: Vec<ValidationNeed> =
            states.iter().map(|state| validation_need(&state.certificate, &state.pending_update, grants)).collect();
        // Whatever is refused is so before anything is asked of Route 53.
        let required: Vec<RequiredRecord> = needs.iter().flat_map(granted_records).cloned().collect();
        let provisioned = match required.is_empty() {
            true => Ok(ProvisionResults::new()),
            false => self.provisioner.provision_records(&required).await,
        };
        // What needs no zone is reported even if the zones could not be listed.
        let (provisioned, failure) = match provisioned {
            Ok(provisioned) => (provisioned, None),
            Err(error) => (all_failed(required, &error), Some(error)),
        };
        let reports = states.iter().zip(&needs).map(|(state, need)| self.finish(state, need, &provisioned));
        let results = stream::iter(reports).buffered(CONCURRENCY).collect().await;
        failure.into_iter().fold(results, one_failure)
    }

    async fn finish(
        &self,
        state: &CertificateState,
        need: &ValidationNeed,
        provisioned: &ProvisionResults,
    ) -> ReconcileResult {
        let mut assessment = Assessment::without_records(PendingValidation::RequestFailed);
        match need {
            ValidationNeed::Skip(reason) => return self.skip(state, *reason).await,
            ValidationNeed::ForbiddenByCaa => {
                assessment.add(self.diagnoser.forbidden_by_caa(&state.certificate, Some(CaaReporter::Acm)).await);
            }
            ValidationNeed::TimedOut => assessment.blocked.push(timed_out(state)),
            ValidationNeed::Records(required) => {
                assessment = Assessment::new(state, required, provisioned, &self.settings.grants);
                self.diagnose(state, required, &mut assessment).await;
            }
        }
        self.report(state, &assessment).await
    }

    /// A certificate that needs nothing: what was notified of it is no longer true.
    async fn skip(&self, state: &CertificateState, reason: SkipReason) -> ReconcileResult {
        warn_of_failed_update(state);
        let is_tagged = state.tags.contains(tags::VALIDATION_NOTIFIED);
        let tag_update = if is_tagged { TagUpdate::Remove } else { TagUpdate::Keep };
        let arn = &state.certificate.arn;
        let report = CertificateReport::without_records(Outcome::Ignored, arn.clone(), reason.as_str());
        let mut result =
            self.deliver(state, report, PendingValidation::None, NoticeDecision::quiet(tag_update), None).await;
        let is_not_shown = is_not_shown_yet(&state.certificate, state.update_requested_at, state.now);
        if result.error.is_none() && is_not_shown {
            result.error = Some(Error::not_shown(arn));
        }
        result
    }

    /// Asks the public DNS what only it shows.
    async fn diagnose(&self, state: &CertificateState, required: &RequiredRecords, assessment: &mut Assessment<'_>) {
        let plan = diagnosis_plan(DiagnosisInput {
            occasion: state.occasion,
            pending: required.pending,
            are_all_placed: assessment.are_all_placed(),
            has_records_in_place: !assessment.in_place.is_empty(),
            caa_error: required.caa_error,
            has_time: self.budget.time_left() >= RESERVE,
            dns_is_on: self.diagnoser.dns.is_on(),
            now: state.now,
        });
        assessment.unanswered |= plan.is_incomplete;
        for question in plan.questions {
            match question {
                Question::IsServedElsewhere => {
                    let blocked = std::mem::take(&mut assessment.blocked);
                    let before = blocked.len();
                    assessment.blocked = self.diagnoser.without_served_elsewhere(blocked).await;
                    assessment.elsewhere += before - assessment.blocked.len();
                }
                Question::IsDelegated => {
                    assessment.add(self.diagnoser.not_seen(&assessment.in_place).await);
                }
                Question::IsAllowedByCaa(reporter) => {
                    assessment.add(self.diagnoser.forbidden_by_caa(&state.certificate, reporter).await);
                }
            }
        }
    }

    /// Decides what is reported, and reports it.
    async fn report(&self, state: &CertificateState, assessment: &Assessment<'_>) -> ReconcileResult {
        let decision = decide_notice(state, assessment.pending, &assessment.blocked, assessment.certainty());
        let arn = &state.certificate.arn;
        let records = assessment.provisioned();
        let event = (!records.is_empty()).then(|| {
            Event::ValidationRecordsProvisioned(ValidationRecordsProvisioned {
                certificate_arn: arn.clone(),
                domain_name: state.certificate.domain_name.clone(),
                account: arn.account().to_owned(),
                region: arn.region().to_owned(),
                records: records.clone(),
            })
        });
        let report = CertificateReport {
            records,
            in_place: assessment.in_place.len(),
            blocked: assessment.relevant().cloned().collect(),
            not_named: assessment.not_named.to_vec(),
            ..CertificateReport::without_records(self.outcome(assessment, &decision), arn.clone(), assessment.reason())
        };
        let mut result = self.deliver(state, report, assessment.pending, decision, event).await;
        result.is_out_of_time |= assessment.is_out_of_time;
        if result.error.is_none() {
            result.error = unfinished(state, assessment);
        }
        result
    }

    fn outcome(&self, assessment: &Assessment<'_>, decision: &NoticeDecision) -> Outcome {
        let (is_created, is_notified) = (!assessment.created.is_empty(), decision.is_notice_due());
        let is_something_to_do = is_created || is_notified || decision.tag_update != TagUpdate::Keep;
        match (is_created, is_notified) {
            _ if self.dry_run && is_something_to_do => Outcome::Planned,
            (true, true) => Outcome::RecordsCreatedAndNotified,
            (true, false) => Outcome::RecordsCreated,
            (false, true) => Outcome::Notified,
            (false, false) if assessment.relevant().next().is_some() => Outcome::Blocked,
            (false, false) => Outcome::NothingToDo,
        }
    }

    async fn deliver(
        &self,
        state: &CertificateState,
        mut report: CertificateReport,
        pending: PendingValidation,
        decision: NoticeDecision,
        event: Option<Event>,
    ) -> ReconcileResult {
        let NoticeDecision { findings, tag_update } = decision;
        let notice = (!findings.is_empty()).then(|| records_missing(state, pending, &findings, self.settings));
        report.notice = notice.as_ref().map(NoticeSummary::new);
        let delivery = self.notifier.deliver(state, notice, tag_update, event).await;
        let report = report.with(&delivery);
        report.log(state.occasion);
        let error = delivery.error.map(|cause| Error::certificate(&state.certificate.arn, cause));
        ReconcileResult { report: Some(report), error, is_out_of_time: delivery.is_out_of_time }
    }
}

fn granted_records(need: &ValidationNeed) -> impl Iterator<Item = &RequiredRecord> {
    let records = match need {
        ValidationNeed::Records(required) => required.records.as_slice(),
        ValidationNeed::Skip(_) | ValidationNeed::ForbiddenByCaa | ValidationNeed::TimedOut => &[],
    };
    records.iter().filter(|record| record.refused.is_none())
}

fn all_failed(required: Vec<RequiredRecord>, error: &CallError) -> ProvisionResults {
    required.into_iter().map(|required| (required.record, ProvisionResult::Failed(error.clone()))).collect()
}

/// That the zones could not be listed is one failure, however many certificates need a record.
fn one_failure(mut results: Vec<ReconcileResult>, listing: CallError) -> Vec<ReconcileResult> {
    let is_it = |error: &Error| matches!(error, Error::Certificate { cause, .. } if **cause == listing);
    let mut of_all = Some(Error::Zones(listing.clone()));
    for result in results.iter_mut().filter(|result| result.error.as_ref().is_some_and(is_it)) {
        result.error = of_all.take();
    }
    results
}

/// Why the certificate has to be checked again. A sweep comes back anyway to records that ACM has not named.
fn unfinished(state: &CertificateState, assessment: &Assessment<'_>) -> Option<Error> {
    let arn = &state.certificate.arn;
    if let Some(cause) = &assessment.failed {
        return Some(Error::certificate(arn, cause.clone()));
    }
    let is_not_named = !assessment.not_named.is_empty() && state.occasion != Occasion::Sweep;
    is_not_named.then(|| Error::not_named(arn, assessment.not_named))
}

fn timed_out(state: &CertificateState) -> Blocked {
    let certificate = &state.certificate;
    let since = certificate.created_at.map(|created| format!(" of {}", utc_date(created))).unwrap_or_default();
    Blocked {
        cause: Cause::ValidationTimedOut,
        domain: certificate.display_name().to_owned(),
        record: None,
        detail: format!("ACM gave up the request{since} after 72 hours without a proof for every domain."),
        known_missing: true,
    }
}

/// A change that ACM gave up has no records any more that a notice could name.
fn warn_of_failed_update(state: &CertificateState) {
    if was_given_up(&state.certificate, state.now) {
        tracing::warn!(
            certificate_arn = %state.certificate.arn,
            reason = "method-change-failed",
            to_do = "see that the DNS of every domain can get its record, then call UpdateCertificateOptions with \
                     ValidationMethod=DNS again",
            "ACM gave up the change to DNS validation; the certificate stays validated by e-mail"
        );
    }
}

fn gone(occasion: Occasion, arn: &CertificateArn) -> CertificateReport {
    let report = CertificateReport::without_records(Outcome::Ignored, arn.clone(), "certificate-gone");
    report.log(occasion);
    report
}
