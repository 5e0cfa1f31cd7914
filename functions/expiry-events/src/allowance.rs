//! How many notices a sweep may publish, and how many calls it may make for a purpose.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use notices::Severity;

use crate::policy::Plan;

/// What is left of a sweep's notices, or calls. What is held back is not remembered either, so the next sweep reports it.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: AtomicUsize,
    held_back: AtomicUsize,
}

impl Allowance {
    pub(crate) fn of(most: usize) -> Self {
        Self { left: AtomicUsize::new(most), held_back: AtomicUsize::new(0) }
    }

    pub(crate) fn unlimited() -> Self {
        Self::of(usize::MAX)
    }

    /// How many certificates were held back.
    pub(crate) fn held_back(&self) -> usize {
        self.held_back.load(Relaxed)
    }

    /// The plan, or what is left of it without its notices. Nothing critical is held back, and nothing that only this
    /// check can report, because it cannot be remembered.
    pub(crate) fn admit(&self, plan: Plan) -> Plan {
        let is_urgent = plan.publish.iter().any(|notice| notice.severity == Severity::Critical);
        if plan.publish.is_empty() || is_urgent || plan.record_notified.is_none() || self.take(1) {
            return plan;
        }
        self.hold_back();
        plan.held_back()
    }

    /// Leaves a certificate to a later sweep.
    pub(crate) fn hold_back(&self) {
        self.held_back.fetch_add(1, Relaxed);
    }

    /// Whether that many are left, which are then used.
    pub(crate) fn take(&self, count: usize) -> bool {
        self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(count)).is_ok()
    }
}
