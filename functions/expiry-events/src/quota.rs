//! How much of something may still be used.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[derive(Debug)]
pub(crate) struct Quota(AtomicUsize);

impl Quota {
    pub(crate) fn new(most: usize) -> Self {
        Self(AtomicUsize::new(most))
    }

    pub(crate) fn unlimited() -> Self {
        Self::new(usize::MAX)
    }

    /// Whether this many are left, which are then used.
    pub(crate) fn take(&self, count: usize) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(count)).is_ok()
    }
}
