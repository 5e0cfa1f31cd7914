//! What can be known before the CA is asked for a certificate, which is charged.

use certificates::{Failure, FailureReason};
use issuers::{Offer, Usages};
use jiff::Timestamp;
use x509::Chain;

use super::{chain, demand, issuer, lasts_longer_than, usages};

/// Makes those of the [checks](super::check) that need no new certificate, as far as the offer says enough: the first
/// that would fail afterwards fails.
pub(crate) fn check_offer(
    current: &Chain,
    issuer_may_change: bool,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(not_after) = offer.not_after.filter(|_| !offer.revocation_is_ahead) {
        lasts_longer_than(&current.leaf, not_after)?;
    }
    if let Some(Usages { key_usage, extended_key_usage }) = &offer.usages {
        usages::are_kept(&current.leaf, *key_usage, extended_key_usage)?;
    }
    if let Some(issuers) = &offer.issuers {
        let is_among = issuer_may_change || issuer::is_among(current, issuers);
        demand(is_among, FailureReason::IssuerChanged, || issuer::not_among(current))?;
    }
    let Some(issuer_chain) = &offer.issuer_chain else { return Ok(()) };
    chain::is_whole(None, issuer_chain, now)?;
    let is_kept = issuer_may_change || issuer::is_kept(current, issuer_chain);
    demand(is_kept, FailureReason::IssuerChanged, || {
        issuer_chain.first().map(|ca| issuer::changed(&current.leaf, &ca.subject)).unwrap_or_default()
    })
}
