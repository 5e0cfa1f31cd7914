//! What has to hold, whatever happens.

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

use crate::model_state::{Known, Ledger, Told, is_ours};
use crate::parameters::Weather;
use crate::population::{Cas, Type};
use crate::report::{Broken, Check, Summary};

pub(crate) const NO_EXPIRY: &str =
    "no managed certificate expires while its source was healthy long enough to renew it";
pub(crate) const NOT_WORSE: &str = "an import never makes a certificate worse";
pub(crate) const TAGS_KEPT: &str = "operators' tags are never changed or lost";
pub(crate) const TRUTH: &str = "the status tag tells the truth within a day";
pub(crate) const TOLD_ONCE: &str =
    "each threshold is notified at most once for each NotAfter, what is critical at most once a day";
pub(crate) const REPLACED_IS_QUIET: &str = "no expiry is notified of what its ACME client has replaced";
pub(crate) const ISSUER_KEPT: &str = "without a grant no renewal changes the issuer";
pub(crate) const TOLD_ALL: &str = "no threshold is missed while the topic worked";
pub(crate) const WITHIN_LIMITS: &str = "no call exceeds a documented limit";
pub(crate) const BOUNDED: &str = "issuance is bounded";
pub(crate) const SETTLES: &str = "after faults stop, planning yields nothing more to do within a day";

/// The template's defaults.
const THRESHOLDS: [i64; 7] = [45, 30, 15, 7, 3, 1, 0];
const RENEW_BEFORE_DAYS: i64 = 30;
/// The milestone of a certificate that has expired.
const EXPIRED: i64 = -1;
/// Tags that the functions need room for.
const OURS: usize = RENEWAL.len() + 2;

fn lifetime(certificate: &Certificate) -> i64 {
    certificate.not_after.duration_since(certificate.not_before).as_hours() / 24
}

/// README of expiry-events: "only thresholds of at most half the certificate's lifetime".
fn fitting(certificate: &Certificate) -> impl Iterator<Item = i64> {
    let limit = lifetime(certificate) / 2;
    THRESHOLDS.into_iter().filter(move |days| *days <= limit)
}

/// The latest milestone that was reached.
fn reached(certificate: &Certificate, now: Timestamp) -> Option<i64> {
    if now > certificate.not_after {
        return Some(EXPIRED);
    }
    let left = days_left(certificate.not_after, now);
    fitting(certificate).filter(|days| left <= *days).min()
}

/// README of expiry-events: "at most a third of the lifetime".
fn window(certificate: &Certificate) -> i64 {
    RENEW_BEFORE_DAYS.min((lifetime(certificate) / 3).max(1))
}

fn has_room(known: &Known) -> bool {
    known.tags.len() + OURS <= LIMIT
}

