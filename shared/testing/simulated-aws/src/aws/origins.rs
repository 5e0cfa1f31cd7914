//! In which Region a call took place, and with which role.

use super::State;
use crate::{Aws, Call};

/// Of each call, beside it.
#[derive(Debug)]
pub(crate) struct Origin {
    region: String,
    role: Option<String>,
}

impl State {
    /// Keeps a call that takes place here, made with this role or none.
    pub(crate) fn keep(&mut self, call: Call, role: Option<String>) {
        self.origins.push(Origin { region: self.region.clone(), role });
        self.calls.push(call);
    }

    fn calls_of(&self, wanted: impl Fn(&Call, &Origin) -> bool) -> Vec<Call> {
        let both = self.calls.iter().zip(&self.origins);
        both.filter(|(call, origin)| wanted(call, origin)).map(|(call, _)| call.clone()).collect()
    }
}

impl Aws {
    /// The calls so far that were made with the credentials of this role, in order.
    pub fn calls_by_role(&self, role_arn: &str) -> Vec<Call> {
        self.state().calls_of(|_, origin| origin.role.as_deref() == Some(role_arn))
    }

    /// The calls so far that took place in this handle's account and Region, in order. Global services are in the Region
    /// where the model is at home.
    pub fn calls_here(&self) -> Vec<Call> {
        let state = self.state();
        state.calls_of(|call, origin| call.account == state.account && origin.region == state.region)
    }
}
