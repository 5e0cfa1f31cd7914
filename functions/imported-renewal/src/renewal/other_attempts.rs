//! Other attempts at the same certificate, at the same time: steps 3 and 5 of the [protocol](super).

use std::time::Duration;

use aws_client::Clock;
use certificates::tags::TagState;
use certificates::{CertificateDetail, Failure, FailureReason, RenewalStatus};
use x509::SerialNumber;

use super::acm_state::AcmState;
use super::attempt::Attempt;
use super::outcome::AttemptOutcome;
use super::poll::{POLLS_AFTER_IMPORT, Poller};
use crate::completion::Completion;
use crate::error::Error;
use crate::policy::Plan;
use crate::state::CertificateState;
use crate::status_recorder::StatusRecorder;

/// What another attempt needs to record its import, once ACM shows it.
const RECORDS_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct OtherAttempts {
    acm: aws_sdk_acm::Client,
    poller: Poller,
    recorder: StatusRecorder,
    clock: Clock,
}

impl OtherAttempts {
    pub(super) fn new(acm: aws_sdk_acm::Client, poller: Poller, recorder: StatusRecorder, clock: Clock) -> Self {
        Self { acm, poller, recorder, clock }
    }

    /// The source delivered a certificate for another key: that of an attempt at the same time, which will import it. If
    /// it does not, and records no failure either, this attempt has failed.
    pub(super) async fn leave_to_another(
        &self,
        attempt: Attempt<'_>,
        serial: &SerialNumber,
    ) -> Result<AttemptOutcome, Error> {
        match self.poller.poll(attempt, serial, POLLS_AFTER_IMPORT).await {
            AcmState::New(after) | AcmState::Other(after) => Ok(AttemptOutcome::ReplacedByAnother(after)),
            AcmState::Deleted => Ok(AttemptOutcome::Deleted),
            AcmState::Old | AcmState::Unknown(_) => {
                if self.read_tags(attempt.state).await?.recorded.status == Some(RenewalStatus::RenewalFailed) {
                    return Ok(AttemptOutcome::LeftToAnother);
                }
                let detail = format!("the source delivered a certificate (serial {serial}) for another key");
                Ok(AttemptOutcome::Failed(Failure::new(FailureReason::KeyMismatch, detail)))
            }
        }
    }

    /// Another attempt replaced the certificate, and may have recorded that before this one wrote its claim, which would
    /// then stay until it is too old.
    pub(super) async fn record(
        &self,
        state: &CertificateState,
        plan: &Plan,
        after: &CertificateDetail,
    ) -> Result<(), Error> {
        self.clock.sleep(RECORDS_WITHIN).await;
        if self.read_tags(state).await?.recorded.renewal_of.is_none() {
            return Ok(());
        }
        self.recorder.record_complete(state, &Completion::found(after, plan.attempt)).await
    }

    async fn read_tags(&self, state: &CertificateState) -> Result<TagState, Error> {
        let tags = acm::list_tags(&self.acm, state.arn()).await.map_err(|error| Error::gather(state.arn(), error))?;
        Ok(TagState::read(&tags.unwrap_or_default()))
    }
}
