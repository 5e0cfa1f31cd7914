//! RenewCertificate.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::renewal::summarize;
use super::validation::issued;
use super::{Entry, certificate_arn, find};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// How long a renewal takes. ACM's own time is not documented.
const DURATION: SignedDuration = SignedDuration::from_secs(60);

/// API reference, RenewCertificate: "Renews an eligible ACM certificate". The certificate stays what it is while its
/// RenewalSummary is PENDING_AUTO_RENEWAL, then SUCCESS: terraform-provider-aws's acceptance test
/// TestAccACMCertificate_PrivateCertificate_renewable, which runs on AWS, waits for these. Here without looking at the
/// DNS again. Which error an ineligible certificate gets, and what a second call does meanwhile, is unverified.
pub(super) fn renew(state: &mut State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    let mut entry = find(state, &arn)?.clone();
    if entry.renewal_eligibility() != "ELIGIBLE" || entry.status(state.now) != "ISSUED" {
        return Err(ApiError::validation(format!("Certificate {arn} is not eligible for renewal.")));
    }
    let options = entry.validation.clone();
    summarize(&mut entry, "PENDING_AUTO_RENEWAL", None, options, state.now);
    state.acm.renewals_asked.entry(arn.clone()).or_insert(state.now);
    state.acm.certificates.insert(arn, entry);
    Ok(json!({}))
}

/// Brings the renewals that were asked for up to the clock's now.
pub(super) fn settle(state: &mut State) {
    let now = state.now;
    let due = state.acm.renewals_asked.extract_if(.., |_, asked_at| now.duration_since(*asked_at) >= DURATION);
    for (arn, _) in due.collect::<Vec<_>>() {
        if let Some(entry) = state.acm.certificates.get(&arn).cloned() {
            let renewed = renewed(state, entry);
            state.acm.certificates.insert(arn, renewed);
        }
    }
}

/// API reference, FailureReason: PCA_INVALID_STATE.
fn renewed(state: &mut State, mut entry: Entry) -> Entry {
    let options = entry.validation.clone();
    let has_issuer = entry.ca_arn.as_ref().is_none_or(|ca| state.pca.is_active(ca, state.now));
    if has_issuer {
        entry = issued(state, &entry);
        summarize(&mut entry, "SUCCESS", None, options, state.now);
    } else {
        summarize(&mut entry, "FAILED", Some("PCA_INVALID_STATE"), options, state.now);
    }
    entry
}
