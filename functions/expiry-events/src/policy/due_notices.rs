//! What the state of a certificate makes due, whatever was notified before.

use certificates::Milestone;

use super::acm_renewal::{has_just_issued, needs_a_person, was_renewed};
use super::suggested_window::is_revocation_ahead;
use super::{NoticeKind, Settings};
use crate::{CertificateState, Occasion};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    pub kind: NoticeKind,
    /// Of a notice about the expiry: the latest milestone that the certificate has reached.
    pub milestone: Option<Milestone>,
    /// Whether it is due every day.
    pub is_daily: bool,
}

impl DueNotice {
    /// One that is due once for each `notAfter`.
    pub fn once(kind: NoticeKind) -> Self {
        Self { kind, milestone: None, is_daily: false }
    }
}

/// `is_daily`: the expiry is reported every day.
pub fn due_notices(state: &CertificateState, settings: &Settings, is_daily: bool) -> Vec<DueNotice> {
    if state.certificate.is_revoked() {
        // Its expiry does not matter any more.
        return vec![DueNotice::once(NoticeKind::Revoked)];
    }
    let is_rotated = state.occasion == Occasion::Rotated && has_just_issued(state);
    let once = [
        (was_renewed(state), NoticeKind::Renewed),
        (is_rotated, NoticeKind::Rotated),
        (is_revocation_ahead(state), NoticeKind::RevocationAhead),
    ];
    let once = once.into_iter().filter(|(is_due, _)| *is_due).map(|(_, kind)| DueNotice::once(kind));
    once.chain(of_expiry(state, settings, is_daily)).collect()
}

/// The expiry, or a renewal that waits for a person, which is reported in place of it.
fn of_expiry(state: &CertificateState, settings: &Settings, is_daily: bool) -> Option<DueNotice> {
    let milestone = settings.thresholds.reached(&state.certificate, state.now);
    let kind = match milestone {
        _ if state.is_superseded => return None,
        Some(Milestone::Expired) => NoticeKind::Expired,
        _ if needs_a_person(state) => NoticeKind::ActionRequired,
        Some(Milestone::DaysLeft(_)) => NoticeKind::Expiring,
        None => return None,
    };
    Some(DueNotice { kind, milestone, is_daily })
}
