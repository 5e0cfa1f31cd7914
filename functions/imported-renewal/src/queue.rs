//! Which messages of the SQS queue return to it.

use std::error::Error as _;

use lambda::{Metrics, SqsMessage};

use crate::answer::CertificateReport;
use crate::error::Error;

/// The queue's `maxReceiveCount`: a message that returns after this delivery is a dead letter.
const DELIVERIES: u32 = 4;

/// Whether the message has to be delivered again.
pub(crate) fn returns_to_queue(
    message: &SqsMessage<'_>,
    result: &Result<Vec<CertificateReport>, Error>,
    metrics: &mut Metrics,
) -> bool {
    match result {
        Ok(reports) => reports.iter().any(|report| report.is_too_early) && waits(message, metrics),
        Err(error) => has_failed(message, error, metrics),
    }
}

/// It came too early, and nothing is broken: it must not become a dead letter, which says so. An attempt after its first
/// deliveries has seen what it asks for, and the sweep asks again for what is due.
fn waits(message: &SqsMessage<'_>, metrics: &mut Metrics) -> bool {
    if message.deliveries >= DELIVERIES {
        tracing::warn!(message_id = message.id, outcome = "answered", "too early at its last delivery");
        return false;
    }
    metrics.count("MessagesReturned", 1);
    true
}

/// What can never be dealt with (junk, another account's certificate) is not delivered again: deliveries of half an hour
/// each would only hold up the others.
fn has_failed(message: &SqsMessage<'_>, error: &Error, metrics: &mut Metrics) -> bool {
    let is_refused = error.is_of_the_message();
    let certificate_arn = error.certificate().map(tracing::field::display);
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if is_refused {
        tracing::warn!(certificate_arn, outcome = "refused", message_id = message.id, reason = %error, cause);
    } else {
        tracing::error!(certificate_arn, outcome = "returned-to-queue", message_id = message.id, reason = %error, cause);
    }
    metrics.count(if is_refused { "MessagesRefused" } else { "MessagesReturned" }, 1);
    !is_refused
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without the last delivery after an hour, whatever comes too early would be lost.
    #[test]
    fn the_template_delivers_as_often() {
        let template = include_str!("../../../infra/template.yaml");
        let queue = template.split("\n  RenewalQueue:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        assert!(queue.lines().any(|line| line.trim() == format!("maxReceiveCount: {DELIVERIES}")), "{queue}");
        assert!(queue.contains("VisibilityTimeout: 1800"), "{queue}");
    }
}
