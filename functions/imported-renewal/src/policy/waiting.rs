//! Whether it is the time to renew, by what the tags record.

use certificates::{FailureReason, Recovery, RenewalState, days_left, renewal_window, retry_pause};

use super::paid::just_failed;
use super::{RenewalInput, SkipReason};
use crate::event::Occasion;

/// Why it is not the time to renew, if it is not.
pub(super) fn reason_to_wait(state: RenewalState, input: &RenewalInput<'_>) -> Option<SkipReason> {
    match state {
        // Asked for, by us or by an operator: renew, whenever it expires.
        RenewalState::Requested => just_failed(input),
        // A claim that is too old is an attempt that crashed.
        RenewalState::InProgress => None,
        // A change by the operator may have resolved it.
        RenewalState::Failed if input.has_changed() => just_failed(input),
        RenewalState::Failed => reason_to_wait_after_failure(input),
        // Replaced and not recorded yet: that is recorded before anything else.
        RenewalState::Replaced => None,
        // Another tool decides when a secret has a new certificate, and may revoke the old one.
        RenewalState::NotStarted | RenewalState::Complete if input.occasion == Occasion::SecretChanged => None,
        RenewalState::NotStarted | RenewalState::Complete => (!is_due(input)).then_some(SkipReason::NotDue),
    }
}

fn reason_to_wait_after_failure(input: &RenewalInput<'_>) -> Option<SkipReason> {
    let reason = input.state.tag_state.recorded.reason;
    // The secret may have been written since. To read it again costs nothing, and fails again only at a threshold.
    if reason.is_some_and(FailureReason::is_nothing_new) {
        return None;
    }
    match reason.map(FailureReason::recovery) {
        Some(Recovery::Automatic) => (!is_pause_over(input)).then_some(SkipReason::WaitingForRetry),
        // Each try would cost a certificate that ACM then refuses; only a person knows when that has changed.
        _ if reason.is_some_and(FailureReason::waits_for_a_request) => Some(SkipReason::WaitingForAPerson),
        Some(Recovery::Manual) | None => (!is_threshold_crossed(input)).then_some(SkipReason::WaitingForAPerson),
    }
}

/// The attempt crashed, and it was not the first. That must not cost a certificate at every event; and where no sweep
/// asks, since the certificate does not expire soon, nobody would ever say that it is no longer in progress.
pub(super) fn is_repeated_crash(input: &RenewalInput<'_>) -> bool {
    input.state.tag_state.recorded.attempts > 1
        && !is_pause_over(input)
        // A change by the operator may have resolved it.
        && !input.has_changed()
}

/// Whether the tool that writes the secret should have delivered by now, and its owner has not been notified since the
/// last threshold. A claim or a request that came to nothing must not stay.
pub(super) fn is_delivery_due(state: RenewalState, input: &RenewalInput<'_>) -> bool {
    let was_reported = input.state.tag_state.recorded.reason.is_some_and(FailureReason::is_nothing_new);
    match state {
        RenewalState::Requested | RenewalState::InProgress => true,
        RenewalState::Failed if was_reported => is_threshold_crossed(input),
        _ => is_due(input),
    }
}

fn is_due(input: &RenewalInput<'_>) -> bool {
    let certificate = &input.state.certificate;
    let window = renewal_window(input.renew_before_days, certificate);
    certificate.not_after.is_some_and(|expiry| days_left(expiry, input.now) <= window)
}

fn is_pause_over(input: &RenewalInput<'_>) -> bool {
    let pause = retry_pause(input.state.tag_state.recorded.attempts);
    input.progress().age().is_none_or(|age| age >= pause)
}

fn is_threshold_crossed(input: &RenewalInput<'_>) -> bool {
    let since = input.progress().since();
    since.is_none_or(|since| input.thresholds.crossed_since(since, &input.state.certificate, input.now))
}
