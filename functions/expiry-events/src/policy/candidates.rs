//! Which certificates a sweep has to check: decided from the listing alone, so that a sweep does
//! not cost a call per certificate.

use certificates::{CertificateArn, CertificateSummary, RenewalEligibility, days_left, renewal_window};
use jiff::{SignedDuration, Timestamp};
use lambda::rotation;
use notices::Kind;

use super::outlook::acm_is_late;
use super::succession::{Successions, has_to_be_certain};
use super::{Look, Plan, Settings};

/// A renewal that was cut off between the import and the record of it leaves a certificate that is not
/// due any more. Sweeps check every imported certificate of this age, and so find it.
const RECENT: SignedDuration = SignedDuration::from_hours(48);
/// The most urgent ones that every sweep starts with: half of what a sweep of 300 seconds has time for.
const URGENT: usize = 1_000;

/// A certificate that may need something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What the listing says of it.
    pub facts: CertificateSummary,
    /// The certificates that may have replaced it. It needs nothing if one of them is of the same ACME client.
    pub successors: Vec<CertificateArn>,
}

/// Those of a listing that may need something: the most urgent first, and then the others from another place in each
/// sweep, so that what one sweep has no time for comes early in a later one. Those that have probably been replaced are
/// among the others.
pub fn of(listed: Vec<CertificateSummary>, settings: &Settings, now: Timestamp) -> Vec<Candidate> {
    let successions = Successions::among(&listed);
    let successors: Vec<_> = listed.iter().map(|facts| successions.candidates(facts)).collect();
    let candidates = listed.into_iter().zip(successors).filter_map(|(facts, successors)| {
        may_need_something(&facts, settings, now).then(|| candidate(facts, successors, now)).flatten()
    });
    let (mut candidates, mut others): (Vec<_>, Vec<_>) =
        candidates.partition(|candidate| candidate.successors.is_empty());
    candidates.sort_by_cached_key(|candidate| urgency(&candidate.facts, now));
    others.extend(candidates.split_off(URGENT.min(candidates.len())));
    candidates.extend(rotation::rotate(others, now));
    candidates
}

/// Nothing of a certificate that has probably been replaced matters before it is about to expire, unless it was revoked.
fn candidate(facts: CertificateSummary, successors: Vec<CertificateArn>, now: Timestamp) -> Option<Candidate> {
    match () {
        () if facts.is_revoked() => Some(Candidate { facts, successors: Vec::new() }),
        () if successors.is_empty() || has_to_be_certain(&facts, now) => Some(Candidate { facts, successors }),
        () => None,
    }
}

/// Less is more urgent: what has expired or will expire soon comes before what expired long ago, and of one day what may
/// be ours to renew comes first.
fn urgency(facts: &CertificateSummary, now: Timestamp) -> (i64, bool, String) {
    let days = facts.not_after.map_or(i64::MAX, |end| days_left(end, now).abs());
    (days, !facts.is_imported(), facts.arn.to_string())
}

/// Whether a certificate is worth reading its tags.
fn may_need_something(facts: &CertificateSummary, settings: &Settings, now: Timestamp) -> bool {
    let Some(not_after) = facts.not_after else { return false };
    let has_news = settings.thresholds.reached(facts, now).is_some() || facts.is_revoked();
    let may_renew = facts.is_imported()
        && (days_left(not_after, now) <= renewal_window(settings.renew_before_days, facts)
            || is_recent(facts.not_before, now)
            || is_recent(facts.imported_at, now));
    has_news || may_renew
}

fn is_recent(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| now.duration_since(at) <= RECENT)
}

/// Whether a certificate has to be described, given the plan that listing and tags lead to: only to
/// word a notice, to name the serial in a request, or to see whether ACM's own renewal is stuck.
pub fn needs_description(look: &Look, plan: &Plan) -> bool {
    !plan.is_empty() || acm_may_be_stuck(look)
}

/// A certificate of ACM's that should have been renewed by now, of which nothing was reported yet.
fn acm_may_be_stuck(look: &Look) -> bool {
    let facts = &look.facts;
    let Some(not_after) = facts.not_after else { return false };
    let reported = look.tag_state.recorded.notified.as_ref().is_some_and(|notified| {
        notified.not_after == certificates::utc_date(not_after)
            && notified.kinds.iter().any(|kind| kind == Kind::RenewalActionRequired.as_str())
    });
    !facts.is_imported()
        && !facts.is_revoked()
        && facts.renewal_eligibility == Some(RenewalEligibility::Eligible)
        && acm_is_late(facts, look.now)
        && look.now <= not_after
        && !reported
}
