//! Decides whether a certificate is to be issued, and remembers what may be charged.

use aws_client::Clock;
use certificates::Failure;
use issuers::{Approver, Offer};

use super::attempt::Attempt;
use crate::budget::Budget;
use crate::preflight;

/// A certificate that may be charged.
pub(super) struct Purchase<'a> {
    pub(super) attempt: Attempt<'a>,
    pub(super) budget: &'a Budget,
    pub(super) clock: &'a Clock,
}

impl Approver for Purchase<'_> {
    fn approve(&self, offer: &Offer) -> Result<(), Failure> {
        let Attempt { state, plan, current, .. } = self.attempt;
        let now = self.clock.now();
        preflight::check_offer(&current.chain, plan.issuer_may_change, offer, now)?;
        self.budget.charge(&state.certificate, now);
        Ok(())
    }

    fn withdraw(&self) {
        self.budget.withdraw(self.attempt.state.arn());
    }
}
