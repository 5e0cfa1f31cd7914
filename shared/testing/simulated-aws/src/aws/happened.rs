//! What tests see of what happened.

use std::collections::BTreeMap;

use super::State;
use crate::{Aws, Call, Notice, PutEvent};

impl Aws {
    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// How often each operation was called.
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in &self.state().calls {
            *counts.entry(call.operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Every call, message and event so far, in order, without keeping them: in long runs, copies would
    /// cost time.
    pub fn take_record(&self) -> (Vec<Call>, Vec<Notice>, Vec<PutEvent>) {
        let mut state = self.state();
        state.origins.clear();
        let State { calls, sns, events, .. } = &mut *state;
        (std::mem::take(calls), std::mem::take(&mut sns.published), std::mem::take(&mut events.put))
    }

    /// Forgets the calls, notices and events so far (not their effects on certificates).
    pub fn forget_record(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.origins.clear();
        state.sns.published.clear();
        state.events.put.clear();
    }

    /// Every message that SNS accepted, in order.
    pub fn published(&self) -> Vec<Notice> {
        self.state().sns.published.clone()
    }

    /// Every event that EventBridge accepted, in order.
    pub fn events(&self) -> Vec<PutEvent> {
        self.state().events.put.clone()
    }
}
