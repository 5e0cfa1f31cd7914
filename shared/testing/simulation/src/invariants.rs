//! What must hold, whatever happens.

mod milestones;

use std::collections::BTreeSet;

use certificates::days_left;
use certificates::tags::{
    ATTEMPTS, LIMIT, PRIVATE_CA, RENEWAL, RENEWAL_OF, STATUS, STATUS_REASON, STATUS_SINCE, VALIDITY_DAYS,
};
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, Certificate, PrivateCa};

use crate::acme_ca::is_granted;
use crate::model_state::{ModelState, TrackedCertificate, is_ours};
use crate::organization::may_use;
use crate::parameters::FaultProfile;
use crate::place::{at, is_in_hub};
use crate::population::{Cas, CertificateKind};
use crate::report::{Broken, Check, Summary};
use crate::secrets::is_from_secret;
use crate::source::SourceKind;

use self::milestones::{applicable_thresholds, lifetime};
pub(crate) use self::milestones::{
    became_due, check_all_notified, expiry_notice, midnight_of, milestone_midnight, milestone_reached, muted_milestone,
    renewal_window,
};

pub(crate) const NO_EXPIRY: &str =
    "no managed certificate expires while its source was healthy long enough to renew it";
pub(crate) const NOT_WORSE: &str = "an import never makes a certificate worse";
pub(crate) const TAGS_KEPT: &str = "operators' tags are never changed or lost";
pub(crate) const STATUS_CORRECT: &str = "the status tag is correct within a day";
pub(crate) const NOTIFIED_ONCE: &str =
    "each threshold is notified at most once for each NotAfter, critical notices at most once a day";
pub(crate) const REPLACED_IS_QUIET: &str = "no expiry notice is sent for what its ACME client has replaced";
pub(crate) const ISSUER_KEPT: &str = "without a grant no renewal changes the issuer";
pub(crate) const NONE_MISSED: &str = "no threshold is missed while the topic worked";
pub(crate) const WITHIN_LIMITS: &str = "no call exceeds a documented limit";
pub(crate) const BOUNDED: &str = "issuance is bounded";
pub(crate) const QUIESCES: &str = "after faults stop, nothing is left to do within a day";

/// Let's Encrypt's certificates last 90, 64 or 45 days, whatever is asked for.
const SHORTEST_OF_ACME: i64 = 45;

/// How many tags the functions may add.
const OURS: usize = RENEWAL.len() + 2;

fn has_room(tracked: &TrackedCertificate) -> bool {
    tracked.tags.len() + OURS <= LIMIT
}

/// Records what prevents renewals now.
pub(crate) fn record_hindrances(aws: &Aws, state: &mut ModelState, cas: &Cas, issuer_may_change: bool) {
    let now = aws.now();
    let ModelState { certificates, muted, .. } = state;
    for (arn, tracked) in certificates {
        muted.extend(muted_milestone(arn, tracked, now));
        // The grants of spokes let it.
        let issuer_may_change = issuer_may_change || !is_in_hub(arn);
        if let Some(why) = hindrance(aws, tracked, cas, issuer_may_change) {
            tracked.hinder(now, why);
        }
    }
}

fn is_managed(tracked: &TrackedCertificate) -> bool {
    tracked.blueprint.kind == CertificateKind::Managed && tracked.source().is_some()
}

fn hindrance(aws: &Aws, tracked: &TrackedCertificate, cas: &Cas, issuer_may_change: bool) -> Option<&'static str> {
    if !is_managed(tracked) {
        return Some("it is not managed");
    }
    if !has_room(tracked) {
        return Some("it has no room for tags");
    }
    if !may_use(&tracked.seen.arn, tracked.source()?) {
        return Some("its account may not use its source");
    }
    match tracked.source()? {
        SourceKind::PrivateCa => hindrance_of_ca(aws, tracked, cas, issuer_may_change),
        // What its secret has is known at each of its changes, and when its CA is out of order.
        SourceKind::Secret => None,
        SourceKind::Acme if tracked.blueprint.names.iter().all(is_granted) => None,
        SourceKind::Acme => Some("its directory may not issue for its names"),
    }
}

