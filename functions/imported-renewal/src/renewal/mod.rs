//! One attempt to renew a certificate: claim, obtain, install, record.
//!
//! Nothing keeps two attempts at one certificate from running at the same time: a message may be delivered twice, and two
//! that read the tags before either wrote its claim both continue. Together they import once, by this protocol:
//! 1. Each claims the renewal (`renewal-in-progress`), which keeps away whoever reads the tags from then on.
//! 2. Each asks the issuer with the same idempotency token (of ARN, serial number and attempt), so that both get the same
//!    certificate, charged once. It is for the key of one of them, which imports it.
//! 3. The other sees that it is for another key, and waits until ACM shows it or the tags show that the first one failed.
//!    If neither happens, the first one crashed, and the other records that it failed.
//! 4. Each imports only over the certificate that it claimed: another one is the first one's import, or a person's.
//! 5. Whoever finds another one in place waits until its import should be recorded. If the tags still show a claim, that
//!    was written after the record, so it records the import again; the event and notice may then be sent twice.
//!
//! A secret has its certificate already. It is read and checked before anything is claimed, since mostly it has nothing
//! new; steps 2 and 3 fall away, since both attempts have the same key.
//!
//! What an attempt came to is decided by the steps and recorded in one place, [`Renewer::record`].

mod acm_state;
mod attempt;
mod current;
mod delivery;
mod install;
mod lifetime;
mod obtain;
mod other_attempts;
mod outcome;
mod poll;
mod purchase;
mod schedule;
mod sources;

use std::error::Error as _;

use aws_client::Clock;
use certificates::{Failure, FailureReason};
use jiff::Timestamp;

use crate::Config;
use crate::budget::Budget;
use crate::credentials::TargetSdk;
use crate::domain_names::DomainNames;
use crate::endpoint_check::EndpointChecker;
use crate::error::Error;
use crate::policy::Plan;
use crate::services::Services;
use crate::state::CertificateState;
use crate::status_recorder::StatusRecorder;
use attempt::Attempt;
use current::{CurrentCertificate, is_replaced_since, read_current};
use install::Installer;
use obtain::{NewCertificate, Obtained, Obtainer, Taken};
use other_attempts::OtherAttempts;
pub(crate) use outcome::AttemptOutcome;
use poll::Poller;
use schedule::Schedule;
use sources::Sources;

/// Makes attempts.
#[derive(Debug, Clone)]
pub(crate) struct Renewer {
    acm: aws_sdk_acm::Client,
    obtainer: Obtainer,
    installer: Installer,
    others: OtherAttempts,
    recorder: StatusRecorder,
    budget: Budget,
    clock: Clock,
}

/// How the start of an attempt ended.
enum Start {
    Claimed(Box<Claimed>),
    NotStarted(AttemptOutcome),
}

struct Claimed {
    current: CurrentCertificate,
    /// With the claim in its tags.
    state: CertificateState,
    /// What a secret had.
    delivered: Option<NewCertificate>,
}

impl Renewer {
    pub(crate) fn new(config: &Config, services: &Services, sdk: &TargetSdk, recorder: StatusRecorder) -> Self {
        let budget = services.memory.budget.clone();
        let (acm, clock) = (aws_sdk_acm::Client::new(sdk.config()), Clock::of(sdk.config()));
        let poller = Poller::new(acm.clone(), clock.clone());
        let domain_names = DomainNames::new(sdk);
        let sources = Sources::new(services, sdk, config.grants.clone());
        let endpoints = EndpointChecker::new(&config.endpoint_check, sdk.config());
        Self {
            obtainer: Obtainer::new(config, clock.clone(), sources, budget.clone()),
            installer: Installer::new(acm.clone(), poller.clone(), domain_names, endpoints, budget.clone()),
            others: OtherAttempts::new(acm.clone(), poller, recorder.clone(), clock.clone()),
            acm,
            recorder,
            budget,
            clock,
        }
    }