/// The milestone that a notice tells of; none when it tells of something else.
pub(crate) fn told(notice: &Value, at: Timestamp) -> Option<Told> {
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

/// After a sweep that met no fault, every milestone that was reached when it began was told.
pub(crate) fn everything_was_told(ledger: &Ledger, begun: Timestamp) -> Check {
    for (arn, known) in &ledger.known {
        let present = &known.seen;
        // Of a certificate that was revoked, that is told instead of its end.
        // Nor of one that its ACME client has replaced.
        let is_told = present.status != "REVOKED" && !known.superseded;
        let Some(reached) = reached(present, begun).filter(|_| is_told) else { continue };
        if is_muted(known, begun) || !has_room(known) || known.hindered >= begun {
            continue;
        }
        let date = utc_date(present.not_after);
        let any = |kind: &str| {
            let first = (arn.clone(), date, kind.to_owned(), EXPIRED);
            let last = (arn.clone(), date, kind.to_owned(), reached);
            ledger.told.range(first..=last).next().is_some()
        };
        let was_muted =
            ledger.muted.range((arn.clone(), date, EXPIRED)..=(arn.clone(), date, reached)).next().is_some();
        if !was_muted && !["expiring", "expired", "renewal-action-required"].into_iter().any(any) {
            let tag = present.tags.get(NOTIFIED);
            let what = format!("a sweep from {begun} on did not tell that {reached} days are left (tag: {tag:?})");
            return Err(Broken::new(TOLD_ALL, arn, what));
        }
    }
    Ok(())
}

/// Whether there is more to tell than at an earlier moment: days are counted by dates, and an end has its hour.
pub(crate) fn something_came_due(ledger: &Ledger, earlier: Timestamp, now: Timestamp) -> bool {
    let ended = |known: &Known| (earlier..=now).contains(&known.seen.not_after);
    utc_date(earlier) != utc_date(now) || ledger.known.values().any(ended)
}

/// Notes what keeps certificates from being renewed.
pub(crate) fn look_for_hindrances(aws: &Aws, ledger: &mut Ledger, cas: &Cas, issuer_may_change: bool) {
    let now = aws.now();
    let Ledger { known, muted, .. } = ledger;
    for (arn, known) in known {
        muted.extend(passes_muted(arn, known, now));
        if let Some(why) = hindrance(aws, known, cas, issuer_may_change) {
            known.hinder(now, why);
        }
    }
}

/// The milestone that passes while the certificate is muted, of which nobody is told later.
pub(crate) fn passes_muted(arn: &str, known: &Known, now: Timestamp) -> Option<(String, Date, i64)> {
    let reached = reached(&known.seen, now).filter(|_| is_muted(known, now))?;
    Some((arn.to_owned(), utc_date(known.seen.not_after), reached))
}

/// README, "Tags": `off`, or `off-until:` the date from which notices are wanted again.
fn is_muted(known: &Known, now: Timestamp) -> bool {
    let until = |text: &str| text.strip_prefix("off-until:")?.parse::<Date>().ok();
    known.tags.get(NOTICES).is_some_and(|text| text == "off" || until(text).is_some_and(|date| utc_date(now) < date))
}

fn is_managed(known: &Known) -> bool {
    known.blueprint.kind == Type::Managed && known.tags.get(RENEW_FROM).is_some_and(|from| from == "private-ca")
}

fn hindrance(aws: &Aws, known: &Known, cas: &Cas, issuer_may_change: bool) -> Option<&'static str> {
    if !is_managed(known) {
        return Some("it is not managed");
    }
    let named = known.tags.get(PRIVATE_CA).unwrap_or(&cas.default);
    if !issuer_may_change && *named != known.blueprint.issuer {
        return Some("its tag names a CA that did not issue it");
    }
    let ca = aws.ca_status(named);
    if ca.is_none_or(|status| status != "ACTIVE") {
        return Some("its CA is not active");
    }
    (!has_room(known)).then_some("it has no room for tags")
}

/// Days that a new certificate would have.
fn wanted_days(known: &Known) -> i64 {
    known.tags.get(VALIDITY_DAYS).and_then(|days| days.parse().ok()).unwrap_or(lifetime(&known.seen))
}

/// How long after the moment at which a renewal has to be asked for it may take: the next daily sweep, and
/// with faults a pause of a day and the sweep after it.
fn slack(weather: Weather) -> SignedDuration {
    SignedDuration::from_hours(if weather.fault > 0.0 || weather.slow || weather.lost > 0.0 { 74 } else { 25 })
}

/// A certificate is asked for at the begin of its window and, if that failed, whenever it crosses a threshold.
pub(crate) fn nothing_expired_for_nothing(
    now: Timestamp,
    ledger: &mut Ledger,
    weather: Weather,
    summary: &mut Summary,
) -> Check {
    for (arn, known) in &mut ledger.known {
        let end = known.seen.not_after;
        if known.judged || now <= end || known.blueprint.kind != Type::Managed {
            continue;
        }
        known.judged = true;
        let window = window(&known.seen);
        let chance = fitting(&known.seen).chain([window]).filter(|days| *days <= window).find_map(|days| {
            let day = utc_date(end) - jiff::Span::new().days(days);
            let midnight = day.to_zoned(TimeZone::UTC).ok()?.timestamp();
            let would_end = midnight + SignedDuration::from_hours(24 * wanted_days(known));
            (midnight >= known.hindered && midnight + slack(weather) <= end && would_end > end).then_some(midnight)
        });
        if let Some(midnight) = chance {
            let what = format!(
                "it expired at {end}; since {} nothing hindered it ({}), and it was to be renewed from {midnight} on; tags {:?}",
                known.hindered, known.hindrance, known.seen.tags
            );
            return Err(Broken::new(NO_EXPIRY, arn, what));
        }
        summary.excused += 1;
    }
    Ok(())
}

