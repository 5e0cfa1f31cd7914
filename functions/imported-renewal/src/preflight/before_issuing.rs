//! What can be known before the CA is asked for a certificate, which takes money for each.

use std::collections::BTreeSet;

use certificates::FailureReason;
use jiff::Timestamp;

use super::{Refusal, chain, demand, issuer, lasts_longer_than, usages};
use crate::certificate::Certificate;

/// A certificate that a CA would issue.
#[derive(Debug)]
pub(crate) struct Prospect<'a> {
    /// The certificate in place.
    pub present: &'a Certificate,
    /// Its chain; empty where it was imported without one.
    pub present_chain: &'a [Certificate],
    /// Whether the grants allow that the new one is another CA's.
    pub issuer_may_change: bool,
    /// The CA's own certificate, then those above it.
    pub authority: &'a [Certificate],
    /// The key usages that the CA's template gives, as in [`Certificate::key_usage`].
    pub key_usage: u16,
    /// The extended key usages that it gives.
    pub extended_key_usage: &'a BTreeSet<String>,
    /// When the new certificate would end.
    pub not_after: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Makes those of the [checks](super::check) that need no new certificate.
///
/// # Errors
/// The first check that would fail afterwards.
pub(crate) fn check_before_issuing(prospect: &Prospect<'_>) -> Result<(), Refusal> {
    let Prospect { present, present_chain, authority, .. } = prospect;
    lasts_longer_than(present, prospect.not_after)?;
    usages::are_kept(present, prospect.key_usage, prospect.extended_key_usage)?;
    chain::is_whole(None, authority, prospect.now)?;
    let is_kept = prospect.issuer_may_change || issuer::is_kept(present, present_chain, authority);
    demand(is_kept, FailureReason::IssuerChanged, || {
        issuer::changed(present, authority.first().map_or(&[][..], |ca| &ca.subject))
    })
}
