//! Failures that no tag can hold.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use certificates::{CertificateArn, FailureReason};
use jiff::{SignedDuration, Timestamp};

/// How often a person is notified of a failure that cannot be recorded, at most.
const NOTICE_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What was announced, but could not be recorded in tags: kept as long as this process lives, so that not every event
/// brings the same notice.
#[derive(Debug, Clone, Default)]
pub(super) struct Untracked(Arc<Mutex<BTreeMap<String, (FailureReason, Timestamp)>>>);

impl Untracked {
    pub(super) fn insert(&self, certificate: &CertificateArn, reason: FailureReason, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, at)| now.duration_since(*at) < NOTICE_EVERY);
        let entry = known.entry(certificate.to_string()).or_insert((reason, now));
        if entry.0 != reason {
            *entry = (reason, now);
        }
    }

    pub(super) fn contains(&self, certificate: &CertificateArn, reason: FailureReason, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(certificate.as_str())
            .is_some_and(|(told, at)| *told == reason && now.duration_since(*at) < NOTICE_EVERY)
    }
}
