//! What can be known before a CA is asked for a certificate, and charges for it.

use certificates::FailureReason;
use events::IssuerChange;
use jiff::Timestamp;

use crate::certificate::{CLIENT_AUTH, Certificate, name_text};
use crate::key::KeyType;
use crate::preflight::Refusal;

/// Bits of [`Certificate::key_usage`].
pub(crate) const DIGITAL_SIGNATURE: u16 = 1;
/// See [`DIGITAL_SIGNATURE`].
pub(crate) const KEY_ENCIPHERMENT: u16 = 1 << 2;

/// The usages that a source gives its certificates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usages {
    /// Bits.
    pub key_usage: u16,
    /// OIDs.
    pub extended: &'static [&'static str],
}

/// What a source would deliver, next to what it is to replace.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    /// The certificate in place.
    pub present: &'a Certificate,
    /// Its chain; empty where it was imported without one.
    pub present_chain: &'a [Certificate],
    /// Whether the new one may be another CA's.
    pub issuer_may_change: bool,
    /// The CA's own certificate, and those above it.
    pub chain: &'a [Certificate],
    /// What the new one may be used for.
    pub usages: Usages,
    /// Now.
    pub now: Timestamp,
}

/// Makes all checks.
///
/// # Errors
/// The first check that failed.
pub(crate) fn check(offer: &Offer<'_>) -> Result<(), Refusal> {
    usages_are_kept(offer)?;
    chain_is_whole(offer)?;
    issuer_is_kept(offer)
}

fn refuse(reason: FailureReason, detail: String) -> Result<(), Refusal> {
    Err(Refusal { reason, detail })
}

/// [Reimport](https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html): usages may be
/// added but not removed, but for ClientAuth, and keyEncipherment with an ECDSA key.
fn usages_are_kept(offer: &Offer<'_>) -> Result<(), Refusal> {
    let Offer { present, usages, .. } = offer;
    let droppable = if present.key_type.is_some_and(KeyType::is_rsa) { 0 } else { KEY_ENCIPHERMENT };
    let lost = present.key_usage.unwrap_or_default() & !usages.key_usage & !droppable;
    if lost != 0 {
        return refuse(FailureReason::KeyUsageLost, format!("key usages would be lost (bits {lost:#b})"));
    }
    let lost =
        present.extended_key_usage.iter().find(|oid| *oid != CLIENT_AUTH && !usages.extended.contains(&oid.as_str()));
    match lost {
        Some(oid) => refuse(FailureReason::KeyUsageLost, format!("the extended key usage {oid} would be lost")),
        None => Ok(()),
    }
}

/// Each certificate by the next, each valid now.
fn chain_is_whole(offer: &Offer<'_>) -> Result<(), Refusal> {
    let Offer { chain, now, .. } = offer;
    if let Some(position) = chain.windows(2).position(|pair| !pair[0].is_issued_by(&pair[1])) {
        let detail = format!("certificate {} of the CA's chain did not issue the one before it", position + 2);
        return refuse(FailureReason::ChainBroken, detail);
    }
    match chain.iter().position(|one| *now < one.not_before || one.not_after < *now) {
        Some(position) => refuse(
            FailureReason::ChainBroken,
            format!("certificate {} of the CA's chain is not valid now", position + 1),
        ),
        None => Ok(()),
    }
}

fn issuer_is_kept(offer: &Offer<'_>) -> Result<(), Refusal> {
    let Offer { present, present_chain, issuer_may_change, chain, .. } = offer;
    if *issuer_may_change || has_ca_above(present, present_chain, chain) {
        return Ok(());
    }
    let before = name_text(&present.issuer);
    let after = chain.first().map_or_else(|| "no CA".into(), |ca| name_text(&ca.subject));
    refuse(
        FailureReason::IssuerChanged,
        format!("the present certificate was issued by `{before}`, the new one would be issued by `{after}`"),
    )
}

/// Both issuers, where the new certificate has none of the CAs above it that the present one has.
pub(crate) fn issuer_change(
    present: &Certificate,
    present_chain: &[Certificate],
    new: &Certificate,
    chain: &[Certificate],
) -> Option<IssuerChange> {
    (!has_ca_above(present, present_chain, chain))
        .then(|| IssuerChange { issuer_before: name_text(&present.issuer), issuer_after: name_text(&new.issuer) })
}

/// Whether one of these CAs is above the present certificate, by its name and key: it signed the certificate or one of its chain,
/// or is in that chain. Anybody can make a CA with the same name.
fn has_ca_above(present: &Certificate, present_chain: &[Certificate], chain: &[Certificate]) -> bool {
    let is_above = |ca: &Certificate| {
        present.is_issued_by(ca)
            || present_chain
                .iter()
                .any(|above| (above.subject == ca.subject && above.has_key(&ca.public_key)) || above.is_issued_by(ca))
    };
    chain.iter().any(is_above)
}
