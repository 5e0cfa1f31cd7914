//! What goes wrong, and what happens just before a call.

use std::sync::{MutexGuard, PoisonError};

use crate::{Aws, Fault};

/// Something that happens just before a call.
pub(super) struct Hook {
    operation: String,
    left: u64,
    action: Box<dyn FnOnce(&Aws) + Send>,
}

impl Aws {
    /// The `k`-th call from now (from 1, whatever the operation) meets this fault.
    pub fn fail_call(&self, k: u64, fault: Fault) {
        self.state().faults.arm_nth(None, k, fault);
    }

    /// The `n`-th call of this operation from now (from 1) meets this fault.
    pub fn fail(&self, operation: &str, n: u64, fault: Fault) {
        self.state().faults.arm_nth(Some(operation), n, fault);
    }

    /// The next `times` calls of this operation meet this fault.
    pub fn fail_next(&self, operation: &str, times: u64, fault: Fault) {
        self.state().faults.arm_next(operation, times, fault);
    }

    /// Every call of this operation meets this fault, until [`Aws::clear_faults`].
    pub fn fail_always(&self, operation: &str, fault: Fault) {
        self.fail_next(operation, u64::MAX, fault);
    }

    /// Disarms every fault. Does not end a crash: see [`Aws::restart`].
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Whether [`Fault::Crash`] or [`Fault::CrashAfter`] took place and nobody restarted.
    pub fn crashed(&self) -> bool {
        self.state().faults.crashed()
    }

    /// A new process takes the place of the crashed one: calls are served again.
    pub fn restart(&self) {
        self.state().faults.restart();
    }

    /// Just before the `n`-th call of this operation from now (from 1), `action` takes place:
    /// an operator changes a tag, a second renewal runs, a CA is disabled.
    pub fn before(&self, operation: &str, n: u64, action: impl FnOnce(&Self) + Send + 'static) {
        let hook = Hook { operation: operation.to_owned(), left: n, action: Box::new(action) };
        self.hooks().push(hook);
    }

    fn hooks(&self) -> MutexGuard<'_, Vec<Hook>> {
        self.shared.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a call: the clock moves, hooks run.
    pub(crate) fn begin(&self, operation: &str) {
        let mut due = Vec::new();
        let mut hooks = self.hooks();
        for mut hook in std::mem::take(&mut *hooks) {
            if hook.operation == operation {
                hook.left = hook.left.saturating_sub(1);
                if hook.left == 0 {
                    due.push(hook.action);
                    continue;
                }
            }
            hooks.push(hook);
        }
        drop(hooks);
        for action in due {
            action(self);
        }
        let mut state = self.state();
        state.now = state.now.checked_add(state.call_duration).unwrap_or(state.now);
        state.sleepers.progress += 1;
    }
}
