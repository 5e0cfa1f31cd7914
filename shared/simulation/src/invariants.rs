//! What must hold, whatever happens.

use std::collections::BTreeSet;

use certificates::tags::{
    ATTEMPTS, LIMIT, NOTICES, NOTIFIED, PRIVATE_CA, RENEW_FROM, RENEWAL, RENEWAL_OF, STATUS, STATUS_REASON,
    STATUS_SINCE, VALIDITY_DAYS,
};
use certificates::{days_left, utc_date};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::{Aws, Certificate};

use crate::model_state::{ExpiryNotice, ModelState, TrackedCertificate, is_ours};
use crate::parameters::FaultProfile;
use crate::population::{Cas, CertificateKind};
use crate::report::{Broken, Check, Summary};

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

/// The template's defaults.
const THRESHOLDS: [i64; 7] = [45, 30, 15, 7, 3, 1, 0];
const RENEW_BEFORE_DAYS: i64 = 30;
/// The milestone of an expired certificate.
const EXPIRED: i64 = -1;
/// How many tags the functions may add.
const OURS: usize = RENEWAL.len() + 2;

fn lifetime(certificate: &Certificate) -> i64 {
    certificate.not_after.duration_since(certificate.not_before).as_hours() / 24
}

/// README of expiry-events: "only thresholds of at most half the certificate's lifetime".
fn applicable_thresholds(certificate: &Certificate) -> impl Iterator<Item = i64> {
    let limit = lifetime(certificate) / 2;
    THRESHOLDS.into_iter().filter(move |days| *days <= limit)
}

/// The latest milestone reached.
fn milestone_reached(certificate: &Certificate, now: Timestamp) -> Option<i64> {
    if now > certificate.not_after {
        return Some(EXPIRED);
    }
    let left = days_left(certificate.not_after, now);
    applicable_thresholds(certificate).filter(|days| left <= *days).min()
}

/// README of expiry-events: "at most a third of the lifetime".
fn renewal_window(certificate: &Certificate) -> i64 {
    RENEW_BEFORE_DAYS.min((lifetime(certificate) / 3).max(1))
}

fn has_room(tracked: &TrackedCertificate) -> bool {
    tracked.tags.len() + OURS <= LIMIT
}

/// The milestone of an expiry notice; none for other notices.
pub(crate) fn expiry_notice(notice: &Value, at: Timestamp) -> Option<ExpiryNotice> {
    let kind = notice["kind"].as_str()?;
    if !["expiring", "expired", "renewal-action-required"].contains(&kind) {
        return None;
    }
    let end: Timestamp = notice["notAfter"].as_str()?.parse().ok()?;
    let left = notice["daysLeft"].as_i64()?;
    let milestone =
        if at > end { EXPIRED } else { THRESHOLDS.into_iter().filter(|days| left <= *days).min().unwrap_or(i64::MAX) };
    Some((notice["certificateArn"].as_str()?.to_owned(), utc_date(end), kind.to_owned(), milestone))
}

/// A sweep without faults has sent a notice for every milestone reached before it.
pub(crate) fn check_all_notified(state: &ModelState, started: Timestamp) -> Check {
    for (arn, tracked) in &state.certificates {
        let current = &tracked.seen;
        // A revocation is reported instead of the expiry, and nothing once an ACME client has replaced the certificate.
        let is_notified = current.status != "REVOKED" && !tracked.superseded;
        let Some(reached) = milestone_reached(current, started).filter(|_| is_notified) else { continue };
        if is_muted(tracked, started) || !has_room(tracked) || tracked.hindered >= started {
            continue;
        }
        let date = utc_date(current.not_after);
        let any = |kind: &str| {
            let first = (arn.clone(), date, kind.to_owned(), EXPIRED);
            let last = (arn.clone(), date, kind.to_owned(), reached);
            state.expiry_notices.range(first..=last).next().is_some()
        };
        let was_muted = state.muted.range((arn.clone(), date, EXPIRED)..=(arn.clone(), date, reached)).next().is_some();
        if !was_muted && !["expiring", "expired", "renewal-action-required"].into_iter().any(any) {
            let tag = current.tags.get(NOTIFIED);
            let what =
                format!("no notice of {reached} days left after a sweep that started at {started} (tag: {tag:?})");
            return Err(Broken::new(NONE_MISSED, arn, what));
        }
    }
    Ok(())
}

/// Whether more is due than at an earlier time: days are counted by dates, and expiry has a time of day.
pub(crate) fn became_due(state: &ModelState, earlier: Timestamp, now: Timestamp) -> bool {
    let ended = |tracked: &TrackedCertificate| (earlier..=now).contains(&tracked.seen.not_after);
    utc_date(earlier) != utc_date(now) || state.certificates.values().any(ended)
}

