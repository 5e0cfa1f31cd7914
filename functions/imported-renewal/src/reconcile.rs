//! Reconciles one certificate: gather, decide, apply.

use aws_client::Clock;
use certificates::{CertificateArn, FailureReason, RenewalStatus};
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;

use crate::answer::CertificateReport;
use crate::budget::Budget;
use crate::completion::Completion;
use crate::credentials::TargetSdk;
use crate::domain_names::DomainNames;
use crate::event::Occasion;
use crate::import_count::ImportCount;
use crate::policy::{self, AT_MOST_EVERY, Decision, Plan, RenewalInput};
use crate::renewal::{AttemptOutcome, Renewer};
use crate::services::{Services, SpokeFacts};
use crate::state::CertificateState;
use crate::status_recorder::StatusRecorder;
use crate::{Config, Error};

/// Clients, clock and configuration, made once.
#[derive(Debug, Clone)]
pub(crate) struct Reconciler {
    config: Config,
    acm: aws_sdk_acm::Client,
    domain_names: DomainNames,
    recorder: StatusRecorder,
    renewer: Renewer,
    budget: Budget,
    imports: ImportCount,
    spoke: Option<SpokeFacts>,
    clock: Clock,
}

impl Reconciler {
    pub(crate) fn new(config: Config, services: Services, sdk: &TargetSdk) -> Self {
        let recorder = StatusRecorder::new(&config, &services, sdk);
        Self {
            acm: aws_sdk_acm::Client::new(sdk.config()),
            domain_names: DomainNames::new(sdk),
            renewer: Renewer::new(&config, &services, sdk, recorder.clone()),
            recorder,
            budget: services.memory.budget,
            imports: ImportCount::new(services.spoke.as_ref().map(|spoke| &spoke.target)),
            spoke: services.spoke,
            clock: Clock::of(sdk.config()),
            config,
        }
    }

    pub(crate) async fn reconcile(
        &self,
        arn: &CertificateArn,
        occasion: Occasion,
        waited: SignedDuration,
        deadline: Timestamp,
        metrics: &mut Metrics,
    ) -> Result<CertificateReport, Error> {
        let Some(state) = self.gather(arn).await? else { return Ok(CertificateReport::gone(arn)) };
        let decision = self.decide(&state, occasion, waited);
        if waited >= AT_MOST_EVERY && state.tag_state.recorded.status == Some(RenewalStatus::RenewalInProgress) {
            tracing::warn!(certificate_arn = %arn, reason = "claim-not-honoured", "in progress for over an hour");
        }
        if self.config.dry_run {
            return Ok(CertificateReport::planned(&state.certificate, decision, self.config.max_validity_days));
        }
        self.apply(&state, decision, occasion, deadline, metrics).await
    }

    async fn gather(&self, arn: &CertificateArn) -> Result<Option<CertificateState>, Error> {
        let failed = |source| Error::gather(arn, source);
        let Some(certificate) = acm::describe(&self.acm, arn).await.map_err(failed)? else { return Ok(None) };
        let Some(tags) = acm::list_tags(&self.acm, arn).await.map_err(failed)? else { return Ok(None) };
        let mut state = CertificateState::new(certificate, tags, &self.config.tag_keys);
        state.owner = state.owner.or_else(|| self.spoke.as_ref()?.owner.clone());
        for unreadable in &state.tag_state.unreadable {
            tracing::warn!(certificate_arn = %arn, reason = "unreadable-tag", "{unreadable}");
        }
        Ok(Some(state))
    }

    fn decide(&self, state: &CertificateState, occasion: Occasion, waited: SignedDuration) -> Decision {
        policy::decide(&RenewalInput {
            state,
            occasion,
            grants: &self.config.grants,
            acme: &self.config.acme,
            default_private_ca: self.config.default_private_ca.as_ref(),
            waited,
            last_charge: self.budget.last_charge(state.arn()).as_ref(),
            quota_reached: self.budget.quota_reached(),
            renew_before_days: self.config.renew_before_days,
            thresholds: &self.config.thresholds,
            maintenance: &self.config.maintenance,
            now: self.clock.now(),
        })
    }

    async fn apply(
        &self,
        state: &CertificateState,
        decision: Decision,
        occasion: Occasion,
        deadline: Timestamp,
        metrics: &mut Metrics,
    ) -> Result<CertificateReport, Error> {
        let (arn, certificate) = (state.arn(), &state.certificate);
        let attempts = state.tag_state.recorded.attempts;
        match decision {
            Decision::Skip(reason) => {
                self.recorder.record_skipped(state, reason).await?;
                Ok(CertificateReport::skipped(arn, reason, occasion))
            }
            Decision::RecordComplete => {
                let mut completion = Completion::found(certificate, attempts);
                completion.pending_domain_names = self.domain_names.pending(certificate, certificate, deadline).await;
                self.recorder.record_complete(state, &completion).await?;
                metrics.count("RenewalsCompleted", 1);
                Ok(CertificateReport::recorded_complete(&completion))
            }
            Decision::CorrectRecord => {
                self.recorder.correct(&Completion::found(certificate, attempts)).await?;
                Ok(CertificateReport::record_corrected(arn))
            }
            Decision::RecordFailure { failure, attempt } => {
                self.recorder.record_failed(state, &failure, attempt).await?;
                metrics.count("RenewalsFailed", 1);
                Ok(CertificateReport::failed(arn, failure, attempt))
            }
            Decision::Renew(plan) => {
                let outcome = self.renewer.attempt(state, &plan, deadline).await?;
                Ok(self.report(state, &plan, outcome, occasion, metrics))
            }
        }
    }

    /// What an attempt came to. Imports are counted, since an account has a quota of them in a year.
    fn report(
        &self,
        state: &CertificateState,
        plan: &Plan,
        outcome: AttemptOutcome,
        occasion: Occasion,
        metrics: &mut Metrics,
    ) -> CertificateReport {
        match outcome {
            AttemptOutcome::Renewed(completion) => {
                metrics.count("RenewalsCompleted", 1);
                self.imports.count(metrics, self.clock.now());
                CertificateReport::renewed(&state.certificate, &completion)
            }
            AttemptOutcome::Failed(failure) => {
                metrics.count("RenewalsFailed", 1);
                if failure.reason == FailureReason::VerificationFailed {
                    self.imports.count(metrics, self.clock.now());
                }
                CertificateReport::failed(state.arn(), failure, plan.attempt)
            }
            AttemptOutcome::Skipped(reason) => CertificateReport::skipped(state.arn(), reason, occasion),
            AttemptOutcome::ReplacedByAnother(_) | AttemptOutcome::LeftToAnother => {
                CertificateReport::ignored(Some(state.arn()), "another-renewal")
            }
            AttemptOutcome::Deleted => CertificateReport::gone(state.arn()),
        }
    }
}
