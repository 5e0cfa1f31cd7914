//! What this process announced.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use certificates::{CertificateArn, CertificateDetail, Failure};
use jiff::{SignedDuration, Timestamp};

use crate::last_failure::LastFailure;
use crate::policy::AT_MOST_EVERY;

/// How often a person is notified of the same failure that cannot be recorded, at most.
const UNRECORDED_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Whoever may tag can make a renewal fail in many ways, one after the other.
const MOST_AN_HOUR: usize = 3;
/// More than one process has to do with in a day. Of some more, the first are forgotten.
const MOST_CERTIFICATES: usize = 1_000;

/// A failure of which a person was notified.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AnnouncedFailure {
    failure: Failure,
    at: Timestamp,
    /// Whether tags hold it.
    is_recorded: bool,
}

impl AnnouncedFailure {
    fn is_younger_than(&self, span: SignedDuration, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() < span
    }
}

#[derive(Debug, Default)]
struct Known {
    failures: BTreeMap<String, Vec<AnnouncedFailure>>,
    /// By certificate, the serial number of the last one that was imported under its ARN.
    completions: BTreeMap<String, Option<String>>,
}

/// Kept for as long as this process runs, beside the tags: those hold no details of a failure, and may be refused.
#[derive(Debug, Clone, Default)]
pub(crate) struct Announced(Arc<Mutex<Known>>);

impl Announced {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a person has to be notified of this failure. `recorded` is the last one of which the tags know.
    pub(crate) fn is_news(
        &self,
        certificate: &CertificateArn,
        failure: &Failure,
        recorded: Option<LastFailure>,
        now: Timestamp,
    ) -> bool {
        let known = self.known();
        let announced = known.failures.get(certificate.as_str()).map(Vec::as_slice).unwrap_or_default();
        is_news(announced, failure, recorded, now)
    }

    /// A person was notified of this failure.
    pub(crate) fn add_failure(&self, certificate: &CertificateArn, failure: &Failure, now: Timestamp) {
        let failures = &mut self.known().failures;
        failures.values_mut().for_each(|some| some.retain(|one| one.is_younger_than(UNRECORDED_EVERY, now)));
        failures.retain(|_, some| !some.is_empty());
        if failures.len() >= MOST_CERTIFICATES {
            failures.pop_first();
        }
        let failure = AnnouncedFailure { failure: failure.clone(), at: now, is_recorded: true };
        failures.entry(certificate.to_string()).or_default().push(failure);
    }

    /// Tags cannot hold this failure, so that they do not show for how long it has lasted.
    pub(crate) fn mark_unrecorded(&self, certificate: &CertificateArn, failure: &Failure) {
        let mut known = self.known();
        let failures = known.failures.get_mut(certificate.as_str());
        let same = failures.into_iter().flatten().filter(|one| one.failure == *failure);
        same.for_each(|one| one.is_recorded = false);
    }

    /// Whether it was announced that this very certificate was imported.
    pub(crate) fn has_completion(&self, after: &CertificateDetail) -> bool {
        self.known().completions.get(after.arn.as_str()) == Some(&after.serial)
    }

    /// It was announced that this certificate was imported.
    pub(crate) fn add_completion(&self, after: &CertificateDetail) {
        let completions = &mut self.known().completions;
        if completions.len() >= MOST_CERTIFICATES {
            completions.pop_first();
        }
        completions.insert(after.arn.to_string(), after.serial.clone());
    }
}

/// Whether a failure is one of which a person does not know.
fn is_news(announced: &[AnnouncedFailure], failure: &Failure, recorded: Option<LastFailure>, now: Timestamp) -> bool {
    let lasts = |one: &AnnouncedFailure| if one.is_recorded { AT_MOST_EVERY } else { UNRECORDED_EVERY };
    let is_known = announced.iter().any(|one| one.failure == *failure && one.is_younger_than(lasts(one), now));
    let last_hour = || announced.iter().filter(|one| one.is_younger_than(AT_MOST_EVERY, now));
    if is_known || last_hour().count() >= MOST_AN_HOUR {
        return false;
    }
    // The detail of what another process announced is not known, and most likely the same.
    let is_recorded =
        recorded.is_some_and(|last| last.reason == failure.reason && now.duration_since(last.at).abs() < AT_MOST_EVERY);
    !is_recorded || last_hour().any(|one| one.failure.reason == failure.reason)
}

#[cfg(test)]
mod tests {
    use certificates::FailureReason;

    use super::*;

    const NOW: &str = "2026-11-20T08:00:00Z";

    fn announced(reason: FailureReason, detail: &str, at: &str, is_recorded: bool) -> AnnouncedFailure {
        AnnouncedFailure { failure: Failure::new(reason, detail), at: at.parse().unwrap(), is_recorded }
    }

    #[test]
    fn a_failure_is_news_unless_a_person_knows_it() {
        use FailureReason::{CaDisabled, CaNotFound, PermissionMissing};
        let known = [
            announced(CaDisabled, "one", "2026-11-20T07:00:01Z", true),
            announced(CaNotFound, "one", "2026-11-20T07:00:00Z", true),
            announced(PermissionMissing, "one", "2026-11-19T08:00:01Z", false),
        ];
        let recorded = |reason, at: &str| Some(LastFailure { reason, at: at.parse().unwrap() });
        for ((reason, detail), recorded, expected) in [
            ((CaDisabled, "one"), None, false),
            ((CaDisabled, "other"), recorded(CaDisabled, "2026-11-20T07:00:01Z"), true),
            ((CaNotFound, "one"), None, true),
            ((CaNotFound, "one"), recorded(CaNotFound, "2026-11-20T07:00:01Z"), false),
            ((CaNotFound, "one"), recorded(CaNotFound, "2026-11-20T07:00:00Z"), true),
            ((PermissionMissing, "one"), None, false),
            ((PermissionMissing, "other"), None, true),
        ] {
            let failure = Failure::new(reason, detail);
            assert_eq!(is_news(&known, &failure, recorded, NOW.parse().unwrap()), expected, "{failure:?} {recorded:?}");
        }
        let many: Vec<AnnouncedFailure> = (0..3).map(|n| announced(CaDisabled, &n.to_string(), NOW, true)).collect();
        assert!(!is_news(&many, &Failure::new(CaNotFound, "one"), None, NOW.parse().unwrap()));
    }

    #[test]
    fn it_never_grows_without_bound() {
        let announced = Announced::default();
        for number in 0..2 * MOST_CERTIFICATES {
            let arn: CertificateArn =
                format!("arn:aws:acm:us-east-1:123456789012:certificate/{number}").parse().unwrap();
            announced.add_failure(&arn, &Failure::new(FailureReason::CaDisabled, ""), NOW.parse().unwrap());
            let imported = certificates::CertificateSummary::new(arn, certificates::CertificateType::Imported);
            announced.add_completion(&imported.into());
        }
        let known = announced.known();
        assert_eq!((known.failures.len(), known.completions.len()), (MOST_CERTIFICATES, MOST_CERTIFICATES));
    }
}