/// Records what prevents renewals now.
pub(crate) fn record_hindrances(aws: &Aws, state: &mut ModelState, cas: &Cas, issuer_may_change: bool) {
    let now = aws.now();
    let ModelState { certificates, muted, .. } = state;
    for (arn, tracked) in certificates {
        muted.extend(muted_milestone(arn, tracked, now));
        if let Some(why) = hindrance(aws, tracked, cas, issuer_may_change) {
            tracked.hinder(now, why);
        }
    }
}

/// The milestone that passes while the certificate is muted. No notice of it follows later.
pub(crate) fn muted_milestone(arn: &str, tracked: &TrackedCertificate, now: Timestamp) -> Option<(String, Date, i64)> {
    let reached = milestone_reached(&tracked.seen, now).filter(|_| is_muted(tracked, now))?;
    Some((arn.to_owned(), utc_date(tracked.seen.not_after), reached))
}

/// README, "Tags": `off`, or `off-until:` the date on which notices resume.
fn is_muted(tracked: &TrackedCertificate, now: Timestamp) -> bool {
    let until = |text: &str| text.strip_prefix("off-until:")?.parse::<Date>().ok();
    tracked.tags.get(NOTICES).is_some_and(|text| text == "off" || until(text).is_some_and(|date| utc_date(now) < date))
}

fn is_managed(tracked: &TrackedCertificate) -> bool {
    tracked.blueprint.kind == CertificateKind::Managed
        && tracked.tags.get(RENEW_FROM).is_some_and(|from| from == "private-ca")
}

fn hindrance(aws: &Aws, tracked: &TrackedCertificate, cas: &Cas, issuer_may_change: bool) -> Option<&'static str> {
    if !is_managed(tracked) {
        return Some("it is not managed");
    }
    let named = tracked.tags.get(PRIVATE_CA).unwrap_or(&cas.default);
    if !issuer_may_change && *named != tracked.blueprint.issuer {
        return Some("its tag names a CA that did not issue it");
    }
    let ca = aws.ca_status(named);
    if ca.is_none_or(|status| status != "ACTIVE") {
        return Some("its CA is not active");
    }
    (!has_room(tracked)).then_some("it has no room for tags")
}

/// The lifetime in days of a renewed certificate.
fn wanted_days(tracked: &TrackedCertificate) -> i64 {
    tracked.tags.get(VALIDITY_DAYS).and_then(|days| days.parse().ok()).unwrap_or(lifetime(&tracked.seen))
}

/// How long a renewal may take after it became due: until the next daily sweep, and with faults a pause of a day and the
/// sweep after it.
fn slack(faults: FaultProfile) -> SignedDuration {
    SignedDuration::from_hours(if faults.failing_run > 0.0 || faults.slow || faults.lost_event > 0.0 { 74 } else { 25 })
}

