//! Which certificates a sweep has to look at: decided from the listing alone, so that a sweep does
//! not cost a call per certificate.

use certificates::{CertificateFacts, RenewalEligibility, days_left, renewal_window};
use jiff::{SignedDuration, Timestamp};
use notices::Kind;

use super::outlook::acm_is_late;
use super::{Look, Plan, Settings};

/// A renewal that was cut off between the import and the record of it leaves a certificate that is no
/// longer due. Sweeps look at every imported certificate of this age, and so find it.
const RECENT: SignedDuration = SignedDuration::from_hours(48);

/// Those of a listing that may need something, the most urgent first.
#[must_use]
pub fn of(listed: Vec<CertificateFacts>, settings: &Settings, now: Timestamp) -> Vec<CertificateFacts> {
    let mut candidates: Vec<_> = listed.into_iter().filter(|facts| may_need_something(facts, settings, now)).collect();
    // What has expired or will expire soon comes before what expired long ago.
    let distance = |facts: &CertificateFacts| facts.not_after.map(|end| end.duration_since(now).abs());
    candidates.sort_by(|a, b| distance(a).cmp(&distance(b)).then_with(|| a.arn.cmp(&b.arn)));
    candidates
}

/// Whether a certificate is worth reading its tags.
fn may_need_something(facts: &CertificateFacts, settings: &Settings, now: Timestamp) -> bool {
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
#[must_use]
pub fn needs_description(look: &Look, plan: &Plan) -> bool {
    !plan.is_empty() || acm_may_be_stuck(look)
}

/// A certificate of ACM's that should have been renewed by now, of which nothing was told yet.
fn acm_may_be_stuck(look: &Look) -> bool {
    let facts = &look.facts;
    let Some(not_after) = facts.not_after else { return false };
    let told = look.instructions.recorded.noticed.as_ref().is_some_and(|noticed| {
        noticed.not_after == certificates::utc_date(not_after)
            && noticed.kinds.iter().any(|kind| kind == Kind::RenewalActionRequired.as_str())
    });
    !facts.is_imported()
        && !facts.is_revoked()
        && facts.renewal_eligibility == Some(RenewalEligibility::Eligible)
        && acm_is_late(facts, look.now)
        && look.now <= not_after
        && !told
}
