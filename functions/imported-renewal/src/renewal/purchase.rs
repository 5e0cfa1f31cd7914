//! Decides whether a certificate is to be issued, and remembers what may be charged.

use aws_client::Clock;
use certificates::Failure;
use issuers::{Approver, Offer};

use super::current::CurrentCertificate;
use crate::budget::Budget;
use crate::policy::Plan;
use crate::preflight;
use crate::state::CertificateState;

/// A certificate that may be charged.
pub(super) struct Purchase<'a> {
    pub(super) state: &'a CertificateState,
    pub(super) plan: &'a Plan,
    pub(super) current: &'a CurrentCertificate,
    pub(super) budget: &'a Budget,
    pub(super) clock: &'a Clock,
}

impl Approver for Purchase<'_> {
    fn approve(&self, offer: &Offer) -> Result<(), Failure> {
        let now = self.clock.now();
        preflight::check_offer(&self.current.chain, self.plan.issuer_may_change, offer, now)?;
        self.budget.charge(&self.state.certificate, now);
        Ok(())
    }

    fn withdraw(&self) {
        self.budget.withdraw(self.state.arn());
    }
}