/// An import by the function, of which the grants say that it may not change the issuer.
pub(crate) fn issuer_is_kept(before: &Certificate, after: &Certificate) -> Check {
    if before.issuer == after.issuer {
        return Ok(());
    }
    Err(Broken::new(ISSUER_KEPT, &after.arn, format!("its issuer was {} and is {}", before.issuer, after.issuer)))
}

/// An import by the function, against the certificate that was in place before.
pub(crate) fn import_is_no_worse(before: &Certificate, after: &Certificate) -> Check {
    let worse = |what: String| Err(Broken::new(NOT_WORSE, &after.arn, what));
    if after.not_after <= before.not_after {
        return worse(format!("its end was {} and is {}", before.not_after, after.not_after));
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

/// The tags that operators write are as operators wrote them.
pub(crate) fn tags_are_kept(aws: &Aws, ledger: &mut Ledger, touched: &BTreeSet<String>) -> Check {
    for arn in touched {
        let (Some(known), Some(present)) = (ledger.known.get_mut(arn), aws.tags(arn)) else { continue };
        let theirs = present.iter().filter(|(key, _)| !is_ours(key));
        if !theirs.eq(known.tags.iter()) {
            let what = format!("operators wrote {:?}, there is {present:?}", known.tags);
            return Err(Broken::new(TAGS_KEPT, arn, what));
        }
        known.seen.tags = present;
    }
    Ok(())
}

/// Attempts are at least an hour, then four hours, then a day apart. Each may be started by one message that
/// is delivered four times, and each occasion that an operator gives may start one more.
pub(crate) fn issuance_is_bounded(arn: &str, count: usize, since: SignedDuration, occasions: usize) -> Check {
    let days = usize::try_from(since.as_hours() / 24).unwrap_or_default();
    let bound = 4 + days + occasions;
    if count <= bound {
        return Ok(());
    }
    let what = format!("{count} certificates were issued to replace it within {days} days; the bound is {bound}");
    Err(Broken::new(BOUNDED, arn, what))
}

/// What the tags of managed certificates say is so, unless something happened within a day (two, where
/// faults make a renewal pause).
pub(crate) fn statuses_tell_the_truth(now: Timestamp, ledger: &Ledger, weather: Weather) -> Check {
    for (arn, known) in &ledger.known {
        let present = &known.seen;
        let settled = now.duration_since(known.hindered.max(known.in_place)) > slack(weather);
        if !settled || !is_managed(known) || (known.abandoned && !has_long_been_due(present, now, weather)) {
            continue;
        }
        if let Some(what) = untruth(known, present, now, weather) {
            return Err(Broken::new(TRUTH, arn, format!("{what}; tags {:?}", present.tags)));
        }
    }
    Ok(())
}

/// Whether it was to be renewed for so long that sweeps must have seen it.
fn has_long_been_due(certificate: &Certificate, now: Timestamp, weather: Weather) -> bool {
    days_left(certificate.not_after, now - slack(weather)) <= window(certificate)
}

fn untruth(known: &Known, present: &Certificate, now: Timestamp, weather: Weather) -> Option<String> {
    let tag = |key: &str| present.tags.get(key).map(String::as_str);
    let since: Timestamp = tag(STATUS_SINCE).and_then(|since| since.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH);
    let long_ago = now.duration_since(since) > slack(weather);
    let due = has_long_been_due(present, now, weather);
    let renewable = now + SignedDuration::from_hours(24 * wanted_days(known)) > present.not_after;
    match tag(STATUS) {
        None | Some("renewal-complete") if due && renewable && now <= present.not_after => {
            Some("it is to be renewed, and its status does not say so".to_owned())
        }
        Some("renewal-complete") if long_ago => {
            let rest = [STATUS_REASON, ATTEMPTS, RENEWAL_OF].into_iter().find(|key| tag(key).is_some());
            rest.map(|key| format!("its renewal is complete, and {key} is still there"))
        }
        Some(status @ ("pending-renewal" | "renewal-in-progress")) if long_ago => {
            Some(format!("it is said to be {status} since {since}"))
        }
        Some("renewal-failed") if long_ago && known.in_place > since => {
            Some(format!("its renewal is said to have failed at {since}, and it was replaced at {}", known.in_place))
        }
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
    fn a_worse_certificate_is_notified() {
        let before = certificate(spec());
        let good = spec().dns("c.example.com").days_left(300);
        assert_eq!(import_is_no_worse(&before, &certificate(good.clone())), Ok(()));
        for (worse, how) in [
            (spec(), "its end"),
            (good.clone().key(simulated_aws::Key::P256), "its key"),
            (CertificateSpec::imported("a.example.com").dns("a.example.com").days_left(300), "its names"),
            (good.clone().key_usages(&["DIGITAL_SIGNATURE"]), "its usages"),
            (good.in_use_by("arn:aws:x"), "its uses"),
        ] {
            let broken = import_is_no_worse(&before, &certificate(worse)).unwrap_err();
            assert!(broken.what.starts_with(how) && broken.invariant == NOT_WORSE, "{broken:?}");
        }
    }

    #[test]
    fn what_comes_due_between_two_sweeps_is_no_unrest() {
        let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
        let ledger = crate::model_state::Shared::default();
        let cas = Cas::create(&aws);
        crate::population::populate(&aws, &ledger, &cas, 1, &mut fastrand::Rng::with_seed(1));
        let ledger = ledger.open();
        let end = ledger.known.values().next().unwrap().seen.not_after;
        let minutes = SignedDuration::from_mins;
        assert!(something_came_due(&ledger, end - minutes(10), end + minutes(20)));
        let (noon, later) = ("2026-01-01T12:00:00Z".parse().unwrap(), "2026-01-01T12:30:00Z".parse().unwrap());
        assert!(!something_came_due(&ledger, noon, later));
        assert!(something_came_due(&ledger, noon, later + SignedDuration::from_hours(12)));
    }

    /// The last tags of a renewal were not removed, and its message ended in the dead-letter queue: sweeps see
    /// that when it is due again, and not at that very moment.
    #[test]
    fn what_was_abandoned_is_judged_when_sweeps_had_time() {
        let aws = Aws::new("2026-01-01T10:00:00Z".parse().unwrap());
        let ledger = crate::model_state::Shared::default();
        let cas = Cas::create(&aws);
        crate::population::populate(&aws, &ledger, &cas, 1, &mut fastrand::Rng::with_seed(1));
        let mut ledger = ledger.open();
        let known = ledger.known.values_mut().next().unwrap();
        known.abandoned = true;
        let since = tags::format_time(aws.now());
        for (key, value) in [(STATUS, "renewal-complete"), (STATUS_SINCE, since.as_str()), (ATTEMPTS, "2")] {
            known.seen.tags.insert(key.to_owned(), value.to_owned());
        }
        let weather = crate::Parameters::new(crate::Kind::Faulty, 1).weather();
        let due = known.seen.not_after - SignedDuration::from_hours(24 * window(&known.seen));
        for (hours, judged) in [(-100, false), (1, false), (120, true)] {
            let told = statuses_tell_the_truth(due + SignedDuration::from_hours(hours), &ledger, weather);
            assert_eq!(told.is_err(), judged, "{hours}: {told:?}");
        }
    }

    #[test]
    fn issuance_without_bound_is_notified() {
        assert_eq!(issuance_is_bounded("arn", 6, SignedDuration::from_hours(49), 0), Ok(()));
        assert!(issuance_is_bounded("arn", 7, SignedDuration::from_hours(49), 0).is_err());
        assert_eq!(issuance_is_bounded("arn", 7, SignedDuration::from_hours(49), 1), Ok(()));
    }

    #[test]
    fn milestones_fit_the_lifetime() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(reached(&certificate(spec()), now), Some(30));
        assert_eq!(reached(&certificate(spec().days_left(60)), now), None);
        assert_eq!(reached(&certificate(spec().days_left(-1)), now), Some(EXPIRED));
        assert_eq!(window(&certificate(spec())), 30);
    }
}