/// A renewal is requested when the window starts and, if it failed, at each threshold.
pub(crate) fn check_expirations(
    now: Timestamp,
    state: &mut ModelState,
    faults: FaultProfile,
    summary: &mut Summary,
) -> Check {
    for (arn, tracked) in &mut state.certificates {
        let end = tracked.seen.not_after;
        if tracked.judged || now <= end || tracked.blueprint.kind != CertificateKind::Managed {
            continue;
        }
        tracked.judged = true;
        let window = renewal_window(&tracked.seen);
        let chance =
            applicable_thresholds(&tracked.seen).chain([window]).filter(|days| *days <= window).find_map(|days| {
                let day = utc_date(end) - jiff::Span::new().days(days);
                let midnight = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
                let would_end = midnight + SignedDuration::from_hours(24 * wanted_days(tracked));
                (midnight >= tracked.hindered && midnight + slack(faults) <= end && would_end > end).then_some(midnight)
            });
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

/// The issuer after an import that was not allowed to change it.
pub(crate) fn check_issuer(before: &Certificate, after: &Certificate) -> Check {
    if before.issuer == after.issuer {
        return Ok(());
    }
    Err(Broken::new(ISSUER_KEPT, &after.arn, format!("its issuer was {} and is {}", before.issuer, after.issuer)))
}

/// Compares an imported certificate with the one that it replaced.
pub(crate) fn check_import(before: &Certificate, after: &Certificate) -> Check {
    let worse = |what: String| Err(Broken::new(NOT_WORSE, &after.arn, what));
    if after.not_after <= before.not_after {
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
        all.cloned().collect::<BTreeSet<_>>()
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
        let (Some(tracked), Some(current)) = (state.certificates.get_mut(arn), aws.tags(arn)) else { continue };
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
    let renewable = now + SignedDuration::from_hours(24 * wanted_days(tracked)) > current.not_after;
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
mod tests {
    use certificates::tags;
    use simulated_aws::CertificateSpec;

    use super::*;

    fn certificate(spec: CertificateSpec) -> Certificate {
        let aws = Aws::new("2026-01-01T00:00:00Z".parse().unwrap());
        let arn = aws.insert_certificate(spec.thin());
        aws.certificate(&arn).unwrap()
    }

    fn spec() -> CertificateSpec {
        CertificateSpec::imported("a.example.com").dns("a.example.com").dns("b.example.com").days_left(20)
    }

    #[test]
    fn a_worse_certificate_is_found() {
        let before = certificate(spec());
        let good = spec().dns("c.example.com").days_left(300);
        assert_eq!(check_import(&before, &certificate(good.clone())), Ok(()));
        for (worse, how) in [
            (spec(), "its expiry"),
            (good.clone().key(simulated_aws::Key::P256), "its key"),
            (CertificateSpec::imported("a.example.com").dns("a.example.com").days_left(300), "its names"),
            (good.clone().key_usages(&["DIGITAL_SIGNATURE"]), "its usages"),
            (good.in_use_by("arn:aws:x"), "its uses"),
        ] {
            let broken = check_import(&before, &certificate(worse)).unwrap_err();
            assert!(broken.what.starts_with(how) && broken.invariant == NOT_WORSE, "{broken:?}");
        }
    }

    #[test]
    fn becoming_due_between_two_sweeps_is_allowed() {
        let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
        let state = crate::model_state::SharedState::default();
        let cas = Cas::create(&aws);
        crate::population::populate(&aws, &state, &cas, 1, &mut fastrand::Rng::with_seed(1));
        let state = state.lock();
        let end = state.certificates.values().next().unwrap().seen.not_after;
        let minutes = SignedDuration::from_mins;
        assert!(became_due(&state, end - minutes(10), end + minutes(20)));
        let (noon, later) = ("2026-01-01T12:00:00Z".parse().unwrap(), "2026-01-01T12:30:00Z".parse().unwrap());
        assert!(!became_due(&state, noon, later));
        assert!(became_due(&state, noon, later + SignedDuration::from_hours(12)));
    }

    /// The last tags of a renewal were not removed, and its message ended in the dead-letter queue: a sweep corrects that
    /// some time after it is due again, not at once.
    #[test]
    fn an_abandoned_certificate_is_checked_once_sweeps_had_time() {
        let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
        let state = crate::model_state::SharedState::default();
        let cas = Cas::create(&aws);
        crate::population::populate(&aws, &state, &cas, 1, &mut fastrand::Rng::with_seed(1));
        let mut state = state.lock();
        let tracked = state.certificates.values_mut().next().unwrap();
        tracked.abandoned = true;
        let since = tags::format_time(aws.now());
        for (key, value) in [(STATUS, "renewal-complete"), (STATUS_SINCE, since.as_str()), (ATTEMPTS, "2")] {
            tracked.seen.tags.insert(key.to_owned(), value.to_owned());
        }
        let faults = crate::Parameters::new(crate::Kind::Faulty, 1).fault_profile();
        let due = tracked.seen.not_after - SignedDuration::from_hours(24 * renewal_window(&tracked.seen));
        for (hours, judged) in [(-100, false), (1, false), (120, true)] {
            let result = check_statuses(due + SignedDuration::from_hours(hours), &state, faults);
            assert_eq!(result.is_err(), judged, "{hours}: {result:?}");
        }
    }

    #[test]
    fn unbounded_issuance_is_found() {
        assert_eq!(check_issuance_bound("arn", 6, SignedDuration::from_hours(49), 0), Ok(()));
        assert!(check_issuance_bound("arn", 7, SignedDuration::from_hours(49), 0).is_err());
        assert_eq!(check_issuance_bound("arn", 7, SignedDuration::from_hours(49), 1), Ok(()));
    }

    #[test]
    fn milestones_fit_the_lifetime() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(milestone_reached(&certificate(spec()), now), Some(30));
        assert_eq!(milestone_reached(&certificate(spec().days_left(60)), now), None);
        assert_eq!(milestone_reached(&certificate(spec().days_left(-1)), now), Some(EXPIRED));
        assert_eq!(renewal_window(&certificate(spec())), 30);
    }
}
