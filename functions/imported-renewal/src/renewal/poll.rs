//! Asks ACM several times what it shows.

use std::time::Duration;

use aws_client::Clock;
use x509::SerialNumber;

use super::acm_state::AcmState;
use super::attempt::Attempt;

/// ACM shows an import within seconds.
const POLL_EVERY: Duration = Duration::from_secs(1);
pub(super) const POLLS_AFTER_IMPORT: u32 = 20;

#[derive(Debug, Clone)]
pub(super) struct Poller {
    acm: aws_sdk_acm::Client,
    clock: Clock,
}

impl Poller {
    pub(super) fn new(acm: aws_sdk_acm::Client, clock: Clock) -> Self {
        Self { acm, clock }
    }

    /// What ACM shows instead of the current certificate, asked at most this many times: until it shows the one with this
    /// serial number, or none.
    pub(super) async fn poll(&self, attempt: Attempt<'_>, serial: &SerialNumber, polls: u32) -> AcmState {
        let (before, schedule) = (&attempt.state.certificate, attempt.schedule);
        let mut last = AcmState::Old;
        let polling = async {
            for remaining in (0..polls).rev() {
                last = AcmState::classify(acm::describe(&self.acm, &before.arn).await, before, serial);
                if last.is_final() || remaining == 0 {
                    return;
                }
                self.clock.sleep(POLL_EVERY).await;
            }
        };
        schedule.run_until(schedule.verified_by(), polling).await;
        last
    }
}
