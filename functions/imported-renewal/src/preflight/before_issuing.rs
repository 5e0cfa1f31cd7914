//! What can be known before the CA is asked for a certificate, which is charged.

use certificates::{Failure, FailureReason};
use issuers::Offer;
use jiff::Timestamp;
use x509::Chain;

use super::{chain, demand, issuer, lasts_longer_than, usages};

/// Makes those of the [checks](super::check) that need no new certificate: the first that would fail afterwards fails.
pub(crate) fn check_offer(
    current: &Chain,
    issuer_may_change: bool,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), Failure> {
    lasts_longer_than(&current.leaf, offer.not_after)?;
    usages::are_kept(&current.leaf, offer.key_usage, &offer.extended_key_usage)?;
    chain::is_whole(None, &offer.issuer_chain, now)?;
    let is_kept = issuer_may_change || issuer::is_kept(current, &offer.issuer_chain);
    demand(is_kept, FailureReason::IssuerChanged, || {
        let ca = offer.issuer_chain.first();
        ca.map(|ca| issuer::changed(&current.leaf, &ca.subject)).unwrap_or_default()
    })
}
