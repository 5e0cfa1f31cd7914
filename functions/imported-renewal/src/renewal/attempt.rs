//! An attempt that has claimed its renewal.

use super::current::CurrentCertificate;
use super::schedule::Schedule;
use crate::policy::Plan;
use crate::state::CertificateState;

#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    /// With the claim in its tags.
    pub(super) state: &'a CertificateState,
    pub(super) plan: &'a Plan,
    pub(super) current: &'a CurrentCertificate,
    pub(super) schedule: &'a Schedule,
}
