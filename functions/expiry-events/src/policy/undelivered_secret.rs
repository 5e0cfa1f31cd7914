//! A secret that had nothing newer when the certificate was due: it is checked again every day.
//!
//! Secrets Manager's events come when the tool delivers, but at best effort. The tags stay as they are, so that
//! imported-renewal reports the failure again only when a threshold was crossed.

use certificates::tags::RenewFrom;
use certificates::{FailureReason, renewal_window, utc_date};
use jiff::Timestamp;

use super::Settings;
use super::notice_decision::{can_remember, day_has_just_begun};
use super::notice_dedup::was_secret_checked_on;
use crate::CertificateState;

/// Why the certificate was not renewed, where the tool that writes its secret did not deliver.
pub fn undelivered(state: &CertificateState) -> Option<FailureReason> {
    let reason = state.tag_state.recorded.reason.filter(|reason| reason.is_nothing_new());
    reason.filter(|_| state.tag_state.settings.renew_from == Some(RenewFrom::Secret))
}

/// Whether such a secret is checked now: once a day (UTC) after that of the failure, and as long after the expiry as
/// before it. Without the tag that remembers the day, the first hour of each day decides.
pub fn is_check_due(failed_at: Timestamp, state: &CertificateState, settings: &Settings) -> bool {
    let today = utc_date(state.now);
    let window = renewal_window(settings.renew_before_days, &state.certificate);
    let is_near = state.days_left().is_some_and(|left| left.abs() <= window);
    let is_first_today =
        if can_remember(state) { !was_secret_checked_on(today, state) } else { day_has_just_begun(state.now) };
    undelivered(state).is_some() && is_near && utc_date(failed_at) < today && is_first_today
}
