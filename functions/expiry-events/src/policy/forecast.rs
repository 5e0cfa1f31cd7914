//! Who renews a certificate, and how far that is.

use certificates::tags::RenewFrom;
use certificates::{FailureReason, Recovery, RenewalStatus, renewal_window};
use jiff::Timestamp;

use super::acm_renewal::{is_late, late_days};
use super::renewal::is_known_acme_directory;
use super::undelivered_secret::undelivered;
use super::{AcmForecast, RenewalDecision, Settings};
use crate::{CertificateState, Obstacle};

/// acm-autopilot is late when this many days are left, or a quarter of the lifetime if that is shorter: a renewal
/// starts at a third of the lifetime at the latest and takes minutes.
const LATE_DAYS: i64 = 7;

/// Who renews the certificate next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalForecast {
    /// It was revoked: nobody.
    Revoked,
    /// The ACME client that holds its key, by a certificate under a new ARN.
    AcmeClient,
    Acm(AcmForecast),
    /// acm-autopilot: an imported certificate with the tag `renew-from`.
    Autopilot(AutopilotForecast),
    /// Nobody: an imported certificate without that tag.
    Nobody,
}

/// How far acm-autopilot is with a renewal, or why it does not start one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AutopilotForecast {
    Scheduled {
        /// It starts when this many days are left.
        days: i64,
    },
    /// It is requested in this very check.
    JustRequested,
    InProgress(RenewalStatus, Option<Timestamp>),
    /// It could not be started, for this reason.
    NotStarted(String),
    /// It failed. Time may fix it.
    FailedForNow(FailureReason),
    /// The tool that writes its secret did not deliver, for this reason: it is renewed as soon as the tool does.
    NotDelivered(FailureReason),
    /// It failed. A person has to fix it; the reason may be unreadable.
    Failed(Option<FailureReason>),
    /// There is no room for the tags that keep track of it.
    NoRoomForTags,
    /// The tag `renew-from` has a value that this version does not know.
    UnknownSource,
    /// The tag `acme` does not name a configured ACME directory.
    UnknownDirectory,
    /// imported-renewal is not deployed here.
    NotDeployed,
}

impl RenewalForecast {
    /// From what is known, and from what was just decided.
    pub fn new(state: &CertificateState, settings: &Settings, renewal: &RenewalDecision) -> Self {
        let certificate = &state.certificate;
        if certificate.is_revoked() {
            Self::Revoked
        } else if certificate.is_acme() {
            Self::AcmeClient
        } else if !certificate.is_imported() {
            Self::Acm(AcmForecast::new(state))
        } else if let Some(source) = &state.tag_state.settings.renew_from {
            AutopilotForecast::new(state, settings, source, renewal).map_or(Self::Nobody, Self::Autopilot)
        } else {
            Self::Nobody
        }
    }

    /// Whether the certificate is renewed in time without anybody's help, as far as can be seen.
    /// The first attempt after a failure counts as help until it has succeeded.
    pub fn is_in_time(&self, state: &CertificateState) -> bool {
        match self {
            Self::Acm(AcmForecast::InTime { .. }) => true,
            // Clients renew earlier than ACM, as a rule when a third of the lifetime is left.
            Self::AcmeClient => !is_late(&state.certificate, state.now),
            Self::Autopilot(forecast) => forecast.is_in_time(state),
            Self::Revoked | Self::Acm(_) | Self::Nobody => false,
        }
    }
}

impl AutopilotForecast {
    fn new(
        state: &CertificateState,
        settings: &Settings,
        source: &RenewFrom,
        renewal: &RenewalDecision,
    ) -> Option<Self> {
        if !settings.request_renewals {
            return Some(Self::NotDeployed);
        }
        match source {
            RenewFrom::Acme if !is_known_acme_directory(state, settings) => return Some(Self::UnknownDirectory),
            RenewFrom::Unknown(_) => return Some(Self::UnknownSource),
            RenewFrom::Acme | RenewFrom::PrivateCa | RenewFrom::Secret => {}
        }
        let recorded = &state.tag_state.recorded;
        Some(match renewal {
            RenewalDecision::NotOurs => return None,
            RenewalDecision::NotDue => {
                Self::Scheduled { days: renewal_window(settings.renew_before_days, &state.certificate) }
            }
            RenewalDecision::NoRoomForTags => Self::NoRoomForTags,
            RenewalDecision::TagsRefused(why) => Self::NotStarted(why.clone()),
            RenewalDecision::Start(_) | RenewalDecision::Repeat(_) | RenewalDecision::CheckSecret => {
                Self::requested(state, renewal)
            }
            RenewalDecision::InProgress => {
                Self::InProgress(recorded.status.unwrap_or(RenewalStatus::PendingRenewal), recorded.since)
            }
            RenewalDecision::Paused => match recorded.reason {
                Some(reason) if undelivered(state).is_some() => Self::NotDelivered(reason),
                Some(reason) if reason.recovery() == Recovery::Automatic => Self::FailedForNow(reason),
                reason => Self::Failed(reason),
            },
        })
    }

    fn requested(state: &CertificateState, renewal: &RenewalDecision) -> Self {
        match (&state.obstacle, undelivered(state)) {
            (Some(Obstacle::RequestFailed(why)), _) => Self::NotStarted(why.clone()),
            (_, Some(reason)) if *renewal == RenewalDecision::CheckSecret => Self::NotDelivered(reason),
            _ => Self::JustRequested,
        }
    }

    fn is_in_time(&self, state: &CertificateState) -> bool {
        let is_coming = matches!(self, Self::Scheduled { .. } | Self::JustRequested | Self::InProgress(..));
        let has_failed = state.tag_state.recorded.status == Some(RenewalStatus::RenewalFailed);
        let is_early = state.days_left().is_some_and(|left| left > late_days(LATE_DAYS, &state.certificate));
        is_coming && !has_failed && is_early
    }
}