    /// Makes one attempt and records what it came to.
    ///
    /// # Errors
    /// The current certificate or a secret could not be read, or what happened could not be recorded; the same event finds
    /// out again.
    pub(crate) async fn attempt(
        &self,
        state: &CertificateState,
        plan: &Plan,
        deadline: Timestamp,
    ) -> Result<AttemptOutcome, Error> {
        let schedule = Schedule::new(self.clock.clone(), deadline);
        match self.start(state, plan, &schedule).await? {
            Start::NotStarted(outcome) => self.record(state, plan, outcome).await,
            Start::Claimed(claimed) => {
                let Claimed { current, state, delivered } = *claimed;
                let attempt = Attempt { state: &state, plan, current: &current, schedule: &schedule };
                let outcome = match delivered {
                    Some(new) => self.installer.install(attempt, new).await,
                    None => self.renew(attempt).await?,
                };
                self.record(&state, plan, outcome).await
            }
        }
    }

    /// Reads the current certificate, and the new one where it is there already, then claims the renewal: what cannot be
    /// read or issued again is known before anything is claimed.
    async fn start(&self, state: &CertificateState, plan: &Plan, schedule: &Schedule) -> Result<Start, Error> {
        let current = match read_current(&self.acm, state.arn()).await? {
            Ok(current) => current,
            Err(failure) => return Ok(Start::NotStarted(AttemptOutcome::Failed(failure))),
        };
        if is_replaced_since(&self.acm, &state.certificate, &current).await? {
            return Ok(Start::NotStarted(AttemptOutcome::LeftToAnother));
        }
        let attempt = Attempt { state, plan, current: &current, schedule };
        let delivered = match self.obtainer.take(attempt).await? {
            Taken::MustBeIssued => None,
            Taken::New(new) => Some(*new),
            Taken::Ended(outcome) => return Ok(Start::NotStarted(outcome)),
        };
        match self.recorder.claim(state, plan.attempt).await {
            Ok(state) => Ok(Start::Claimed(Box::new(Claimed { current, state, delivered }))),
            // Only a person resolves this, and a person reads notices sooner than dead letters.
            Err(error) => match error.refused_tags() {
                Some(reason) => Ok(Start::NotStarted(AttemptOutcome::Failed(untaggable(reason, &error)))),
                None => Err(error),
            },
        }
    }

    async fn renew(&self, attempt: Attempt<'_>) -> Result<AttemptOutcome, Error> {
        match self.obtainer.obtain(attempt).await {
            Ok(Obtained::New(new)) => Ok(self.installer.install(attempt, *new).await),
            Ok(Obtained::ForAnotherKey(serial)) => self.others.leave_to_another(attempt, &serial).await,
            Err(failure) => Ok(AttemptOutcome::Failed(failure)),
        }
    }

    async fn record(
        &self,
        state: &CertificateState,
        plan: &Plan,
        outcome: AttemptOutcome,
    ) -> Result<AttemptOutcome, Error> {
        match &outcome {
            AttemptOutcome::Renewed(completion) => self.recorder.record_complete(state, completion).await?,
            AttemptOutcome::Failed(failure) => {
                if failure.reason == FailureReason::ImportQuotaReached {
                    self.budget.quota_was_reached(self.clock.now());
                }
                self.recorder.record_failed(state, failure, plan.attempt).await?;
            }
            AttemptOutcome::ReplacedByAnother(after) => {
                self.others.record(state, plan, after).await?;
            }
            AttemptOutcome::Skipped(reason) => self.recorder.record_skipped(state, *reason).await?,
            AttemptOutcome::LeftToAnother | AttemptOutcome::Deleted => {}
        }
        Ok(outcome)
    }
}

fn untaggable(reason: FailureReason, error: &Error) -> Failure {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    Failure::new(reason, format!("the tags that track a renewal cannot be written: {cause}"))
}