fn hindrance_of_ca(
    aws: &Aws,
    tracked: &TrackedCertificate,
    cas: &Cas,
    issuer_may_change: bool,
) -> Option<&'static str> {
    let tag = tracked.tags.get(PRIVATE_CA);
    let named = tag.unwrap_or(&cas.default);
    if *named != cas.default && !is_in_hub(&tracked.seen.arn) {
        return Some("its account may not use the CA");
    }
    // README of imported-renewal, "Grants": only a certificate that names its CA may get another issuer.
    let may_change = issuer_may_change && tag.is_some();
    let Some(ca) = aws.private_ca(named) else { return Some("its CA is not there") };
    if !may_change && !was_issued_by(&tracked.seen, &ca) {
        return Some("the CA that renews it did not issue it");
    }
    (ca.status != "ACTIVE").then_some("its CA is not active")
}

/// All CAs of a world are roots. What is in place counts: operators change tags, and a secret or another CA may have
/// delivered it.
fn was_issued_by(certificate: &Certificate, ca: &PrivateCa) -> bool {
    certificate.chain.as_deref().is_some_and(|chain| chain.contains(ca.pem.trim()))
}

/// The lifetime in days of a renewed certificate.
fn wanted_days(tracked: &TrackedCertificate) -> i64 {
    if tracked.source() == Some(SourceKind::Acme) {
        return SHORTEST_OF_ACME;
    }
    tracked.tags.get(VALIDITY_DAYS).and_then(|days| days.parse().ok()).unwrap_or(lifetime(&tracked.seen))
}

/// How long a renewal may take after it became due: until the next daily sweep, and with faults a pause of a day and the
/// sweep after it.
pub(crate) fn slack(faults: FaultProfile) -> SignedDuration {
    SignedDuration::from_hours(if faults.failing_run > 0.0 || faults.slow || faults.lost_event > 0.0 { 74 } else { 25 })
}

/// A renewal is requested when the window starts and, if it failed, at each threshold.
pub(crate) fn check_expirations(
    now: Timestamp,
    state: &mut ModelState,
    faults: FaultProfile,
    summary: &mut Summary,
) -> Check {
    let ModelState { certificates, secrets, .. } = state;
    for (arn, tracked) in certificates {
        let end = tracked.seen.not_after;
        if tracked.judged || now <= end || tracked.blueprint.kind != CertificateKind::Managed {
            continue;
        }
        tracked.judged = true;
        let had_nothing = is_from_secret(tracked) && secrets.newer_for(tracked, end).is_none();
        let chance = renewal_chance(tracked, faults, end).filter(|_| !had_nothing);
        if let Some(midnight) = chance {
            let what = format!(
                "it expired at {end}; since {} nothing prevented its renewal ({}), which was due from {midnight} on; tags {:?}",
                tracked.hindered, tracked.hindrance, tracked.seen.tags
            );
            return Err(Broken::new(NO_EXPIRY, arn, what));
        }
        summary.excused += 1;
    }
    Ok(())
}

/// A time at which the renewal was requested, early enough to be done by then.
pub(crate) fn renewal_chance(tracked: &TrackedCertificate, faults: FaultProfile, by: Timestamp) -> Option<Timestamp> {
    let (window, from_ca) = (renewal_window(&tracked.seen), !is_from_secret(tracked));
    // A report that the secret has nothing new holds until the next threshold.
    let all = applicable_thresholds(&tracked.seen).chain(from_ca.then_some(window));
    all.filter(|days| *days <= window).find_map(|days| {
        let midnight = midnight_of(&tracked.seen, days)?;
        let would_end = midnight + SignedDuration::from_hours(24 * wanted_days(tracked));
        let is_longer = would_end > tracked.seen.not_after || !from_ca;
        (midnight >= tracked.hindered && midnight + slack(faults) <= by && is_longer).then_some(midnight)
    })
}

/// The issuer after an import that was not allowed to change it.
pub(crate) fn check_issuer(before: &Certificate, after: &Certificate) -> Check {
    if before.issuer == after.issuer {
        return Ok(());
    }
    Err(Broken::new(ISSUER_KEPT, &after.arn, format!("its issuer was {} and is {}", before.issuer, after.issuer)))
}

