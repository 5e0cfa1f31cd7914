//! ACM's own renewal of the certificates whose keys it holds.

use certificates::{CertificateDetail, Renewal, RenewalEligibility, days_left};
use jiff::{SignedDuration, Timestamp};

use crate::{CertificateState, Occasion};

/// ACM is late when this many days are left, or a quarter of the lifetime if that is shorter: it starts
/// up to 60 days before expiry
/// ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)).
const LATE_DAYS: i64 = 30;
/// ACM has just issued the certificate again if it did so within this time: its events may be late.
const RECENT: SignedDuration = SignedDuration::from_hours(48);

/// Whether ACM will renew one of its own certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcmForecast {
    InTime {
        /// With this many days left it is late.
        late_days: i64,
    },
    /// It should have done so by now and does not say why it has not.
    Late,
    /// After somebody has followed the link in an e-mail.
    NeedsEmailApproval,
    /// It says that it cannot without a person.
    NeedsPerson,
    /// It has expired, is not in use, or is of a kind that ACM does not renew.
    WillNot,
}

impl AcmForecast {
    pub fn new(state: &CertificateState) -> Self {
        let certificate = &state.certificate;
        if state.has_expired() {
            Self::WillNot
        } else if needs_a_person(state) {
            Self::NeedsPerson
        } else if certificate.acm_renews_it() && is_late(certificate, state.now) {
            Self::Late
        } else if certificate.acm_renews_it() {
            Self::InTime { late_days: late_days(LATE_DAYS, certificate) }
        } else if certificate.renewal_eligibility == Some(RenewalEligibility::Eligible) {
            Self::NeedsEmailApproval
        } else {
            Self::WillNot
        }
    }
}

/// This many days, or a quarter of the lifetime if that is shorter.
pub fn late_days(days: i64, certificate: &CertificateDetail) -> i64 {
    certificate.validity_days().map_or(days, |validity| days.min(validity / 4))
}

/// Whether ACM should have renewed the certificate by now.
pub fn is_late(certificate: &CertificateDetail, now: Timestamp) -> bool {
    certificate.not_after.is_some_and(|end| days_left(end, now) <= late_days(LATE_DAYS, certificate))
}

/// Whether ACM holds the key, and so may renew the certificate.
fn holds_key(state: &CertificateState) -> bool {
    !state.certificate.is_imported() && !state.certificate.is_acme()
}

fn has_succeeded(state: &CertificateState) -> bool {
    state.certificate.renewal.as_ref().is_some_and(|renewal| renewal.status == "SUCCESS")
}

/// Whether ACM shows a certificate that it issued within [`RECENT`].
pub fn has_just_issued(state: &CertificateState) -> bool {
    let issued = state.certificate.issued_at.max(state.certificate.not_before);
    holds_key(state) && issued.is_some_and(|issued| state.now.duration_since(issued) <= RECENT)
}

/// Whether the check is for a renewal by ACM that shows: an old event about a certificate that has meanwhile expired is
/// not good news.
pub fn was_renewed(state: &CertificateState) -> bool {
    let is_about_renewal = matches!(state.occasion, Occasion::Renewed | Occasion::RenewalStateChange);
    let just_issued = state.occasion == Occasion::Renewed && has_just_issued(state);
    is_about_renewal && holds_key(state) && (has_succeeded(state) || just_issued) && !state.has_expired()
}

/// Whether ACM's renewal waits for a person: it says so, or its event does and the state does not contradict. ACM does
/// not renew what has expired.
pub fn needs_a_person(state: &CertificateState) -> bool {
    let is_stuck = state.certificate.renewal.as_ref().is_some_and(Renewal::is_stuck);
    let is_reported = state.occasion == Occasion::RenewalActionRequired && !has_succeeded(state);
    holds_key(state) && !state.has_expired() && (is_stuck || is_reported)
}
