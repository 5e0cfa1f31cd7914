//! The tags of a renewal that was requested and has not started.

use aws_client::CallError;
use aws_sdk_acm::Client;
use certificates::RenewalStatus;
use certificates::tags::{self, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE};
use jiff::Timestamp;

use crate::state::CertificateState;

/// Writes them. The reason of an earlier failure goes first: with it, the request would look like a person's.
pub(super) async fn write(acm: &Client, state: &CertificateState, now: Timestamp) -> Result<(), CallError> {
    if state.tags.contains(STATUS_REASON) {
        acm::remove_tags(acm, state.arn(), &[STATUS_REASON]).await?;
    }
    let mut tags =
        vec![(STATUS, RenewalStatus::PendingRenewal.as_str().to_owned()), (STATUS_SINCE, tags::format_time(now))];
    tags.extend(state.certificate.serial.clone().map(|serial| (RENEWAL_OF, serial)));
    acm::add_tags(acm, state.arn(), &tags).await
}
