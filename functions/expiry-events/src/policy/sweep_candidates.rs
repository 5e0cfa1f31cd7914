//! Which certificates a sweep has to check: decided from the listing alone, so that a sweep does
//! not cost a call per certificate.

use std::collections::HashSet;

use certificates::{CertificateArn, CertificateSummary, RenewalEligibility, days_left, renewal_window};
use jiff::{SignedDuration, Timestamp};
use lambda::rotation;
use notices::Kind;

use super::Settings;
use super::acm_renewal::is_late;
use super::succession::{Successions, needs_certainty};
use crate::CertificateState;

/// A renewal that was terminated between the import and the last of its tags leaves a certificate that is not
/// due any more. Sweeps check every imported certificate of this age, and so find it.
const RECENT: SignedDuration = SignedDuration::from_hours(48);
/// The most urgent ones that every sweep starts with: half of what a sweep of 300 seconds has time for.
const URGENT: usize = 1_000;

/// A certificate that may need something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What the listing says of it.
    pub certificate: CertificateSummary,
    /// The certificates that may have replaced it. It needs nothing if one of them is of the same ACME client.
    pub successors: Vec<CertificateArn>,
}

/// Those of a listing that may need something: the most urgent first, and then the others from another place in each
/// sweep, so that what one sweep has no time for comes early in a later one. Those that have probably been replaced are
/// among the others.
pub fn sweep_candidates(listed: Vec<CertificateSummary>, settings: &Settings, now: Timestamp) -> Vec<Candidate> {
    let successions = Successions::new(&listed);
    let successors: Vec<_> = listed.iter().map(|certificate| successions.candidates(certificate)).collect();
    let candidates = listed.into_iter().zip(successors).filter_map(|(certificate, successors)| {
        may_need_something(&certificate, settings, now).then(|| candidate(certificate, successors, now)).flatten()
    });
    let (mut candidates, mut others): (Vec<_>, Vec<_>) =
        candidates.partition(|candidate| candidate.successors.is_empty());
    candidates.sort_by_cached_key(|candidate| urgency(&candidate.certificate, now));
    others.extend(candidates.split_off(URGENT.min(candidates.len())));
    candidates.extend(rotation::rotate(others, now));
    candidates
}

/// Those of a listing that are renewed from an ACME server, as far as their tags were found: from another place in each
/// sweep, as above.
pub fn acme_candidates(listed: Vec<CertificateSummary>, tagged: &HashSet<String>, now: Timestamp) -> Vec<Candidate> {
    let is_one =
        |certificate: &CertificateSummary| certificate.is_imported() && tagged.contains(certificate.arn.as_str());
    let found = listed.into_iter().filter(is_one);
    rotation::rotate(found.map(|certificate| Candidate { certificate, successors: Vec::new() }).collect(), now)
}

/// Nothing of a certificate that has probably been replaced matters before it is about to expire, unless it was revoked.
fn candidate(certificate: CertificateSummary, successors: Vec<CertificateArn>, now: Timestamp) -> Option<Candidate> {
    if certificate.is_revoked() {
        return Some(Candidate { certificate, successors: Vec::new() });
    }
    let may_matter = successors.is_empty() || needs_certainty(&certificate, now);
    may_matter.then_some(Candidate { certificate, successors })
}

/// Less is more urgent: what has expired or will expire soon comes before what expired long ago, and of one day what may
/// be ours to renew comes first.
fn urgency(certificate: &CertificateSummary, now: Timestamp) -> (i64, bool, String) {
    let days = certificate.not_after.map_or(i64::MAX, |end| days_left(end, now).abs());
    (days, !certificate.is_imported(), certificate.arn.to_string())
}

/// Whether a certificate is worth the call that reads its tags.
fn may_need_something(certificate: &CertificateSummary, settings: &Settings, now: Timestamp) -> bool {
    let was_imported_lately = certificate.is_imported()
        && (is_recent(certificate.not_before, now) || is_recent(certificate.imported_at, now));
    is_due(certificate, settings, now) || (certificate.not_after.is_some() && was_imported_lately)
}

/// Whether the listing makes something due, unless the tags say that it was done.
pub fn is_due(certificate: &CertificateSummary, settings: &Settings, now: Timestamp) -> bool {
    let Some(not_after) = certificate.not_after else { return false };
    let is_in_window = days_left(not_after, now) <= renewal_window(settings.renew_before_days, certificate);
    settings.thresholds.reached(certificate, now).is_some()
        || certificate.is_revoked()
        || (certificate.is_imported() && is_in_window)
}

fn is_recent(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| now.duration_since(at) <= RECENT)
}

/// Whether a listing hides why ACM has not renewed one of its own certificates by now, and nothing was reported yet.
pub fn acm_may_be_stuck(state: &CertificateState) -> bool {
    let certificate = &state.certificate;
    let Some(not_after) = certificate.not_after else { return false };
    let reported = state.tag_state.recorded.notified.as_ref().is_some_and(|notified| {
        notified.not_after == certificates::utc_date(not_after)
            && notified.kinds.iter().any(|kind| kind == Kind::RenewalActionRequired.as_str())
    });
    !certificate.is_imported()
        && !certificate.is_revoked()
        && certificate.renewal_eligibility == Some(RenewalEligibility::Eligible)
        && is_late(certificate, state.now)
        && state.now <= not_after
        && !reported
}
