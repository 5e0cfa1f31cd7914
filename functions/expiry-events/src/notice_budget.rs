//! How many notices a sweep, or the events of an hour, may publish.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use notices::{Kind, Severity};

use crate::plan::Plan;
use crate::quota::Quota;

/// The time in which events may send as many notices as one sweep.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What is held back is not remembered either, so the next sweep reports it.
#[derive(Debug)]
pub(crate) struct NoticeBudget {
    quota: Quota,
    held_back: AtomicUsize,
}

impl NoticeBudget {
    pub(crate) fn new(most: usize) -> Self {
        Self { quota: Quota::new(most), held_back: AtomicUsize::new(0) }
    }

    /// How many certificates were held back.
    pub(crate) fn held_back(&self) -> usize {
        self.held_back.load(Relaxed)
    }

    /// The plan, or what is left of it without its notices. Nothing critical is held back, and nothing that only this
    /// check can report, because it cannot be remembered.
    pub(crate) fn admit(&self, plan: Plan) -> Plan {
        if !may_wait(&plan) || self.quota.take(1) {
            return plan;
        }
        self.hold_back();
        plan.held_back()
    }

    /// Leaves a certificate to a later sweep.
    pub(crate) fn hold_back(&self) {
        self.held_back.fetch_add(1, Relaxed);
    }
}

/// Whether a later sweep can report the same: it cannot what is only reported with its event, or cannot be remembered.
fn may_wait(plan: &Plan) -> bool {
    let may_wait = |kind| !matches!(kind, Kind::Renewed | Kind::Rotated | Kind::RevocationAhead);
    !plan.publish.is_empty()
        && plan.record_notified.is_some()
        && plan.publish.iter().all(|notice| notice.severity != Severity::Critical && may_wait(notice.kind))
}

/// What events may still send within an hour. Whoever may import or request certificates can cause one after another.
#[derive(Debug)]
pub(crate) struct HourlyNoticeBudget {
    most: usize,
    current: Mutex<Option<(Timestamp, Arc<NoticeBudget>)>>,
}

impl HourlyNoticeBudget {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, current: Mutex::default() }
    }

    /// What is left of the hour that runs, or of one that starts now.
    pub(crate) fn at(&self, now: Timestamp) -> Arc<NoticeBudget> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let running = current.take().filter(|(start, _)| now.duration_since(*start) < HOUR);
        let (start, budget) = running.unwrap_or_else(|| (now, Arc::new(NoticeBudget::new(self.most))));
        *current = Some((start, Arc::clone(&budget)));
        budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hour_has_its_own_notices() {
        let start: Timestamp = "2026-11-21T06:51:08Z".parse().unwrap();
        let hourly = HourlyNoticeBudget::new(2);
        let taken = |minutes| hourly.at(start + SignedDuration::from_mins(minutes)).quota.take(1);
        assert_eq!([0, 59, 59, 60, 61, 119, 120].map(taken), [true, true, false, true, true, false, true]);
    }
}