/// Compares an imported certificate with the one that it replaced, which its CA may have announced to revoke.
pub(crate) fn check_import(before: &Certificate, after: &Certificate, revocation_is_ahead: bool) -> Check {
    let worse = |what: String| Err(Broken::new(NOT_WORSE, &after.arn, what));
    if after.not_after <= before.not_after && !revocation_is_ahead {
        return worse(format!("its expiry was {} and is {}", before.not_after, after.not_after));
    }
    if after.key != before.key {
        return worse(format!("its key was {:?} and is {:?}", before.key, after.key));
    }
    let names = |certificate: &Certificate| certificate.names.iter().cloned().collect::<BTreeSet<_>>();
    if !names(before).is_subset(&names(after)) || before.domain_name != after.domain_name {
        return worse(format!("its names were {:?} and are {:?}", before.names, after.names));
    }
    let usages = |certificate: &Certificate| {
        let all = certificate.key_usages.iter().chain(&certificate.extended_key_usages);
        // ACM lets it go where it means nothing (user guide, "Reimporting a certificate").
        let means_something = |usage: &&String| certificate.key.is_rsa() || *usage != "KEY_ENCIPHERMENT";
        all.filter(means_something).cloned().collect::<BTreeSet<_>>()
    };
    if !usages(before).is_subset(&usages(after)) {
        return worse(format!("its usages were {:?} and are {:?}", usages(before), usages(after)));
    }
    if before.in_use_by != after.in_use_by || before.subject != after.subject {
        return worse("its uses or its subject changed".to_owned());
    }
    Ok(())
}

pub(crate) fn check_operator_tags(aws: &Aws, state: &mut ModelState, touched: &BTreeSet<String>) -> Check {
    for arn in touched {
        let (Some(tracked), Some(current)) = (state.certificates.get_mut(arn), at(aws, arn).tags(arn)) else {
            continue;
        };
        let operator_tags = current.iter().filter(|(key, _)| !is_ours(key));
        if !operator_tags.eq(tracked.tags.iter()) {
            let what = format!("operators wrote {:?}, and its tags are {current:?}", tracked.tags);
            return Err(Broken::new(TAGS_KEPT, arn, what));
        }
        tracked.seen.tags = current;
    }
    Ok(())
}

/// Attempts are at least an hour, then four hours, then a day apart. Each may start from one message that is delivered
/// four times, and each action of an operator may start one more.
pub(crate) fn check_issuance_bound(arn: &str, count: usize, since: SignedDuration, occasions: usize) -> Check {
    let days = usize::try_from(since.as_hours() / 24).unwrap_or_default();
    let bound = 4 + days + occasions;
    if count <= bound {
        return Ok(());
    }
    let what = format!("{count} certificates were issued to replace it within {days} days; the bound is {bound}");
    Err(Broken::new(BOUNDED, arn, what))
}

/// Managed certificates' tags are correct unless something happened within a day (two where faults pause renewals).
pub(crate) fn check_statuses(now: Timestamp, state: &ModelState, faults: FaultProfile) -> Check {
    for (arn, tracked) in &state.certificates {
        let current = &tracked.seen;
        let settled = now.duration_since(tracked.hindered.max(tracked.in_place)) > slack(faults);
        if !settled || !is_managed(tracked) || (tracked.abandoned && !has_long_been_due(current, now, faults)) {
            continue;
        }
        if let Some(what) = wrong_status(tracked, current, now, faults) {
            return Err(Broken::new(STATUS_CORRECT, arn, format!("{what}; tags {:?}", current.tags)));
        }
    }
    Ok(())
}

/// Whether it has been due for so long that sweeps must have seen it.
fn has_long_been_due(certificate: &Certificate, now: Timestamp, faults: FaultProfile) -> bool {
    days_left(certificate.not_after, now - slack(faults)) <= renewal_window(certificate)
}

fn wrong_status(
    tracked: &TrackedCertificate,
    current: &Certificate,
    now: Timestamp,
    faults: FaultProfile,
) -> Option<String> {
    let tag = |key: &str| current.tags.get(key).map(String::as_str);
    let since: Timestamp = tag(STATUS_SINCE).and_then(|since| since.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    let long_ago = now.duration_since(since) > slack(faults);
    let due = has_long_been_due(current, now, faults);
    let is_longer = now + SignedDuration::from_hours(24 * wanted_days(tracked)) > current.not_after;
    let renewable = is_longer || is_from_secret(tracked);
    match tag(STATUS) {
        None | Some("renewal-complete") if due && renewable && now <= current.not_after => {
            Some("its renewal is due, and its status does not show it".to_owned())
        }
        Some("renewal-complete") if long_ago => {
            let rest = [STATUS_REASON, ATTEMPTS, RENEWAL_OF].into_iter().find(|key| tag(key).is_some());
            rest.map(|key| format!("its renewal is complete, and {key} is still there"))
        }
        Some(status @ ("pending-renewal" | "renewal-in-progress")) if long_ago => {
            Some(format!("its status has been {status} since {since}"))
        }
        Some("renewal-failed") if long_ago && tracked.in_place > since => Some(format!(
            "its status says that the renewal failed at {since}, and it was replaced at {}",
            tracked.in_place
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
