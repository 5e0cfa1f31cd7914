//! Which notices a process has sent lately.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::notice::Notice;

/// For so long an equal notice says nothing new.
const LASTS: SignedDuration = SignedDuration::from_hours(1);
/// More than a process sends in an hour. Beyond it a notice may be repeated, which is better than one that nobody got.
const MOST: usize = 10_000;

/// The notices that a process has sent within the last hour. Tags remember for longer, but not where they cannot be
/// written, or somebody removes them.
#[derive(Debug, Default)]
pub struct RecentNotices(Mutex<HashMap<u64, Timestamp>>);

impl RecentNotices {
    /// Whether an equal notice was sent within the last hour: about the same certificate, of the same kind and cause,
    /// and with the same words about what happened.
    pub fn hold(&self, notice: &Notice, now: Timestamp) -> bool {
        self.lock().get(&digest(notice)).is_some_and(|sent| is_recent(*sent, now))
    }

    /// Remembers a notice that was sent.
    pub fn add(&self, notice: &Notice, now: Timestamp) {
        let mut sent = self.lock();
        if sent.len() >= MOST {
            sent.retain(|_, sent| is_recent(*sent, now));
        }
        if sent.len() < MOST {
            sent.insert(digest(notice), now);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_recent(sent: Timestamp, now: Timestamp) -> bool {
    now.duration_since(sent) < LASTS
}

fn digest(notice: &Notice) -> u64 {
    let mut hasher = DefaultHasher::new();
    let Notice { certificate_arn, kind, cause, subject, what_happened, .. } = notice;
    (certificate_arn.as_str(), kind.as_str(), cause, subject, what_happened).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateDetail, CertificateSummary, CertificateType};

    use super::*;
    use crate::kind::{Kind, Severity};

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        start + SignedDuration::from_mins(minutes)
    }

    fn notice(certificate: usize) -> Notice {
        let arn = format!("arn:aws:acm:us-east-1:123456789012:certificate/{certificate}").parse().unwrap();
        let facts = CertificateDetail::from(CertificateSummary::new(arn, CertificateType::Imported));
        Notice { what_happened: "x".into(), ..Notice::new(Kind::Expiring, Severity::Info, "x", &facts, at(0)) }
    }

    #[test]
    fn an_equal_notice_is_known_for_an_hour() {
        let recent = RecentNotices::default();
        assert!(!recent.hold(&notice(1), at(0)));
        recent.add(&notice(1), at(0));
        assert!(recent.hold(&notice(1), at(59)) && !recent.hold(&notice(1), at(60)));
        recent.add(&notice(1), at(60));
        assert!(recent.hold(&notice(1), at(119)));
    }

    #[test]
    fn whatever_says_something_else_is_another_notice() {
        let recent = RecentNotices::default();
        recent.add(&notice(1), at(0));
        for other in [
            notice(2),
            Notice { kind: Kind::Expired, ..notice(1) },
            Notice { cause: Some("no-zone".into()), ..notice(1) },
            Notice { subject: "y".into(), ..notice(1) },
            Notice { what_happened: "y".into(), ..notice(1) },
        ] {
            assert!(!recent.hold(&other, at(0)), "{other:?}");
        }
    }

    #[test]
    fn the_memory_has_a_bound() {
        let recent = RecentNotices::default();
        (0..MOST).for_each(|n| recent.add(&notice(n), at(0)));
        recent.add(&notice(MOST), at(59));
        assert!(!recent.hold(&notice(MOST), at(59)) && recent.hold(&notice(0), at(59)));
        recent.add(&notice(MOST), at(60));
        assert!(recent.hold(&notice(MOST), at(60)));
        assert_eq!(recent.lock().len(), 1);
    }
}
